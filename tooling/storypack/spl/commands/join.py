"""join. Search Reference: "join"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from storypack.spl import arguments as args
from storypack.spl.cards import command
from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.fields.names import Tables
from storypack.spl.fields.state import Fieldset
from storypack.spl.fields.uses import Use, of
from storypack.spl.nodes import Command, Field, Option, Pipeline, Word, node, option_text
from storypack.spl.nulls import Names
from storypack.spl.printing import text
from storypack.spl.printing.pipelines import subsearch as print_subsearch
from storypack.spl.printing.text import join
from storypack.spl.source import Span
from storypack.spl.tokens import ARGUMENTS, Reader


@command(
    CommandFacts(
        "join",
        Kind.DATASET,
        "[fields] [ subsearch ]",
        options(
            "type:inner|outer|left usetime:bool earlier:bool overwrite:bool max:int left:string right:string "
            "where:string"
        ),
        Flow.OPEN,
        needs="fields",
    )
)
@node(frozen=True, slots=True)
class Join(Command):
    has_subsearches: ClassVar[bool] = True

    fields: tuple[Field, ...]
    pipeline: Pipeline
    options: tuple[Option, ...] = ()

    @classmethod
    def read(cls, reader: Reader, name: str, start: int) -> Join:
        reader.begin(ARGUMENTS)
        fields: list[Field] = []
        given: list[Option] = []
        pipeline: Pipeline | None = None
        while not reader.at_end:
            if reader.kind == "option":
                given.append(args.option(reader))
            elif reader.is_word("where") and any(each.name == "left" for each in given):
                given.append(_pairs(reader))
            elif reader.value == "[" and pipeline is None:
                pipeline = reader.subsearch()
            elif reader.value == "[":
                reader.fail("`join` takes one subsearch", "join the second one in a stage of its own")
            else:
                fields.append(args.field(reader))
            args.skip_comma(reader)
        if pipeline is None:
            args.subsearch(reader, name)
        assert pipeline is not None
        return cls(tuple(fields), pipeline, tuple(given), span=Span(start, reader.before))

    def to_spl(self) -> str:
        early = [text.option(each) for each in self.options if each.name != "where"]
        pairs = [
            f"where {each.value.text}" for each in self.options if each.name == "where" and isinstance(each.value, Word)
        ]
        return join("join", *early, text.fields(self.fields), *pairs, print_subsearch(self.pipeline))

    def uses(self) -> Iterator[Use]:
        if not option_text(self.options, "left"):
            yield from of(*self.fields)

    def yields(self, state: Fieldset, tables: Tables, inner: Sequence[Fieldset] = ()) -> Fieldset:
        for other in inner:
            state = state.union(other)
        return state

    def filled(self, known: Names) -> Names:
        return known

    def subsearches(self) -> tuple[Pipeline, ...]:
        return (self.pipeline,)


def _pairs(reader: Reader) -> Option:
    """`where L.a=R.b L.c=R.d` of `join left=L right=R`, kept as the text of an option named where."""
    start = reader.start
    opening = reader.text.find("[", reader.end)
    end = opening if opening >= 0 else len(reader.text)
    text = reader.text[reader.end : end].strip()
    reader.skip_to(end)
    return Option("where", Word(text, True, span=Span(start, end)), span=Span(start, end))
