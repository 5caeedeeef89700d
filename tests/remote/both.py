"""A hunt of the project's own pack over files, and one over an instance that holds their events."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from remote.place import ROOT
from remote.place import Place as Standin
from storypack.engine.knowledge.files import FileSource
from storypack.engine.run import search
from storypack.hunting.findings import Finding, Hunt
from storypack.hunting.hunt import Quarry, hunt
from storypack.hunting.inputs import Given, Looked
from storypack.pack.load import load_pack
from storypack.pack.models.detection import Detection
from storypack.pack.pack import Entry, Pack
from storypack.remote.hunts.evidence import BEFORE
from storypack.remote.hunts.hunt import hunt_there
from storypack.remote.hunts.instance import Place
from storypack.remote.hunts.journal import open_journal
from storypack.remote.hunts.queue import JobQueue
from storypack.testing.setting import Setting

NOW = 1_796_083_200.0  # 2026-12-01


@cache
def _pack() -> tuple[Pack, Setting]:
    pack = load_pack(ROOT).pack
    return pack, Setting(pack)


def here_and_there(
    files: Sequence[Path], standin: Standin, folder: Path, only: Collection[str] = (), cron: str = ""
) -> tuple[Hunt, Hunt]:
    """What both hunts give. `only` = the names of detections; empty = all. `cron` = when these run in place of their
    schedules' times, over the same windows. `folder` is for what a hunt keeps."""
    looked = Looked()
    for path in files:
        looked.add(path, str(path), Given())
    pack, setting = _pack()
    detections = [
        _at(entry, pack, cron) if cron else entry for entry in pack.detections if not only or entry.name in only
    ]
    quarry = Quarry(pack, detections, dict(setting.macros), dict(setting.lookups), NOW)
    here, there = Hunt(), Hunt()
    with FileSource(list(looked.files.values()), clock=NOW, lookups=quarry.lookups) as source:
        first = _sent(source, standin)
        hunt(replace(quarry), source, here)
    with open_journal(folder / "journal", {"hunt": "this"}) as kept:
        queue = JobQueue(standin.connection, kept, 3, sleep=lambda seconds: None)
        hunt_there(quarry, Place(queue, "search", first, NOW), there)
        kept.done = True
    return here, there


def _at(entry: Entry[Detection], pack: Pack, cron: str) -> Entry[Detection]:
    schedule = pack.schedule_of(entry.model)
    assert schedule is not None
    other = schedule.model_copy(update={"cron_schedule": cron})
    return replace(entry, model=entry.model.model_copy(update={"schedule": other}))


def _sent(source: FileSource, standin: Standin) -> float:
    """Put the events into the instance, those of a file in their order; gives the time of the first. One without a time
    is none that an instance could hold."""
    fields = ("sourcetype", "source", "host", "index")
    rows = search(f"search index=* | table _time _raw {' '.join(fields)}", source, {}, NOW).rows
    timed = [row for row in reversed(rows) if "_time" in row]
    for row in timed:
        origin = {name: str(row[name]) for name in fields}
        standin.splunkd.state.add_event(str(row["_raw"]), time=float(row["_time"]), **origin)
    return min(float(row["_time"]) for row in timed)


def comparable(result: Hunt) -> list[Finding]:
    """The findings in an order of their own, without their events; numbers as the text that an instance sends. Those
    of events without a time are left out, and of those of data models (whose events are not fetched from an instance)
    the times of their events."""
    shown = [
        replace(
            finding,
            number=0,
            **({"first": None, "last": None} if _is_of_model(finding) else {}),
            row={name: _text(value) for name, value in finding.row.items()},
            notes=tuple(note for note in finding.notes if note != BEFORE),
            events=(),
            event_count=None,
            contributing=(),
        )
        for finding in result.findings
        if finding.run is not None
    ]
    return sorted(shown, key=repr)


def _is_of_model(finding: Finding) -> bool:
    return any(entry.name == finding.detection and "tstats" in entry.model.search for entry in _pack()[0].detections)


def _text(value: Any) -> Any:
    if isinstance(value, list):
        return [_text(each) for each in value]
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
