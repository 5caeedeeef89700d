"""dedup. Search Reference: "dedup"."""

from __future__ import annotations

from collections.abc import Iterator

from storypack.spl import arguments as args
from storypack.spl.cards import command
from storypack.spl.catalogue.model import CommandFacts, Kind, options
from storypack.spl.commands.sort import SortKey, key_to_spl, sort_key
from storypack.spl.fields.uses import Use, of
from storypack.spl.nodes import Command, Field, MacroCall, Option, node
from storypack.spl.nulls import Names
from storypack.spl.printing import text
from storypack.spl.printing.text import join
from storypack.spl.source import Span, SplError
from storypack.spl.tokens import ARGUMENTS, Reader


@command(
    CommandFacts(
        "dedup",
        Kind.DATASET,
        "[N] fields [SORTBY keys]",
        options("keepevents:bool keepempty:bool consecutive:bool"),
        needs="fields",
    )
)
@node(frozen=True, slots=True)
class Dedup(Command):
    fields: tuple[Field | MacroCall, ...]
    count: int = 1
    options: tuple[Option, ...] = ()
    sortby: tuple[SortKey, ...] = ()

    @classmethod
    def read(cls, reader: Reader, name: str, start: int) -> Dedup:
        reader.begin(ARGUMENTS)
        count = args.number(reader)
        fields: list[Field | MacroCall] = []
        given: list[Option] = []
        keys: list[SortKey] = []
        while not reader.at_end:
            if reader.kind == "option":
                given.append(args.option(reader))
            elif reader.is_word("sortby") and fields:
                reader.advance()
                while not reader.at_end and reader.kind != "option":
                    key = sort_key(reader)
                    if isinstance(key, MacroCall):
                        raise SplError("`sortby` takes fields, no macro", key.span, "name the fields")
                    keys.append(key)
                    args.skip_comma(reader)
            else:
                fields.append(args.field_or_macro(reader))
            args.skip_comma(reader)
        if not fields:
            reader.fail("`dedup` names no field", "write `dedup field`")
        span = Span(start, reader.before)
        return cls(tuple(fields), 1 if count is None else count, tuple(given), tuple(keys), span=span)

    def to_spl(self) -> str:
        count = "" if self.count == 1 else str(self.count)
        sortby = f"sortby {', '.join(key_to_spl(key) for key in self.sortby)}" if self.sortby else ""
        return join("dedup", count, text.fields(self.fields), *text.options(self.options), sortby)

    def uses(self) -> Iterator[Use]:
        yield from of(*self.fields, *(key.field for key in self.sortby))

    def filled(self, known: Names) -> Names:
        return known.union(each.name for each in self.fields if isinstance(each, Field))
