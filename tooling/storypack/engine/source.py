"""Where rows come from: the contract between the engine and whatever holds the events.

A `Source` outlives a search; a `Scan` is one pass over its events within one search (a subsearch scans anew). The
engine asks a scan for fields while it compiles, then for its SQL; what nobody asked for is never extracted:

    scan = source.scan(ScanRequest(...), session)     # files chosen by time, index, sourcetype
    scan.field("user")  -> Column("user", STRING)     # remembered
    scan.field("tag")   -> Column("tag", MULTI)       # event types and tags are fields like any other
    scan.sql()          -> SELECT ..., json_extract_string(_raw, '$.user') AS "user", ... FROM read_csv(...)

`scan.sql()` gives every identifier that `field` has handed out, and the columns that `scan.order` names. It is
called last, perhaps more than once (`names` runs the query so far, more fields may be asked for afterwards).
It may give further hidden columns (`_raw`, the sourcetype) that `names` needs to discover what rows hold. Every
identifier must come from `session.names.new(...)`, for rows of two scans may be joined.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

from storypack.engine.relation import Opener, OrderKey
from storypack.spl.tree import Expr, Pipeline, Term

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from storypack.engine.session import Session


@dataclass(frozen=True, slots=True)
class ScanRequest:
    """What a search wants of the events.

    Times are epoch seconds, `earliest` inclusive, `latest` exclusive, None = unbounded; the scan must apply them.
    `term` is the base search (macros expanded, subsearches put in): only a hint by which a source may leave out files
    or rows that cannot match; the engine applies it to every row again. `indexed` = only fields that the index holds
    are wanted, none that are extracted at search time (tstats without a data model).
    """

    term: Term | None = None
    earliest: float | None = None
    latest: float | None = None
    indexed: bool = False


class Scan(Opener, Protocol):
    """One pass over events; an `Opener` (see there for `field` and `names`) that can be turned into SQL."""

    @property
    def order(self) -> Sequence[OrderKey]:
        """The order in which Splunk would return the events: newest first."""

    def sql(self, named: str | None = None) -> str:
        """A SELECT with every column handed out so far, the order's columns, and what `names` needs. Columns that do
        not stand in `named`, the SQL that reads the rows, may be missing."""


TIME_FORMAT = "%s.%Q"
"""How the times of a lookup are written, unless it says otherwise (transforms.conf: time_format)."""

MAX_OFFSET = 2_000_000_000.0
"""How much older than an event a lookup's row may be, in seconds (transforms.conf: max_offset_secs)."""


@dataclass(frozen=True, slots=True)
class LookupTable:
    """A lookup: its rows and the settings of its transforms.conf stanza.

    `match_types` maps a field to WILDCARD or CIDR (absent = exact). A value may be text, number, list or None.
    `max_matches` None = Splunk's default (1,000; 1 for a lookup with a time field). With a `time_field`, an event
    matches rows that are from `min_offset` to `max_offset` seconds older than it. `fault` = why its rows cannot be
    read: a search that uses it fails. `of_runs` = the table of each run, where the search is compiled for several
    (`together.py`) whose rows differ.
    """

    name: str
    fields: tuple[str, ...]
    rows: Sequence[Mapping[str, Any]]
    match_types: Mapping[str, Literal["WILDCARD", "CIDR"]] = field(default_factory=dict)
    case_sensitive: bool = True
    min_matches: int = 0
    max_matches: int | None = None
    default_match: str = ""
    time_field: str = ""
    time_format: str = TIME_FORMAT
    min_offset: float = 0.0
    max_offset: float = MAX_OFFSET
    fault: str = ""
    of_runs: tuple[LookupTable, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelMember:
    """A dataset below another one. `condition` = the terms (SPL) that an event of its parent must fulfil to belong to
    it; `lineage` as in searches: `Door.Open`."""

    lineage: str
    parent: str
    name: str
    condition: str


@dataclass(frozen=True, slots=True)
class ModelDataset:
    """A data model's dataset as SPL over the same source.

    `pipeline` = base search and constraints of the dataset and its parents (as text where it may call macros); the
    engine compiles it as it would a subsearch, and only extracts what the outer search reads. `fields` maps a dataset's
    field as searches name it (`Processes.user`, `_time`) to its name in the pipeline's result.
    `computed` gives the expressions of calculated fields, by their names in the pipeline's result; each sees what the
    pipeline gives and none of the others. `prefix` is the dataset's own lineage (`Processes`), `members` are those
    below it, parents first. `hidden` fields (by their names in searches) can be named, and `*` does not show them.
    `strict` = searches see no other fields. `others` = further datasets whose rows belong to it, where the name is that
    of a model with several roots.
    """

    name: str
    prefix: str
    pipeline: Pipeline | str
    fields: Mapping[str, str]
    computed: Mapping[str, Expr] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    members: tuple[ModelMember, ...] = ()
    strict: bool = True
    others: tuple[ModelDataset, ...] = ()


class Source(Protocol):
    """What searches run over."""

    @property
    def root(self) -> DuckDBPyConnection | None:
        """The connection whose cursors can read the source; None = any."""

    def scan(self, request: ScanRequest, session: Session) -> Scan:
        """A pass over the events. `session.connection` is the run's DuckDB cursor (temporary tables of the scan may be
        made there), `session.names.new(field)` gives an unused identifier."""

    def is_settled(self, now: float) -> bool:
        """Whether what searches have been given can stand; False = the source has learned better, so search again."""

    def lookup(self, name: str) -> LookupTable | None:
        """A lookup definition or CSV file by its name; None if unknown."""

    def datamodel(self, name: str) -> ModelDataset | None:
        """A dataset by the name that searches use (`Endpoint.Processes`, or a model's root by the model alone)."""

    def saved_search(self, name: str) -> str | None:
        """The SPL of a saved search; None if unknown."""
