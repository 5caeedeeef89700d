"""The stations of a file's text on its way to events, in splunkd's order; see the package."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path

from storypack.engine.events.cutting import cut, open_text
from storypack.engine.events.event import MAX_EVENT, NO_LABELS, CutEvent
from storypack.engine.events.origin import EventFile, Origins
from storypack.engine.events.shapes import Shape
from storypack.engine.ingest import structured
from storypack.engine.ingest.breaking import breaker, is_default, lines
from storypack.engine.ingest.event import IngestEvent
from storypack.engine.ingest.merging import Merger, is_merging
from storypack.engine.ingest.routing import Router
from storypack.engine.ingest.settings import BREAKING, TRUNCATE, Settings, is_index_time
from storypack.engine.ingest.times import Clock, TimeReader
from storypack.engine.ingest.truncating import truncate
from storypack.engine.knowledge.apps import Knowledge
from storypack.engine.knowledge.props import settings_for
from storypack.engine.knowledge.untimed import message

_HEAD, _HEAD_LINES = 1 << 16, 200
"""Characters and lines of a file that are looked at for events of several lines."""

TRUNCATED = ("meta", "truncated")
"""The indexed field of an event that was cut."""


@dataclass
class Counts:
    """What became of a file's events: how many there are, how many showed no time, how many were cut, dropped."""

    events: int = 0
    untimed: int = 0
    truncated: int = 0
    dropped: int = 0


@dataclass
class Ingest:
    """What the index-time settings of add-ons make of files. `now` = the clock, in epoch seconds; with `file_times`
    events that show no time and have none before them get that of their file's last change instead."""

    knowledge: Knowledge
    now: float
    file_times: bool = False
    counts: dict[Path, Counts] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    @property
    def is_idle(self) -> bool:
        """Whether there are no add-ons, so that no file has index-time settings."""
        return not len(self.knowledge.own_props)

    def named(self, file: EventFile) -> EventFile:
        """The file under the source type that a stanza for its source names, where nobody gave one."""
        if file.sourcetype and "sourcetype" not in file.assumed:
            return file
        name = settings_for(self.knowledge.own_props, "", file.source, file.host).get("sourcetype", "").strip()
        return replace(file, sourcetype=name, assumed=file.assumed - {"sourcetype"}) if name else file

    def settings(self, file: EventFile, shape: Shape) -> Settings | None:
        """The settings for a file's events; None where no add-on has index-time settings for them. Where one knows the
        source type without such settings, splunkd's defaults join lines; so they do here for a file that begins with
        an event of several lines."""
        origin = file.sourcetype, file.source, file.host
        own = settings_for(self.knowledge.own_props, *origin)
        settings = self._settings(*origin)
        if any(is_index_time(key) for key in own):
            return settings
        is_known = bool(own) or file.sourcetype in self.knowledge.own_props  # a stanza may be empty
        if is_known and shape.format.by_line and self._has_long_events(file, shape, settings):
            return settings
        return self._settings_of_labels(file, shape)

    def _settings_of_labels(self, file: EventFile, shape: Shape) -> Settings | None:
        """Settings that leave a file's events as its format cuts them, if some of them name a source type (as those
        for the HTTP Event Collector do) of which an add-on has index-time settings; else None."""
        if "sourcetype" not in file.assumed or shape.format.by_line or not len(self.knowledge.own_props):
            return None
        head = islice(cut(file.path, shape, []), _HEAD_LINES)
        named = {event.labels.sourcetype for event in head if event.labels.sourcetype and not event.is_stored}
        own = (settings_for(self.knowledge.own_props, name, file.source, file.host) for name in named)
        if not any(is_index_time(key) for settings in own for key in settings):
            return None
        return Settings(
            {"SHOULD_LINEMERGE": "false", "TRUNCATE": "0"}, partial(self._warn, file.sourcetype or file.source)
        )

    def _has_long_events(self, file: EventFile, shape: Shape, settings: Settings) -> bool:
        """Whether the first line of a file shows a time, and a later one (that is no JSON object) shows none."""
        reader = TimeReader(settings, self.now)
        with open_text(file.path, shape, []) as text:
            head = [line for line in text.read(_HEAD).splitlines()[:_HEAD_LINES] if line.strip()]
        if not head or not reader.shows(head[0]):
            return False
        return any(not line.startswith("{") and not reader.shows(line) for line in head[1:])

    def _settings(self, sourcetype: str, source: str, host: str) -> Settings:
        warn = partial(self._warn, sourcetype or source)
        return Settings(settings_for(self.knowledge.props, sourcetype, source, host), warn)

    def _warn(self, what: str, message: str) -> None:
        text = f"{what}: {message}"
        if text not in self.warnings:
            self.warnings.append(text)

    def cut(
        self, file: EventFile, shape: Shape, settings: Settings, damage: list[str], origins: Origins
    ) -> Iterator[CutEvent]:
        """The events of a file as they are indexed; each says where it goes. `damage` gets what of the file could not
        be read; `origins` says where an event comes from."""
        counts = self.counts.setdefault(file.path, Counts())
        router = Router(self.knowledge.transforms, self._settings, self.now)
        events = self._parsed(file, shape, settings, damage, origins, counts)
        for number, event in enumerate(router.events(events), 1):
            multi = tuple(name for name, values in event.fields.items() if len(values) > 1)
            yield CutEvent(
                event.raw, number, event.fields_json(), event.broken, event.time, event.labels, multi, event.note
            )
        counts.dropped = router.dropped

    def _parsed(
        self,
        file: EventFile,
        shape: Shape,
        settings: Settings,
        damage: list[str],
        origins: Origins,
        counts: Counts,
    ) -> Iterator[IngestEvent]:
        """The events with their times, before anything changes them."""
        own = modified(file.path) if self.file_times else None
        clock = Clock(TimeReader(settings, self.now), own, file.source or file.path.name)
        most = settings.number("TRUNCATE", TRUNCATE)
        readings = {(file.sourcetype, file.source, file.host): (clock.reader, most)}
        is_collected = structured.kind_of(settings) == "hec"
        for cut_event in self._cut(file, shape, settings, clock.reader, damage):
            origin, fields = origins.of(cut_event), _fields_of(cut_event)
            labels = cut_event.labels if is_collected else NO_LABELS
            where = (
                labels.sourcetype or origin.sourcetype,
                labels.source or origin.source,
                labels.host or origin.host,
            )
            if where not in readings:
                readings[where] = self._reading(where)
            reader, most = readings[where]
            raw = cut_event.raw if cut_event.is_stored else truncate(cut_event.raw, most)
            sourcetype, source, host = where
            event = IngestEvent(
                raw,
                clock.time(raw, fields, reader) if cut_event.time is None else cut_event.time,
                labels.index or origin.index,
                host,
                source,
                sourcetype,
                fields or {},
                broken=cut_event.broken,
                note=cut_event.note,
                is_stored=cut_event.is_stored,
            )
            if len(raw) < len(cut_event.raw):
                counts.truncated += 1
                event.add(*TRUNCATED)
            counts.events, counts.untimed = clock.count, clock.untimed
            yield event

    def _reading(self, where: tuple[str, str, str]) -> tuple[TimeReader, int]:
        """How times of an origin's events are read, and TRUNCATE (0 where no add-on has index-time settings for it)."""
        settings = self._settings(*where)
        is_own = any(is_index_time(key) for key in settings_for(self.knowledge.own_props, *where))
        return TimeReader(settings, self.now), settings.number("TRUNCATE", TRUNCATE) if is_own else 0

    def messages(self) -> Iterator[str]:
        """What there is to say of the files: times that events do not show, events that are not whole or not stored."""
        last = "the file's own" if self.file_times else "that of the search"
        for path, counts in self.counts.items():
            if counts.untimed:
                yield message(path.name, counts.untimed, counts.events, last)
            if counts.truncated:
                yield f"{counts.truncated:,} of {counts.events:,} events in {path.name} were cut (TRUNCATE)"
            if counts.dropped:
                yield f"{counts.dropped:,} of {counts.events:,} events in {path.name} went into the null queue"

    def _cut(
        self, file: EventFile, shape: Shape, settings: Settings, reader: TimeReader, damage: list[str]
    ) -> Iterator[CutEvent]:
        """The events before they are truncated, with what the file itself says of them."""
        if not _is_text(shape, settings):
            events = cut(file.path, shape, damage)
            yield from structured.with_fields(events, settings) if structured.kind_of(settings) else events
            return
        shape = replace(shape, encoding=_encoding(settings) or shape.encoding)
        with open_text(file.path, shape, damage) as text:
            pieces = lines(text, breaker(settings), MAX_EVENT)
            if structured.kind_of(settings):
                yield from structured.events(pieces, settings)
                return
            texts = Merger.of(settings, reader.shows).events(pieces) if is_merging(settings) else pieces
            yield from (CutEvent(text, number) for number, text in enumerate(texts, 1))


def _encoding(settings: Settings) -> str:
    """CHARSET; empty where it leaves the choice, and for one that nobody knows."""
    name = settings.text("CHARSET")
    if not name or name.upper() in ("AUTO", "UTF-8"):
        return ""
    try:
        return codecs.lookup(name).name
    except LookupError:
        settings.warn(f"CHARSET = {name} is not known; the text is read as UTF-8")
        return ""


def _is_text(shape: Shape, settings: Settings) -> bool:
    """Whether a file is text that the settings break into events. JSON, XML and tables of which no setting says where
    an event begins come apart by their own format, as an input of a vendor's add-on would hand them over."""
    kind = structured.kind_of(settings)
    if shape.format.by_line or (kind and kind != "json"):
        return True
    chosen = BREAKING - {"SHOULD_LINEMERGE", "LINE_BREAKER", "MAX_EVENTS", "BREAK_ONLY_BEFORE_DATE"}
    return not is_default(settings) or any(settings.text(key) for key in chosen)


def _fields_of(event: CutEvent) -> dict[str, list[str]] | None:
    if event.indexed is None:
        return None
    given: Mapping[str, object] = json.loads(event.indexed)
    return {
        name: [str(each) for each in (value if isinstance(value, list) else [value])]
        for name, value in given.items()
        if value is not None
    }


def modified(path: Path) -> float:
    """When a file was last changed, in whole epoch seconds."""
    return float(int(path.stat().st_mtime))
