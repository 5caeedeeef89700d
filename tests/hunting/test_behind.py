"""Which events stand behind the rows of a search."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from storypack.hunting import detection
from tests.hunting.test_hunt import COUNT, copies, hunted, only
from tests.testing.small_pack import SmallPack, event


@pytest.fixture
def pack(tmp_path: Path) -> SmallPack:
    return SmallPack(tmp_path)


def test_each_row_of_a_search_has_its_own_events(pack: SmallPack) -> None:
    pack.detection("Disk", "`ex_audit` | stats count by user disk | `ex_disk_filter`")
    pairs = [("kim", "a"), ("kim", "b"), ("lee", "a"), ("kim", "a")]
    events = [event(at, user=user, disk=disk) for at, (user, disk) in enumerate(pairs)]
    behind = {
        (finding.row["user"], finding.row["disk"]): [each.line for each in finding.events]
        for finding in hunted(pack, events).findings
    }
    assert behind == {("kim", "a"): [1, 4], ("kim", "b"): [2], ("lee", "a"): [3]}


def test_the_events_of_a_row_lie_in_the_window_of_its_run(pack: SmallPack) -> None:
    pack.detection("Disk", COUNT)
    result = hunted(pack, copies(0, 1, 7200, 7201, 7202))
    assert sorted([each.line for each in finding.events] for finding in result.findings) == [[1, 2], [3, 4, 5]]
    assert sorted(finding.event_count or 0 for finding in result.findings) == [2, 3]


def test_a_value_that_the_search_made_narrows_nothing(pack: SmallPack) -> None:
    """No event holds the number of its rank, by which the search groups at last."""
    pack.detection(
        "Disk",
        "`ex_audit` | stats count by user | streamstats count as rank | stats values(user) as user by rank "
        "| `ex_disk_filter`",
    )
    result = hunted(pack, [*copies(0, 1), *copies(2, user="lee")])
    assert {finding.row["user"]: [each.line for each in finding.events] for finding in result.findings} == {
        "kim": [1, 2],
        "lee": [3],
    }


def test_one_of_several_values_is_enough(pack: SmallPack) -> None:
    pack.detection("Disk", "`ex_audit` | stats count by disks{} | `ex_disk_filter`")
    events = [event(0, disks=["a", "b"]), event(1, disks=["b"]), event(2, disks=["b", "b"])]
    result = hunted(pack, events)
    assert {f.row["disks{}"]: ([e.line for e in f.events], f.event_count) for f in result.findings} == {
        "a": ([1], 1),
        "b": ([1, 2, 3], 3),
    }


def test_behind_a_row_of_events_without_a_time_are_only_such(pack: SmallPack) -> None:
    pack.detection("Disk", COUNT)
    result = hunted(pack, copies(60), [{"user": "kim", "action": "copy", "untimed": True}] * 2)
    assert [json.loads(each.raw).get("untimed") for each in only(result).events] == [True, True]
    assert only(result).event_count == 2


def test_findings_beyond_the_most_are_left_out_and_that_is_said(
    pack: SmallPack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(detection, "MOST_FINDINGS", 2)
    pack.detection("Disk", "`ex_audit` | stats count by user | `ex_disk_filter`")
    result = hunted(pack, [event(0, user=user) for user in ("kim", "lee", "max")])
    assert len(result.findings) == 2
    assert result.outcomes[0].warnings == ("only the first 2 findings are kept",)
