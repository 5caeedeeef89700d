"""SEDCMD, then TRANSFORMS: what changes events, sends them elsewhere, copies them, or drops them.

Classes run in ASCII order, the transforms of a class in the order in which they are listed; those by REGEX and those by
INGEST_EVAL alternate. The copies of CLONE_SOURCETYPE go through SEDCMD and TRANSFORMS of their own source type.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from storypack.conf import Conf
from storypack.engine.errors import EngineError
from storypack.engine.ingest.edits import commands, edit
from storypack.engine.ingest.evals import EvalTransform, eval_transform, evaluated
from storypack.engine.ingest.event import IngestEvent
from storypack.engine.ingest.settings import Settings
from storypack.engine.ingest.transforms import RegexTransform, regex_transform
from storypack.spl.source import SplError

BATCH = 4_000
"""Events that go through the transforms together."""

NULL_QUEUE = "nullqueue"


@dataclass(frozen=True)
class Step:
    """A transform, and the condition (STOP_PROCESSING_IF) under which it is the last one for an event."""

    transform: RegexTransform | EvalTransform | None
    stop: str = ""


@dataclass(frozen=True)
class Route:
    """What events of one origin go through."""

    scripts: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()


@dataclass
class Router:
    """The routes of origins. `settings_of` gives the index-time settings of a source type, source and host;
    `dropped` = events that went into the null queue."""

    transforms: Conf
    settings_of: Callable[[str, str, str], Settings]
    now: float
    dropped: int = 0
    _routes: dict[tuple[str, str, str], Route] = field(default_factory=dict)

    def events(self, events: Iterable[IngestEvent]) -> Iterator[IngestEvent]:
        """The events that are stored, and their copies behind them; those of the null queue are left out."""
        batch: list[IngestEvent] = []
        for event in events:
            batch.append(event)
            if len(batch) == BATCH:
                yield from self._batch(batch)
                batch = []
        yield from self._batch(batch)

    def _batch(self, events: Sequence[IngestEvent]) -> Iterator[IngestEvent]:
        copies: dict[int, list[IngestEvent]] = {}
        by_route: dict[tuple[str, str, str], list[IngestEvent]] = {}
        for event in events:
            if not event.is_stored:
                by_route.setdefault((event.sourcetype, event.source, event.host), []).append(event)
        for key, group in by_route.items():
            for event, copy in self._run(group, self.route(*key)):
                copies.setdefault(id(event), []).append(copy)
        for event in events:
            if event.queue.lower() == NULL_QUEUE:
                self.dropped += 1
            else:
                yield event
            yield from self._batch(copies.get(id(event), []))

    def route(self, sourcetype: str, source: str, host: str) -> Route:
        """What events of an origin go through."""
        key = sourcetype, source, host
        if key not in self._routes:
            settings = self.settings_of(*key)
            self._routes[key] = Route(commands(settings), tuple(self._steps(settings)))
        return self._routes[key]

    def _steps(self, settings: Settings) -> Iterator[Step]:
        for _, names in [*settings.classes("TRANSFORMS"), *settings.classes("RULESET")]:
            for name in filter(None, (name.strip() for name in names.split(","))):
                if name not in self.transforms:
                    settings.warn(f"there is no transform {name}")
                    continue
                given = self.transforms[name].settings
                stop = given.get("STOP_PROCESSING_IF", "").strip()
                if text := given.get("INGEST_EVAL", "").strip():
                    yield Step(eval_transform(name, text, settings.warn), stop)
                elif stop and not given.get("REGEX"):
                    yield Step(None, stop)
                elif transform := regex_transform(name, given, settings.warn):
                    yield Step(transform, stop)

    def _run(self, events: Sequence[IngestEvent], route: Route) -> Iterator[tuple[IngestEvent, IngestEvent]]:
        """Send events of one route along it; gives those that were copied, each with its copy."""
        for event in events:
            event.raw = edit(event.raw, route.scripts)
        going = list(events)
        for step in route.steps:
            if isinstance(step.transform, EvalTransform) and going:
                step.transform.apply(going, self.now)
            elif isinstance(step.transform, RegexTransform):
                for event in going:
                    if copy := step.transform.apply(event):
                        yield event, copy
            if step.stop and going:
                going = self._not_stopped(going, step.stop)

    def _not_stopped(self, events: list[IngestEvent], condition: str) -> list[IngestEvent]:
        try:
            ends = evaluated(events, f'if({condition}, "end", null())', self.now)
        except (EngineError, SplError):
            return events
        return [event for event, end in zip(events, ends, strict=True) if end is None]
