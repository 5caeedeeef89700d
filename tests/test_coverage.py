"""What the pack was asked to cover has an answer, and each answer has a test that passed over events.

docs/coverage.yml maps what was asked to names; techniques of ATT&CK's Exfiltration tactic are read from the detections.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from storypack.pack.load import load_pack

ROOT = Path(__file__).parent.parent
PACK = load_pack(ROOT).pack
ITEMS: list[dict[str, object]] = yaml.safe_load((ROOT / "docs/coverage.yml").read_text(encoding="utf-8"))
DETECTIONS = {entry.model.name: entry.model for entry in PACK.detections}
INVESTIGATIONS = {entry.model.name for entry in PACK.investigations}


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: str(item["id"]))
def test_each_answer_is_there_and_is_tested(item: dict[str, object]) -> None:
    """An answer that has no test which must fire is a promise. tests/test_detections.py runs these tests."""
    for name in item["answers"]:  # type: ignore[attr-defined]
        if name in INVESTIGATIONS:
            continue
        assert name in DETECTIONS, f"{item['id']}: the pack has no detection or investigation '{name}'"
        tests = [test for test in DETECTIONS[name].tests if test.test_type == "unit"]
        experimental = DETECTIONS[name].status != "production"
        assert experimental or any(test.expected_results != 0 for test in tests), name
