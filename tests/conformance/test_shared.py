"""The shared examples, where the checkout stands beside them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.conformance.test_cases import load, run_case

SHARED = Path(__file__).parents[3] / "shared" / "spl" / "cases.jsonl"


@pytest.mark.skipif(not SHARED.exists(), reason="../shared/spl/cases.jsonl is not beside this checkout")
@pytest.mark.parametrize(
    "case", [pytest.param(case, id=case["id"]) for case in (load(SHARED) if SHARED.exists() else [])]
)
def test_shared_case(case: dict[str, Any]) -> None:
    run_case(case)
