"""Every test of every detection and baseline of the pack, as `storypack test` runs them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from storypack.pack.load import load_pack
from storypack.report.tests import render_tests
from storypack.testing.plan import plan_tests
from storypack.testing.results import Outcome, PlannedTest, TestRun
from storypack.testing.run import run_test
from storypack.testing.setting import Setting

PACK = load_pack(Path(__file__).parent.parent).pack


@pytest.fixture(scope="module")
def setting() -> Iterator[Setting]:
    setting = Setting(PACK)
    yield setting
    setting.close()


@pytest.mark.parametrize("planned", plan_tests(PACK), ids=lambda planned: f"{Path(planned.file).stem}-{planned.name}")
def test_detection(planned: PlannedTest, setting: Setting) -> None:
    result = run_test(planned, setting)
    if result.outcome is Outcome.NOT_RUN and not result.counts:
        pytest.skip(f"{planned.file}: {result.failure.message if result.failure else ''} ({result.excuse})")
    assert result.outcome is Outcome.PASSED, render_tests(TestRun((result,)))


@pytest.mark.parametrize("entry", PACK.detections, ids=lambda entry: entry.stem)
def test_two_tests_fire_and_two_stay_silent(entry: object) -> None:
    """One test of a kind may pass by luck."""
    tests = [test for test in entry.model.tests if test.test_type == "unit"]  # type: ignore[attr-defined]
    if entry.model.status != "production":  # type: ignore[attr-defined]
        pytest.skip(f"{entry.path} is not in production")  # type: ignore[attr-defined]
    assert sum(test.expected_results != 0 for test in tests) >= 2
    assert sum(test.expected_results == 0 for test in tests) >= 2
