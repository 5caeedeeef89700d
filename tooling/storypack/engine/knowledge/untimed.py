"""Events that show no time: they get that of the event before them in their file, the first ones the file's own.

Whether there are any is known while a search runs, not before: nearly all files have none, and to look for them first
would cost a pass over each. So the SQL of a time calls `spl_untimed` where an event shows none. A search that met such
events is run again, over times that are filled in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count

from storypack.engine.events.reading import RawEvents
from storypack.engine.sql import quote
from storypack.engine.udf.registry import udf

MOST_FILES = 10
"""Files that are named one by one."""

_met: set[str] = set()
_handles = count(1)


@udf("spl_untimed", "VARCHAR", "VARCHAR", "DOUBLE", returns="DOUBLE")
def untimed(raw: str | None, handle: str | None, clock: float | None) -> float | None:
    """The clock, for an event that shows no time; this is taken note of. `raw` keeps DuckDB from asking beforehand."""
    if handle is not None:
        _met.add(handle)
    return clock


@dataclass
class Untimed:
    """What is known of the events without a time. `counts`: of files, by their numbers, how many such events there are,
    of how many; empty until a search has met one. `own`: the times that stand in for the first ones (epoch seconds).
    `handle_sql`: SQL of the handle under which notes are taken, if it is not this one's `handle`."""

    counts: dict[int, tuple[int, int]] = field(default_factory=dict)
    own: dict[int, float] = field(default_factory=dict)
    is_filled: bool = False
    handle: str = field(default_factory=lambda: f"untimed-{next(_handles)}")
    handle_sql: str = ""

    @property
    def is_met(self) -> bool:
        """Whether a search has come upon an event without a time."""
        return self.handle in _met

    def forget(self) -> None:
        """Take no further notes."""
        _met.discard(self.handle)

    def noting_sql(self, time: str, clock: str) -> str:
        """A time, or the clock (SQL) and a note."""
        return f"coalesce({time}, spl_untimed(_raw, {self.handle_sql or quote(self.handle)}, {clock}))"

    def filled_sql(self, time: str, numbers: list[int], clock: str) -> str:
        """A time, that of the event before, or what stands in for it. `time` is a column; `numbers` are the files."""
        if not any(number in self.counts for number in numbers):
            return f"coalesce({time}, {clock})"
        own = "".join(f" WHEN {number} THEN {self.own[number]!r}" for number in numbers if number in self.own)
        first = f"CASE __origin{own} ELSE {clock} END" if own else clock
        before = (
            f"last_value({time} IGNORE NULLS) OVER (PARTITION BY __origin ORDER BY __position "
            "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
        )
        return f"coalesce({before}, {first})"

    def messages(self, events: Mapping[int, RawEvents]) -> Iterator[str]:
        """What there is to say of each file."""
        for place, (number, (lacking, total)) in enumerate(self.counts.items()):
            if place == MOST_FILES:
                yield f"... and so for {len(self.counts) - MOST_FILES:,} more files"
                return
            own = self.own.get(number)
            last = "that of the search" if own is None else f"the file's own ({_shown(own)})"
            yield message(events[number].file.path.name, lacking, total, last)


def message(name: str, lacking: int, total: int, last: str) -> str:
    """The word on a file's events without a time. `last` = what the first ones got."""
    verb, they = ("shows", "it was") if lacking == 1 else ("show", "they were")
    return (
        f"{lacking:,} of {total:,} events in {name} {verb} no time; {they} given that of the event before, or where "
        f"there is none, {last}"
    )


def _shown(time: float) -> str:
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
