"""Searches that nobody would write, made of pieces of real ones: no rule crashes, each fault lies inside the text."""

from __future__ import annotations

import json
import random
from functools import cache
from pathlib import Path

import pytest
import yaml

from storypack.checks.catalogue import rules
from storypack.checks.searches.explain import explain
from storypack.checks.searches.reading import read
from storypack.spl import SplError
from storypack.spl.layout import LayoutError, layout
from tests.checks_spl.spl_examples import WORLD, content

TESTS = Path(__file__).parents[1]
_SIGNS = r"""| ( ) [ ] " ' ` = != * by as , { } $ <<FIELD>> . \ NOT OR where stats eval _time null 1 - ```"""
SIGNS = _SIGNS.split()
RUNS = 150


@cache
def pieces() -> tuple[str, ...]:
    """Searches of the conformance cases and of the rules' examples."""
    found = [
        json.loads(line)["spl"]
        for path in sorted((TESTS.parent / "tooling/storypack/conformance/cases").glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]
    for path in sorted((TESTS / "fixtures" / "spl").glob("SP*.yml")):
        found += [example.get("search", "a=1") for example in yaml.safe_load(path.read_text(encoding="utf-8"))]
    return tuple(search for search in found if search.strip())


def broken(chance: random.Random) -> str:
    text = chance.choice(pieces())
    for _ in range(chance.randrange(1, 4)):
        at = chance.randrange(len(text) + 1)
        other = chance.choice(pieces())
        start = chance.randrange(len(other))
        text = chance.choice(
            [
                text[:at] + text[at + chance.randrange(1, 12) :],
                text[:at] + chance.choice(SIGNS) + text[at:],
                f"{text[:at]} {chance.choice(SIGNS)} {text[at:]}",
                text[:at] + other[start : start + chance.randrange(1, 40)] + text[at:],
                f"{text} | {other}",
            ]
        )
    return text if text.strip() else "*"


@pytest.mark.parametrize("seed", range(8))
def test_no_rule_crashes(seed: int) -> None:
    chance = random.Random(seed)
    finding = {"title": "$user$", "entity": {"field": "user", "type": "user", "score": 1}}
    active = [rule for rule in rules().values() if rule.on == "spl"]
    parsed = 0
    for _ in range(RUNS):
        text = broken(chance)
        reading = read(content("detection", search=text, type="TTP", finding=finding), "search", text, WORLD)
        for rule in active:
            assert rule.check is not None
            for fault in rule.check(reading, WORLD):
                assert fault.offset is None or 0 <= fault.offset <= max(len(text), 6), (text, rule.id)
        if reading.tree is not None:
            parsed += 1
            explain(reading, "name", "file")
        try:
            laid = layout(text)
        except (SplError, LayoutError):
            continue
        assert layout(laid) == laid, text
    assert RUNS / 5 < parsed < RUNS
