"""join, append and its kin, union, multisearch, set, foreach, map: commands that hold other searches."""

from __future__ import annotations

import re

from storypack.spl import arguments as args
from storypack.spl.source import Span
from storypack.spl.tokens import ARGUMENTS, STRING, Reader
from storypack.spl.tree import Combine, Field, Foreach, Join, MacroCall, MapSearch, Option, Pipeline, Word

_PROPER = re.compile(rf"(?s){STRING}(?=[\s|\],]|\Z)").match


def join(reader: Reader, name: str, start: int) -> Join:
    reader.begin(ARGUMENTS)
    found: list[Field] = []
    given: list[Option] = []
    pipeline: Pipeline | None = None
    while not reader.at_end:
        if reader.kind == "option":
            given.append(args.option(reader))
        elif reader.is_word("where") and any(each.name == "left" for each in given):
            given.append(_pairs(reader))
        elif reader.value == "[" and pipeline is None:
            pipeline = reader.subsearch()
        elif reader.value == "[":
            reader.fail("`join` takes one subsearch", "join the second one in a stage of its own")
        else:
            found.append(args.field(reader))
        args.skip_comma(reader)
    if pipeline is None:
        args.subsearch(reader, name)
    assert pipeline is not None
    return Join(tuple(found), pipeline, tuple(given), span=Span(start, reader.before))


def _pairs(reader: Reader) -> Option:
    """`where L.a=R.b L.c=R.d` of `join left=L right=R`, kept as the text of an option named where."""
    start = reader.start
    opening = reader.text.find("[", reader.end)
    end = opening if opening >= 0 else len(reader.text)
    text = reader.text[reader.end : end].strip()
    reader.skip_to(end)
    return Option("where", Word(text, True, span=Span(start, end)), span=Span(start, end))


def combine(reader: Reader, name: str, start: int) -> Combine:
    """append, appendcols, appendpipe, union, multisearch, set."""
    reader.begin(ARGUMENTS)
    pipelines: list[Pipeline] = []
    given: list[Option] = []
    words: list[Word] = []
    while not reader.at_end:
        if reader.kind == "option":
            given.append(args.option(reader))
        elif reader.value == "[":
            pipelines.append(reader.subsearch())
        elif name in ("union", "set"):
            words.append(_dataset(reader))
        else:
            break
        args.skip_comma(reader)
    if not pipelines and not (name == "union" and words):
        args.subsearch(reader, name)
    return Combine(name, tuple(pipelines), tuple(given), tuple(words), span=Span(start, reader.before))


def _dataset(reader: Reader) -> Word:
    """`datamodel:x` or `savedsearch:"a b"`, quotes taken off."""
    first = args.word(reader)
    if first.text.endswith(":") and not first.quoted and reader.kind == "string":
        second = args.word(reader)
        return Word(first.text + second.text, True, span=first.span.to(second.span))
    return first


def foreach(reader: Reader, name: str, start: int) -> Foreach:
    reader.begin(ARGUMENTS)
    found: list[Field | MacroCall] = []
    given: list[Option] = []
    template: str | None = None
    while not reader.at_end:
        if reader.kind == "option":
            given.append(args.option(reader))
        elif reader.value == "[":
            template = _template(reader)
            break
        else:
            found.append(args.field_or_macro(reader))
        args.skip_comma(reader)
    if template is None:
        reader.expected("a subsearch in square brackets after the fields", "write `foreach a* [ eval <<FIELD>>=... ]`")
    return Foreach(tuple(found), template, tuple(given), span=Span(start, reader.before))


def _template(reader: Reader) -> str:
    """The text in the square brackets at the current token, which is no search before its `$field$` is filled in."""
    opener = reader.start
    template = reader.raw_until("]").strip()
    if reader.value != "]":
        reader.fail_unclosed("]", "[", opener)
    reader.advance()
    return template


_SEARCH_IS = re.compile(r'(?i)search\s*+=\s*+"').match


def _loose_template(reader: Reader) -> str | None:
    """The text of `search="..."` when quotes inside it are not escaped: it ends at the last quote of the stage. None
    for a text in proper quotes; the reader goes on behind the text."""
    opening = _SEARCH_IS(reader.text, reader.start)
    proper = _PROPER(reader.text, opening.end() - 1) if opening else None
    if opening is None or proper is not None:
        return None
    reader.end = opening.end() - 1
    end = opening.end() - 1 + len(reader.raw_until(""))
    last = reader.text.rindex('"', 0, end)
    reader.match = ARGUMENTS
    reader.skip_to(last + 1)
    return reader.text[opening.end() : last].replace('\\"', '"')


def map_(reader: Reader, name: str, start: int) -> MapSearch:
    """The template is the text of `search="..."` or of the brackets; the name of a saved search is an option."""
    reader.begin(ARGUMENTS)
    given: list[Option] = []
    template: str | None = None
    while not reader.at_end:
        if reader.kind == "option" and (loose := _loose_template(reader)) is not None:
            template = loose
        elif reader.kind == "option":
            found = args.option(reader)
            if found.name == "search" and isinstance(found.value, Word):
                template = found.value.text
            else:
                given.append(found)
        elif template is not None:
            break
        elif reader.value == "[":
            template = _template(reader)
        else:
            saved = args.word_or_macro(reader)
            given.append(Option("savedsearch", saved, span=saved.span))
            template = ""
    if template is None:
        reader.fail("`map` has no search", 'write `map search="search user=$user$"`')
    return MapSearch(template, tuple(given), span=Span(start, reader.before))
