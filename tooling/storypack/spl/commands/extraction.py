"""rex and regex. Search Reference: "rex", "regex"."""

from __future__ import annotations

import re

from storypack.spl import arguments as args
from storypack.spl.calls import macro_call
from storypack.spl.source import Span
from storypack.spl.tokens import ARGUMENTS, Reader
from storypack.spl.tree import Field, MacroCall, Option, Regex, Rex, Word

_BARE = re.compile(r'[^\s|"`]++').match
_REGEX_FIELD = re.compile(r'\s*+(?:"([^"]++)"|([^\s="!|`]++))\s*+(!?=)').match


def rex(reader: Reader, name: str, start: int) -> Rex:
    reader.begin(ARGUMENTS)
    given: list[Option] = []
    pattern: Word | MacroCall | None = None
    while not reader.at_end:
        if reader.kind == "option":
            given.append(args.option(reader))
        elif pattern is not None:
            break
        else:
            pattern = _pattern(reader)
    if pattern is None:
        reader.fail("`rex` has no regular expression", 'write `rex field=name "(?<group>...)"`')
    return Rex(pattern, tuple(given), span=Span(start, reader.before))


def regex(reader: Reader, name: str, start: int) -> Regex:
    reader.match = ARGUMENTS
    field: Field | None = None
    operator = "="
    if found := _REGEX_FIELD(reader.text, reader.end):
        group = 1 if found[1] else 2
        field = Field(found[group], group == 1, span=Span(*found.span(group)))
        operator = found[3]
        reader.end = found.end()
    reader.advance()
    if reader.at_end and reader.value != "]":
        reader.fail("`regex` has no regular expression", 'write `regex field="expression"`')
    pattern = _pattern(reader)
    return Regex(field, "!=" if operator == "!=" else "=", pattern, span=Span(start, reader.before))


def _pattern(reader: Reader) -> Word | MacroCall:
    """A regular expression, as a rule in double quotes."""
    start = reader.start
    if reader.kind == "string":
        pattern: Word | MacroCall = args.quoted_word(reader)
        reader.advance()
    elif reader.kind == "macro":
        pattern = macro_call(reader.value, start)
        reader.advance()
    else:
        reader.fail_if_stray()
        found = _BARE(reader.text, start)
        if not found:
            reader.expected("a regular expression in double quotes")
        pattern = Word(found[0], span=Span(*found.span()))
        reader.skip_to(found.end())
    return pattern
