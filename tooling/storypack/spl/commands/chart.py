"""chart, timechart and their summary-index forms. Search Reference: "chart", "timechart"."""

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
from storypack.spl.nodes import Command, Field, MacroCall, Node, Option, field_names, node
from storypack.spl.printing import text
from storypack.spl.printing.text import join
from storypack.spl.source import Span, SplError
from storypack.spl.tokens import ARGUMENTS, Reader

_CHART = (
    "cont:bool limit:string agg:string useother:bool usenull:bool nullstr:string otherstr:string "
    "sep:string format:string "
    "bins:int span:span start:num end:num minspan:span aligntime:time dedup_splitvals:bool"
)


@node(frozen=True, slots=True)
class SplitBy(Node):
    """A field of `chart`/`timechart`/`tstats ... by` with options of its own (`span=1h`, `limit=5`, `useother=f`)."""

    field: Field | MacroCall
    options: tuple[Option, ...] = ()


@command(
    CommandFacts(
        "chart",
        Kind.TRANSFORMING,
        "aggregations [OVER field] [BY field] [WHERE condition]",
        options(_CHART),
        Flow.OPEN,
        needs="fields of the aggregations",
    ),
    CommandFacts(
        "timechart",
        Kind.TRANSFORMING,
        "aggregations [BY field] [WHERE condition]",
        options(_CHART + " partial:bool fixedrange:bool"),
        Flow.OPEN,
        ("_time",),
        "_time",
    ),
    CommandFacts(
        "sichart",
        Kind.TRANSFORMING,
        "aggregations [OVER field] [BY field]",
        options(_CHART),
        Flow.OPEN,
        needs="summary fields",
    ),
    CommandFacts(
        "sitimechart",
        Kind.TRANSFORMING,
        "aggregations [BY field]",
        options(_CHART + " partial:bool fixedrange:bool"),
        Flow.OPEN,
    ),
)
@node(frozen=True, slots=True)
class Chart(Command):
    """chart, timechart (and sichart, sitimechart). For timechart `over` is None: rows are `_time`. `where` is the
    condition on split values (`where sum in top5`), kept as text."""

    name: str
    aggregations: tuple[Aggregation | MacroCall, ...]
    over: SplitBy | None = None
    by: SplitBy | None = None
    options: tuple[Option, ...] = ()
    where: str = ""

    @classmethod
    def read(cls, reader: Reader, name: str, start: int) -> Chart:
        reader.begin(ARGUMENTS)
        calls: list[Aggregation | MacroCall] = []
        given: list[Option] = []
        over: SplitBy | None = None
        by: SplitBy | None = None
        where = ""
        timed = name.endswith("timechart")
        while not reader.at_end:
            if reader.kind == "option":
                given.append(args.option(reader))
            elif reader.is_word("over") and not timed:
                over = _split_by(reader, "over")
            elif reader.is_word("by"):
                by = _split_by(reader, "by")
                if (
                    not (over or timed)
                    and reader.kind in ("word", "string", "quoted", "macro")
                    and not _is_where(reader)
                ):
                    over, by = by, _split(reader)  # `by a, b` is `over a by b`
                elif not (over or timed):
                    over, by = by, None
            elif _is_where(reader):
                where = reader.raw_until("").strip()
            elif by or over:
                break
            else:
                calls.append(aggregations.aggregation_or_macro(reader, name))
            args.skip_comma(reader)
        if not calls:
            reader.fail(f"`{name}` needs at least one aggregation", f"write for example `{name} count`")
        return cls(name, tuple(calls), over, by, tuple(given), where, span=Span(start, reader.before))

    def to_spl(self) -> str:
        where = f"where {self.where}" if self.where else ""
        splits = (split_to_spl(self.over, "over"), split_to_spl(self.by, "by"))
        return join(self.name, *text.options(self.options), aggregations.all_to_spl(self.aggregations), *splits, where)

    def uses(self) -> Iterator[Use]:
        if self.name.endswith("timechart"):
            yield Use("_time", Span(self.span.start, self.span.start + len(self.name)))
        yield from aggregations.uses(self.aggregations)
        yield from of(*(split.field for split in (self.over, self.by) if split is not None))

    def yields(self, state: Fieldset, tables: Tables, inner: Sequence[Fieldset] = ()) -> Fieldset:
        rows = ["_time", "_span"] if self.name.endswith("timechart") else _columns(self.over)
        if self.by is not None or self.name.startswith("si"):
            return state.only(rows, self, ["*"])
        return state.only([*rows, *aggregations.outputs(self.aggregations, state, set(rows))], self)


def _is_where(reader: Reader) -> bool:
    return reader.is_word("where")


def _split_by(reader: Reader, word: str) -> SplitBy:
    """`by field [options]`, the current token being the `by` or `over`."""
    place = reader.span
    reader.advance()
    if reader.kind not in ("word", "string", "quoted", "macro"):
        raise SplError(f"`{word}` needs a field", place, f"name the field, or take `{word}` away")
    return _split(reader)


def _split(reader: Reader) -> SplitBy:
    start = reader.start
    split = args.field_or_macro(reader)
    end = reader.before
    args.skip_comma(reader)
    given = args.options(reader)
    return SplitBy(split, given, span=Span(start, given[-1].span.end if given else end))


def split_to_spl(node: SplitBy | None, word: str) -> str:
    return join(word, text.field(node.field), *text.options(node.options)) if node else ""


def _columns(split: SplitBy | None) -> list[str]:
    return field_names((split.field,)) if split is not None else []
