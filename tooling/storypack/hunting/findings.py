"""What a hunt gives: findings with the events behind them, entities by their risk, and what could not be looked at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Literal

from storypack.engine.candidates import Coverage, EventAt
from storypack.engine.values import to_multi
from storypack.hunting.risk import fill
from storypack.pack.models.detection import Detection
from storypack.pack.pack import Entry, Pack
from storypack.reference.objects import severity

State = Literal["findings", "nothing", "no data", "not run"]


@dataclass(frozen=True, slots=True)
class Scored:
    """An entity of a finding: what it is, and the score that the finding adds to its risk."""

    type: str
    value: str
    score: int
    message: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A row of a detection, once, however many runs gave it.

    Times are epoch seconds: `first` and `last` of the events behind it (None = they show none), `run` the moment of the
    first run that gave it, over `window`. `events` are the first ones behind it, of `event_count` (None = it cannot be
    determined); `contributing` the numbers of the findings behind a correlation's. `allow_lists` are the lookups by
    which a site lets such rows pass.
    """

    number: int
    detection: str
    path: str
    type: str
    title: str
    severity: str
    score: int
    entities: tuple[Scored, ...]
    threat_objects: tuple[tuple[str, str], ...]
    techniques: tuple[str, ...]
    stories: tuple[str, ...]
    next_steps: str
    row: Mapping[str, Any] = field(repr=False)
    first: float | None = None
    last: float | None = None
    run: float | None = None
    window: tuple[float | None, float | None] = (None, None)
    runs: int = 1
    events: tuple[EventAt, ...] = field(default=(), repr=False)
    event_count: int | None = None
    contributing: tuple[int, ...] = ()
    allow_lists: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a detection. `needs` are the data sources that it names; `why` says what kept it from running, or
    what the reader should know; `runs` how often it ran."""

    detection: str
    path: str
    state: State
    findings: int = 0
    runs: int = 0
    seconds: float = field(default=0.0, compare=False)
    needs: tuple[str, ...] = ()
    why: str = ""
    warnings: tuple[str, ...] = ()
    suppressed: int = 0


@dataclass(frozen=True, slots=True)
class Entity:
    """Somebody or something with the risk of all findings about it: the sum of their scores."""

    type: str
    value: str
    risk: int
    findings: tuple[int, ...]
    detections: tuple[str, ...]
    techniques: tuple[str, ...]
    first: float | None
    last: float | None


@dataclass
class Hunt:
    """The whole result. `unreadable` are files and why they could not be read (to their end); `left_out` files that
    are no text; `risk` the events that the findings would add to the risk index; `interrupted` = it is only what was
    there when somebody had enough; `place` the instance that was hunted on, empty for files."""

    findings: list[Finding] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    coverage: list[Coverage] = field(default_factory=list)
    unreadable: dict[str, str] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    risk: list[dict[str, Any]] = field(default_factory=list, repr=False)
    place: str = ""
    files: int = 0
    bytes: int = 0
    seconds: float = 0.0
    interrupted: bool = False
    whole: bool = False
    has_site: bool = False

    @property
    def entities(self) -> list[Entity]:
        """Entities by their risk, the highest first."""
        return ranked(self.findings)

    @property
    def span(self) -> tuple[float, float] | None:
        """The time from the first to the last event, in whole hours; None if none shows a time."""
        firsts = [each.first for each in self.coverage if each.first is not None]
        lasts = [each.last for each in self.coverage if each.last is not None]
        return (min(firsts), max(lasts)) if firsts else None

    @property
    def events(self) -> int:
        return sum(each.events for each in self.coverage)

    def in_state(self, *states: State) -> list[Outcome]:
        return [each for each in self.outcomes if each.state in states]

    def gaps(self, least: float = 4.0) -> list[tuple[str, float, float]]:
        """Stretches without events between the first and the last of a source type, that are longer than the usual
        distance of its hours: at least a day, and `least` times the longest other one but a tenth."""
        found = []
        for each in self.coverage:
            hours = sorted(each.hours)
            distances = sorted(after - before for before, after in pairwise(hours))
            if len(distances) < 10:
                continue
            usual = distances[len(distances) * 9 // 10]
            for before, after in pairwise(hours):
                if after - before > max(86_400.0, least * usual):
                    found.append((each.sourcetype, before + 3600.0, float(after)))
        return found


def finding_of(entry: Entry[Detection], pack: Pack, row: Mapping[str, Any]) -> Finding:
    """What a detection says of a row, without its number and its time."""
    detection = entry.model
    entities = scored_entities(detection, row)
    threats = [(each.type, value) for each in detection.threat_objects for value in to_multi(row.get(each.field)) or []]
    return Finding(
        0,
        detection.name,
        entry.path,
        detection.type,
        title_of(detection, row, entities),
        *rated(detection, entities),
        entities,
        tuple(dict.fromkeys(threats)),
        tuple(detection.mitre_attack_id),
        tuple(pack.story_title(name) for name in detection.analytic_story),
        fill(detection.next_steps or "", row),
        row,
    )


def in_order(events: Iterable[EventAt]) -> tuple[EventAt, ...]:
    """Events by time; of one moment by file and line, since those of files that are read together come as they come."""
    return tuple(sorted(events, key=lambda each: (each.time is None, each.time or 0.0, each.file, each.line or 0)))


def ranked(findings: Iterable[Finding]) -> list[Entity]:
    """Entities with their findings, by risk. Values that differ in case only are one entity."""
    groups: dict[tuple[str, str], list[tuple[Scored, Finding]]] = {}
    for finding in findings:
        for entity in finding.entities:
            groups.setdefault((entity.type, entity.value.casefold()), []).append((entity, finding))
    entities = []
    for (kind, _), pairs in groups.items():
        about = [finding for _, finding in pairs]
        times = [time for each in about for time in (each.first, each.last) if time is not None]
        entities.append(
            Entity(
                kind,
                pairs[0][0].value,
                sum(scored.score for scored, _ in pairs),
                tuple(dict.fromkeys(each.number for each in about)),
                tuple(dict.fromkeys(each.detection for each in about)),
                tuple(sorted({technique for each in about for technique in each.techniques})),
                min(times, default=None),
                max(times, default=None),
            )
        )
    return sorted(entities, key=lambda each: (-each.risk, each.type, each.value))


def scored_entities(detection: Detection, row: Mapping[str, Any]) -> tuple[Scored, ...]:
    """Whom a row is about. What a finding and an intermediate finding both name counts once, with the higher score."""
    found: dict[tuple[str, str], Scored] = {}
    for entity in detection.entities:
        message = fill(getattr(entity, "message", ""), row)
        for value in to_multi(row.get(entity.field)) or []:
            before = found.get((entity.type, value))
            if before is None or before.score < entity.score:
                found[entity.type, value] = Scored(
                    entity.type, value, entity.score, message or (before.message if before else "")
                )
            elif message and not before.message:
                found[entity.type, value] = Scored(entity.type, value, before.score, message)
    return tuple(found.values())


def title_of(detection: Detection, row: Mapping[str, Any], entities: Sequence[Scored]) -> str:
    """One line about a row: the finding's title, else the first entity's message, else the detection's name."""
    if detection.finding is not None:
        return fill(detection.finding.title, row)
    messages = [each.message for each in entities if each.message]
    if not messages and detection.intermediate_findings is not None:
        messages = [fill(each.message, row) for each in detection.intermediate_findings.entities]
    return messages[0] if messages else detection.name


def rated(detection: Detection, entities: Sequence[Scored]) -> tuple[str, int]:
    """Severity and score of a row: those of its highest entity; of a hunt that names none, `informational` and 0."""
    score = max((each.score for each in entities), default=0) or max((e.score for e in detection.entities), default=0)
    return severity(score), score
