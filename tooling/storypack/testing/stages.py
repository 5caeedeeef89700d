"""The pipe stages of a search, each with the place where its author wrote it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from difflib import get_close_matches
from typing import Any

from storypack.issue import Location
from storypack.pack.pack import Entry
from storypack.spl import tree
from storypack.spl.macros import Expanded, MacroDefinition, expand
from storypack.spl.parser import parse
from storypack.spl.source import Span, SplError

TEXT_WIDTH = 90
_CALL = re.compile(r"`[^`]*`")


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage after macros are expanded. `macro` is the author's macro that it came from, or empty."""

    node: tree.Command
    text: str
    macro: str
    location: Location

    @property
    def place(self) -> str:
        """`line 41`, with the macro if it came from one."""
        return f"line {self.location.line}" + (f", in macro `{self.macro}`" if self.macro else "")


@dataclass(frozen=True)
class Staged:
    """A search cut into its stages; locations of parts of it can be asked for."""

    entry: Entry[Any]
    expanded: Expanded
    pipeline: tree.Pipeline

    @property
    def stages(self) -> list[Stage]:
        return [self.stage(node) for node in self.pipeline.commands]

    def stage(self, node: tree.Command) -> Stage:
        """A command of the pipeline with its place. One that its author wrote is shown as written, one that came from a
        macro as the macro has it."""
        original = self.expanded.original(node.span)
        search = self.entry.model.search
        written = " ".join(search[original.start : _with_brackets(search, *original)].split())
        if _CALL.fullmatch(written):
            macro = self.expanded.piece_at(node.span.start).macros[0]
            return Stage(node, self.text(node), macro, self.location(node.span))
        return Stage(node, shorten(written), "", self.location(node.span))

    def text(self, node: tree.Node, width: int = TEXT_WIDTH) -> str:
        """A part of the search on one line, shortened."""
        return shorten(" ".join(self.expanded.text[node.span.start : node.span.end].split()), width)

    def location(self, span: Span) -> Location:
        """Where in its file a part of the search was written."""
        return self.entry.at("search", offset=self.expanded.original(span).start)


def cut(entry: Entry[Any], macros: Mapping[str, MacroDefinition]) -> Staged:
    """The stages of a search. Raises SplError whose span is one of the author's text."""
    expanded = expand(entry.model.search, macros)
    try:
        return Staged(entry, expanded, parse(expanded.text))
    except SplError as error:
        raise expanded.blame(error) from error


def _with_brackets(text: str, start: int, end: int) -> int:
    """The end of a stage with the closing brackets that belong to it."""
    while text.count("(", start, end) > text.count(")", start, end) and text[end : end + 1] == ")":
        end += 1
    return end


def near_name(name: str, known: Iterable[str]) -> str:
    """The known name that was probably meant; empty if none comes near."""
    by_fold = {each.lower(): each for each in known if each != name}
    near = get_close_matches(name.lower(), list(by_fold), n=1, cutoff=0.8)
    return by_fold[near[0]] if near else ""


def shorten(text: str, width: int = TEXT_WIDTH) -> str:
    """At most `width` characters, the end left out."""
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"


def fields_in(node: object) -> list[str]:
    """The names of the fields that a part of a search reads, in the order of the text; subsearches are left out."""
    return list(dict.fromkeys(_fields(node)))


def _fields(node: object) -> Iterator[str]:
    match node:
        case tree.Pipeline():
            return
        case tree.Field(name):
            yield name
        case tree.Regex(None) | tree.Keyword():
            yield "_raw"
        case tree.Directive(_, _, None):
            yield "_raw"
        case tuple():
            for part in node:
                yield from _fields(part)
        case _ if is_dataclass(node):
            for each in fields(node):
                if each.name != "span":
                    yield from _fields(getattr(node, each.name))
