"""rex. Search Reference: "rex"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from storypack.spl import arguments as args
from storypack.spl.cards import command
from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.fields.names import Tables
from storypack.spl.fields.state import Fieldset
from storypack.spl.fields.uses import Use, input_of
from storypack.spl.nodes import Command, MacroCall, Option, Word, node, option_text
from storypack.spl.nulls import Names
from storypack.spl.printing import text
from storypack.spl.printing.text import join
from storypack.spl.source import Span
from storypack.spl.tokens import ARGUMENTS, Reader

_GROUP = re.compile(r"\(\?(?:P?<|')([A-Za-z_]\w*)[>']")


@command(
    CommandFacts(
        "rex",
        Kind.STREAMING,
        '"expression"',
        options("field:field max_match:int mode:sed offset_field:field"),
        Flow.ADDS,
        needs="field, or _raw",
    )
)
@node(frozen=True, slots=True)
class Rex(Command):
    """`rex [field=f] [max_match=n] [offset_field=o] [mode=sed] "pattern"`."""

    pattern: Word | MacroCall
    options: tuple[Option, ...] = ()

    @classmethod
    def read(cls, reader: Reader, name: str, start: int) -> Rex:
        reader.begin(ARGUMENTS)
        given: list[Option] = []
        pattern: Word | MacroCall | None = None
        while not reader.at_end:
            if reader.kind == "option":
                given.append(args.option(reader))
            elif pattern is not None:
                break
            else:
                pattern = args.pattern(reader)
        if pattern is None:
            reader.fail("`rex` has no regular expression", 'write `rex field=name "(?<group>...)"`')
        return cls(pattern, tuple(given), span=Span(start, reader.before))

    def to_spl(self) -> str:
        pattern = self.pattern
        return join("rex", *text.options(self.options), text.pattern(pattern))

    def uses(self) -> Iterator[Use]:
        yield from input_of(self, self.options, "field")

    def yields(self, state: Fieldset, tables: Tables, inner: Sequence[Fieldset] = ()) -> Fieldset:
        if isinstance(self.pattern, MacroCall):
            return state.opened()
        names = [] if option_text(self.options, "mode") else groups(self.pattern.text)
        return state.plus(*names, option_text(self.options, "offset_field"))

    def filled(self, known: Names) -> Names:
        return known.difference(groups(self.pattern.text)) if isinstance(self.pattern, Word) else known


def groups(pattern: str) -> list[str]:
    """The named groups of a regular expression."""
    return _GROUP.findall(pattern)
