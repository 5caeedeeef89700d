"""From a character of a YAML text value to the character of the file that it comes from.

A search inside `search: |` loses its indentation, inside `>` and quotes its lines are folded, inside double quotes its
escapes are replaced. An error at offset 57 of the search must be shown where the author sees it.

The scalar's value (as libyaml gave it) guides the walk through its source, so that YAML's folding rules need not be
repeated here: between two lines the value has either some line feeds or one blank.
"""

from __future__ import annotations

import re
from functools import lru_cache

_ESCAPE = re.compile(r"\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|\r\n|.)", re.DOTALL)
_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
_BLANKS = " \t"


@lru_cache(maxsize=16)  # a text with many faults is asked for many times
def source_offsets(text: str, start: int, end: int, style: str | None, value: str) -> list[int]:
    """For each character of `value`, and for its end, the offset in `text` of what it was written as.

    `start`, `end` and `style` are those of the scalar's node. The list has one more entry than `value`.
    """
    if style in ("|", ">"):
        offsets = _block(text, start, end, value)
    elif style in ("'", '"'):
        offsets = _flow(text, start + 1, end - 1, value, style)
    else:
        offsets = _flow(text, start, end, value, "")
    # Should the walk and the value ever disagree, the rest is where the walk stopped.
    last = offsets[-1] if offsets else start
    offsets += [last] * (len(value) - len(offsets))
    return [*offsets, min(end, offsets[-1] + 1) if offsets else start]


def _block(text: str, start: int, end: int, value: str) -> list[int]:
    """Block scalars: lines lose the indentation that their first line has, the rest is verbatim."""
    header = _BREAK.search(text, start, len(text))
    if header is None:
        return []
    # With an explicit indicator (`|2`) the first line may itself start with blanks that belong to the value.
    lead = value[: len(value) - len(value.lstrip(" \n"))]
    indent = _indent(text, header.end(), end) - (len(lead) - len(lead.rstrip(" ")))
    offsets: list[int] = []
    at = header.end()
    while len(offsets) < len(value) and at < len(text):
        line_break = _BREAK.search(text, at)
        line_end = line_break.start() if line_break else len(text)
        content = min(at + indent, line_end)
        while content < line_end and len(offsets) < len(value) and text[content] == value[len(offsets)]:
            offsets.append(content)
            content += 1
        at = line_break.end() if line_break else len(text)
        offsets += _joint(value, len(offsets), line_end, single=True)
    return offsets


def _indent(text: str, at: int, end: int) -> int:
    """Indentation of the first line with content of a block scalar."""
    while at < end:
        line_break = _BREAK.search(text, at)
        line_end = line_break.start() if line_break else len(text)
        content = at
        while content < line_end and text[content] == " ":
            content += 1
        if content < line_end:
            return content - at
        if line_break is None:
            break
        at = line_break.end()
    return 0


def _flow(text: str, start: int, end: int, value: str, quote: str) -> list[int]:
    """Plain and quoted scalars: blanks around line breaks go, escapes become one character."""
    offsets: list[int] = []
    at = start
    while at < end and len(offsets) < len(value):
        blanks = _after_blanks(text, at, end)
        if _BREAK.match(text, blanks, end):
            joint = _joint(value, len(offsets), at, single=True)
            at = blanks
            while _BREAK.match(text, at) or (at < end and text[at] in _BLANKS):
                at += 1
            if len(joint) == 1 and value[len(offsets)] == "\n":
                joint = [joint[0]] * _run(value, len(offsets))
            offsets += joint
            continue
        if blanks > at:
            offsets += range(at, min(blanks, at + len(value) - len(offsets)))
            at = blanks
            continue
        escape = _ESCAPE.match(text, at) if quote == '"' and text[at] == "\\" else None
        if escape and _BREAK.match(text, at + 1):
            at = _after_blanks(text, escape.end(), end)
            continue
        offsets.append(at)
        if escape:
            at = escape.end()
        else:
            at += 2 if quote == "'" and text[at] == "'" else 1
    return offsets


def _after_blanks(text: str, at: int, end: int) -> int:
    """The first offset from `at` on that is no blank."""
    while at < end and text[at] in _BLANKS:
        at += 1
    return at


def _run(value: str, at: int) -> int:
    end = at
    while end < len(value) and value[end] in "\n":
        end += 1
    return end - at


def _joint(value: str, at: int, source: int, *, single: bool) -> list[int]:
    """Offsets of what a line break became: one blank, or line feeds (only the first of them when `single`)."""
    if at >= len(value):
        return []
    if value[at] in "\n\x85\u2028\u2029":
        return [source] if single else [source] * _run(value, at)
    return [source] if value[at] == " " else []
