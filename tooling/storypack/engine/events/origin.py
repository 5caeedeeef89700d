"""What Splunk's inputs would say of an event: sourcetype, source, host and index, by the user's word, the file's, or a
guess."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path

from storypack.engine.events.copies import Copy
from storypack.engine.events.event import NO_LABELS, CutEvent, Labels
from storypack.engine.events.sourcetypes import XML_WINDOWS, guessed_apart, stream_sourcetype, text_sourcetype

CHANNEL = re.compile("<Channel>([^<]+)</Channel>")


@dataclass(frozen=True, slots=True)
class EventFile:
    """A file of events and what Splunk's inputs would say of it. `sourcetype` chooses the search-time knowledge.

    `assumed` are the names among sourcetype, source, host and index that nobody gave: where the file itself says
    otherwise of an event (an envelope, an export, a stream's name), that holds. Bytes of a `source` that are no UTF-8
    (a file's name may hold any) are spelt out. `copy` = where the events of a small file have been copied to.
    """

    path: Path
    sourcetype: str = ""
    source: str = ""
    host: str = ""
    index: str = "main"
    assumed: frozenset[str] = frozenset()
    copy: Copy | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "source", self.source.encode("utf-8", "backslashreplace").decode("utf-8"))


@dataclass
class Origins:
    """The origins of a file's events, each made once. Each event of a file that `is_mixed` is looked at by itself, and
    each line of text of one that has an event a line. Windows events in XML have their channel as their source where no
    source is given: Splunk's inputs name it so."""

    file: EventFile
    is_mixed: bool = False
    by_line: bool = False
    _known: dict[tuple[Labels, str, str], EventFile] = field(default_factory=dict)

    def of(self, event: CutEvent) -> EventFile:
        file = self.file
        assumed = file.assumed
        sourcetype = ""
        if "sourcetype" in assumed:
            sourcetype = event.labels.sourcetype or self._guessed(event.raw)
        by_channel = (sourcetype or file.sourcetype) == XML_WINDOWS and (not file.source or "source" in assumed)
        if not by_channel and not sourcetype and event.labels is NO_LABELS:
            return file
        channel = _channel(event.raw) if by_channel else ""
        key = event.labels, sourcetype, channel
        origin = self._known.get(key)
        if origin is None:
            origin = self._known[key] = self._made(event.labels, sourcetype, channel, by_channel=by_channel)
        return origin

    def _guessed(self, raw: str) -> str:
        """What the event tells by itself; empty = the file's."""
        if raw.startswith("{"):
            return (guessed_apart(raw) if self.is_mixed else "") or stream_sourcetype(raw)
        return text_sourcetype(raw) if self.by_line else ""

    def _made(self, labels: Labels, sourcetype: str, channel: str, *, by_channel: bool) -> EventFile:
        file = self.file

        def chosen(name: str, own: str, given: str) -> str:
            return own if own and name in file.assumed else given

        origin = replace(
            file,
            sourcetype=chosen("sourcetype", sourcetype, file.sourcetype),
            source=chosen("source", labels.source, file.source),
            host=chosen("host", labels.host, file.host),
            index=chosen("index", labels.index, file.index),
        )
        if by_channel and not (labels.source and "source" in file.assumed):
            source = f"{XML_WINDOWS}:{channel}" if channel else str(file.path)
            origin = replace(origin, source=source)
        return origin


@dataclass
class Routed:
    """The origins of events whose labels say all, each made once."""

    file: EventFile
    _known: dict[Labels, EventFile] = field(default_factory=dict)

    def of(self, event: CutEvent) -> EventFile:
        labels = event.labels
        if labels not in self._known:
            self._known[labels] = replace(
                self.file,
                sourcetype=labels.sourcetype,
                source=labels.source,
                host=labels.host,
                index=labels.index,
            )
        return self._known[labels]


def _channel(raw: str) -> str:
    match = CHANNEL.search(raw)
    return match[1] if match else ""
