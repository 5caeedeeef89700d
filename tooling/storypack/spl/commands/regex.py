"""regex. Search Reference: "regex"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from storypack.spl import arguments as args
from storypack.spl.cards import command
from storypack.spl.catalogue.model import CommandFacts, Kind
from storypack.spl.fields.uses import Use, of
from storypack.spl.nodes import Command, Field, MacroCall, Word, node
from storypack.spl.nulls import Names
from storypack.spl.printing import text
from storypack.spl.source import Span
from storypack.spl.tokens import ARGUMENTS, Reader

_REGEX_FIELD = re.compile(r'\s*+(?:"([^"]++)"|([^\s="!|`]++))\s*+(!?=)').match


@command(CommandFacts("regex", Kind.STREAMING, '[field(=|!=)]"expression"', needs="field, or _raw"))
@node(frozen=True, slots=True)
class Regex(Command):
    """`regex [field (=|!=)] "pattern"`; `field` None = `_raw`."""

    field: Field | None
    op: Literal["=", "!="]
    pattern: Word | MacroCall

    @classmethod
    def read(cls, reader: Reader, name: str, start: int) -> Regex:
        reader.match = ARGUMENTS
        field: Field | None = None
        operator = "="
        if match := _REGEX_FIELD(reader.text, reader.end):
            group = 1 if match[1] else 2
            field = Field(match[group], group == 1, span=Span(*match.span(group)))
            operator = match[3]
            reader.end = match.end()
        reader.advance()
        if reader.at_end and reader.value != "]":
            reader.fail("`regex` has no regular expression", 'write `regex field="expression"`')
        pattern = args.pattern(reader)
        return cls(field, "!=" if operator == "!=" else "=", pattern, span=Span(start, reader.before))

    def to_spl(self) -> str:
        left = ""
        if self.field:
            name = self.field.name
            bare = not self.field.quoted and re.fullmatch(r"[^\s=\"!|`]+", name)
            left = (name if bare else f'"{name}"') + self.op
        return f"regex {left}{text.pattern(self.pattern)}"

    def uses(self) -> Iterator[Use]:
        raw = Use("_raw", Span(self.span.start, self.span.start + len("regex")))
        yield from of(self.field) if self.field else (raw,)

    def filled(self, known: Names) -> Names:
        return known
