"""The same events and the same search on a real instance and on the embedded engine: do they agree?

Events go by HEC into an index that is named for it, each with an indexed field that tells this run from all else there.
The search's macros are expanded here; its base search and its source macros are narrowed to those events.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from storypack.deploy.connection import Connection
from storypack.deploy.errors import DeployError
from storypack.deploy.hec import Collector, Event
from storypack.deploy.lookup_content import run
from storypack.engine.errors import EngineError
from storypack.engine.events.formats import UnreadableFile
from storypack.engine.knowledge.files import FileSource
from storypack.engine.run import search
from storypack.pack.models.search import SearchTest
from storypack.spl.macros import MacroDefinition, expand
from storypack.spl.source import SplError
from storypack.testing.clock import moment
from storypack.testing.compare import number, same_value
from storypack.testing.results import PlannedTest
from storypack.testing.risk import reads_risk
from storypack.testing.setting import Setting
from storypack.timemod import TimeModifierError

Row = Mapping[str, Any]
Macros = Mapping[str, MacroDefinition]
_OURS = frozenset({"index", "storypack_run", "splunk_server", "linecount", "punct", "timestartpos", "timeendpos"})
_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")


class NotComparable(Exception):
    """Why a search cannot be compared: it would read more than the events that were sent."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One test on both sides. `here` and `there` are row counts; `why` says what differs, or why it was not run."""

    file: str
    search: str
    test: str
    outcome: Literal["agrees", "differs", "not run"]
    here: int = 0
    there: int = 0
    why: str = ""


@dataclass(frozen=True, slots=True)
class Remote:
    """The instance, its collector, and the index that events go to. `wait` = seconds until events must be there;
    `remove` = delete them afterwards (needs the capability delete_by_keyword)."""

    connection: Connection
    collector: Collector
    index: str
    app: str = "search"
    remove: bool = False
    wait: float = 60.0
    sleep: Callable[[float], None] = time.sleep


def compare_test(remote: Remote, planned: PlannedTest, setting: Setting, run_id: str) -> Comparison:
    """Run a pack's test on the instance and here. `DeployError` only when the instance cannot be reached at all."""
    entry = next(each for each in setting.pack.searches if each.path == planned.file)
    test = entry.model.tests[planned.number]
    about = (planned.file, planned.search, planned.name)
    try:
        if reads_risk(entry, setting):
            raise NotComparable("it reads the risk index, which other searches fill")
        if test.lookups:
            raise NotComparable("the test brings rows of lookups, which the instance has not")
        sources = {source.model.macro for source in setting.pack.data_sources if source.model.macro}
        spl = narrowed(entry.model.search, setting.macros_of(test), sources, remote.index, run_id)
        with setting.source(test) as source:
            here, there = _both(remote, source, spl, entry.model.search, setting, test, entry, run_id)
    except (NotComparable, UnreadableFile, TimeModifierError, EngineError, SplError) as error:
        return Comparison(*about, "not run", why=str(error))
    why = difference(here, there)
    return Comparison(*about, "differs" if why else "agrees", len(here), len(there), why)


def narrowed(spl: str, macros: Macros, sources: Collection[str], index: str, run_id: str) -> str:
    """The search with its macros expanded, reading only the events of a run. `NotComparable` if it has none to read."""
    only = f'index="{index}" storypack_run::{run_id}'
    called = {name for name in sources if re.search(rf"`\s*{re.escape(name)}\s*`", spl)}
    local = {
        key: MacroDefinition(one.name, one.args, f"({only} {one.definition})", one.iseval) if key in sources else one
        for key, one in macros.items()
    }
    text = expand(spl, local).text.strip()
    if not text.startswith("|"):
        return f"search {only} {text.removeprefix('search ')}"
    if called:
        return text
    raise NotComparable("it starts with a command that reads data models or lookups, not events")


def run_remote(
    connection: Connection, app: str, spl: str, earliest: float | str | None, latest: float | str | None,
    now: float | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """All rows of a search on the instance. Times as epoch seconds or modifiers; None = open."""
    times = {"earliest_time": earliest, "latest_time": latest, "now": now}
    given = {key: _moment(value) for key, value in times.items() if value is not None}
    return list(run(connection, app, spl, **given).get("results", []))


def send_and_wait(remote: Remote, events: Sequence[Event], run_id: str) -> None:
    """Send events and wait until every one of them can be found. `DeployError` when they do not appear in time."""
    sent = remote.collector.send(events, remote.index, run_id)
    spl = f'search index="{remote.index}" storypack_run::{run_id} | stats count'
    waited, pause, found = 0.0, 0.2, 0
    while True:
        rows = run_remote(remote.connection, remote.app, spl, None, None)
        found = int(rows[0].get("count", 0)) if rows else 0
        if found >= sent:
            return
        if waited >= remote.wait:
            raise DeployError(f"{found} of {sent} events can be found in {remote.index} after {waited:.0f} seconds")
        remote.sleep(pause)
        waited, pause = waited + pause, min(pause * 2, 5.0)


def remove_events(remote: Remote, run_id: str) -> None:
    """Make the events of a run unsearchable (`| delete`)."""
    run_remote(
        remote.connection, remote.app, f'search index="{remote.index}" storypack_run::{run_id} | delete', None, None
    )


def events_of(source: FileSource) -> list[Event]:
    """A source's events, with the times that the engine gives them."""
    rows = search("search * | table _time _raw sourcetype source host", source).rows
    return [
        Event(
            str(row["_raw"]), number(row.get("_time")), str(row.get("sourcetype") or ""), str(row.get("source") or ""),
            str(row.get("host") or ""),
        )
        for row in rows
    ]  # fmt: skip


def difference(here: Sequence[Row], there: Sequence[Row]) -> str:
    """What differs between two results, in a sentence; "" when they agree. The order of rows is not looked at, nor are
    fields that only the instance has."""
    if len(here) != len(there):
        return f"{len(here)} rows here, {len(there)} there"
    left = list(there)
    for row in here:
        wanted = {name: value for name, value in row.items() if not name.startswith("_") and name not in _OURS}
        if "_time" in row:
            wanted["_time"] = row["_time"]
        place = next((at for at, other in enumerate(left) if not _wrong(wanted, other)), None)
        if place is None:
            nearest = min(left, key=lambda other: len(_wrong(wanted, other)))
            name = _wrong(wanted, nearest)[0]
            return f"{name} is {wanted[name]!r} here, {nearest.get(name)!r} there"
        left.pop(place)
    return ""


def _wrong(wanted: Row, other: Row) -> list[str]:
    return [name for name, value in wanted.items() if not _same(name, value, other.get(name))]


def _same(name: str, here: Any, there: Any) -> bool:
    if here in ("", None, []) and there in ("", None, []):
        return True
    if name == "_time" and isinstance(there, str) and _ISO.match(there):
        there = datetime.fromisoformat(there).timestamp()
    if isinstance(here, list) and isinstance(there, list) and len(here) == len(there):
        return all(
            _same("", one, other) for one, other in zip(sorted(map(str, here)), sorted(map(str, there)), strict=True)
        )
    return same_value(there, here)


def _both(
    remote: Remote,
    source: FileSource,
    spl: str,
    plain: str,
    setting: Setting,
    test: SearchTest,
    entry: Any,
    run_id: str,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    when = moment(test, setting.pack.schedule_of(entry.model), source.times)
    source.newest_at = when.newest
    source.clock = when.newest or (source.times or (0.0, when.now - 1))[1]
    here = search(plain, source, setting.macros_of(test), when.now, earliest=when.earliest, latest=when.latest).rows
    send_and_wait(remote, events_of(source), run_id)
    try:
        there = run_remote(remote.connection, remote.app, spl, when.earliest, when.latest, when.now)
    except DeployError as error:
        raise NotComparable(str(error)) from error
    finally:
        if remote.remove:
            remove_events(remote, run_id)
    return list(here), there


def _moment(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.3f}"
