"""tstats, mstats and mcatalog: statistics over indexed data. Search Reference: "tstats", "mstats", "mcatalog"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from storypack.spl import aggregations
from storypack.spl import arguments as args
from storypack.spl.aggregations import Aggregation
from storypack.spl.calls import macro_call
from storypack.spl.cards import command
from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.chart import SplitBy, split_to_spl
from storypack.spl.fields.names import Tables
from storypack.spl.fields.state import Fieldset, appended
from storypack.spl.nodes import Command, Field, MacroCall, Option, Term, Word, field_names, is_true, node, option_text
from storypack.spl.nulls import Names
from storypack.spl.printing import text
from storypack.spl.printing.terms import term as print_term
from storypack.spl.printing.text import join
from storypack.spl.source import Span, SplError
from storypack.spl.terms import search_term
from storypack.spl.tokens import ARGUMENTS, SEARCH, Reader

_BY = ("by", "groupby")


# Options that mstats takes behind its where clause.
_LATE = frozenset({"span", "every", "prestats", "append", "backfill", "update_period", "fillnull_value", "chart"})


# What would end the condition of tstats or mstats if it stood outside brackets.
_CLAUSE = re.compile(
    r"(?i)(?:^|[\s(])(?:span|every|prestats|append|backfill|update_period|fillnull_value|chart)\s*="
).search


@command(
    CommandFacts(
        "tstats",
        Kind.GENERATING,
        "aggregations [FROM datamodel=model.dataset] [WHERE terms] [BY fields]",
        options(
            "prestats:bool local:bool append:bool summariesonly:bool include_reduced_buckets:bool "
            "allow_old_summaries:bool chunk_size:int fillnull_value:string use_summary_index_values:bool "
            "sid:string from:string span:span"
        ),
        Flow.ONLY,
        needs="fields of the data model, or indexed fields",
    ),
    CommandFacts(
        "mstats",
        Kind.GENERATING,
        "aggregations [WHERE terms] [BY fields]",
        options(
            "prestats:bool append:bool backfill:bool update_period:int fillnull_value:string chart:bool span:span "
            "every:span chunk_size:int agg:string limit:string useother:bool usenull:bool "
            "otherstr:string nullstr:string bins:int"
        ),
        Flow.ONLY,
    ),
    CommandFacts(
        "mcatalog",
        Kind.GENERATING,
        "values(field) [WHERE terms] [BY fields]",
        options("prestats:bool append:bool"),
        Flow.ONLY,
    ),
)
@node(frozen=True, slots=True)
class Tstats(Command):
    """`tstats` (and `mstats`): `datamodel` is as written (`Endpoint.Processes`), empty for
    indexed fields of the index."""

    name: str
    aggregations: tuple[Aggregation | MacroCall, ...]
    datamodel: str = ""
    where: Term | None = None
    by: tuple[SplitBy, ...] = ()
    options: tuple[Option | MacroCall, ...] = ()

    @classmethod
    def read(cls, reader: Reader, name: str, start: int) -> Tstats:
        reader.begin(ARGUMENTS)
        calls: list[Aggregation | MacroCall] = []
        given: list[Option | MacroCall] = []
        by: tuple[SplitBy, ...] = ()
        datamodel, where = "", None
        while not reader.at_end:
            if reader.kind == "option":
                given.append(args.option(reader))
            elif reader.kind == "macro":
                (calls if calls else given).append(macro_call(reader.value, reader.start))
                reader.advance()
            elif reader.is_word("from"):
                datamodel = _source(reader, given)
            elif reader.is_word("where"):
                where = _where(reader, name)
            elif reader.is_word(*_BY):
                by = _by(reader)
            elif datamodel or where or by:
                break
            else:
                calls.append(aggregations.aggregation(reader, name))
            args.skip_comma(reader)
        if not (calls or any(isinstance(each, MacroCall) for each in given)):
            reader.fail_if_stray()
            reader.fail(f"`{name}` needs at least one aggregation", f"write for example `{name} count`")
        return cls(name, tuple(calls), datamodel, where, by, tuple(given), span=Span(start, reader.before))

    def to_spl(self) -> str:
        early: list[str] = []
        late: list[str] = []
        for each in self.options:
            if isinstance(each, Option) and each.name in ("from", "sid"):
                late.append(f"from {text.word(each.value)}" if each.name == "from" else f"from {text.option(each)}")
            else:
                (late if late else early).append(text.macro(each) if isinstance(each, MacroCall) else text.option(each))
        source = "from " + text.option(Option("datamodel", Word(self.datamodel))) if self.datamodel else ""
        where = ""
        if self.where:
            written = print_term(self.where)
            where = f"where ({written})" if self.name != "tstats" and _CLAUSE(written) else f"where {written}"
        by = " ".join(split_to_spl(each, "") for each in self.by)
        columns = aggregations.all_to_spl(self.aggregations)
        return join(self.name, *early, columns, source, *late, where, f"by {by}" if by else "")

    def yields(self, state: Fieldset, tables: Tables, inner: Sequence[Fieldset] = ()) -> Fieldset:
        if is_true(option_text(self.options, "prestats")) or any(
            isinstance(each, MacroCall) for each in self.aggregations
        ):
            return state.opened()
        source = Fieldset(frozenset(tables.dataset(self.datamodel) if self.datamodel else ()))
        if not source.known:
            source = Fieldset(frozenset(), ("*",))
        by = [_prefixed(name) for split in self.by for name in field_names((split.field,))]
        if self._is_over_time():
            by.append("_time")
        made = Fieldset().only([*by, *aggregations.outputs(self.aggregations, source, set(by))], self)
        return appended(made, state, self.options)

    def _is_over_time(self) -> bool:
        """Whether `mstats` makes a row for each span of time, which it does without `by _time`. The span may stand
        behind the fields."""
        given = [*self.options, *(each for split in self.by for each in split.options)]
        return self.name == "mstats" and any(isinstance(each, Option) and each.name == "span" for each in given)

    def filled(self, known: Names) -> Names:
        by = frozenset(split.field.name for split in self.by if isinstance(split.field, Field))
        return aggregations.filled("stats", self.aggregations, by, known)


def _source(reader: Reader, given: list[Option | MacroCall]) -> str:
    """`from datamodel=X`; other sources (`sid=`, a namespace) go to the options."""
    place = reader.span
    reader.advance()
    if reader.kind == "option":
        source = args.option(reader)
        if source.name == "datamodel" and isinstance(source.value, Word):
            return source.value.text + _dataset(reader)
        given.append(source)
    elif reader.at_end or reader.is_word("where", *_BY):
        raise SplError("`from` needs a data model", place, "write `from datamodel=Model.Dataset`")
    else:
        namespace = args.word(reader)
        given.append(Option("from", namespace, span=namespace.span))
    return ""


def _dataset(reader: Reader) -> str:
    """The `."Dataset"` that may follow a quoted `"Model"`."""
    if reader.kind != "word" or reader.value[0] != "." or reader.start != reader.before:
        return ""
    if len(reader.value) > 1:
        rest = reader.value
        reader.advance()
        return rest
    reader.advance()
    return "." + args.field(reader, "the name of a dataset").name


def _where(reader: Reader, name: str) -> Term:
    place = reader.span
    late = name != "tstats"

    def stop(at: Reader) -> bool:
        if at.kind != "word":
            return False
        lower = at.value.lower()
        if lower in _BY:
            return True
        return late and lower in _LATE and at.text[at.end :].lstrip()[:1] == "="

    reader.begin(SEARCH)
    term = search_term(reader, stop)
    if reader.value == ")":
        reader.fail("this `)` closes nothing", "take it away, or add the `(`")
    if term is None:
        reader.fail_if_stray()
        raise SplError("`where` needs a condition", place, "add one, or take `where` away")
    reader.again(ARGUMENTS)
    return term


def _by(reader: Reader) -> tuple[SplitBy, ...]:
    """The fields behind `by`; an option (`span=5m`) belongs to the field before it."""
    place = reader.span
    reader.advance()
    splits: list[SplitBy] = []
    while True:
        args.skip_comma(reader)
        if reader.kind == "option" and splits:
            last = splits[-1]
            given = args.option(reader)
            splits[-1] = SplitBy(last.field, (*last.options, given), span=last.span.to(given.span))
        elif splits and reader.is_word("where"):
            raise SplError("`where` must stand before `by`", reader.span, "put it, and its condition, before `by`")
        elif reader.kind in ("word", "string", "quoted", "macro"):
            split = args.field_or_macro(reader)
            splits.append(SplitBy(split, span=split.span))
        else:
            break
    if not splits:
        reader.fail_if_stray()
        raise SplError("`by` needs at least one field", place, "name the fields, or take `by` away")
    return tuple(splits)


def _prefixed(name: str) -> str:
    """`by PREFIX(user=)` gives a column `user=`."""
    return name[7:-1] if name.startswith("PREFIX(") else name
