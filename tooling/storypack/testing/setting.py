"""What the searches of a pack run with: its macros and lookups, and the events of a test as a source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import duckdb

from storypack.engine.events.hold import Hold
from storypack.engine.events.origin import EventFile
from storypack.engine.knowledge.apps import BUILTIN_ONLY, AddOns, Knowledge, KnowledgeError, match_types, read_rows
from storypack.engine.knowledge.files import EventTable, FileSource
from storypack.engine.root import open_root
from storypack.engine.source import LookupTable
from storypack.engine.together import sources_together
from storypack.opening import open_plain
from storypack.pack.models.lookup import CsvLookup, Lookup
from storypack.pack.models.schedule import Schedule
from storypack.pack.models.search import EventsTest, Search, SearchTest
from storypack.pack.pack import Entry, Pack, holds
from storypack.spl.macros import MacroDefinition
from storypack.testing.attack_data import Absence, AttackData, is_address
from storypack.testing.clock import NO_TIME
from storypack.testing.results import Cause
from storypack.testing.surroundings import known_lookups, known_macros, shipped_lookup
from storypack.world import shipped


@dataclass(eq=False)
class Setting:
    """The pack, and what is worked out once for all of its tests. `threads` is for each search, `add_ons` stand for
    those of a search head, `attack_data` says where the files of addresses lie."""

    pack: Pack
    threads: int = 1
    add_ons: AddOns = BUILTIN_ONLY
    attack_data: AttackData | None = None

    @cached_property
    def knowledge(self) -> Knowledge:
        return self.add_ons.knowledge()

    @cached_property
    def macros(self) -> dict[str, MacroDefinition]:
        """The app's own macros, those of the add-ons, and those that Splunk's own apps ship."""
        return known_macros(self.knowledge, self.own_macros)

    @cached_property
    def own_macros(self) -> dict[str, MacroDefinition]:
        """Every macro that the app will have, filter macros included."""
        return {
            stanza: MacroDefinition(macro.name, tuple(macro.arguments), macro.definition, macro.iseval)
            for stanza, macro in self.pack.all_macros().items()
        }

    @cached_property
    def replaceable(self) -> frozenset[str]:
        """Stanzas of the macros that a test may replace: also those of other apps, whose definitions nobody has."""
        external = self.pack.settings.external("macro")
        return frozenset(external.union(self.macros, shipped.site_macros()))

    def macros_of(self, test: EventsTest) -> dict[str, MacroDefinition]:
        """The macros with those that the test replaces, which keep their arguments."""
        if not test.macros:
            return self.macros
        replaced = {}
        for stanza, definition in test.macros.items():
            known = self.macros.get(stanza) or shipped.site_macros().get(stanza)
            replaced[stanza] = MacroDefinition(stanza.partition("(")[0], known.args if known else (), definition)
        return {**self.macros, **replaced}

    # --- lookups

    @cached_property
    def lookups(self) -> dict[str, LookupTable]:
        """All lookups as they are delivered: a CSV's rows, a collection without any, what Splunk's own apps ship."""
        return known_lookups(self.knowledge, self.own_lookups)

    @cached_property
    def own_lookups(self) -> dict[str, LookupTable]:
        """The pack's lookups, and those that its settings say other apps bring. A CSV that the app holds under another
        name is there to be refused."""
        external = self.pack.settings.external("lookup")
        own = {name: _table(entry, self.pack) for name, entry in self.pack.lookup_named.items()}
        files = {
            entry.model.filename or f"{name}.csv": name
            for name, entry in self.pack.lookup_named.items()
            if isinstance(entry.model, CsvLookup)
            and entry.model.dated_file
            and self.pack.settings.build.date_lookup_files
        }
        dated = {file: LookupTable(file, (), (), fault=_dated(name)) for file, name in files.items()}
        return {**{name: shipped_lookup(name) for name in sorted(external)}, **dated, **own}

    def lookups_of(self, test: EventsTest) -> dict[str, LookupTable]:
        """The lookups with those whose rows the test replaces, which keep their settings."""
        if not test.lookups:
            return self.lookups
        replaced = {}
        for name, rows in test.lookups.items():
            known = self.lookups.get(name) or LookupTable(name, (), ())
            fields = tuple(dict.fromkeys([*known.fields, *(field for row in rows for field in row)]))
            replaced[name] = LookupTable(
                name,
                fields,
                rows,
                known.match_types,
                case_sensitive=known.case_sensitive,
                min_matches=known.min_matches,
                max_matches=known.max_matches,
                default_match=known.default_match,
            )
        return {**self.lookups, **replaced}

    # --- events

    @cached_property
    def _root(self) -> duckdb.DuckDBPyConnection:
        """One connection for all tests: it may read their events, and nothing else."""
        names = {item.data for entry in self.pack.tested for test in entry.model.tests for item in test.attack_data}
        files = [self.path(name) for name in sorted(names) if not self.why_closed(name)]
        root = open_root(files, threads=self.threads)
        plan_in_haste(root)
        return root

    def path(self, name: str) -> Path:
        """The file of a test's events, by its path in the pack or its address."""
        remote = self.attack_data.path(name) if self.attack_data and is_address(name) else None
        return remote or self.pack.root / name

    def why_closed(self, name: str) -> str:
        """Why a file of events may not be opened, or is not there; empty if it may."""
        absence = self.absence(name)
        return absence.message if absence else ""

    def absence(self, name: str) -> Absence | None:
        """The same, with its cause."""
        if is_address(name):
            if self.attack_data:
                return self.attack_data.absence(name)
            message = f"the events are behind a URL, which is not fetched; --attack-data says where they lie: {name}"
            return Absence(Cause.NOT_MAPPED, message)
        try:
            open_plain(self.pack.root / name, self.pack.root).close()
        except FileNotFoundError:
            return Absence(Cause.NO_FILE, f"there is no file {name}")
        except (OSError, ValueError) as error:
            return Absence(Cause.UNREADABLE, f"{name} {getattr(error, 'strerror', None) or error}")
        return None

    @cached_property
    def seen_fields(self) -> dict[str, set[str]]:
        """The fields that events of a search's tests have, by the search's file, as far as its tests have been run."""
        return {}

    @cached_property
    def fields_by_files(self) -> dict[tuple[tuple[str, str, str], ...], frozenset[str]]:
        """The fields of events, by data, sourcetype and source of their files, as far as anybody has asked."""
        return {}

    @cached_property
    def readers_of_risk(self) -> dict[str, bool]:
        """Whether the search in a file looks into the risk index, as far as anybody has asked."""
        return {}

    @contextmanager
    def source(self, test: EventsTest, tables: Sequence[EventTable] = ()) -> Iterator[FileSource]:
        """The events of a test. Raises UnreadableFile."""
        with self._opened(test, tables=tables) as source:
            yield source

    def sources(self, tests: Sequence[EventsTest]) -> AbstractContextManager[list[FileSource]]:
        """The events of several tests, held together. Raises UnreadableFile, and Apart if they cannot be."""
        return sources_together(self._root, [partial(self._opened, test) for test in tests])

    def _opened(self, test: EventsTest, hold: Hold | None = None, tables: Sequence[EventTable] = ()) -> FileSource:
        return FileSource(
            self.files(test),
            self.knowledge,
            clock=NO_TIME,
            lookups=self.lookups_of(test),
            saved_searches=self.saved_searches,
            tables=tables,
            root=self._root,
            hold=hold,
        )

    def files(self, test: EventsTest) -> list[EventFile]:
        """The test's files; a source that it does not name is the file's path, as a Splunk input has it."""
        return [
            EventFile(
                self.path(item.data), item.sourcetype, item.source or item.data, item.host or "", item.index or "main"
            )
            for item in test.attack_data
        ]

    # --- time

    @property
    def is_over_all_time(self) -> bool:
        """Whether schedules' windows do not hold in tests: contentctl runs them over all time, so a pack that is as
        that tool has it was never tested otherwise."""
        return self.pack.settings.profile == "compatible"

    def schedule_of(self, search: Search, test: SearchTest) -> Schedule | None:
        """The schedule whose window holds in a test; None = none does. One that names its moments is meant to be seen
        through that window."""
        if self.is_over_all_time and test.now is None and not test.runs:
            return None
        return self.pack.schedule_of(search)

    @cached_property
    def saved_searches(self) -> dict[str, str]:
        return {self.pack.stanza(entry): entry.model.search for entry in self.pack.searches}

    def prepare(self) -> None:
        """Have ready what all tests need, but for the connection, which no fork can share."""
        _ = self.knowledge, self.macros, self.lookups

    def open(self) -> None:
        """Have ready what all tests need."""
        self.prepare()
        _ = self._root

    def close(self) -> None:
        """Close the connection, if it was ever opened."""
        if "_root" in self.__dict__:
            self._root.close()
            del self.__dict__["_root"]


KEPT_OPTIMIZERS = frozenset(
    {
        "aggregate_function_rewriter",
        "column_lifetime",
        "cte_inlining",
        "extension",
        "materialized_cte",
        "partitioned_execution",
        "remote_pushdown",
        "reorder_filter",
        "unused_columns",
    }
)
"""What DuckDB still does to a plan: without these, a statement of a test takes as long or longer. DuckDB 2.0's
`projection_pullup` fails on some lateral joins, such as those of `engine/together.py`."""


def plan_in_haste(root: duckdb.DuckDBPyConnection) -> None:
    """Take the other optimizers away. With a handful of events, looking for a better plan takes longer than running a
    poor one; and a condition that is pushed down through the stages before it has all their expressions written out in
    it."""
    known = [name for (name,) in root.execute("SELECT name FROM duckdb_optimizers()").fetchall()]
    root.execute(f"SET disabled_optimizers = '{','.join(name for name in known if name not in KEPT_OPTIMIZERS)}'")


def _table(entry: Entry[Lookup], pack: Pack) -> LookupTable:
    model = entry.model
    rows: Sequence[Mapping[str, Any]] = ()
    fields = tuple(getattr(model, "fields", ()))
    fault = ""
    if holds(entry, CsvLookup):
        try:
            known, rows = read_rows(pack.csv_path(entry), pack.root)
            fields = known or fields
        except KnowledgeError as error:
            fault = str(error)
    elif model.lookup_type == "external":
        delivered = shipped_lookup(entry.name)
        fields, rows = fields or delivered.fields, delivered.rows
    return LookupTable(
        entry.name,
        fields,
        rows,
        match_types(", ".join(model.match_type)),
        case_sensitive=model.case_sensitive_match is not False,
        min_matches=model.min_matches or 0,
        max_matches=model.max_matches,
        default_match=model.default_match or "",
        fault=fault,
    )


def _dated(name: str) -> str:
    return f"in the app the name of this file carries a date; call the lookup by its name, {name}"
