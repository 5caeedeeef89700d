"""search, also the one that a search begins with and does not write. Search Reference: "search"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import field

from storypack.spl.cards import command
from storypack.spl.catalogue import is_command
from storypack.spl.catalogue.model import CommandFacts, Kind
from storypack.spl.fields.names import Tables
from storypack.spl.fields.state import OF_EVENTS, Fieldset
from storypack.spl.fields.uses import Use, of
from storypack.spl.fields.walk import walk
from storypack.spl.nodes import And, Command, Compare, Directive, In, MacroCall, Node, Or, SubsearchTerm, Term, node
from storypack.spl.nulls import NONE, Names
from storypack.spl.printing.terms import term as print_term
from storypack.spl.source import Span
from storypack.spl.terms import whole_term
from storypack.spl.tokens import Reader

_NAME = re.compile(r"([A-Za-z_][\w.-]*)(?!\s*(?:[=<>]|!=))").match


@command(CommandFacts("search", Kind.STREAMING, "terms", needs="fields of the terms"))
@node(frozen=True, slots=True)
class Search(Command):
    """`search`, also the implied one at the start. `term` is None for an empty one."""

    term: Term | None
    implied: bool = field(default=False, compare=False)

    @classmethod
    def read(cls, reader: Reader, name: str, start: int) -> Search:
        term = whole_term(reader)
        return cls(term, span=Span(start, reader.before))

    def to_spl(self) -> str:
        return f"search {print_term(self.term)}" if self.term else "search"

    def to_spl_at_start(self) -> str:
        written = print_term(self.term) if self.implied and self.term is not None else ""
        name = _NAME(written)
        return self.to_spl() if not written or (name and is_command(name[1].lower())) else written

    def uses(self) -> Iterator[Use]:
        todo: list[Node] = [self.term] if self.term is not None else []
        while todo:
            node = todo.pop()
            if isinstance(node, Compare | In):
                yield Use(node.field.name, node.field.span)
            elif isinstance(node, Directive):
                yield from of(node.field)
            elif not isinstance(node, SubsearchTerm):
                inner = getattr(node, "terms", None) or getattr(node, "term", None) or ()
                todo.extend(reversed(inner) if isinstance(inner, tuple) else [inner])

    def yields(self, state: Fieldset, tables: Tables, inner: Sequence[Fieldset] = ()) -> Fieldset:
        """A macro whose text nobody knows may hold whole stages."""
        if self.term is not None and any(isinstance(node, MacroCall) for node in walk(self.term)):
            return state.opened()
        return state

    def begins(self) -> Fieldset:
        """Events: any field may be there; those that are asked for are named."""
        return Fieldset(OF_EVENTS.union(_asked(self.term)), ("*",))

    def filled(self, known: Names) -> Names:
        return known | _filled(self.term)


def _asked(term: Term | None) -> set[str]:
    if term is None:
        return set()
    nodes = list(walk(term))
    if any(isinstance(node, MacroCall | SubsearchTerm) for node in nodes):
        nodes = [node for node in nodes if isinstance(node, Compare)]
    return {node.field.name for node in nodes if isinstance(node, Compare) and "*" not in node.field.name}


def _filled(term: Term | None) -> Names:
    match term:
        case And(terms):
            return frozenset().union(*map(_filled, terms))
        case Or((first, *others)):
            return _filled(first).intersection(*map(_filled, others))
        case Compare(field) | In(field):
            return frozenset({field.name})
        case _:
            return NONE
