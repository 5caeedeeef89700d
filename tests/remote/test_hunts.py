"""A hunt over an instance: the same findings as over its events in files, and what happens on the way."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from remote.place import Place as Standin
from splunkd import Fault
from splunkd.faults import path_has
from storypack.engine.events.origin import EventFile
from storypack.engine.knowledge.files import FileSource
from storypack.hunting.findings import Finding, Hunt
from storypack.hunting.hunt import Quarry, hunt
from storypack.pack.load import load_pack
from storypack.remote.hunts.evidence import BEFORE
from storypack.remote.hunts.hunt import hunt_there
from storypack.remote.hunts.instance import Place
from storypack.remote.hunts.journal import JournalError, open_journal
from storypack.remote.hunts.queue import JobQueue
from storypack.remote.jobs import SearchFailed
from storypack.splunkd.connection import Arguments
from storypack.testing.setting import Setting
from tests.testing.small_pack import SmallPack, event

NOON = datetime.fromisoformat("2026-11-20T12:00:00Z").timestamp()
BEGIN, END = NOON - 2 * 86_400, NOON + 86_400
COUNT = "`ex_audit` action=copy | stats count by user | where count>=2 | `ex_disk_filter`"


@pytest.fixture
def pack(tmp_path: Path) -> SmallPack:
    return SmallPack(tmp_path / "pack")


def copies(*seconds: int, user: str = "kim", **more: Any) -> list[dict[str, Any]]:
    return [event(second, user=user, action="copy", **more) for second in seconds]


def hourly(hours: int) -> list[dict[str, Any]]:
    """Two copies an hour, each time by another user."""
    return [each for hour in range(hours) for each in copies(3_600 * hour + 60, 3_600 * hour + 61, user=f"user{hour}")]


class Clock:
    """Time that passes only while somebody sleeps."""

    now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class Hunted:
    """Hunts with a pack on the stand-in instance, and over the same events in a file."""

    def __init__(self, pack: SmallPack, standin: Standin) -> None:
        self.pack, self.standin = pack, standin
        self.app = "search"
        self.events: list[Mapping[str, Any]] = []
        self.searches: list[str] = []
        self.most_jobs = 0
        self.interrupt_at = 0  # the search at which somebody presses Ctrl-C
        self.failing: tuple[int, str] = (0, "")  # so many jobs more, with these words
        self.lose = 0  # so many jobs more
        self._query = standin.connection.query
        standin.connection.query = self._watched  # type: ignore[method-assign]

    def _watched(self, path: str, arguments: Arguments) -> dict[str, Any]:
        if not path.endswith("/jobs"):
            return self._query(path, arguments)
        if self.interrupt_at and len(self.searches) >= self.interrupt_at:
            raise KeyboardInterrupt
        answer = self._query(path, arguments)
        self.searches.append(str(arguments["search"]))
        jobs = self.standin.splunkd.state.jobs
        self.most_jobs = max(self.most_jobs, len(jobs))
        if self.failing[0]:
            job = jobs[answer["sid"]]
            job.failed, job.messages = True, [("FATAL", self.failing[1])]
            self.failing = (self.failing[0] - 1, self.failing[1])
        if self.lose:
            del jobs[answer["sid"]]
            self.lose -= 1
        return answer

    def add(self, events: Sequence[Mapping[str, Any]]) -> None:
        self.events += events
        for each in events:
            when = datetime.fromisoformat(str(each["time"])).timestamp()
            self.standin.splunkd.state.add_event(json.dumps(each), time=when, index="main", sourcetype="ex:audit")

    def quarry(self, *, whole: bool) -> Quarry:
        loaded = load_pack(self.pack.folder).pack
        assert not loaded.broken
        setting = Setting(loaded)
        return Quarry(loaded, list(loaded.detections), dict(setting.macros), dict(setting.lookups), END, whole=whole)

    def there(self, *, whole: bool = False, at_once: int = 2, journal: str = "journal") -> Hunt:
        result = Hunt()
        with open_journal(self.pack.folder / journal, {"hunt": "this"}) as kept:
            clock = Clock()
            queue = JobQueue(self.standin.connection, kept, at_once, sleep=clock.sleep, clock=lambda: clock.now)
            hunt_there(self.quarry(whole=whole), Place(queue, self.app, BEGIN, END), result)
            kept.done = not result.interrupted
        return result

    def here(self, *, whole: bool = False) -> Hunt:
        path = self.pack.folder / "events.jsonl"
        path.write_text("".join(json.dumps(each) + "\n" for each in self.events), encoding="utf-8")
        result = Hunt()
        quarry = self.quarry(whole=whole)
        with FileSource([EventFile(path, "ex:audit", str(path))], clock=END, lookups=quarry.lookups) as source:
            hunt(quarry, source, result)
        return result


@pytest.fixture
def hunted(pack: SmallPack, place: Standin) -> Iterator[Hunted]:
    yield Hunted(pack, place)
    assert place.splunkd.log.writes() == []  # nothing but searches was asked for
    assert place.splunkd.state.jobs == {}


def comparable(result: Hunt) -> list[Finding]:
    """The findings without what only a file has; numbers as the text that an instance sends. A hunt over all time is
    one run at the end of the range there, and one behind the last event here."""
    return [
        replace(
            finding,
            row={name: _text(value) for name, value in finding.row.items()},
            window=(None, None),
            notes=tuple(note for note in finding.notes if note != BEFORE),
            run=None if result.whole else finding.run,
            events=tuple(replace(each, path=Path(), file="", line=None) for each in finding.events),
        )
        for finding in result.findings
    ]


def _text(value: Any) -> Any:
    if isinstance(value, list):
        return [_text(each) for each in value]
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


@pytest.mark.parametrize("whole", [False, True])
def test_the_findings_are_those_of_a_hunt_over_the_same_events(hunted: Hunted, whole: bool) -> None:
    hunted.pack.detection("Disk", COUNT)
    hunted.pack.schedule("default_ttp", "-2h@h", "now")
    hunted.add([*copies(60, 61, 3700), *copies(7_300, 7_400, user='a.b\\c "d"'), event(5, user="kim", action="read")])
    there, here = hunted.there(whole=whole), hunted.here(whole=whole)
    assert here.findings
    assert comparable(there) == comparable(here)
    assert [(each.state, each.runs) for each in there.outcomes] == [(each.state, each.runs) for each in here.outcomes]
    assert [(each.sourcetype, each.events, each.hours) for each in there.coverage] == [
        (each.sourcetype, each.events, each.hours) for each in here.coverage
    ]


def test_baselines_throttling_allow_lists_and_correlations_are_those_of_here(hunted: Hunted) -> None:
    pack = hunted.pack
    pack.lookup("ex_allowed", "user,allowed\nroot,yes\n")
    pack.lookup("ex_normal", "user,usual\n")
    learn = "`ex_audit` action=copy | stats count AS usual by user | outputlookup ex_normal"
    hourly = {"cron_schedule": "5 * * * *", "earliest_time": "-2d@h", "latest_time": "@h"}
    body = {"status": "production", "search": learn, "how_to_implement": "x", "lookup": "ex_normal"}
    pack.write("baselines/normal.yml", {**pack.common("Normal"), **body, "schedule": hourly})
    unusual = (
        "`ex_audit` action=copy | lookup ex_allowed user OUTPUT allowed | where isnull(allowed) | stats count by user "
        "| lookup ex_normal user OUTPUT usual | where count > coalesce(usual, 0) | fields - usual | `ex_unusual_filter`"
    )
    risk = {"entities": [{"field": "user", "type": "user", "score": 40, "message": "$user$ copies"}]}
    pack.detection("Unusual", unusual, throttling={"fields": ["user"], "period": "2h"}, intermediate_findings=risk)
    pack.detection("Much", "index=risk | stats sum(risk_score) AS risk by risk_object | where risk>=40 "
                   "| rename risk_object AS user | `ex_much_filter`", type="Correlation")  # fmt: skip
    hunted.add([*copies(60, 61, 62, 3_700, 3_701, 3_702, 3_703, 7_300, 7_301), *copies(70, user="root")])
    there, here = hunted.there(), hunted.here()
    assert {each.detection for each in here.findings} == {"Unusual", "Much"}
    assert comparable(there) == comparable(here)
    assert [each.suppressed for each in there.outcomes] == [each.suppressed for each in here.outcomes]
    assert next(each for each in there.outcomes if each.detection == "Unusual").suppressed == 1


def test_what_the_instance_has_of_the_pack_stands_above_it(hunted: Hunted) -> None:
    """Its macros and allow lists are those of the site; a lookup that it has is read there."""
    pack, state = hunted.pack, hunted.standin.splunkd.state
    pack.lookup("ex_allowed", "user,allowed\nnobody,yes\n")
    listed = "`ex_audit` | lookup ex_allowed user OUTPUT allowed | where isnull(allowed) | stats count by user"
    pack.detection("Disk", f"{listed} | `ex_disk_filter`")
    app = state.add_app("example")
    app.put("macros", "ex_audit", {"definition": "index=main sourcetype=ex:audit action=copy"})
    app.put("lookups", "allowed.csv", {"eai:data": "user,allowed\nkim,yes\n"})
    app.put("transforms", "ex_allowed", {"filename": "allowed.csv"})
    hunted.add([*copies(60, 61), *copies(62, user="lee"), event(63, user="pat", action="read")])
    hunted.app = "example"
    assert [each.row for each in hunted.there().findings] == [{"user": "lee", "count": "1"}]
    assert {each.row["user"] for each in hunted.here().findings} == {"kim", "lee", "pat"}
    hunted.app = "search"  # where nothing of it is known
    finding = hunted.there().findings[0]
    assert finding.allow_lists == ("ex_allowed",)


def test_what_the_instance_would_be_changed_by_is_refused_by_name(hunted: Hunted) -> None:
    hunted.pack.detection("Collects", "`ex_audit` | stats count by user | collect index=main | `ex_collects_filter`")
    hunted.pack.detection("Writes", "`ex_audit` | stats count by user | outputlookup x | `ex_writes_filter`")
    hunted.pack.detection("Calls", "`ex_audit` | `nobody_knows` | stats count by user | `ex_calls_filter`")
    hunted.pack.detection("Disk", COUNT)
    hunted.add(copies(60, 61))
    result = hunted.there()
    whys = {each.detection: each.why for each in result.outcomes if each.state == "not run"}
    assert {name: why.partition("`")[2].partition("`")[0] for name, why in whys.items()} == {
        "Collects": "collect", "Writes": "outputlookup", "Calls": "nobody_knows",
    }  # fmt: skip
    assert [each.detection for each in result.findings] == ["Disk"]
    assert not any("collect" in search or "outputlookup" in search for search in hunted.searches)


def test_a_search_that_fails_there_is_named_and_the_others_go_on(hunted: Hunted) -> None:
    hunted.pack.detection(
        "Broken", "`ex_audit` | lookup elsewhere user OUTPUT x | stats count by user | `ex_broken_filter`"
    )
    hunted.pack.detection("Disk", COUNT)
    hunted.add(copies(60, 61))
    result = hunted.there()
    assert {each.detection: each.state for each in result.outcomes} == {"Broken": "not run", "Disk": "findings"}
    assert "elsewhere" in next(each.why for each in result.outcomes if each.state == "not run")


def test_what_had_no_data_is_told_from_what_found_nothing(hunted: Hunted) -> None:
    hunted.pack.detection("Disk", COUNT)
    hunted.pack.detection("Other", "sourcetype=other:kind a=1 | stats count by b | `ex_other_filter`")
    hunted.pack.detection("Model", "| tstats count from datamodel=Web.Web by Web.src | `ex_model_filter`")
    hunted.pack.detection("Silence", "`ex_audit` action=copy | stats count | where count=0 | `ex_silence_filter`")
    hunted.add([event(60, user="kim", action="read")])
    there, here = hunted.there(), hunted.here()
    states = {each.detection: each.state for each in there.outcomes}
    assert states == {each.detection: each.state for each in here.outcomes}
    assert states == {"Disk": "nothing", "Other": "no data", "Model": "no data", "Silence": "findings"}


def test_windows_without_events_are_not_searched(hunted: Hunted) -> None:
    hunted.pack.detection("Disk", COUNT)
    hunted.add(copies(60, 61, 40_000, 40_001))
    hunted.there()
    assert sum("stats count by user" in search for search in hunted.searches) == 2


def test_a_hunt_that_was_broken_off_goes_on_where_it_was(hunted: Hunted) -> None:
    hunted.pack.detection("Disk", COUNT)
    hunted.pack.detection(
        "Tape", COUNT.replace("ex_disk", "ex_tape").replace("stats count", "stats count max(_time) AS last")
    )
    hunted.add(hourly(6))
    whole = hunted.there(journal="other")
    jobs = len(hunted.searches)
    hunted.interrupt_at = jobs + jobs // 2
    broken = hunted.there()
    assert broken.interrupted and broken.findings and len(broken.findings) < len(whole.findings)
    hunted.interrupt_at = 0
    before = len(hunted.searches)
    resumed = hunted.there()
    assert comparable(resumed) == comparable(whole)
    left = jobs - jobs // 2
    assert left <= len(hunted.searches) - before <= left + 2  # and those that were under way


def test_a_journal_that_somebody_else_made_proves_nothing(hunted: Hunted) -> None:
    hunted.pack.detection("Disk", COUNT)
    hunted.add(copies(60, 61))
    hunted.interrupt_at = 3
    hunted.there()
    path = hunted.pack.folder / "journal"
    lines = path.read_bytes().splitlines(keepends=True)
    assert len(lines) > 2
    assert path.stat().st_mode & 0o077 == 0
    path.write_bytes(lines[0] + b"".join(line.replace(b"count", b"COUNT") for line in lines[1:]) + lines[1][:-9])
    hunted.interrupt_at = 0
    assert [each.row for each in hunted.there().findings] == [{"user": "kim", "count": "2"}]


def test_a_journal_of_another_hunt_is_refused(tmp_path: Path) -> None:
    again = pytest.raises(JournalError, match="in use")
    with open_journal(tmp_path / "j", {"hunt": "this"}), again, open_journal(tmp_path / "j", {"hunt": "this"}):
        pass
    with pytest.raises(JournalError, match="another hunt"), open_journal(tmp_path / "j", {"hunt": "that"}):
        pass
    with open_journal(tmp_path / "j", {"hunt": "that"}, restart=True) as journal:
        assert not journal.resumed
        journal.done = True
    assert list(tmp_path.iterdir()) == []


# --- quotas


def test_never_more_jobs_at_once_than_asked_for(hunted: Hunted) -> None:
    hunted.pack.detection("Disk", COUNT)
    hunted.standin.splunkd.state.job_polls = 3
    hunted.add(hourly(6))
    hunted.there(at_once=3)
    assert hunted.most_jobs == 3


def test_a_queued_job_is_waited_for_and_no_other_is_made(hunted: Hunted) -> None:
    hunted.pack.detection("Disk", COUNT)
    state = hunted.standin.splunkd.state
    state.search_slots, state.job_polls = 1, 4
    hunted.add(hourly(6))
    assert len(hunted.there(at_once=5).findings) == 6
    assert hunted.most_jobs == 2  # one that runs, and one that waits


@pytest.mark.parametrize(
    "words", ["The maximum disk usage quota is reached.", "The role-based concurrency limit has been reached."]
)
def test_a_job_that_failed_for_want_of_a_quota_is_made_again(hunted: Hunted, words: str) -> None:
    hunted.pack.detection("Disk", COUNT)
    hunted.add(copies(60, 61))
    hunted.failing = (3, words)
    assert len(hunted.there().findings) == 1


def test_a_busy_instance_is_asked_again(hunted: Hunted) -> None:
    hunted.pack.detection("Disk", COUNT)
    hunted.add(copies(60, 61))
    made = path_has("/jobs")
    hunted.standin.splunkd.faults.add(Fault("busy", matches=lambda seen: made(seen) and seen.method == "POST", times=7))
    assert len(hunted.there().findings) == 1
    assert not hunted.standin.splunkd.faults.waiting


def test_a_job_that_is_lost_is_made_again(hunted: Hunted) -> None:
    hunted.pack.detection("Disk", COUNT)
    hunted.add(copies(60, 61))
    hunted.lose = 2
    assert len(hunted.there().findings) == 1
    hunted.lose = 100
    with pytest.raises(SearchFailed, match="lost the same job"):
        hunted.there(journal="other")
