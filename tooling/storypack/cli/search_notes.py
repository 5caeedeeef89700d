"""What a reader of `storypack search` should know beside the rows, on stderr."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from storypack.cli.options import tell

if TYPE_CHECKING:
    from storypack.engine.knowledge.apps import Knowledge
    from storypack.engine.knowledge.files import FileSource
    from storypack.engine.stream import Stream

MOST_FILES = 10
"""Files that are named one by one."""

_DAY = 86_400
_COMMAND_LIKE = re.compile(r"\s*([a-z]+)\s+[\w(]")


@dataclass
class Counted:
    """The rows as they pass, up to a limit (0 = none). `more` = there was one beyond it."""

    rows: Iterator[dict[str, Any]]
    limit: int
    count: int = 0
    more: bool = False

    def begin(self) -> None:
        """Wait for the first row."""
        first = next(self.rows, None)
        self.rows = self.rows if first is None else chain([first], self.rows)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for row in self.rows:
            if self.limit and self.count == self.limit:
                self.more = True
                return
            self.count += 1
            yield row


def tell_broken(source: FileSource) -> None:
    """What of the files is not as it should be."""
    broken = source.broken
    counts = Counter[Path]()
    for events in source.events:
        counts[events.file.path] += events.count or 0
    _tell_some(
        f"{count:,} of {counts[path]:,} events in {path.name} {'is' if count == 1 else 'are'} broken, kept as text"
        for path, count in broken.items()
    )
    _tell_some(
        f"{path.name} is not all text: bytes in {count:,} place{'' if count == 1 else 's'} were replaced by \ufffd"
        for path, count in source.replaced.items()
    )
    _tell_some(
        f"{path.name} can not be read as a whole; what can be read was searched: {damage}"
        for path, damage in source.damaged.items()
    )
    _tell_some(
        f"{path.name}: {count:,} event{'' if count == 1 else 's'}: {note}"
        for path, notes in source.notes.items()
        for note, count in notes.items()
    )


def tell_notes(source: FileSource) -> None:
    """Which events show no time, and which were cut."""
    for warning in source.warnings:
        tell(warning)


def _tell_some(texts: Iterable[str]) -> None:
    lines = list(texts)
    for line in lines[:MOST_FILES]:
        tell(line)
    if len(lines) > MOST_FILES:
        tell(f"... and so for {len(lines) - MOST_FILES:,} more files")


def tell_unknown(sourcetype: str | None, knowledge: Knowledge) -> None:
    """A sourcetype that nobody knows, where it looks like one that is known."""
    known = [stanza.name for stanza in knowledge.props if "::" not in stanza.name]
    if sourcetype and sourcetype not in known:
        from storypack.spelling import did_you_mean

        if near := did_you_mean(sourcetype, known, likeness=85):
            tell(f"nothing is known of sourcetype '{sourcetype}'; {near}")


def tell_afterwards(
    rows: Counted, stream: Stream, source: FileSource, spl: str, *, ranged: bool, now: str | None, table: bool
) -> None:
    """What there is to say once the rows have been shown. `ranged` = the command line gives a time range."""
    if not source.are_broken_counted and source.has_seen_broken:
        tell_broken(source)
    tell_notes(source)
    for warning in stream.warnings:
        tell(f"warning: {warning}")
    if rows.more:
        tell(f"only the first {rows.count:,} rows are shown; --limit 0 shows all")
    if rows.count:
        return
    if table:
        tell("no results")
    _tell_command(spl)
    ranged = ranged or "earliest=" in spl
    if ranged and now is None and source.times and source.times[1] < time.time() - _DAY:
        tell("the events are older than the time range; '--now newest' searches as of the newest")


def _tell_command(spl: str) -> None:
    """A search that begins with a word is a search for the word: say so where it looks like a command."""
    from storypack.engine.commands.registry import names

    begin = _COMMAND_LIKE.match(spl)
    if begin is None or begin[1] in names():
        return
    from storypack.spelling import did_you_mean

    if near := did_you_mean(begin[1], names(), likeness=75):
        tell(f"'{begin[1]}' is no command and was searched for as a word; {near}")
