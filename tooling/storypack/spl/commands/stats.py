"""stats and its kin: aggregations, then `by` fields. Search Reference: "stats", "eventstats", "streamstats"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from storypack.spl import aggregations
from storypack.spl import arguments as args
from storypack.spl.aggregations import Aggregation
from storypack.spl.cards import command
from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.fields.names import Tables
from storypack.spl.fields.state import Fieldset
from storypack.spl.fields.uses import Use, of
from storypack.spl.nodes import Command, Field, MacroCall, Option, field_names, node
from storypack.spl.nulls import Names
from storypack.spl.printing import text
from storypack.spl.printing.text import join
from storypack.spl.source import Span
from storypack.spl.tokens import ARGUMENTS, Reader

_STATS = "allnum:bool delim:string partitions:int dedup_splitvals:bool"


_ADDING = ("eventstats", "streamstats")


@command(
    CommandFacts(
        "stats",
        Kind.TRANSFORMING,
        "aggregations [BY fields]",
        options(_STATS + " span:span"),
        Flow.ONLY,
        needs="fields of the aggregations",
    ),
    CommandFacts(
        "eventstats",
        Kind.DATASET,
        "aggregations [BY fields]",
        options("allnum:bool"),
        Flow.ADDS,
        needs="fields of the aggregations",
    ),
    CommandFacts(
        "streamstats",
        Kind.CENTRALIZED,
        "aggregations [BY fields]",
        options(
            "current:bool window:int global:bool allnum:bool reset_on_change:bool reset_before:string "
            "reset_after:string time_window:span"
        ),
        Flow.ADDS,
        needs="fields of the aggregations",
    ),
    CommandFacts(
        "sistats",
        Kind.TRANSFORMING,
        "aggregations [BY fields]",
        options(_STATS),
        Flow.OPEN,
        needs="fields of the aggregations",
    ),
    CommandFacts(
        "geostats",
        Kind.TRANSFORMING,
        "aggregations [BY field]",
        options(
            "translatetoxy:bool latfield:field longfield:field outputlatfield:field outputlongfield:field "
            "globallimit:int locallimit:int binspanlat:num binspanlong:num maxzoomlevel:int"
        ),
        Flow.OPEN,
        ("geobin", "latitude", "longitude"),
        "lat lon",
    ),
    CommandFacts(
        "sigeostats", Kind.TRANSFORMING, "aggregations [BY field]", flow=Flow.OPEN, any_option=True, internal=True
    ),
)
@node(frozen=True, slots=True)
class Stats(Command):
    """stats, eventstats, streamstats, sistats and their kin: `name options aggregations [by fields]`."""

    name: str
    aggregations: tuple[Aggregation | MacroCall, ...]
    by: tuple[Field | MacroCall, ...] = ()
    options: tuple[Option, ...] = ()

    @classmethod
    def read(cls, reader: Reader, name: str, start: int) -> Stats:
        reader.begin(ARGUMENTS)
        args.skip_comma(reader)
        calls: list[Aggregation | MacroCall] = []
        given: list[Option] = []
        by: tuple[Field | MacroCall, ...] = ()
        while not reader.at_end:
            if reader.kind == "option":
                given.append(args.option(reader))
            elif reader.is_word(*args.BY):
                by = args.by_clause(reader)
            elif by:
                break
            else:
                calls.append(aggregations.aggregation_or_macro(reader, name))
            args.skip_comma(reader)
        if not calls:
            reader.fail_if_stray()
            reader.fail(f"`{name}` needs at least one aggregation", f"write for example `{name} count`")
        return cls(name, tuple(calls), by, tuple(given), span=Span(start, reader.before))

    def to_spl(self) -> str:
        return join(
            self.name, *text.options(self.options), aggregations.all_to_spl(self.aggregations), text.by(self.by)
        )

    def uses(self) -> Iterator[Use]:
        yield from aggregations.uses(self.aggregations)
        yield from of(*self.by)

    def yields(self, state: Fieldset, tables: Tables, inner: Sequence[Fieldset] = ()) -> Fieldset:
        by = field_names(self.by)
        outputs = [*aggregations.outputs(self.aggregations, state, set(by))]
        if self.name in _ADDING:
            return state.plus(*outputs)
        if self.name != "stats":  # sistats, geostats: columns of their own making
            return state.only([*by, *outputs], self, ["*"])
        return state.only([*by, *outputs], self)

    def filled(self, known: Names) -> Names:
        by = frozenset(each.name for each in self.by if isinstance(each, Field))
        return aggregations.filled(self.name, self.aggregations, by, known)
