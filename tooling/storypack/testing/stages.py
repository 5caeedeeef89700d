"""The pipe stages of a search, each with the place where its author wrote it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from storypack.issue import Location
from storypack.pack.pack import Entry
from storypack.spl import parse, tree
from storypack.spl.macros import Expanded, MacroDefinition, expand
from storypack.spl.source import Span, SplError

TEXT_WIDTH = 90


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
        """A command of the pipeline with its place."""
        macros = self.expanded.piece_at(node.span.start).macros
        return Stage(node, self.text(node), macros[0] if macros else "", self.location(node.span))

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
