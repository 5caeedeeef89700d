"""A search made ready for an instance: macros put in, cut in two, known to read only, with its runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from storypack.engine.source import LookupTable
from storypack.hunting.runs import Run, runs
from storypack.pack.models.schedule import Schedule
from storypack.remote.harmless import check_reads_only
from storypack.remote.hunts.cutting import AT, Cut, cut, has_own_range, probe, step_of
from storypack.remote.hunts.instance import Place
from storypack.remote.jobs import Question, SearchFailed
from storypack.remote.narrow import reads_lookups
from storypack.spl.macros import MacroDefinition, expand


@dataclass
class Lookups:
    """The lookups that searches see. `known` are the pack's and a site's; `changing` those whose rows depend on the
    time of search, which are kept here."""

    place: Place
    known: Mapping[str, LookupTable]
    changing: frozenset[str]

    @property
    def ours(self) -> frozenset[str]:
        """Those that a search must not read on the instance."""
        own = frozenset(self.known).difference(self.place.lookups)
        return own | self.place.site_lookups | self.changing

    def tables(self, here: str) -> dict[str, LookupTable]:
        """Those that the part of a search reads which runs here; the instance's own rows where it has them."""
        names = reads_lookups(f"search * | {here}") if here else []
        tables = {name: self.known[name] for name in names if name in self.known}
        return {name: table if name in self.ours else self.place.table(table) for name, table in tables.items()}


@dataclass
class Prepared:
    """A search and what its runs need. `tables` are the lookups of the part that runs here."""

    text: str
    cut: Cut
    schedule: Schedule | None
    tables: Mapping[str, LookupTable] = field(default_factory=dict, repr=False)
    warnings: dict[str, None] = field(default_factory=dict)

    @property
    def has_own_range(self) -> bool:
        return has_own_range(self.cut.there)

    @property
    def is_all_time(self) -> bool:
        """Whether its schedule looks at all time, or it says itself at what."""
        return self.schedule is None or self.schedule.earliest_time.strip() in ("", "0")

    @property
    def step(self) -> int:
        return step_of(self.schedule)

    @property
    def probe(self) -> str | None:
        return probe(self.cut.there, self.step)


def prepare(
    spl: str, macros: Mapping[str, MacroDefinition], schedule: Schedule | None, lookups: Lookups, also: str = ""
) -> Prepared:
    """A search made ready; `also` = a lookup that it writes. Raises CannotNarrow, SplError, SearchFailed,
    TimeModifierError."""
    text = expand(spl, macros, problems=[]).text
    parts = cut(text, lookups.ours | ({also} if also else set()))
    if "*" not in lookups.place.allowed:
        check_reads_only(parts.there, lookups.place.allowed)
    prepared = Prepared(text, parts, schedule, lookups.tables(parts.here))
    _ = prepared.step  # which raises for a window that means nothing
    return prepared


def runs_of(prepared: Prepared, times: Sequence[float], place: Place, *, whole: bool) -> Iterator[Run]:
    """The runs of a search that see any of the times."""
    if not times:
        return
    if whole or prepared.schedule is None or (prepared.is_all_time and prepared.has_own_range):
        yield Run(place.latest, place.earliest, place.latest, (0, len(times)))
        return
    yield from runs(prepared.schedule, times)


def question_of(prepared: Prepared, place: Place, run: Run) -> Question:
    return place.question(prepared.cut.there, run.earliest, run.latest or run.now, run.now)


def times_from(rows: Sequence[Mapping[str, object]]) -> list[float]:
    """The times that a probe gave, rising."""
    times = {float(str(row[AT])) for row in rows if row.get(AT) not in (None, "")}
    return sorted(times)


def asked_times(prepared: Prepared, place: Place, begin: float | None = None) -> list[float] | None:
    """The times at which a search sees events, from `begin` on; None if that cannot be told. Raises SearchFailed."""
    text = prepared.probe
    if text is None:
        return None
    answer = place.queue.one(place.question(text, begin, None))
    if answer.error:
        raise SearchFailed(answer.error)
    if answer.count > len(answer.rows):
        raise SearchFailed(f"its events lie at {answer.count:,} different times, more than can be read")
    return times_from(answer.rows)
