"""The catalogue is complete, its page is current, and each rule says what a reader needs."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from storypack.checks import catalogue
from storypack.checks.catalogue import Rule, add, rules
from storypack.issue import Severity
from storypack.pack.rules import RULES as LOADER_RULES

PAGE = Path(__file__).parents[2] / "docs" / "rules.md"


@pytest.mark.parametrize("id", rules())
def test_each_rule_explains_itself(id: str) -> None:
    rule = rules()[id]
    assert re.fullmatch(r"SP[0-49]\d\d", rule.id)
    assert rule.title[0].isupper() and not rule.title.endswith(".")
    assert rule.why.endswith((".", ".)", "?")) and len(rule.why) > 30
    assert rule.example.strip()
    assert not rule.cure or rule.cure[0].isupper()


def test_ids_are_in_order_and_the_loaders_are_among_them() -> None:
    ids = list(rules())
    assert ids == sorted(ids)
    assert {rule.id for rule in LOADER_RULES} <= set(ids)


def test_the_catalogue_has_every_id_that_is_spelt_anywhere() -> None:
    """Whatever command prints an id, `storypack rules ID` explains it."""
    spelt = {
        node.value: path.name
        for path in (Path(__file__).parents[2] / "tooling" / "storypack").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(r"[A-Z]{2}\d{3}", node.value)
    }
    assert len(spelt) > 100
    assert spelt.keys() <= rules().keys(), spelt


def test_titles_are_unique() -> None:
    titles = [rule.title for rule in rules().values()]
    assert len(set(titles)) == len(titles)


def test_an_id_can_be_taken_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "_RULES", {})
    add(Rule("SP399", "A", Severity.ERROR, "why", "example"))
    with pytest.raises(ValueError, match="SP399 is defined twice"):
        add(Rule("SP399", "B", Severity.ERROR, "why", "example"))
