"""SHOULD_LINEMERGE and its companions: lines joined to events.

props.conf.spec, as a running Splunk follows it: MUST_NOT_BREAK_BEFORE keeps no break from happening that another
setting makes, so nothing here asks for it; what MUST_NOT_BREAK_AFTER matches holds all breaks back, those in front of
dates too, until MUST_BREAK_AFTER matches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from storypack.engine.ingest.settings import MAX_EVENTS, Settings
from storypack.engine.udf.regex import GIVEN_UP, STRIKES


def is_merging(settings: Settings) -> bool:
    """Whether lines are joined at all; those of structured data are not."""
    return settings.flag("SHOULD_LINEMERGE", default=not settings.text("INDEXED_EXTRACTIONS"))


@dataclass(frozen=True)
class Merger:
    """When a line begins an event. `is_dated` tells whether a line shows a time."""

    before: Any
    before_dates: bool
    after: Any
    not_after: Any
    most: int
    is_dated: Callable[[str], bool]

    @classmethod
    def of(cls, settings: Settings, is_dated: Callable[[str], bool]) -> Merger:
        """The merger that the settings describe."""
        return cls(
            before=settings.pattern("BREAK_ONLY_BEFORE"),
            before_dates=settings.flag("BREAK_ONLY_BEFORE_DATE", default=True),
            after=settings.pattern("MUST_BREAK_AFTER"),
            not_after=settings.pattern("MUST_NOT_BREAK_AFTER"),
            most=settings.number("MAX_EVENTS", MAX_EVENTS),
            is_dated=is_dated,
        )

    def events(self, lines: Iterable[str]) -> Iterator[str]:
        """The lines joined by newlines. An event that would pass `most` lines behind its first one is closed."""
        event: list[str] = []
        must_break = held_back = False
        for line in lines:
            if event and (must_break or len(event) > self.most or (not held_back and self._begins(line))):
                yield "\n".join(event)
                event = []
            event.append(line)
            must_break = _matches(self.after, line)
            held_back = not must_break and (held_back or _matches(self.not_after, line))
        if event:
            yield "\n".join(event)

    def _begins(self, line: str) -> bool:
        if self.before is not None:
            return _matches(self.before, line)
        return self.is_dated(line) if self.before_dates else True


def _matches(compiled: Any, line: str) -> bool:
    if compiled is None:
        return False
    try:
        return compiled.search(line) is not None
    except GIVEN_UP as error:
        STRIKES.note(compiled.pattern, error)
        return False
