"""A stage that is a macro call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from storypack.spl.calls import macro_call
from storypack.spl.fields.names import Tables
from storypack.spl.fields.state import Fieldset
from storypack.spl.nodes import Command, MacroCall, node
from storypack.spl.printing import text
from storypack.spl.printing.text import join
from storypack.spl.source import Span
from storypack.spl.tokens import Reader


@node(frozen=True, slots=True)
class MacroStage(Command):
    """A stage that is a macro call, alone or followed by more text that belongs to what it expands to."""

    name: ClassVar[str] = ""

    call: MacroCall
    rest: str = ""

    @classmethod
    def read_call(cls, reader: Reader) -> MacroStage:
        """A stage that begins with a macro, which is the current token."""
        start = reader.start
        call = macro_call(reader.value, start)
        begin = reader.end
        rest = reader.raw_until("")
        return cls(call, rest.strip(), span=Span(start, begin + len(rest.rstrip())))

    def to_spl(self) -> str:
        return join(text.macro(self.call), self.rest)

    def yields(self, state: Fieldset, tables: Tables, inner: Sequence[Fieldset] = ()) -> Fieldset:
        return state.opened()
