"""What the pack was asked to cover has an answer, and each answer has a test that passed over events.

docs/coverage.yml maps what was asked to names; techniques of ATT&CK's Exfiltration tactic are read from the detections.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from storypack.pack.load import load_pack
from storypack.pack.models import Detection
from storypack.reference.attack import techniques

ROOT = Path(__file__).parent.parent
PACK = load_pack(ROOT).pack
ITEMS: list[dict[str, object]] = yaml.safe_load((ROOT / "docs/coverage.yml").read_text(encoding="utf-8"))
DETECTIONS = {entry.model.name: entry.model for entry in PACK.detections}
EXFILTRATION = [each.id for each in techniques().values() if "exfiltration" in each.tactics and each.active]
PREPARATION = ["T1560", "T1074", "T1114.003", "T1119", "T1530", "T1213"]
INVESTIGATIONS = {entry.model.name for entry in PACK.investigations}


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: str(item["id"]))
def test_each_answer_is_there_and_is_tested(item: dict[str, object]) -> None:
    """An answer that has no test which must fire is a promise. tests/test_detections.py runs these tests."""
    assert item["answers"], f"{item['id']} has no answer"
    for name in item["answers"]:  # type: ignore[attr-defined]
        if name in INVESTIGATIONS:
            continue
        assert name in DETECTIONS, f"{item['id']}: the pack has no detection or investigation '{name}'"
        tests = [test for test in DETECTIONS[name].tests if test.test_type == "unit"]
        experimental = DETECTIONS[name].status != "production"
        assert experimental or any(test.expected_results != 0 for test in tests), name


def test_the_tactic_has_as_many_techniques_as_attack_lists() -> None:
    assert len(EXFILTRATION) == 19


@pytest.mark.parametrize("technique", EXFILTRATION)
def test_each_technique_of_exfiltration_has_a_detection(technique: str) -> None:
    """In production, and naming the technique itself: a sub-technique's detection says nothing of its parent."""
    assert [name for name, model in DETECTIONS.items() if technique in _ids(model)]


@pytest.mark.parametrize("technique", PREPARATION)
def test_what_prepares_exfiltration_has_a_detection(technique: str) -> None:
    """Here a sub-technique's detection will do."""
    assert [
        name
        for name, model in DETECTIONS.items()
        if any(f"{each}.".startswith(f"{technique}.") for each in _ids(model))
    ]


def test_every_story_in_production_has_detections_in_production() -> None:
    named = {story for model in DETECTIONS.values() if model.status == "production" for story in model.analytic_story}
    assert {entry.name for entry in PACK.stories if entry.model.status == "production"} <= named


def _ids(model: Detection) -> list[str]:
    return model.mitre_attack_id if model.status == "production" else []
