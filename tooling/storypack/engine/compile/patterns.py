"""Values of `search` as patterns: `*` is a wildcard; case does not matter unless CASE() says so.

Search Reference: search, "Usage"; Search Manual: "Wildcards". Breakers: segmenters.conf, the default segmenter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from storypack.engine.readings import reading
from storypack.engine.sql import quote
from storypack.spl import pattern

_ESCAPE = re.compile(r"\\\\|\\\*")
_WHOLE = re.compile(r"0|-?[1-9]\d{0,14}")
_MAJOR = "\\[\\]<>(){}|!;,'\"*\\s&?+"
_MINOR = "/:=@.\\-$#%\\\\_"
_MAJOR_ENCODED = "%(?:21|26|2526|3B|7C|20|2B|3D|2520|5D|5B|3A|0A|2C|28|29)|--"


@dataclass(frozen=True, slots=True)
class Pattern:
    """The literal pieces of a pattern, between its wildcards."""

    pieces: tuple[str, ...]

    @property
    def literal(self) -> str | None:
        """The text that the pattern is, if it has no wildcard."""
        return self.pieces[0] if len(self.pieces) == 1 else None

    @property
    def anything(self) -> bool:
        """Only wildcards: any value at all."""
        return len(self.pieces) > 1 and not any(self.pieces)

    def regex(self, gap: str = ".*") -> str:
        """RE2 text of the pattern without anchors; `gap` stands for a wildcard."""
        return gap.join(re.escape(piece) for piece in self.pieces)


def is_whole(literal: str) -> bool:
    """Whether a text is a whole number as a number prints: the only text that is equal to that number."""
    return bool(_WHOLE.fullmatch(literal))


def parse_pattern(text: str) -> Pattern:
    """The pieces of a pattern as the syntax tree holds it."""
    if reading("star-backslash") == "dropped":
        text = _ESCAPE.sub(lambda found: found[0].replace("\\*", "*"), text)
    pieces = [""]
    for part in pattern.parts(text):
        if part is pattern.ANY:
            pieces.append("")
        else:
            pieces[-1] += part
    return Pattern(tuple(pieces))


def matches(value: str, wanted: Pattern, *, fold: bool = True) -> str:
    """BOOLEAN SQL: whether a text value matches the whole pattern."""
    pieces = [piece.lower() for piece in wanted.pieces] if fold else list(wanted.pieces)
    folded = f"lower({value})" if fold else value
    if len(pieces) == 1:
        return f"{folded} = {quote(pieces[0])}"
    if wanted.anything:
        return f"{value} IS NOT NULL"
    first, *middle, last = pieces
    middle = [piece for piece in middle if piece]
    if not middle and not last:
        return f"starts_with({folded}, {quote(first)})"
    if not middle and not first:
        return f"ends_with({folded}, {quote(last)})"
    if len(middle) == 1 and not first and not last:
        return f"contains({folded}, {quote(middle[0])})"
    like = "%".join(_like(piece) for piece in pieces)
    return f"{folded} LIKE {quote(like)} ESCAPE '\\'"


def _like(piece: str) -> str:
    return piece.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def keyword_matches(raw: str, wanted: Pattern, *, fold: bool = True, major_only: bool = False) -> str:
    """BOOLEAN SQL: whether a word or phrase stands in `_raw` between breakers (or its ends).

    `major_only` is TERM(): minor breakers do not end the word.
    """
    breakers = _MAJOR if major_only else _MAJOR + _MINOR
    edge = f"[{breakers}]|{_MAJOR_ENCODED}"
    first, last = wanted.pieces[0], wanted.pieces[-1]
    start = f"(?:^|{edge})" if first and re.match(f"[^{breakers}]", first) else ""
    end = f"(?:$|{edge})" if last and re.search(f"[^{breakers}]$", last) else ""
    longest = max(wanted.pieces, key=len)
    plain = _contains(raw, longest, fold=fold)
    if wanted.pieces == ("", longest, ""):
        return plain  # around it may stand anything
    body = wanted.regex(f"[^{_MAJOR}]*")
    flags = "is" if fold else "s"
    regex = f"regexp_matches({raw}, {quote(f'(?{flags}){start}{body}{end}')})"
    # the plain test is far cheaper and lets most rows go
    return f"({plain} AND {regex})" if longest else regex


def terms_behind(raw: str, prefix: str) -> str:
    """VARCHAR[] SQL: of the terms between major breakers that begin with a prefix, the rests, each once and in small
    letters, as the index has them. A term that is the prefix alone gives nothing. Raises ValueError for a prefix that
    holds a major breaker, since no term does."""
    if not prefix or re.search(f"[{_MAJOR}]|{_MAJOR_ENCODED}", prefix, re.I):
        raise ValueError(prefix)
    broken = f"regexp_replace(lower({raw}), {quote(f'(?i){_MAJOR_ENCODED}')}, ' ', 'g')"
    term = f"(?:^|[{_MAJOR}]){re.escape(prefix.lower())}([^{_MAJOR}]+)"
    return f"list_distinct(regexp_extract_all({broken}, {quote(term)}, 1))"


def _contains(raw: str, text: str, *, fold: bool) -> str:
    """BOOLEAN SQL: whether a text stands anywhere in `_raw`."""
    if not fold:
        return f"contains({raw}, {quote(text)})"
    if text.isascii():  # takes half the time of a copy of the event in small letters
        return f"regexp_matches({raw}, {quote(f'(?i){re.escape(text)}')})"
    return f"contains(lower({raw}), {quote(text.lower())})"
