"""Pipe stages, a node for each shape of command."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from storypack.spl.tree.expressions import Expr
from storypack.spl.tree.shared import Field, MacroCall, Node, Option, Word
from storypack.spl.tree.terms import Term


@dataclass(frozen=True, slots=True)
class Pipeline(Node):
    """The stages of a search. `leading_pipe` = the text begins with `|`, so the first command generates its rows."""

    commands: tuple[Command, ...]
    leading_pipe: bool = False


@dataclass(frozen=True, slots=True)
class Search(Node):
    """`search`, also the implied one at the start. `term` is None for an empty one."""

    term: Term | None
    implied: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Where(Node):
    condition: Expr


@dataclass(frozen=True, slots=True)
class Assignment(Node):
    """`target = value` of eval. `target` may hold `{field}` (Search Reference: eval, "field names from values")."""

    target: Field
    value: Expr


@dataclass(frozen=True, slots=True)
class Eval(Node):
    assignments: tuple[Assignment | MacroCall, ...]


@dataclass(frozen=True, slots=True)
class Fieldformat(Node):
    """`fieldformat field=expression`: how a field is shown; its value stays."""

    assignment: Assignment


@dataclass(frozen=True, slots=True)
class Aggregation(Node):
    """`func(arg) as name`. `func` in lower case with its number kept (`p95`, `perc99.9`); `arg` None for `count`; an
    `Expr` that is no plain field stands in `eval(...)`. `text` is the name that Splunk gives without `as`."""

    func: str
    arg: Expr | None
    alias: Field | None = None
    text: str = ""

    @property
    def output(self) -> str:
        """The column that the aggregation fills."""
        return self.alias.name if self.alias else self.text


@dataclass(frozen=True, slots=True)
class Stats(Node):
    """stats, eventstats, streamstats, sistats and their kin: `name options aggregations [by fields]`."""

    name: str
    aggregations: tuple[Aggregation | MacroCall, ...]
    by: tuple[Field | MacroCall, ...] = ()
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class SplitBy(Node):
    """A field of `chart`/`timechart`/`tstats ... by` with options of its own (`span=1h`, `limit=5`, `useother=f`)."""

    field: Field | MacroCall
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Chart(Node):
    """chart, timechart (and sichart, sitimechart). For timechart `over` is None: rows are `_time`. `where` is the
    condition on split values (`where sum in top5`), kept as text."""

    name: str
    aggregations: tuple[Aggregation | MacroCall, ...]
    over: SplitBy | None = None
    by: SplitBy | None = None
    options: tuple[Option, ...] = ()
    where: str = ""


@dataclass(frozen=True, slots=True)
class Tstats(Node):
    """`tstats` (and `mstats`): `datamodel` is as written (`Endpoint.Processes`), empty for
    indexed fields of the index."""

    name: str
    aggregations: tuple[Aggregation | MacroCall, ...]
    datamodel: str = ""
    where: Term | None = None
    by: tuple[SplitBy, ...] = ()
    options: tuple[Option | MacroCall, ...] = ()


@dataclass(frozen=True, slots=True)
class From(Node):
    """`from kind:name`, e.g. `datamodel:Endpoint.Processes`, `inputlookup:x`, `savedsearch:x`."""

    kind: str
    dataset: str


@dataclass(frozen=True, slots=True)
class Fields(Node):
    """`fields [+|-] list`."""

    remove: bool
    fields: tuple[Field | MacroCall, ...]


@dataclass(frozen=True, slots=True)
class Rename(Node):
    """`rename a as b, ...`; both sides may hold wildcards."""

    pairs: tuple[tuple[Field, Field] | MacroCall, ...]


@dataclass(frozen=True, slots=True)
class Rex(Node):
    """`rex [field=f] [max_match=n] [offset_field=o] [mode=sed] "pattern"`."""

    pattern: Word | MacroCall
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Regex(Node):
    """`regex [field (=|!=)] "pattern"`; `field` None = `_raw`."""

    field: Field | None
    op: Literal["=", "!="]
    pattern: Word | MacroCall


@dataclass(frozen=True, slots=True)
class Mapping(Node):
    """`source AS target`; `target` None when there is no AS. In `lookup` inputs, `source` is the table's field."""

    source: Field
    target: Field | None = None


@dataclass(frozen=True, slots=True)
class Lookup(Node):
    """`lookup [options] table field [AS event_field] ... [OUTPUT|OUTPUTNEW field [AS event_field] ...]`; no `outputs`
    means all fields of the table, also behind an `output` word."""

    table: Word | MacroCall
    inputs: tuple[Mapping, ...]
    output: Literal["", "OUTPUT", "OUTPUTNEW"] = ""
    outputs: tuple[Mapping, ...] = ()
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Inputlookup(Node):
    table: Word | MacroCall
    where: Term | None = None
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Bin(Node):
    """bin, also called bucket and discretize."""

    field: Field
    alias: Field | None = None
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class SortKey(Node):
    """`kind` is one of `'' auto str ip num`."""

    field: Field
    descending: bool = False
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Sort(Node):
    """`limit` None = the default of 10,000; 0 = all. `reverse` = the trailing `desc`. Splunk passes over `options`."""

    keys: tuple[SortKey | MacroCall, ...]
    limit: int | None = None
    reverse: bool = False
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Dedup(Node):
    fields: tuple[Field | MacroCall, ...]
    count: int = 1
    options: tuple[Option, ...] = ()
    sortby: tuple[SortKey, ...] = ()


@dataclass(frozen=True, slots=True)
class Head(Node):
    """`head [n | (condition)] [limit=] [null=] [keeplast=]`."""

    count: int | None = None
    condition: Expr | None = None
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Top(Node):
    """top and rare: `name [n] [options] fields [by fields]`."""

    name: str
    fields: tuple[Field | MacroCall, ...]
    by: tuple[Field | MacroCall, ...] = ()
    count: int | None = None
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Join(Node):
    fields: tuple[Field, ...]
    pipeline: Pipeline
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Combine(Node):
    """Commands with subsearches: append, appendcols, appendpipe, union, multisearch, set. `words` are dataset names of
    union (`datamodel:x`) or the operation of `set`."""

    name: str
    pipelines: tuple[Pipeline, ...]
    options: tuple[Option, ...] = ()
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class Foreach(Node):
    """`foreach [options] fields [ pipeline with <<FIELD>> ]`. `template` is the text between the brackets."""

    fields: tuple[Field | MacroCall, ...]
    template: str
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class MapSearch(Node):
    """`map search="..." maxsearches=n`, or `map [ ... ]`; `template` is the text with its `$field$` tokens."""

    template: str
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Replace(Node):
    """`replace a with b, ... [in fields]`."""

    pairs: tuple[tuple[Word, Word], ...]
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True)
class ConvertCall(Node):
    """`func(field) [as alias]` of convert; `field` may hold wildcards."""

    func: str
    field: Field
    alias: Field | None = None


@dataclass(frozen=True, slots=True)
class Convert(Node):
    calls: tuple[ConvertCall, ...]
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Return(Node):
    """`return [n] items`: an item is `field`, `alias=field` or `$field`."""

    items: tuple[ReturnItem, ...]
    count: int | None = None


@dataclass(frozen=True, slots=True)
class ReturnItem(Node):
    field: Field
    alias: str = ""
    value_only: bool = False


@dataclass(frozen=True, slots=True)
class Plain(Node):
    """A command of options and words (`table`, `fillnull`, `mvexpand`, `spath`, `transaction`, `iplocation`, ...).
    The words are in the order of the text."""

    name: str
    words: tuple[Word | MacroCall, ...] = ()
    options: tuple[Option, ...] = ()

    def option(self, name: str, default: str = "") -> str:
        """The text of an option, or `default`."""
        for option in self.options:
            if option.name == name and isinstance(option.value, Word):
                return option.value.text
        return default


@dataclass(frozen=True, slots=True)
class Opaque(Node):
    """A command that the catalogue does not know (or knows as free text): its arguments as written."""

    name: str
    text: str
    pipelines: tuple[Pipeline, ...] = ()


@dataclass(frozen=True, slots=True)
class MacroStage(Node):
    """A stage that is a macro call, alone or followed by more text that belongs to what it expands to."""

    call: MacroCall
    rest: str = ""


@dataclass(frozen=True, slots=True)
class Deferred(Node):
    """A stage whose arguments can be read only when its macros are expanded, or when its subsearches have run and their
    texts stand in the places of their brackets: `bin `span` _time`, `sort [ ... | return $order ]`. `parts` are its
    arguments, text and subsearches in turn."""

    name: str
    parts: tuple[str | Pipeline, ...]


Command = (
    Search
    | Where
    | Eval
    | Fieldformat
    | Stats
    | Chart
    | Tstats
    | From
    | Fields
    | Rename
    | Rex
    | Regex
    | Lookup
    | Inputlookup
    | Bin
    | Sort
    | Dedup
    | Head
    | Top
    | Join
    | Combine
    | Foreach
    | MapSearch
    | Replace
    | Convert
    | Return
    | Plain
    | Opaque
    | MacroStage
    | Deferred
)
