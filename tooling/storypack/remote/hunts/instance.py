"""Where a hunt takes place: an instance, the range of time, and what the instance has of a pack already."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from storypack.engine.candidates import Coverage
from storypack.engine.source import LookupTable
from storypack.remote.hunts.cutting import dataset
from storypack.remote.hunts.queue import JobQueue
from storypack.remote.jobs import Question, Row, SearchFailed, is_set
from storypack.spl.macros import MacroDefinition
from storypack.splunkd.connection import ns

_COVERAGE = "| tstats count WHERE index=* BY index sourcetype _time span=1h"


@dataclass
class Place:
    """An instance to hunt on. Searches run in the namespace of `app`; times are epoch seconds, `wait` seconds that one
    search may run. `allowed` are commands and macros that the user answers for; `site_macros` and `site_lookups` what
    stands above the instance's own."""

    queue: JobQueue
    app: str
    earliest: float
    latest: float
    wait: float = 3_600.0
    allowed: frozenset[str] = frozenset()
    site_macros: frozenset[str] = frozenset()
    site_lookups: frozenset[str] = frozenset()
    lookups: frozenset[str] = frozenset()
    kinds: frozenset[tuple[str, str]] | None = None
    _tables: dict[str, LookupTable] = field(default_factory=dict)
    _datasets: dict[str, bool] = field(default_factory=dict)

    def question(self, text: str, earliest: float | None, latest: float | None, now: float | None = None) -> Question:
        """A search over a part of time; None = the range's own border."""
        begin = self.earliest if earliest is None else earliest
        end = self.latest if latest is None else min(latest, self.latest)
        moment = self.latest if now is None else now
        return Question(
            text, self.app, f"{begin:.3f}", f"{max(begin, end):.3f}", f"{moment:.3f}", self.wait, level="smart"
        )

    def rows(self, text: str) -> list[Row]:
        """All rows of a search over the whole range. Raises SearchFailed."""
        answer = self.queue.one(self.question(text, None, None))
        if answer.error:
            raise SearchFailed(answer.error)
        if answer.count > len(answer.rows):
            raise SearchFailed(f"it has {answer.count:,} rows, of which {len(answer.rows):,} can be read")
        return answer.rows

    def table(self, known: LookupTable) -> LookupTable:
        """A lookup with the rows that the instance has. Raises SearchFailed."""
        if known.name not in self._tables:
            rows = self.rows(f"| inputlookup {known.name}")
            fields = tuple(dict.fromkeys([*known.fields, *(name for row in rows for name in row)]))
            self._tables[known.name] = replace(known, rows=rows, fields=fields, fault="")
        return self._tables[known.name]

    def has_dataset(self, text: str) -> bool:
        """Whether the dataset that a search begins with holds any event; true if it cannot be told."""
        name = dataset(text)
        if not name:
            return True
        if name not in self._datasets:
            answer = self.queue.one(self.question(f"| tstats count FROM datamodel={name}", None, None))
            self._datasets[name] = bool(answer.error) or any(row.get("count") not in (None, "0") for row in answer.rows)
        return self._datasets[name]


def macros_there(place: Place, known: Mapping[str, MacroDefinition]) -> dict[str, MacroDefinition]:
    """The macros that searches run with: a site's, else those of the instance, else the pack's."""
    macros = dict(known)
    for entry in place.queue.connection.entries(ns(place.app, "admin/macros")):
        name, content = str(entry.get("name", "")), entry.get("content") or {}
        if name in macros and name not in place.site_macros:
            given = str(content.get("args") or "")
            arguments = tuple(each.strip() for each in given.split(",") if each.strip())
            definition = str(content.get("definition") or "")
            macros[name] = MacroDefinition(name.partition("(")[0], arguments, definition, is_set(content.get("iseval")))
    return macros


def lookups_there(place: Place, wanted: Collection[str]) -> frozenset[str]:
    """Those of the lookups that the instance has in the app's namespace."""
    names = {str(entry.get("name", "")) for entry in place.queue.connection.entries(_definitions(place))}
    return frozenset(names.intersection(wanted))


def _definitions(place: Place) -> str:
    return ns(place.app, "data/transforms/lookups")


def coverage_there(place: Place) -> list[Coverage]:
    """What the instance holds in the range, by source type; notes in `place` which kinds (index, source type) there
    are. Raises SearchFailed."""
    totals: dict[str, dict[int, int]] = {}
    kinds = set()
    for row in place.rows(_COVERAGE):
        sourcetype, time = str(row.get("sourcetype", "")), row.get("_time")
        if not isinstance(time, int | float):
            continue
        kinds.add((str(row.get("index", "")), sourcetype))
        hours = totals.setdefault(sourcetype, {})
        hours[int(time)] = hours.get(int(time), 0) + int(str(row.get("count") or 0))
    place.kinds = frozenset(kinds)
    return [Coverage(name, 0, sum(hours.values()), 0, hours) for name, hours in sorted(totals.items())]
