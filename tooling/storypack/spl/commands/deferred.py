"""Stages that macros or subsearches have yet to complete."""

from __future__ import annotations

import re
from collections.abc import Sequence

from storypack.spl.fields.names import Tables
from storypack.spl.fields.state import Fieldset
from storypack.spl.nodes import Command, Pipeline, node
from storypack.spl.printing.pipelines import subsearch as print_subsearch
from storypack.spl.printing.text import join
from storypack.spl.source import Span, SplError
from storypack.spl.tokens import ARGUMENTS, STRING, Reader

_MACRO_INSIDE = re.compile(rf"(?s)(?:[^\"`]++|{STRING})*+`[^`]++`").match


@node(frozen=True, slots=True)
class Deferred(Command):
    """A stage whose arguments can be read only when its macros are expanded, or when its subsearches have run and their
    texts stand in the places of their brackets: `bin `span` _time`, `sort [ ... | return $order ]`. `parts` are its
    arguments, text and subsearches in turn."""

    name: str
    parts: tuple[str | Pipeline, ...]

    @classmethod
    def read_from(cls, reader: Reader, name: str, start: int, begin: int, *, at_bracket: bool) -> Deferred | None:
        """The arguments from `begin` on, for a stage that could not be read: None unless a macro stands among them, or
        a subsearch kept the stage from being read (`at_bracket`; an error inside that is the stage's then)."""
        reader.match = ARGUMENTS
        reader.end = begin
        text = reader.raw_until("")
        end = begin + len(text.rstrip())
        begin += len(text) - len(text.lstrip())
        inside = reader.text[begin:end]
        if not at_bracket and not _MACRO_INSIDE(inside):
            return None
        brackets = bracketed(reader, begin, end, strict=at_bracket)
        parts: list[str | Pipeline] = []
        done = begin
        for opening, closing, pipeline in brackets:
            parts += (reader.text[done:opening], pipeline)
            done = closing
        parts.append(reader.text[done:end])
        return cls(name, tuple(part for part in parts if part), span=Span(start, end))

    def to_spl(self) -> str:
        parts = (part if isinstance(part, str) else print_subsearch(part) for part in self.parts)
        return join(self.name, "".join(parts).strip())

    def yields(self, state: Fieldset, tables: Tables, inner: Sequence[Fieldset] = ()) -> Fieldset:
        return state.opened()

    def begins(self) -> Fieldset:
        return Fieldset(frozenset(), ("*",))


def bracketed(reader: Reader, begin: int, end: int, *, strict: bool = False) -> list[tuple[int, int, Pipeline]]:
    """The subsearches in a text, with the place of their brackets. Unless `strict`, brackets that hold something else
    are no error: the text is not ours."""
    if "[" not in reader.text[begin:end]:
        return []
    pieces: list[tuple[int, int, Pipeline]] = []
    nesting = reader.nesting
    kept = (reader.match, reader.kind, reader.value, reader.start, reader.end, reader.before, reader.depth)
    reader.end = begin
    try:
        while reader.end < end:
            reader.advance()
            if reader.value == "[":
                opening = reader.start
                pipeline = reader.subsearch()
                pieces.append((opening, reader.before, pipeline))
                reader.end = reader.before
    except SplError:
        if strict:
            raise
        pieces = []
        reader.nesting = nesting
    reader.match, reader.kind, reader.value, reader.start, reader.end, reader.before, reader.depth = kept
    return pieces
