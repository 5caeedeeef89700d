"""Results of tests that earlier runs kept, used for as long as nothing that they rest on has changed.

A test rests on the tool, on the pack's settings, data sources, schedules and stories, on the file of its search, on
every macro and lookup that the search can reach by name, on the events of the search's tests; a correlation, on the
detections that feed it. Where a name may be put together while a macro is expanded, on all macros and lookups; where a
search may run another one by its title, on the whole pack. Kept are tests that passed, and those whose search the
engine does not run; a failure is worth being told anew.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from storypack import plugins, store
from storypack.issue import Location
from storypack.opening import read_plain
from storypack.pack.kinds import KINDS
from storypack.pack.mentions import puts_names_together, runs_by_title, search_text
from storypack.pack.models.investigation import Investigation
from storypack.pack.models.lookup import CsvLookup
from storypack.pack.models.macro import Macro
from storypack.pack.pack import Entry, Pack, holds
from storypack.store import Store, digest
from storypack.testing.attack_data import AttackData, is_address
from storypack.testing.file_digests import FileDigests
from storypack.testing.results import WHOLE_PACK, Cause, Failure, Outcome, PlannedTest, TestResult, TestRun

if TYPE_CHECKING:
    from storypack.testing.setting import Setting

FILE = "tests.json"
_STAGES = ("spl", "conf", "reference", "pack", "engine", "world", "hunting", "testing")
_LIBRARIES = (
    "duckdb", "numpy", "pcre2", "pydantic", "PyYAML", "cronsim", "rapidfuzz", "tzdata", "zstandard", "evtx"
)  # fmt: skip
_GROUPS = ("storypack.formats",)
_REACHABLE = ("macros", "lookups")
_WORD = re.compile(r"\w+")


@cache
def tool_digest() -> str:
    """A digest of all that decides what becomes of a test, beside the pack."""
    return store.tool_digest(_STAGES, _LIBRARIES, _GROUPS)


def store_of(root: Path, chosen: Path | None = None) -> Store:
    """Where the results of a pack's tests are kept: in its own folder, or in the one that the user chose."""
    return Store.of(root, tool_digest(), chosen)


@dataclass(eq=False)
class Kept:
    """The results in a store, and what each must rest on to be used for this pack."""

    pack: Pack
    store: Store
    attack_data: AttackData | None = None

    @cached_property
    def _records(self) -> dict[str, Any]:
        return self.store.load(FILE)

    def whole_run(self, planned: Sequence[PlannedTest]) -> TestRun | None:
        """The results of all tests, if each is known. Where nothing at all has changed, the engine is not imported."""
        begin = time.perf_counter()
        if any(_key(test) not in self._records for test in planned):
            return None
        results = [result for test in planned if (result := self.result(test))]
        if len(results) < len(planned):
            return None
        return TestRun(tuple(results), time.perf_counter() - begin, len(results))

    def result(self, planned: PlannedTest) -> TestResult | None:
        """What became of the test, if it is known and nothing that it rests on has changed."""
        key = _key(planned)
        record = self._records.get(key)
        if record is None or not (key in self._valid or self._is_valid(planned, record)):
            return None
        self._valid.add(key)
        match record:
            case {"count": int(count), "rows": list(rows), "notes": list(notes)}:
                return TestResult(planned, Outcome.PASSED, count, tuple(rows), notes=tuple(notes))
            case {"unsupported": [message, *place], "excuse": str(excuse), "counts": bool(counts)}:
                failure = Failure("not run", message, Location(*place), cause=Cause.UNSUPPORTED)
                return TestResult(planned, Outcome.NOT_RUN, failure=failure, counts=counts, excuse=excuse)
        return None

    @cached_property
    def _valid(self) -> set[str]:
        """The keys of records that hold for the pack as it is."""
        return set()

    def _is_valid(self, planned: PlannedTest, record: Mapping[str, Any]) -> bool:
        match record:
            case {"whole": str(whole)} if not self.attack_data and whole == self._whole:
                return True
            case {"on": on, "leans": dict(leans)}:
                return on == self._rests_on(planned) and all(
                    self._digest_at(path) == was for path, was in leans.items()
                )
        return False

    def keep(self, results: Iterable[TestResult]) -> None:
        """Keep these for the next run, beside those of tests that the pack still has."""
        there = {f"{entry.path}#{number}" for entry in self.pack.tested for number, _ in enumerate(entry.model.tests)}
        records = {key: record for key, record in self._records.items() if key in there}
        for result in results:
            records.pop(_key(result.test), None)
            if record := self._record(result):
                records[_key(result.test)] = record
                self._valid.add(_key(result.test))
        if not self.attack_data:  # a digest of the whole of these is dear
            whole = self._whole
            records = {key: {**each, "whole": whole} if key in self._valid else each for key, each in records.items()}
        if records != self._records:
            self.store.save(FILE, records)
        if self.attack_data:
            self._file_digests.keep()

    def _record(self, result: TestResult) -> dict[str, Any] | None:
        failure = result.failure
        if result.outcome is Outcome.NOT_RUN and failure and failure.cause is Cause.UNSUPPORTED:
            unsupported = [failure.message, *astuple(failure.location)]
            shown = {"unsupported": unsupported, "excuse": result.excuse, "counts": result.counts}
            return {"on": self._rests_on(result.test), "leans": {}, **shown}
        if result.outcome is not Outcome.PASSED:
            return None
        rows = list(result.rows)
        try:
            is_plain = json.loads(json.dumps(rows)) == rows
        except (TypeError, ValueError):
            return None
        leans = {path: self._digest_at(path) for path in sorted(result.leans_on)}
        shown = {"count": result.count, "rows": rows, "notes": list(result.notes)}
        return {"on": self._rests_on(result.test), "leans": leans, **shown} if is_plain else None

    # --- what a test rests on

    def _rests_on(self, planned: PlannedTest) -> str:
        from storypack.testing.risk import feeders, reads_risk

        entry = self.pack.tested_at(planned.file)
        parts = [self._common, self._search(entry)]
        test = entry.model.tests[planned.number]
        if not isinstance(entry.model, Investigation) and reads_risk(entry, self._setting):
            parts += [self._risk, *map(self._search, feeders(entry, test, self._setting))]
        return digest(*parts, str(planned.number))

    def _digest_at(self, path: str) -> str:
        """What tells whether a search changed; of "*", the whole pack."""
        if path == WHOLE_PACK:
            return self._whole
        try:
            return self._search(self.pack.tested_at(path))
        except KeyError:
            return "gone"

    @cached_property
    def _setting(self) -> Setting:
        from storypack.testing.setting import Setting

        return Setting(self.pack, attack_data=self.attack_data)

    @cached_property
    def _common(self) -> str:
        pack = self.pack
        kinds = [kind for kind in KINDS if kind.folder not in _REACHABLE and not kind.has_tests]
        texts = [text for kind in kinds for entry in pack.of(kind) for text in (entry.path, entry.basis)]
        zone = (os.environ.get("TZ", ""), *time.tzname)
        return digest(tool_digest(), *plugins.identity(_GROUPS[0]), *zone, pack.settings_source.text, *texts)

    @cached_property
    def _risk(self) -> str:
        """What decides which detections feed a correlation, and what it may name."""
        return digest(*(f"{self.pack.stanza(entry)}\n{entry.basis}" for entry in self._correlations))

    @property
    def _correlations(self) -> Iterator[Entry[Any]]:
        return (entry for entry in self.pack.detections if entry.model.type == "Correlation")

    @cached_property
    def _whole(self) -> str:
        entries = list(self.pack.entries())
        searches = [self._events(entry) for entry in self.pack.tested]
        return digest(self._common, *searches, *(self._content(entry) for entry in entries))

    def _search(self, entry: Entry[Any]) -> str:
        """A search with all that it can reach, and the events of its tests."""
        known = self._searches
        if entry.path not in known:
            reached = self._reached(entry)
            parts = [self._whole] if reached is None else [self._content(each) for each in reached]
            known[entry.path] = digest(self._content(entry), self._events(entry), *parts)
        return known[entry.path]

    @cached_property
    def _searches(self) -> dict[str, str]:
        return {}

    def _content(self, entry: Entry[Any]) -> str:
        rows = b""
        if holds(entry, CsvLookup):
            rows = self._bytes(self.pack.csv_path(entry))
        return digest(entry.path, entry.basis, rows.decode("latin-1"))

    def _events(self, entry: Entry[Any]) -> str:
        names = dict.fromkeys(item.data for test in entry.model.tests for item in test.attack_data)
        return digest(*(part for name in names for part in (name, self._file(name))))

    def _file(self, name: str) -> str:
        if name not in self._files:
            path = self.attack_data.path(name) if self.attack_data and is_address(name) else None
            if path:
                self._files[name] = self._file_digests.of(path)
            else:
                self._files[name] = digest(self._bytes(self.pack.root / name).decode("latin-1"))
        return self._files[name]

    @cached_property
    def _file_digests(self) -> FileDigests:
        return FileDigests(self.store)

    @cached_property
    def _files(self) -> dict[str, str]:
        return {}

    def _bytes(self, path: Path) -> bytes:
        try:
            return b"is" + read_plain(path, self.pack.root)
        except (OSError, ValueError) as error:
            return f"is not: {type(error).__name__}".encode()

    # --- what a search can reach

    @property
    def _nameable(self) -> tuple[Entry[Any], ...]:
        return (*self.pack.macros, *self.pack.lookups)

    @cached_property
    def _named(self) -> Mapping[str, list[tuple[frozenset[str], Entry[Any]]]]:
        """Macros and lookups by a word of their names, with all words of the name: a text that lacks one of them does
        not name it."""
        known: dict[str, list[tuple[frozenset[str], Entry[Any]]]] = {}
        for entry in self._nameable:
            names = {entry.name}
            if holds(entry, CsvLookup):
                names.add(entry.model.filename or f"{entry.stem}.csv")
            for name in names:
                words = frozenset(_WORD.findall(name))
                known.setdefault(max(words, key=len), []).append((words, entry))
        return known

    def _words(self, entry: Entry[Any]) -> set[str]:
        if entry.path not in self._read:
            self._read[entry.path] = set(_WORD.findall(entry.basis))
        return self._read[entry.path]

    @cached_property
    def _read(self) -> dict[str, set[str]]:
        return {}

    def _reached(self, start: Entry[Any]) -> list[Entry[Any]] | None:
        """Macros and lookups that a search may use; None = it may use anything."""
        reached: dict[str, Entry[Any]] = {start.path: start}
        for entry in (todo := [start]):  # grows
            if isinstance(entry.model, Macro) and puts_names_together(entry.model):
                todo += [other for other in self._nameable if other.path not in reached]
                reached |= {other.path: other for other in self._nameable}
            if entry.kind != "lookups" and runs_by_title(search_text(entry)):
                return None
            words = self._words(entry)
            for word in words & self._named.keys():
                for needed, other in self._named[word]:
                    if needed <= words and other.path not in reached:
                        reached[other.path] = other
                        todo.append(other)
        return [reached[path] for path in sorted(reached)]


def _key(planned: PlannedTest) -> str:
    return f"{planned.file}#{planned.number}"
