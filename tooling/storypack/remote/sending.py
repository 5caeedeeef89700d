"""A part: the events of some files, sent under a mark of their own and waited for until searches find them all."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from storypack.engine.knowledge.files import FileSource
from storypack.engine.run import open_session
from storypack.engine.source import ScanRequest
from storypack.engine.sql import identifier
from storypack.remote.hec import Collector, Event
from storypack.remote.jobs import Question, run_job
from storypack.remote.narrow import Part
from storypack.splunkd.connection import Connection
from storypack.splunkd.errors import DeployError, Uncertain

RUN_FIELD, PART_FIELD = "storypack_run", "storypack_part"
ATTEMPTS = 3
PIECE = 1_000
Progress = Callable[[str, int], object]  # (what is going on, events so far)


@dataclass
class Brought:
    """All events that a run has sent or begun to send, and the newest of their times (epoch seconds)."""

    count: int = 0
    newest: float = 0.0

    @property
    def latest(self) -> str:
        """An end of the time range that leaves none of them out."""
        return f"{int(self.newest) + 1}"


@dataclass(frozen=True)
class Site:
    """An instance as a place to bring events to. `app` is the namespace of searches; `run` marks all that is brought,
    of which `brought` keeps count; `allowed` = commands and macros that the user answers for; `wait` = seconds for
    events to become searchable, `search_wait` for a search to end."""

    connection: Connection
    collector: Collector
    index: str
    run: str
    app: str = "search"
    wait: float = 60.0
    search_wait: float = 600.0
    allowed: frozenset[str] = frozenset()
    sleep: Callable[[float], None] = time.sleep
    progress: Progress = lambda what, count: None
    brought: Brought = field(default_factory=Brought)


@dataclass(frozen=True, slots=True)
class Sent:
    """A part on the instance: how many events, and an end of the time range that holds them all."""

    part: Part
    count: int
    latest: str


@dataclass
class _Tally:
    brought: Brought
    count: int = 0
    hosts: dict[str, None] = field(default_factory=dict)

    def add(self, event: Event) -> None:
        self.count += 1
        self.hosts[event.host] = None
        self.brought.newest = max(self.brought.newest, event.time)
        self.brought.count += 1


def send_part(site: Site, source: FileSource, name: str) -> Sent:
    """Send a source's events, with the times that the source gives them; `wait_for_part` says when they are there.

    An event without a host gets the part's mark as host, so that data models can be narrowed to it. When nobody knows
    whether some arrived, all are sent again under another mark, and the first ones are never looked at. Raises
    DeployError.
    """
    for attempt in range(ATTEMPTS):
        mark = f"{site.run}-{name}" + (f"-{attempt}" if attempt else "")
        tally = _Tally(site.brought)
        events = _counted(_events(source, site, mark), tally)
        try:
            site.collector.send(events, site.wait, lambda sent: site.progress("sent", sent))
            return Sent(Part(site.index, mark, tuple(tally.hosts)), tally.count, site.brought.latest)
        except Uncertain as error:
            if attempt == ATTEMPTS - 1:
                raise DeployError(f"the events did not arrive whole: {error.message}") from error
            site.sleep(error.wait)
    raise AssertionError("unreachable")


def _counted(events: Iterator[Event], tally: _Tally) -> Iterator[Event]:
    for event in events:
        tally.add(event)
        yield event


def _events(source: FileSource, site: Site, mark: str) -> Iterator[Event]:
    """The source's events, oldest first: of one second, Splunk gives back first what came last."""
    marks = {RUN_FIELD: site.run, PART_FIELD: mark}
    with open_session(source, {}, source.clock) as session:
        scan = source.scan(ScanRequest(), session)
        columns = [scan.field(each) for each in ("_time", "sourcetype", "source", "host")]
        time_, *origin = [identifier(column.ident) if column else "NULL" for column in columns]
        cursor = session.execute(
            f"SELECT _raw, __indexed, {time_}, {', '.join(origin)} FROM ({scan.sql()}) "
            f"ORDER BY {time_}, __origin DESC, __position"
        )
        while rows := cursor.fetchmany(PIECE):
            for raw, indexed, when, sourcetype, source_, host in rows:
                if raw and raw.strip():
                    event = Event(raw, float(when), site.index, sourcetype or "", source_ or "", host or mark)
                    yield replace(event, fields={**_fields(indexed), **marks})


def _fields(indexed: str | None) -> Mapping[str, Any]:
    """The fields that the file itself names (the columns of a CSV), flat as the collector wants them."""
    given = json.loads(indexed) if indexed else {}
    return {
        name: value if isinstance(value, str | list) else json.dumps(value)
        for name, value in given.items()
        if value is not None and not name.startswith("_")
    }


def wait_for_part(site: Site, sent: Sent) -> None:
    """Return when searches find all events of a part. DeployError when they do not in time, or find more than were
    sent: then the collector took a batch twice."""
    if not sent.count:
        return
    deadline = time.monotonic() + site.wait
    pause = 0.2
    while True:
        count = count_events(site, sent.part.term, sent.latest)
        site.progress("searchable", count)
        if count == sent.count:
            return
        if count > sent.count:
            raise DeployError(f"{sent.count} events were sent, and {count} are found", "the collector doubles them")
        if time.monotonic() >= deadline:
            raise DeployError(
                f"only {count} of {sent.count} events could be searched after {site.wait:g} s",
                f"--wait gives it longer; may your role search index {sent.part.index}?",
            )
        site.sleep(pause)
        pause = min(2 * pause, 5.0)


def count_events(site: Site, term: str, latest: str) -> int:
    """How many events the instance finds for a condition, over all time up to `latest`."""
    question = Question(f"search {term} | stats count", site.app, "0", latest, wait=site.search_wait)
    rows = run_job(site.connection, question)
    return int(rows[0].get("count", 0)) if rows else 0
