"""LINE_BREAKER: a stream of text cut where the pattern's first group matches.

props.conf.spec: "LINE_BREAKER". What the group matched belongs to no line; all else stays, also what the pattern
matched around the group. If the pattern's first group takes no part in a match, the leftmost one that does is the
break; if none does, the break is in front of the match. A pattern without any group breaks at newlines, as by default.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

from storypack.engine.ingest.settings import Settings
from storypack.engine.udf.regex import GIVEN_UP, STRIKES

NEWLINES = r"([\r\n]+)"

_PIECE = 1 << 15
"""Characters that are looked at together: to say where a match stands, PCRE counts them from the beginning."""

_AHEAD = 1 << 12
"""Characters behind a match that must be there before it counts: more text could make it longer."""


def breaker(settings: Settings) -> Any:
    """The compiled pattern of the breaks."""
    compiled: Any = settings.pattern("LINE_BREAKER")
    if compiled is not None and not compiled.groups:
        settings.warn(f"LINE_BREAKER = {settings.text('LINE_BREAKER')} has no group, so lines end at newlines")
        compiled = None
    return re.compile(NEWLINES) if compiled is None or compiled.pattern == NEWLINES else compiled


def is_default(settings: Settings) -> bool:
    """Whether lines end at newlines, one or more."""
    return settings.text("LINE_BREAKER", NEWLINES) in (NEWLINES, r"([\n\r]+)", r"([\r\n]+)(?:)")


def lines(text: io.TextIOBase, compiled: Any, most: int) -> Iterator[str]:
    """The lines, empty ones left out. A line of more than `most` characters comes apart."""
    rest, ended = "", False
    while not ended:
        piece = text.read(max(_PIECE, len(rest)))
        ended = not piece
        rest += piece
        at = 0
        for begin, end in _breaks(compiled, rest, len(rest) if ended else len(rest) - _AHEAD):
            if begin > at:
                yield rest[at:begin]
            at = max(at, end)
        rest = rest[at:]
        while len(rest) > most:
            yield rest[:most]
            rest = rest[most:]
    if rest:
        yield rest


def _breaks(compiled: Any, text: str, until: int) -> Iterator[tuple[int, int]]:
    """Where what belongs to no line begins and ends, as far as the matches end at `until`."""
    try:
        for match in compiled.finditer(text):
            if match.end() > until:
                return
            yield _group(match, compiled.groups)
    except GIVEN_UP as error:
        STRIKES.note(compiled.pattern, error)


def _group(match: Any, groups: int) -> tuple[int, int]:
    begin, end = match.span(1)
    if begin >= 0:
        return begin, end
    spans = [match.span(number) for number in range(2, groups + 1)]
    taking_part = [span for span in spans if span[0] >= 0]
    return min(taking_part) if taking_part else (match.start(), match.start())
