"""replace. Search Reference: "replace"."""

from __future__ import annotations

from collections.abc import Iterator

from storypack.spl import arguments as args
from storypack.spl.cards import command
from storypack.spl.catalogue.model import CommandFacts, Kind
from storypack.spl.fields.uses import Use, of
from storypack.spl.nodes import Command, Field, Word, node
from storypack.spl.printing import text
from storypack.spl.printing.text import join
from storypack.spl.source import Span
from storypack.spl.tokens import ARGUMENTS, Reader


@command(CommandFacts("replace", Kind.STREAMING, "old WITH new, ... [IN fields]", needs="fields"))
@node(frozen=True, slots=True)
class Replace(Command):
    """`replace a with b, ... [in fields]`."""

    pairs: tuple[tuple[Word, Word], ...]
    fields: tuple[Field, ...] = ()

    @classmethod
    def read(cls, reader: Reader, name: str, start: int) -> Replace:
        reader.begin(ARGUMENTS)
        pairs: list[tuple[Word, Word]] = []
        fields: tuple[Field, ...] = ()
        while not reader.at_end:
            if reader.is_word("in") and pairs:
                reader.advance()
                listed = args.fields(reader)
                fields = tuple(each for each in listed if isinstance(each, Field))
                if not fields or len(fields) != len(listed):
                    reader.fail("`in` needs field names", "write `replace a with b in field`")
                break
            old = args.word(reader)
            if not reader.is_word("with"):
                reader.expected("`with`", "write `replace old with new in field`")
            reader.advance()
            pairs.append((old, args.word(reader)))
            args.skip_comma(reader)
        if not pairs:
            reader.fail("`replace` has nothing to replace", "write `replace old with new in field`")
        return cls(tuple(pairs), fields, span=Span(start, reader.before))

    def to_spl(self) -> str:
        pairs = ", ".join(
            f"{text.double(old.text, old.written)} with {text.double(new.text, new.written)}" for old, new in self.pairs
        )
        return join("replace", pairs, f"in {text.fields(self.fields)}" if self.fields else "")

    def uses(self) -> Iterator[Use]:
        yield from of(*self.fields)
