"""Each rule about searches on searches that break it, and on some that come close: tests/fixtures/spl/<id>.yml.

An example is a `search` (or other keys of a detection; `kind: baseline` and `kind: investigation` are others) with what
the rule `says`: the place in the text and the message, then the cure, or as much of that as matters."""

from __future__ import annotations

from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
import yaml

from storypack.checks.catalogue import rules
from tests.checks_spl.spl_examples import content, faults

FOLDER = Path(__file__).parents[1] / "fixtures" / "spl"
EXAMPLES = [
    pytest.param(path.stem, example, id=f"{path.stem}-{number}")
    for path in sorted(FOLDER.glob("SP*.yml"))
    for number, example in enumerate(yaml.safe_load(path.read_text(encoding="utf-8")), start=1)
]


@pytest.mark.parametrize(("id", "example"), EXAMPLES)
def test_rule(id: str, example: dict[str, Any]) -> None:
    keys = dict(example)
    says = keys.pop("says", [])
    owner = content(keys.pop("kind", "detection"), **keys)
    found = [
        f"{place} {fault.message}" + (f" -- {fault.cure}" if fault.cure else "") for place, fault in faults(owner, id)
    ]
    found = list(dict.fromkeys(found))
    assert [said[: len(wanted)] for said, wanted in zip_longest(found, says, fillvalue="")] == says


def test_each_rule_has_examples_that_fire_and_that_do_not() -> None:
    for id, rule in rules().items():
        if rule.on == "spl":
            examples = yaml.safe_load((FOLDER / f"{id}.yml").read_text(encoding="utf-8"))
            assert any(example.get("says") for example in examples), id
            assert any(not example.get("says") for example in examples), id
