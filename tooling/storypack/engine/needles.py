"""Texts that an event must hold to match a comparison: what is asked of a field whose values stand in the event as they
are must stand there, too, in whatever case.

Nothing is taken for a needle that the event may spell in another way: blanks, signs that JSON, XML or CSV escape,
numbers that JSON may write as `1e3`, what is not ASCII. An event that spells characters by their numbers (`\\u0041`,
`&#65;`) may match any needle.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from storypack.engine.compile.patterns import parse_pattern
from storypack.engine.knowledge.fields import OriginFields
from storypack.engine.sql import Kind, Sql, quote
from storypack.spl import tree

LEAST = 3
"""Characters of a needle: shorter ones stand in nearly every event."""

_SAFE = re.compile(r"[A-Za-z0-9.,:;=_@#$%()\[\]{}*+~^-]+")
_LETTER = re.compile(r"[A-DF-Za-df-z]")  # with an "e" alone it may be a number
_NUMBERED = ("\\u", "\\x", "&#")
_NET = re.compile(r"[0-9A-Fa-f:.]+/\d{1,3}")


def needle_sql(term: tree.Term, fields: OriginFields) -> str | None:
    """BOOLEAN SQL that holds wherever the term holds; None if nothing of the kind can be said."""
    match term:
        case tree.Compare(tree.Field(name), "=", tree.Word(text)):
            return _of_values(name, [text], fields)
        case tree.In(tree.Field(name), values):
            texts = [value.text for value in values if isinstance(value, tree.Word)]
            return _of_values(name, texts, fields) if len(texts) == len(values) else None
        case tree.Keyword(text) | tree.Directive(text=text, field=None):
            longest = max(parse_pattern(text).pieces, key=len)
            return f"contains({_lower('_raw', fields)}, {quote(longest.lower())})" if len(longest) >= LEAST else None
        case _:
            return None


def _of_values(name: str, texts: Sequence[str], fields: OriginFields) -> str | None:
    needles = [needle_of(text) for text in texts]
    if not texts or None in needles or not fields.is_literal(name):
        return None
    places = ["_raw", *(["__indexed"] if fields.indexed else [])]
    found = [f"contains({_lower(place, fields)}, {quote(needle or '')})" for place in places for needle in needles]
    return " OR ".join(dict.fromkeys([*found, *(_is_numbered(place, fields) for place in places)]))


def needle_of(text: str) -> str | None:
    """The longest piece (in small letters) that stands as it is in each event with a field that matches the pattern."""
    if _NET.fullmatch(text):
        return None
    pieces = [safe for piece in parse_pattern(text).pieces for safe in _SAFE.findall(piece)]
    longest = max((piece for piece in pieces if _LETTER.search(piece)), key=len, default="")
    return longest.lower() if len(longest) >= LEAST else None


def _lower(place: str, fields: OriginFields) -> str:
    text = f"lower({place})" if place == "_raw" else f"coalesce(lower({place}), '')"
    return fields.layers.once(f"__lower{place}", Sql(text, Kind.STRING)).text


def _is_numbered(place: str, fields: OriginFields) -> str:
    lower = _lower(place, fields)
    text = " OR ".join(f"contains({lower}, {quote(sign)})" for sign in _NUMBERED)
    return fields.layers.once(f"__numbered{place}", Sql(text, Kind.BOOL)).text
