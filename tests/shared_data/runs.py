"""Detections over the real events of `../shared/data`: which rows come, and which lines alone are enough for a row."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import yaml

from storypack.engine.events.cutting import cut
from storypack.engine.events.event import CutEvent
from storypack.engine.events.origin import EventFile
from storypack.engine.events.shapes import recognise
from storypack.engine.knowledge.files import FileSource
from storypack.engine.run import search
from storypack.pack.load import load_pack
from storypack.pack.models.detection import Detection
from storypack.pack.pack import Entry, Pack
from storypack.spl import tree
from storypack.testing.setting import Setting
from storypack.testing.stages import cut as cut_search

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"
WINDOWS = "XmlWinEventLog"
FLATTENED = "json ("  # the manifest's mark of Windows events as nxlog writes them
SOURCETYPES = {"gws:reports:drive (shape differs)": ("gws:reports:drive",), "linux:audit": ("linux:audit", "auditd")}
ALSO = {"auditd": ("sysmon:linux",), "linux:audit": ("sysmon:linux",)}  # process events, whoever writes them
_SYSTEM = {
    "EventID",
    "Channel",
    "SourceName",
    "Hostname",
    "Computer",
    "TimeCreated",
    "EventTime",
    "@timestamp",
    "Message",
}


@dataclass(frozen=True)
class RealFile:
    """A file of the manifest."""

    path: str
    sourcetype: str

    @property
    def full(self) -> Path:
        return DATA / self.path


@cache
def manifest() -> tuple[RealFile, ...]:
    raw = yaml.safe_load((DATA / "MANIFEST.yml").read_text(encoding="utf-8"))
    return tuple(RealFile(item["path"], item["sourcetype"]) for item in raw["files"])


@cache
def pack() -> Pack:
    return load_pack(ROOT).pack


@cache
def setting() -> Setting:
    return Setting(pack(), threads=2)


def event_files(file: RealFile, scratch: Path) -> list[EventFile]:
    """The file as a Splunk would have it, under each sourcetype that it may have there."""
    path = file.full
    if file.sourcetype.startswith(FLATTENED):
        path = scratch / (path.name.split(".")[0] + ".xml")
        path.write_text("".join(windows_xml(json.loads(event.raw)) + "\n" for event in events(file.full)), "utf-8")
        return [event_file(path, WINDOWS)]
    return [event_file(path, sourcetype) for sourcetype in SOURCETYPES.get(file.sourcetype, (file.sourcetype,))]


def event_file(path: Path, sourcetype: str) -> EventFile:
    return EventFile(path, sourcetype, "" if sourcetype == WINDOWS else path.name)


def events(path: Path) -> Iterator[CutEvent]:
    return cut(path, recognise(path))


def windows_xml(event: dict[str, Any]) -> str:
    """A flattened Windows event as Windows itself renders it: what nxlog put side by side goes back into EventData."""
    time = str(event.get("TimeCreated") or event.get("EventTime") or event.get("@timestamp")).replace(" ", "T")
    system = (
        f"<Provider Name={quoteattr(str(event.get('SourceName', '')))}/><EventID>{event['EventID']}</EventID>"
        f"<TimeCreated SystemTime={quoteattr(time.removesuffix('Z') + 'Z')}/>"
        f"<Channel>{escape(str(event.get('Channel', '')))}</Channel>"
        f"<Computer>{escape(str(event.get('Hostname') or event.get('Computer') or ''))}</Computer>"
    )
    data = "".join(
        f"<Data Name={quoteattr(name)}>{escape(str(value)).replace(chr(13), '&#13;').replace(chr(10), '&#10;')}</Data>"
        for name, value in event.items()
        if name not in _SYSTEM and isinstance(value, str | int | float)
    )
    text = (
        f'<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System>{system}</System>'
        f"<EventData>{data}</EventData></Event>"
    )
    return text.replace('"', "'")


def readers(sourcetype: str) -> list[Entry[Detection]]:
    """The detections of the pack that read a sourcetype, by their data sources."""
    found = []
    for entry in pack().detections:
        names = [name for name in entry.model.data_sources if name in pack().data_source_named]
        types = {pack().data_source_named[name].model.sourcetype for name in names}
        if entry.model.status == "production" and types & {sourcetype, *ALSO.get(sourcetype, ())}:
            found.append(entry)
    return found


def rows(entry: Entry[Detection], file: EventFile) -> list[dict[str, Any]]:
    """What a detection finds in a file, over all time."""
    return run(entry.model.search, file)


def run(spl: str, file: EventFile) -> list[dict[str, Any]]:
    """What a search finds in a file, over all time."""
    with FileSource([file], setting().knowledge, clock=0.0, lookups=setting().lookups) as source:
        newest = source.times[1] if source.times else 1_700_000_000.0
        source.clock = newest
        return search(spl, source, setting().macros, newest + 1).rows


def lines_that_fire(entry: Entry[Detection], file: EventFile) -> list[int]:
    """The lines (from 1) that give a row when they are all there is."""
    staged = cut_search(entry, setting().macros)
    first = staged.pipeline.commands[0]
    if not isinstance(first, tree.Search):
        return []
    base = staged.expanded.text[: staged.pipeline.commands[1].span.start].rstrip().removesuffix("|")
    with FileSource([file], setting().knowledge, clock=0.0, lookups=setting().lookups) as source:
        wanted = {row["_raw"] for row in search(f"{base} | table _raw", source, setting().macros, 1e10).rows}
    found = []
    with TemporaryDirectory() as folder:
        for event in events(file.path):
            if event.raw in wanted:
                path = Path(folder) / f"line_{event.position}"
                path.write_text(event.raw + "\n", encoding="utf-8")
                if rows(entry, event_file(path, file.sourcetype)):
                    found.append(event.position)
    return found
