"""A search run stage by stage: how many rows each stage leaves, and what fields hold on the way."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from storypack.engine.commands.datamodel import find_dataset
from storypack.engine.compile.datasets import dataset_pipeline, dataset_rows
from storypack.engine.compile.expressions import compile_condition
from storypack.engine.compile.pipeline import compile_pipeline
from storypack.engine.compile.resolve import resolve
from storypack.engine.compile.terms import compile_term
from storypack.engine.errors import EngineError
from storypack.engine.knowledge.files import FileSource
from storypack.engine.relation import Relation
from storypack.engine.run import open_session
from storypack.engine.session import Session
from storypack.engine.sql import identifier
from storypack.engine.values import from_column
from storypack.spl import print_search, tree
from storypack.spl.macros import MacroDefinition
from storypack.testing.clock import Moment
from storypack.testing.stages import Stage, Staged, fields_in, near_name, shorten

SHOWN_VALUES = 3
VALUE_WIDTH = 60


@dataclass(frozen=True, slots=True)
class Values:
    """What a field holds in some rows: its most frequent values, and in how many rows it has none."""

    name: str
    rows: int
    nulls: int
    common: tuple[tuple[Any, int], ...]
    distinct: int

    @property
    def absent(self) -> bool:
        return self.rows > 0 and self.nulls == self.rows

    def __str__(self) -> str:
        """`errorCode was "x" in 2 of 3 rows, null in 1`."""
        if not self.rows:
            return f"no row was there to have {self.name}"
        parts = [(show(value), count) for value, count in self.common]
        if self.nulls:
            parts.append(("null", self.nulls))
        if len(parts) == 1 and self.distinct <= 1:
            whole = "" if self.rows == 1 else f" in {self.rows} of {self.rows} rows"
            return f"{self.name} was {parts[0][0]}{whole}"
        if self.distinct > SHOWN_VALUES:
            empty = f", null in {self.nulls}" if self.nulls else ""
            shown = ", ".join(text for text, _ in parts[:2])
            return f"{self.name} had {self.distinct} values in {self.rows} rows{empty}, such as {shown}"
        listed = [f"{text} in {count}" for text, count in parts]
        listed[0] += f" of {self.rows} rows"
        return f"{self.name} was {', '.join(listed)}"


def show(value: Any) -> str:
    """A value as an author would write it."""
    if isinstance(value, list):
        text = "[" + ", ".join(show(one) for one in value[:5]) + (", …]" if len(value) > 5 else "]")
        return shorten(text, 2 * VALUE_WIDTH)
    if isinstance(value, str):
        return json.dumps(shorten(value, VALUE_WIDTH), ensure_ascii=False)
    return "null" if value is None else str(value)


@dataclass
class Trace:
    """A run taken apart. `before` = the events within the time range; `after[k]` = the rows after stage k."""

    session: Session
    staged: Staged
    stages: list[Stage]
    before: Relation
    after: list[Relation]
    counts: list[int]
    when: Moment
    total: int
    times: tuple[float, float] | None

    @cached_property
    def events(self) -> int:
        """Events within the time range."""
        return self.count(self.before)

    @property
    def no_events(self) -> bool:
        """Whether there are none, whatever the time range."""
        return self.total == 0

    @property
    def reads_tables(self) -> bool:
        """Whether the search begins with rows that are no events, as those of a lookup."""
        return isinstance(self.stages[0].node, tree.Inputlookup | tree.Plain)

    def time_facts(self) -> list[str]:
        """When the search ran, over which time, and when the events were."""
        when = self.when
        range_ = f"{_clock(when.earliest, 'the beginning')} to {_clock(when.latest, 'the end')}"
        facts = [f"the search ran at {_clock(when.now)} over {range_}"]
        if self.times is not None:
            facts.append(f"the events are from {_clock(self.times[0])} to {_clock(self.times[1])}")
        return facts

    @property
    def lost_at(self) -> int | None:
        """The stage (from 0) that left no row of some; None if there are rows at the end."""
        if self.counts and self.counts[-1]:
            return None
        return next((at for at, count in enumerate(self.counts) if not count), None)

    def rows_before(self, at: int) -> Relation:
        """The rows that come to a stage: for the first one, all events."""
        return self.after[at - 1] if at else self.before

    def count_before(self, at: int) -> int:
        return self.counts[at - 1] if at else self.events

    # --- looking at rows

    def count(self, rows: Relation) -> int:
        return int(self.session.fetch(rows, "SELECT count(*)")[0][0])

    def values(self, name: str, rows: Relation) -> Values:
        """What a field holds."""
        column = rows.find(name)
        if column is None:
            total = self.count(rows)
            return Values(name, total, total, (), 0)
        ident = identifier(column.ident)
        found = self.session.fetch(rows, f"SELECT {ident}, count(*)", "GROUP BY 1 ORDER BY 2 DESC, 1")
        total = sum(count for _, count in found)
        nulls = sum(count for value, count in found if value is None)
        common = [(from_column(value), count) for value, count in found if value is not None]
        return Values(name, total, nulls, tuple(common[:SHOWN_VALUES]), len(common))

    def near_name(self, name: str, rows: Relation) -> str:
        """The field that a name which no row has was probably meant to be; empty if none comes near."""
        return near_name(name, (each for each in rows.all_names() if not each.startswith("_")))

    def condition(self, part: tree.Term | tree.Expr, rows: Relation, *, search: bool) -> str:
        """BOOLEAN SQL of a part of a condition; `search` = it stands in the grammar of `search`."""
        if search:
            term = resolve(part, self.session)  # type: ignore[arg-type]
            return compile_term(term, rows, self.session) if term is not None else "TRUE"
        return compile_condition(part, rows, self.session)  # type: ignore[arg-type]

    def dataset(self, name: str) -> Relation:
        """The events of a data model's dataset, its fields under the names that searches use. Raises EngineError."""
        return dataset_rows(find_dataset(name, self.session), self.session)

    def constraint(self, name: str) -> list[str]:
        """What a dataset asks of an event, and what the events have of it."""
        pipeline = dataset_pipeline(find_dataset(name, self.session), self.session)
        first = pipeline.commands[0]
        wanted = print_search(tree.Pipeline((first,))) if isinstance(first, tree.Search) else ""
        names = dict.fromkeys(each for each in fields_in(first) if each != "_raw")
        held = [str(self.values(each, self.before)) for each in [*names, "sourcetype", "source"][:4]]
        return [f"the dataset takes: {shorten(wanted)}", "; ".join(dict.fromkeys(held))]

    def partial(self, at: int, assignments: int) -> Relation:
        """The rows in the middle of an `eval`: after so many of its assignments."""
        node = self.stages[at].node
        rows = self.rows_before(at)
        if not assignments or not isinstance(node, tree.Eval):
            return rows
        return _step(tree.Eval(node.assignments[:assignments]), rows, self.session)


@contextmanager
def open_trace(
    staged: Staged, source: FileSource, macros: Mapping[str, MacroDefinition], when: Moment
) -> Iterator[Trace]:
    """The stages of a search, each counted, until one leaves nothing. Raises EngineError where a stage cannot run."""
    with open_session(source, macros, when.now) as session, session.between(when.earliest, when.latest):
        events = all_events(session)
        times = source.times and (source.times[0] + source.shift, source.times[1] + source.shift)
        trace = Trace(session, staged, [], events, [], [], when, source.count, times)
        rows: Relation | None = None
        for node in staged.pipeline.commands:
            try:
                rows = _step(node, rows, session)
            except EngineError as error:
                error.stage = ""
                raise
            trace.stages.append(staged.stage(node))
            trace.after.append(rows)
            trace.counts.append(trace.count(rows))
        yield trace


def all_events(session: Session) -> Relation:
    """The events within the session's time range."""
    return _step(tree.Search(None), None, session)


def _step(node: tree.Command, rows: Relation | None, session: Session) -> Relation:
    return compile_pipeline(
        tree.Pipeline((node,), leading_pipe=rows is None and not isinstance(node, tree.Search)), session, rows
    )


def _clock(moment: float | None, otherwise: str = "") -> str:
    """A moment in UTC, to the second."""
    return otherwise if moment is None else datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M:%S")
