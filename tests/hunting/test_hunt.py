"""A hunt over files: every detection as its schedule would have run, and what is said of the rest."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from storypack.engine.events.origin import EventFile
from storypack.engine.knowledge.files import FileSource
from storypack.hunting.findings import Finding, Hunt
from storypack.hunting.hunt import Progress, Quarry, hunt
from storypack.pack.load import load_pack
from storypack.testing.setting import Setting
from tests.testing.small_pack import SmallPack, event

COUNT = "`ex_audit` action=copy | stats count by user | where count>=2 | `ex_disk_filter`"
NOW = datetime.fromisoformat("2026-11-21T00:00:00Z").timestamp()


@pytest.fixture
def pack(tmp_path: Path) -> SmallPack:
    return SmallPack(tmp_path)


def hunted(
    pack: SmallPack, *files: Sequence[Mapping[str, Any]], whole: bool = False, sourcetype: str = "ex:audit"
) -> Hunt:
    loaded = load_pack(pack.folder).pack
    assert not loaded.broken
    given = []
    for number, events in enumerate(files):
        path = pack.folder / f"events_{number}.jsonl"
        path.write_text("".join(json.dumps(each) + "\n" for each in events), encoding="utf-8")
        given.append(EventFile(path, sourcetype, str(path)))
    setting = Setting(loaded)
    quarry = Quarry(loaded, list(loaded.detections), setting.macros, setting.lookups, NOW, whole=whole)
    result = Hunt()
    with FileSource(given, clock=NOW, lookups=setting.lookups) as source:
        hunt(quarry, source, result)
    return result


def only(result: Hunt) -> Finding:
    (finding,) = result.findings
    return finding


def copies(*seconds: int, user: str = "kim") -> list[dict[str, Any]]:
    return [event(second, user=user, action="copy") for second in seconds]


def test_events_on_both_sides_of_a_border_are_not_counted_together(pack: SmallPack) -> None:
    """The window ends ten minutes before each full hour."""
    pack.detection("Disk", COUNT)
    assert hunted(pack, copies(60 * 49, 60 * 51)).findings == []
    assert only(hunted(pack, copies(60 * 49, 60 * 51), whole=True)).row == {"user": "kim", "count": 2}
    assert only(hunted(pack, copies(60 * 48, 60 * 49))).row == {"user": "kim", "count": 2}


def test_a_finding_has_its_events_with_file_line_and_time(pack: SmallPack) -> None:
    pack.detection("Disk", COUNT, mitre_attack_id=["T1048"])
    other = [event(5, user="lee", action="copy"), event(6, user="kim", action="read")]
    finding = only(hunted(pack, other[1:], [*other, *copies(7, 9)]))
    assert [(each.path.name, each.line) for each in finding.events] == [("events_1.jsonl", 3), ("events_1.jsonl", 4)]
    assert [json.loads(each.raw)["user"] for each in finding.events] == ["kim", "kim"]
    noon = datetime.fromisoformat("2026-11-20T12:00:00Z").timestamp()
    assert (finding.first, finding.last, finding.run) == (noon + 7, noon + 9, noon + 3600)
    assert (finding.event_count, finding.title, finding.severity, finding.score) == (2, "kim did it", "medium", 60)
    assert finding.techniques == ("T1048",)


def test_the_lines_of_a_large_file_are_looked_up(pack: SmallPack) -> None:
    pack.detection("Disk", COUNT)
    filler = [event(0, user="lee", action="read", text="x" * 2_000) for _ in range(400)]
    finding = only(hunted(pack, [*filler, *copies(7), *filler, *copies(9)]))
    assert [each.line for each in finding.events] == [401, 802]


def test_rows_of_overlapping_windows_are_one_finding_and_throttling_holds(pack: SmallPack) -> None:
    pack.schedule("default_ttp", "-3h@h", "now")
    pack.detection("Disk", COUNT)
    result = hunted(pack, copies(60, 61))
    assert only(result).runs == 3
    assert result.outcomes[0].runs == 3
    pack.detection("Disk", COUNT, throttling={"fields": ["user"], "period": "2h"})
    result = hunted(pack, copies(60, 61))
    assert only(result).runs == 2  # the first, and the one two hours later
    assert result.outcomes[0].suppressed == 1


def test_a_window_that_moves_over_a_growing_burst_gives_what_each_run_saw(pack: SmallPack) -> None:
    pack.schedule("default_ttp", "-2h@h", "now")
    pack.detection("Disk", COUNT)
    result = hunted(pack, copies(60, 61, 3700))
    assert sorted((each.row["count"], each.runs) for each in result.findings) == [(2, 1), (3, 1)]


def test_events_without_a_time_are_searched_by_themselves(pack: SmallPack) -> None:
    pack.detection("Disk", COUNT)
    untimed = [{"user": "kim", "action": "copy"}]
    assert hunted(pack, copies(60), untimed).findings == []
    finding = only(hunted(pack, copies(60), untimed * 2))
    assert (finding.first, finding.run) == (None, None)
    assert "no time" in finding.notes[0]
    assert hunted(pack, untimed).coverage[0].without_time == 1


def test_what_had_no_data_says_what_it_needs(pack: SmallPack) -> None:
    pack.detection("Disk", COUNT)
    pack.detection("Other", "sourcetype=other:kind a=1 | stats count by b | `ex_other_filter`")
    result = hunted(pack, copies(1), sourcetype="ex:audit")
    assert {each.detection: each.state for each in result.outcomes} == {"Disk": "nothing", "Other": "no data"}


def test_a_search_that_cannot_be_run_is_named_and_the_others_go_on(pack: SmallPack) -> None:
    pack.detection("Disk", COUNT)
    pack.detection("Learns", "`ex_audit` | fit LogisticRegression a from b | `ex_learns_filter`")
    result = hunted(pack, copies(1, 2))
    assert {each.detection: each.state for each in result.outcomes} == {"Disk": "findings", "Learns": "not run"}
    assert "fit" in next(each.why for each in result.outcomes if each.state == "not run")


@pytest.mark.parametrize(
    "search",
    [
        "`ex_audit` action=copy | `ex_disk_filter`",
        "`ex_audit` action=copy | fields - size | `ex_disk_filter`",
        "`ex_audit` action=copy | eval user=upper(user) | table user action | `ex_disk_filter`",
        "`ex_audit` [ search `ex_audit` action=copy | fields user | dedup user ] | stats count by user "
        "| `ex_disk_filter`",
        '`ex_audit` action=copy | map search="search `ex_audit` user=$user$ | stats count by user" | `ex_disk_filter`',
        "`ex_audit` action=copy | join user [ search `ex_audit` action=copy | stats max(size) as most by user ] "
        "| table user most | `ex_disk_filter`",
        '`ex_audit` | stats count(eval(action="copy")) as count values(size) as sizes by user | where count>0 '
        "| `ex_disk_filter`",
        "| multisearch [ search `ex_audit` action=copy ] [ search `ex_audit` action=copy size>1 ] "
        "| stats count by user | `ex_disk_filter`",
        "`ex_audit` action=copy | streamstats count by user | where count=2 | table user count | `ex_disk_filter`",
    ],
)
def test_whatever_the_search_its_rows_are_those_of_a_search_over_the_files(pack: SmallPack, search: str) -> None:
    from storypack.engine.run import search as run_search

    pack.detection("Disk", search)
    events = [
        event(n, user=user, action=action, size=n)
        for n in (1, 2, 3)
        for user in ("kim", "lee")
        for action in ("copy", "read")
    ]
    result = hunted(pack, events, whole=True)
    setting = Setting(load_pack(pack.folder).pack)
    with FileSource(
        [EventFile(pack.folder / "events_0.jsonl", "ex:audit", str(pack.folder / "events_0.jsonl"))], clock=NOW
    ) as source:
        rows = run_search(search, source, setting.macros, result.findings[0].run).rows
    assert result.outcomes[0].state == "findings"
    assert sorted(repr(sorted(each.row.items())) for each in result.findings) == sorted(
        {repr(sorted(row.items())) for row in rows}
    )


def test_a_search_that_reports_absence_runs_where_there_are_events(pack: SmallPack) -> None:
    pack.detection("Disk", "`ex_audit` action=copy | stats count | where count=0 | `ex_disk_filter`")
    result = hunted(pack, [event(60, user="kim", action="read")])
    assert only(result).row == {"count": 0}


def test_a_baseline_has_learnt_what_lay_before_the_run(pack: SmallPack) -> None:
    pack.lookup("ex_known", "user\nnobody\n", fields=["user"])
    pack.write(
        "baselines/usual.yml",
        {
            **pack.common("Usual"),
            "status": "production",
            "search": "`ex_audit` action=copy | stats count by user | fields user | outputlookup ex_known",
            "how_to_implement": "-",
            "lookup": "ex_known",
            "schedule": {"cron_schedule": "5 * * * *", "earliest_time": "-2d@h", "latest_time": "@h"},
        },
    )
    pack.detection(
        "Disk",
        "`ex_audit` action=copy | stats count by user | lookup ex_known user OUTPUT user as known "
        "| where isnull(known) | `ex_disk_filter`",
    )
    result = hunted(pack, copies(60, 4000, 8000))
    finding = only(result)  # of the first hour only; by the second the baseline knew the user
    assert finding.run == datetime.fromisoformat("2026-11-20T13:00:00Z").timestamp()
    assert finding.notes == ("Usual had learnt nothing before: to this search everything is new",)


def test_correlations_run_on_the_findings(pack: SmallPack) -> None:
    entity = {"field": "user", "type": "user", "score": 40, "message": "$user$ copied"}
    for name in ("Disk", "Tape"):
        pack.detection(
            name,
            COUNT.replace("disk", name.lower()),
            type="Anomaly",
            finding=None,
            intermediate_findings={"entities": [entity]},
        )
    pack.schedule("default_correlation", "-1d@h", "now")
    pack.detection(
        "Both",
        "index=risk | stats dc(search_name) as kinds sum(calculated_risk_score) as score by risk_object | rename "
        "risk_object as user | where kinds>=2 | `ex_both_filter`",
        type="Correlation",
        throttling={"fields": ["user"], "period": "2d"},
    )
    result = hunted(pack, copies(1, 2))
    assert [each.detection for each in result.findings] == ["Disk", "Tape", "Both"]
    both = result.findings[-1]
    assert both.row == {"user": "kim", "kinds": 2, "score": 80} and both.contributing == (1, 2)
    (kim,) = result.entities
    assert (kim.value, kim.risk, kim.findings) == ("kim", 140, (1, 2, 3))
    assert [row["risk_object"] for row in result.risk] == ["kim", "kim"]


def test_gaps_are_stretches_longer_than_usual(pack: SmallPack) -> None:
    pack.detection("Disk", COUNT)
    hours = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]
    start = datetime.fromisoformat("2026-11-01T00:00:00Z").timestamp()
    events = [
        {"_time": 0, "time": datetime.fromtimestamp(start + h * 3600 + d * 864_000).isoformat() + "Z", "user": "a"}
        for d in (0, 1)
        for h in hours
    ]
    ((sourcetype, begin, end),) = hunted(pack, events).gaps()
    assert (sourcetype, begin - start, end - start) == ("ex:audit", 12 * 3600, 864_000)


def test_an_interrupt_leaves_what_was_found(pack: SmallPack) -> None:
    pack.detection("Disk", COUNT)
    pack.detection("Tape", COUNT.replace("disk", "tape"))
    loaded = load_pack(pack.folder).pack
    path = pack.folder / "events.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in copies(1, 2)), encoding="utf-8")
    setting = Setting(loaded)

    def interrupt(progress: Progress) -> None:
        if progress.what == "Tape":
            raise KeyboardInterrupt

    quarry = Quarry(loaded, list(loaded.detections), setting.macros, setting.lookups, NOW, progress=interrupt)
    result = Hunt()
    with FileSource([EventFile(path, "ex:audit", str(path))], clock=NOW) as source:
        hunt(quarry, source, result)
    assert result.interrupted
    assert [each.detection for each in result.findings] == ["Disk"]
