"""rename. Search Reference: "rename"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from storypack.spl import arguments as args
from storypack.spl.cards import command
from storypack.spl.catalogue.model import CommandFacts, Flow, Kind
from storypack.spl.fields.names import Tables, matches, renamed
from storypack.spl.fields.state import Fieldset
from storypack.spl.fields.uses import Use, of
from storypack.spl.nodes import Command, Field, MacroCall, node
from storypack.spl.nulls import NONE, Names
from storypack.spl.printing import text
from storypack.spl.source import Span
from storypack.spl.tokens import ARGUMENTS, Reader


@command(CommandFacts("rename", Kind.STREAMING, "field AS name, ...", flow=Flow.ADDS, needs="fields"))
@node(frozen=True, slots=True)
class Rename(Command):
    """`rename a as b, ...`; both sides may hold wildcards."""

    pairs: tuple[tuple[Field, Field] | MacroCall, ...]

    @classmethod
    def read(cls, reader: Reader, name: str, start: int) -> Rename:
        reader.begin(ARGUMENTS)
        pairs: list[tuple[Field, Field] | MacroCall] = []
        args.skip_comma(reader)
        while not reader.at_end:
            source = _old_name(reader)
            if isinstance(source, MacroCall):
                pairs.append(source)
            else:
                pairs.append((source, _new_name(reader, source)))
            args.skip_comma(reader)
        if not pairs:
            reader.fail("`rename` names no field", "write `rename old as new`")
        return cls(tuple(pairs), span=Span(start, reader.before))

    def to_spl(self) -> str:
        pairs = [
            text.macro(pair) if isinstance(pair, MacroCall) else f"{text.field(pair[0])} as {text.field(pair[1])}"
            for pair in self.pairs
        ]
        return f"rename {', '.join(pairs)}"

    def uses(self) -> Iterator[Use]:
        made: set[str] = set()
        for pair in self.pairs:
            if not isinstance(pair, MacroCall):
                yield from (use for use in of(pair[0]) if use.name not in made)
                made.add(pair[1].name)

    def yields(self, state: Fieldset, tables: Tables, inner: Sequence[Fieldset] = ()) -> Fieldset:
        """All pairs at once, so that two fields may change names."""
        pairs = [(pair[0].name, pair[1].name) for pair in self.pairs if not isinstance(pair, MacroCall)]
        if len(pairs) < len(self.pairs):
            return state.opened()
        left = state.minus([old for old, _ in pairs], self)
        for old, new in pairs:
            if "*" not in old:
                left = left.plus(new)
            else:
                moved = [renamed(name, old, new) for name in state.matching(old)]
                left = left.plus(*moved, *([new] if state.is_open and "*" in new else []))
        return left

    def filled(self, known: Names) -> Names:
        for pair in self.pairs:
            if isinstance(pair, MacroCall):
                return NONE
            old, new = pair[0].name, pair[1].name
            if old.count("*") == new.count("*") == 1:
                head, tail = old.split("*")
                moved = {
                    each: new.replace("*", each[len(head) : len(each) - len(tail)])
                    for each in known
                    if matches(old, each)
                }
            elif "*" in old:
                return NONE
            else:
                moved = {old: new} if old in known else {}
                known -= {new}
            known = (known - moved.keys()) | frozenset(moved.values())
        return known


def _old_name(reader: Reader) -> Field | MacroCall:
    """A field or macro; a name may be quoted in part: `a."b c"`."""
    name = args.field_or_macro(reader)
    if isinstance(name, Field) and not name.quoted and reader.kind == "string" and reader.start == reader.before:
        rest = args.field(reader)
        return Field(name.name + rest.name, True, span=name.span.to(rest.span))
    return name


def _new_name(reader: Reader, source: Field) -> Field:
    """The new name behind `as`, which may also be written `to` or `->`, with a stray comma before it."""
    args.skip_comma(reader)
    target = args.alias(reader, ("as", "to", "->"))
    if target is None:
        reader.expected(f"`as` after `{source.name}`", "write `rename old as new`; names with blanks need quotes")
    return target
