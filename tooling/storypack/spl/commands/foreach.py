"""foreach: a pipeline for each of several fields. Search Reference: "foreach"."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import ClassVar

from storypack.spl import arguments as args
from storypack.spl.cards import command
from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.fields.flow import flow
from storypack.spl.fields.names import Tables, matches
from storypack.spl.fields.state import Fieldset
from storypack.spl.nodes import Command, Field, MacroCall, Option, node
from storypack.spl.printing import text
from storypack.spl.printing.text import join
from storypack.spl.source import Span, SplError
from storypack.spl.tokens import ARGUMENTS, Reader

_MOST_TIMES = 40  # a foreach over more fields than that is taken to yield any field


@command(
    CommandFacts(
        "foreach",
        Kind.STREAMING,
        "fields [ pipeline of streaming commands ]",
        options(
            "mode:multifield|multivalue|json_array|auto_collections fieldstr:string matchstr:string matchseg1:string "
            "matchseg2:string matchseg3:string itemstr:string iterstr:string"
        ),
        Flow.OPEN,
    )
)
@node(frozen=True, slots=True)
class Foreach(Command):
    """`foreach [options] fields [ pipeline with <<FIELD>> ]`. `template` is the text between the brackets."""

    fields: tuple[Field | MacroCall, ...]
    template: str
    options: tuple[Option, ...] = ()

    has_subsearches: ClassVar[bool] = True

    @classmethod
    def read(cls, reader: Reader, name: str, start: int) -> Foreach:
        reader.begin(ARGUMENTS)
        fields: list[Field | MacroCall] = []
        given: list[Option] = []
        template: str | None = None
        while not reader.at_end:
            if reader.kind == "option":
                given.append(args.option(reader))
            elif reader.value == "[":
                template = args.template(reader)
                break
            else:
                fields.append(args.field_or_macro(reader))
            args.skip_comma(reader)
        if template is None:
            reader.expected(
                "a subsearch in square brackets after the fields", "write `foreach a* [ eval <<FIELD>>=... ]`"
            )
        return cls(tuple(fields), template, tuple(given), span=Span(start, reader.before))

    def to_spl(self) -> str:
        return join("foreach", *text.options(self.options), text.fields(self.fields, " "), f"[{self.template}]")

    def yields(self, state: Fieldset, tables: Tables, inner: Sequence[Fieldset] = ()) -> Fieldset:
        from storypack.spl.parser import parse

        patterns = ["*" if not isinstance(each, Field) else each.name for each in self.fields]
        names = list(dict.fromkeys(name for pattern in patterns for name in state.matching(pattern)))
        if len(names) > _MOST_TIMES:
            return state.opened()
        todo = [(name, next(p for p in patterns if matches(p, name))) for name in names]
        if state.is_open:
            todo += [(pattern, pattern) for pattern in patterns if "*" in pattern]
        if not patterns:
            todo = [("", "")]  # mode=multivalue and its kin run once
        for name, pattern in todo:
            try:
                pipeline = parse("| " + _for_field(self.template, name, pattern))
                state = flow(pipeline, tables, state)[-1].after
            except SplError:
                return state.opened()
        return state


def _for_field(template: str, name: str, pattern: str) -> str:
    """The template for one field. Search Reference: "foreach"."""
    pieces = pattern.split("*")
    rest, parts = name, []
    if len(pieces) > 1 and name != pattern:
        for before, after in pairwise(pieces):
            rest = rest[len(before) :]
            end = rest.find(after) if after else len(rest)
            parts.append(rest[:end])
            rest = rest[end:]
    filled = template.replace("<<FIELD>>", name).replace("<<ITEM>>", "ITEM").replace("<<ITER>>", "0")
    filled = filled.replace("<<MATCHSTR>>", "".join(parts) or name)
    for number in (1, 2, 3):
        filled = filled.replace(f"<<MATCHSEG{number}>>", parts[number - 1] if number <= len(parts) else "*")
    return filled
