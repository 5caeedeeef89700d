"""search, where, eval, fieldformat: commands that are one expression."""

from __future__ import annotations

import re

from storypack.spl.arguments import skip_comma
from storypack.spl.calls import macro_call
from storypack.spl.expressions import whole_expression
from storypack.spl.source import Span
from storypack.spl.terms import whole_term
from storypack.spl.tokens import ARGUMENTS, EVAL, Reader, unquote
from storypack.spl.tree import Assignment, Eval, Field, Fieldformat, MacroCall, Search, Where

# A name with blanks or brackets, unquoted, before its `=`.
_LOOSE = re.compile(r"""([\w.@#$-]++(?:\s*+\([^=,|"'`\[\]()]*+\)|\s++(?=[\w(])[\w.@#$-]*+)++)\s*+=(?!=)""").match


def search(reader: Reader, name: str, start: int) -> Search:
    term = whole_term(reader)
    return Search(term, span=Span(start, reader.before))


def where(reader: Reader, name: str, start: int) -> Where:
    condition = whole_expression(reader)
    return Where(condition, span=Span(start, reader.before))


def eval_(reader: Reader, name: str, start: int) -> Eval:
    found: list[Assignment | MacroCall] = []
    reader.begin(ARGUMENTS)
    while True:
        if reader.kind == "macro":
            found.append(macro_call(reader.value, reader.start))
            reader.begin(EVAL)
        else:
            found.append(assignment(reader))
        if reader.value != ",":
            return Eval(tuple(found), span=Span(start, reader.before))
        reader.begin(ARGUMENTS)
        skip_comma(reader)  # nothing between two commas is passed over


def fieldformat(reader: Reader, name: str, start: int) -> Fieldformat:
    reader.begin(ARGUMENTS)
    return Fieldformat(assignment(reader), span=Span(start, reader.before))


def assignment(reader: Reader) -> Assignment:
    """`target = expression`, the current token being the target, read as an argument."""
    kind, text, start = reader.kind, reader.value, reader.start
    if kind == "word" and (loose := _LOOSE(reader.text, start)):  # `size(MB)=`, `Total Duration (hrs)=`
        text = loose[1].rstrip()
        target = Field(text, span=Span(start, start + len(text)))
        reader.end = start + len(text)
    elif kind == "option":
        target = Field(text, span=reader.span)
    elif kind in ("string", "quoted"):
        target = Field(unquote(text), True, span=reader.span)
    elif kind == "word":  # a name with signs of its own: `{x}_y`, `a{}`, `<<FIELD>>`, then `=`
        text = text.partition("=")[0] if not text.startswith("=") else text
        if text.startswith("=") or not text:
            reader.fail("a field to assign to is expected before `=`", "write `name=expression`")
        target = Field(text, span=Span(start, start + len(text)))
        reader.end = start + len(text)
    else:
        reader.expected("a field to assign to", "write `name=expression`")
    reader.begin(EVAL)
    if reader.value != "=":
        reader.expected(f"`=` after `{target.name}`", "an assignment is `name=expression`; a test belongs to `where`")
    value = whole_expression(reader)
    return Assignment(target, value, span=target.span.to(value.span))
