"""Commands of options and words, commands that we keep as text, and `from`."""

from __future__ import annotations

import re

from storypack.spl import arguments as args
from storypack.spl.calls import macro_call
from storypack.spl.source import Span, SplError
from storypack.spl.tokens import ARGUMENTS, STRING, Reader
from storypack.spl.tree import Deferred, From, MacroCall, MacroStage, Opaque, Option, Pipeline, Plain, Word

_MACRO_INSIDE = re.compile(rf"(?s)(?:[^\"`]++|{STRING})*+`[^`]++`").match
# `datamodel:"A.B"`, `datamodel:A.B`, `datamodel A.B`, `datamodel:"A"."B"`, and all of it in quotes.
_FROM = re.compile(
    r'\s*+(?:"([^"|:]++):([^"|]++)"'
    r'|([A-Za-z_]\w*+)(?:\s*+:\s*+|\s++)((?:"[^"]++"|[^\s|\]"\[.]++)(?:\.(?:"[^"]++"|[^\s|\]"\[.]++))*+))'
).match


def plain(reader: Reader, name: str, start: int) -> Plain:
    reader.begin(ARGUMENTS)
    words: list[Word | MacroCall] = []
    given: list[Option] = []
    args.skip_comma(reader)
    while not reader.at_end:
        if reader.kind == "option":
            given.append(args.option(reader))
        elif reader.value in ("[", ")"):
            break
        else:
            words.append(args.word_or_macro(reader, "an argument"))
        args.skip_comma(reader)
    return Plain(name, tuple(words), tuple(given), span=Span(start, reader.before))


def opaque(reader: Reader, name: str, start: int) -> Opaque:
    """The arguments as written; brackets that hold a search are read as well."""
    reader.match = ARGUMENTS
    begin = reader.end
    text = reader.raw_until("")
    end = begin + len(text.rstrip())
    return Opaque(name, text.strip(), _inner(reader, begin, end), span=Span(start, end))


def _inner(reader: Reader, begin: int, end: int) -> tuple[Pipeline, ...]:
    """The subsearches in an opaque text."""
    return tuple(pipeline for _, _, pipeline in _bracketed(reader, begin, end))


def _bracketed(reader: Reader, begin: int, end: int, *, strict: bool = False) -> list[tuple[int, int, Pipeline]]:
    """The subsearches in a text, with the place of their brackets. Unless `strict`, brackets that hold something else
    are no error: the text is not ours."""
    if "[" not in reader.text[begin:end]:
        return []
    found: list[tuple[int, int, Pipeline]] = []
    nesting = reader.nesting
    kept = (reader.match, reader.kind, reader.value, reader.start, reader.end, reader.before, reader.depth)
    reader.end = begin
    try:
        while reader.end < end:
            reader.advance()
            if reader.value == "[":
                opening = reader.start
                pipeline = reader.subsearch()
                found.append((opening, reader.before, pipeline))
                reader.end = reader.before
    except SplError:
        if strict:
            raise
        found = []
        reader.nesting = nesting
    reader.match, reader.kind, reader.value, reader.start, reader.end, reader.before, reader.depth = kept
    return found


def deferred(reader: Reader, name: str, start: int, begin: int, *, at_bracket: bool) -> Deferred | None:
    """The arguments from `begin` on, for a stage that could not be read: None unless a macro stands among them, or it
    was a subsearch that kept the stage from being read (`at_bracket`; an error inside that is the stage's then)."""
    reader.match = ARGUMENTS
    reader.end = begin
    text = reader.raw_until("")
    end = begin + len(text.rstrip())
    begin += len(text) - len(text.lstrip())
    inside = reader.text[begin:end]
    if not at_bracket and not _MACRO_INSIDE(inside):
        return None
    brackets = _bracketed(reader, begin, end, strict=at_bracket)
    parts: list[str | Pipeline] = []
    done = begin
    for opening, closing, pipeline in brackets:
        parts += (reader.text[done:opening], pipeline)
        done = closing
    parts.append(reader.text[done:end])
    return Deferred(name, tuple(part for part in parts if part), span=Span(start, end))


def macro_stage(reader: Reader) -> MacroStage:
    """A stage that begins with a macro, which is the current token."""
    start = reader.start
    call = macro_call(reader.value, start)
    begin = reader.end
    rest = reader.raw_until("")
    return MacroStage(call, rest.strip(), span=Span(start, begin + len(rest.rstrip())))


def from_(reader: Reader, name: str, start: int) -> From:
    """`from datamodel:"X.Y"`. Search Reference: "from"."""
    found = _FROM(reader.text, reader.end)
    if not found:
        reader.begin(ARGUMENTS)
        reader.expected("a dataset", 'write `from datamodel:"Model.Dataset"`')
    kind = found[1] or found[3]
    dataset = found[2] or found[4].replace('"', "")
    reader.match = ARGUMENTS
    reader.skip_to(found.end())
    return From(kind.lower(), dataset, span=Span(start, found.end()))
