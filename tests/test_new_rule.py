"""`make rule`: the files of a rule that works from the beginning."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
import yaml

import new_rule
from storypack.checks import catalogue
from tests.checks_spl.test_rules_of_searches import test_rule as check_example


def test_the_new_files_are_a_rule_and_its_cases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rule, cases = new_rule.write(tmp_path, "SP398", "searches/short_windows")
    monkeypatch.setattr(catalogue, "_RULES", dict(catalogue._RULES))
    spec = importlib.util.spec_from_file_location("short_windows", tmp_path / rule)
    assert spec
    assert spec.loader
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
    assert catalogue._RULES["SP398"].title == "Short windows"
    for case in yaml.safe_load((tmp_path / cases).read_text(encoding="utf-8")):
        check_example("SP398", case)


@pytest.mark.parametrize(
    ("id", "file", "reason"),
    [
        ("SP1", "searches/x", "SP200 to SP399"),
        ("SP340", "searches/x", "nobody has established"),
        ("SP398", "x", "write searches/NAME"),
        ("SP398", "searches/../../x", "write searches/NAME"),
    ],
)
def test_what_no_rule_can_have_is_refused(id: str, file: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=reason):
        new_rule.write(tmp_path, id, file)
    assert not [*tmp_path.iterdir()]


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    new_rule.write(tmp_path, "SP398", "searches/x")
    with pytest.raises(ValueError, match="there already"):
        new_rule.write(tmp_path, "SP398", "searches/x")
