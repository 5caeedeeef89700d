"""A test of several runs of the schedule: each over its window, and throttled as on an instance."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from storypack.hunting.throttling import Throttle, seconds
from storypack.pack.models.detection import Throttling
from storypack.pack.models.search import SearchTest

from .small_pack import SmallPack, event, search_test

COUNT = "`ex_audit` action=copy | stats count by user | where count>=2 | `ex_disk_filter`"
BORDER = [event(60 * 49, user="kim", action="copy"), event(60 * 51, user="kim", action="copy")]  # 12:49 and 12:51
RUNS = ["2026-11-20T13:00:00Z", "2026-11-20T14:00:00Z"]


def test_each_run_has_its_own_window(pack: SmallPack) -> None:
    """-70m@m to -10m@m at 13:00 ends at 12:50, between the two."""
    pack.detection(
        "Disk",
        COUNT,
        search_test("Split", BORDER, runs=RUNS, expected_results=0),
        search_test("Together", BORDER, runs=["2026-11-20T13:30:00Z"], expected_results=1),
    )
    assert [result.count for result in pack.run()] == [0, 1]


def test_rows_of_all_runs_count_and_throttling_takes_out_what_comes_again(pack: SmallPack) -> None:
    events = [event(600, user="kim", action="copy"), event(601, user="kim", action="copy")]
    runs = ["2026-11-20T12:30:00Z", "2026-11-20T12:40:00Z", "2026-11-20T13:10:00Z"]
    pack.detection("Disk", COUNT, search_test("Again and again", events, runs=runs, expected_results=3))
    assert pack.only().count == 3
    pack.detection(
        "Disk",
        COUNT,
        search_test("Once", events, runs=runs, expected_results=2),
        throttling={"fields": ["user"], "period": "30m"},
    )
    assert pack.only().count == 2  # 12:30 and 13:10, forty minutes later


def test_throttling_tells_rows_apart_by_all_values_of_its_fields() -> None:
    throttle = Throttle(Throttling(fields=["user", "host"], period="1h"))
    rows = [
        {"user": "kim", "host": ["a", "b"]},
        {"user": "kim", "host": "a"},
        {"user": "kim"},
        {"user": "kim", "host": ["a", "b"]},
    ]
    assert throttle.passed(rows, 0.0) == rows[:3]
    assert throttle.passed(rows, 3599.0) == []
    assert throttle.passed(rows, 3600.0) == rows[:3]


@pytest.mark.parametrize(("period", "expected"), [("90", 90), ("90s", 90), ("5m", 300), ("24h", 86400), ("2d", 172800)])
def test_a_period_in_seconds(period: str, expected: int) -> None:
    assert seconds(period) == expected


def test_runs_and_a_clock_of_its_own_exclude_each_other() -> None:
    with pytest.raises(ValidationError, match="leave out now"):
        SearchTest(name="Both", runs=RUNS, now=RUNS[0])
