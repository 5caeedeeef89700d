"""Commands of options and words, commands that we keep as text, and `from`."""

from __future__ import annotations

import re

from storypack.spl import arguments as args
from storypack.spl.calls import macro_call
from storypack.spl.source import Span, SplError
from storypack.spl.tokens import ARGUMENTS, Reader
from storypack.spl.tree import From, MacroCall, MacroStage, Opaque, Option, Pipeline, Plain, Word

# `datamodel:"A.B"`, `datamodel:A.B`, `datamodel A.B`, `datamodel:"A"."B"`, and all of it in quotes.
_FROM = re.compile(
    r'\s*+(?:"([^"|:]++):([^"|]++)"'
    r'|([A-Za-z_]\w*+)(?:\s*+:\s*+|\s++)((?:"[^"]++"|[^\s|\]"\[.]++)(?:\.(?:"[^"]++"|[^\s|\]"\[.]++))*+))'
).match


def plain(reader: Reader, name: str, start: int) -> Plain:
    reader.begin(ARGUMENTS)
    words: list[Word | MacroCall] = []
    given: list[Option] = []
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
    """The subsearches in an opaque text. Brackets that hold something else are no error: the text is not ours."""
    if "[" not in reader.text[begin:end]:
        return ()
    found: list[Pipeline] = []
    kept = (reader.match, reader.kind, reader.value, reader.start, reader.end, reader.before, reader.depth)
    reader.end = begin
    try:
        while reader.end < end:
            reader.advance()
            if reader.value == "[":
                found.append(reader.subsearch())
                reader.end = reader.before
    except SplError:
        found = []
    reader.match, reader.kind, reader.value, reader.start, reader.end, reader.before, reader.depth = kept
    return tuple(found)


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
