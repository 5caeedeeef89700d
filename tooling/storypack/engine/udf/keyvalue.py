"""Names and values out of text: automatic extraction of `key=value` pairs, and what DELIMS separates.

props.conf.spec: KV_MODE, KV_TRIM_SPACES; transforms.conf.spec: DELIMS, FIELDS, CLEAN_KEYS; where Splunk 10.4 was seen
to differ from them, as it was seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from storypack.engine.udf.registry import udf

_UNCLEAN = re.compile(r"[^A-Za-z0-9_]")


def clean_key(name: str) -> str:
    """A field's name as Splunk cleans it: other characters than letters and digits become underscores; neither digits
    nor underscores stand in front. Nothing may be left.

    >>> clean_key("x-forwarded-for"), clean_key("2fa"), clean_key("7")
    ('x_forwarded_for', 'fa', '')
    """
    return _UNCLEAN.sub("_", name).lstrip("_0123456789")


# A key ends what stands before it at a blank, a bracket, a quote or a colon. A value stands right behind the `=`, or
# both are set off by a blank; then the next word is the value only if it is no key itself.
_KEY = r"""(?:^|(?<=[\s,;|&?{}()\[\]<>"':]))([^\s,;|&?{}()\[\]<>"':=]+)"""
_BARE = r"""[^\s,;|&"']+"""
_VALUE = rf"""(?:"([^"]*)"|'((?:[^'\\]|\\.)*)'|({_BARE}))"""
_ESCAPED_VALUE = rf"""(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|({_BARE}))"""
_SPACED = r"(?:=|\s=\s(?!\S*=)|\s=(?!\s))"
_PAIR = re.compile(_KEY + _SPACED + _VALUE)
_ESCAPED_PAIR = re.compile(_KEY + _SPACED + _ESCAPED_VALUE, re.DOTALL)
_ESCAPE = re.compile(r'\\([\\"])')


@udf("spl_kv", "VARCHAR", "VARCHAR", "BOOLEAN", returns="MAP(VARCHAR, VARCHAR)")
def keyvalue(raw: str | None, mode: str, trim: bool) -> dict[str, str]:
    """The pairs of an event: the first value of each key, without its quotes and (`trim`) blanks around it. In the mode
    `auto_escaped` a backslash keeps a quote from ending its value."""
    fields: dict[str, str] = {}
    escaped = mode == "auto_escaped"
    for match in (_ESCAPED_PAIR if escaped else _PAIR).finditer(raw or ""):
        key, double, single, bare = match.groups()
        name = clean_key(key)
        if escaped and double is not None:
            double = _ESCAPE.sub(r"\1", double)
        value = bare if bare is not None else single if single is not None else double
        value = value.strip(" ") if trim else value
        if name and value:
            fields.setdefault(name, value)
    return fields


# --- DELIMS ---------------------------------------------------------------------------------------------------------


@udf("spl_delimited", "VARCHAR", "VARCHAR", returns="VARCHAR[]")
def delimited(text: str | None, marks: str) -> list[str] | None:
    """The values between delimiters, by position; one in double quotes may hold delimiters. Blanks among the delimiters
    belong to the one before them (`a, b` is two values)."""
    if text is None:
        return None
    return [_unquoted(part) for part in _split(text, marks, consumes_blanks=True)]


@udf("spl_delimited_pairs", "VARCHAR", "VARCHAR", "VARCHAR", "BOOLEAN", returns="MAP(VARCHAR, VARCHAR[])")
def delimited_pairs(text: str | None, outer: str, inner: str, clean: bool) -> dict[str, list[str]]:
    """The values under each name: `outer` separates the pairs, `inner` a name from its value. Without `inner` names and
    values take turns. All that stands before the first `inner` of a pair is its name; empty values are none."""
    fields: dict[str, list[str]] = {}
    for name, value in _pairs(text or "", outer, inner):
        key = clean_key(_unquoted(name)) if clean else _unquoted(name).strip()
        if key and value:
            fields.setdefault(key, []).append(value)
    return fields


def _pairs(text: str, outer: str, inner: str) -> Iterator[tuple[str, str]]:
    parts = [part for part in _split(text, outer) if part]
    if not inner:
        yield from ((name, _unquoted(value)) for name, value in zip(parts[::2], parts[1::2], strict=False))
        return
    mark = re.compile(f"[{re.escape(inner)}]+")
    for part in parts:
        name, *rest = mark.split(part, maxsplit=1)
        if rest:
            yield name, _unquoted(rest[0])


@lru_cache(maxsize=256)
def _splitter(marks: str, consumes_blanks: bool) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What a value is (texts in quotes and other characters), and what separates two of them."""
    signs = f"[{re.escape(marks)}]"
    blanks = "".join(mark for mark in marks if mark.isspace())
    if consumes_blanks and blanks and len(blanks) < len(marks):
        signs = f"(?:[{re.escape(marks.translate(dict.fromkeys(map(ord, blanks))))}][{re.escape(blanks)}]*|{signs})"
    quoted = r'"(?:[^"\\]|\\.)*"'
    return re.compile(rf"(?:{quoted}|(?!{signs}).)*", re.DOTALL), re.compile(signs)


def _split(text: str, marks: str, *, consumes_blanks: bool = False) -> Sequence[str]:
    value, mark = _splitter(marks, consumes_blanks)
    parts, at = [], 0
    while True:
        part = value.match(text, at)
        parts.append(part[0] if part else "")
        end = mark.match(text, part.end() if part else at)
        if end is None:
            return parts
        at = end.end()


def _unquoted(text: str) -> str:
    bare = text.strip()
    if len(bare) > 1 and bare[0] == bare[-1] == '"':
        return bare[1:-1].replace('\\"', '"')
    return text
