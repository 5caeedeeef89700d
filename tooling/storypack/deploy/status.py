"""How the app is doing on the instance: version, drift, searches that do not run, data that does not come.

Costs a handful of requests: the lists that a plan needs, the apps, the data models, and two searches.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from storypack.deploy import kinds
from storypack.deploy.desired import Desired, Object, Objects
from storypack.deploy.instance import Instance
from storypack.deploy.lookup_content import run
from storypack.deploy.normalise import as_text, flag
from storypack.deploy.plan import Plan
from storypack.splunkd.answers import whole
from storypack.splunkd.connection import Connection
from storypack.splunkd.errors import DeployError, Refused

_MODEL = re.compile(r"(?:datamodel\s*[=:]|\|\s*datamodel\s)\s*\"?([A-Za-z_]\w*)", re.IGNORECASE)
GOOD = frozenset({"success", "completed", "delegated_remote", "delegated_remote_completion"})
SCHEDULER_SPAN, EVENTS_SPAN = "-24h", "-7d"


@dataclass(frozen=True, slots=True)
class Source:
    """What a pack's searches read: a sourcetype, and the add-on (app id, name) that parses it, if one does."""

    sourcetype: str
    add_on: str = ""
    add_on_name: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Scheduled runs of a search that did not do their work in the last 24 hours."""

    search: str
    status: str
    reason: str
    runs: int


@dataclass(frozen=True, slots=True)
class Run:
    """An apply or rollback of our records. `to` is the apply that a rollback went back before."""

    id: str
    what: str
    version: str
    begun: str
    state: Literal["done", "taken back", "interrupted"]
    to: str = ""


@dataclass(frozen=True, slots=True)
class Status:
    """The whole picture. Lists are None where the instance does not let us look; `notes` says why."""

    instance: str
    app: str
    installed: str  # version; "" = not installed
    packed: str
    drifted: tuple[str, ...]
    pending: int
    enabled: int
    disabled: tuple[str, ...]
    troubles: tuple[Trouble, ...] | None
    slow_models: tuple[str, ...] | None
    missing_models: tuple[str, ...]
    missing_add_ons: tuple[str, ...]
    silent: tuple[str, ...] | None
    notes: tuple[str, ...]
    runs: tuple[Run, ...]


def read_status(
    connection: Connection, instance: Instance, desired: Desired, actual: Objects, plan: Plan,
    sources: Collection[Source], runs: Sequence[Run] = (),
) -> Status:  # fmt: skip
    """Ask the instance. What it refuses (a missing role, no such endpoint) becomes a note, not an error."""
    notes: list[str] = []
    app = actual.get(("app", desired.app))
    searches = [one for one in actual.values() if one.kind is kinds.SAVED_SEARCH and one.key in desired.objects]
    disabled = [one.name for one in searches if flag(one.settings.get("disabled", "")) == "1"]
    slow, missing = _models(connection, desired.objects.values(), notes)
    return Status(
        instance=str(instance),
        app=desired.app,
        installed=app.settings.get("version", "?") if app else "",
        packed=desired.version,
        drifted=tuple(action.name for action in plan.actions if action.status == "drifted"),
        pending=len(plan.pending),
        enabled=len(searches) - len(disabled),
        disabled=tuple(sorted(disabled)),
        troubles=_troubles(connection, desired.app, notes) if app else (),
        slow_models=slow,
        missing_models=missing,
        missing_add_ons=_missing_add_ons(connection, sources, notes),
        silent=_silent(connection, sources, notes),
        notes=tuple(notes),
        runs=tuple(runs),
    )


def models_of(objects: Iterable[Object]) -> set[str]:
    """The data models that searches and macros name."""
    texts = (one.settings.get(key, "") for one in objects for key in ("search", "definition"))
    return {name for text in texts for name in _MODEL.findall(text)}


def _troubles(connection: Connection, app: str, notes: list[str]) -> tuple[Trouble, ...] | None:
    good = ", ".join(f'"{status}"' for status in sorted(GOOD))
    spl = (
        f'search index=_internal sourcetype=scheduler app="{app}" savedsearch_name=* status=* NOT status IN ({good}) '
        '| fillnull value="" reason | stats count by savedsearch_name status reason'
    )
    rows = _rows(connection, spl, SCHEDULER_SPAN, "the scheduler's log (index=_internal)", notes)
    if rows is None:
        return None
    runs = [
        Trouble(
            as_text(row.get("savedsearch_name")),
            as_text(row.get("status")),
            as_text(row.get("reason")),
            whole("the search for scheduled runs", "count", row.get("count")),
        )
        for row in rows
    ]
    return tuple(sorted(runs, key=lambda one: (-one.runs, one.search)))


def _silent(connection: Connection, sources: Collection[Source], notes: list[str]) -> tuple[str, ...] | None:
    """Sourcetypes that the pack reads and that had no event lately, in the indexes that we may search."""
    rows = _rows(
        connection, "| tstats count where index=* by sourcetype", EVENTS_SPAN, "which sourcetypes have events", notes
    )
    if rows is None:
        return None
    seen = {str(row.get("sourcetype", "")).lower() for row in rows}
    return tuple(sorted({one.sourcetype for one in sources if one.sourcetype.lower() not in seen}))


def _rows(connection: Connection, spl: str, earliest: str, what: str, notes: list[str]) -> list[dict[str, Any]] | None:
    try:
        return list(run(connection, "search", spl, earliest_time=earliest, latest_time="now").get("results", []))
    except DeployError as error:
        notes.append(f"cannot see {what}: {error}")
        return None


def _models(
    connection: Connection, objects: Iterable[Object], notes: list[str]
) -> tuple[tuple[str, ...] | None, tuple[str, ...]]:
    """(models that searches need and that are not accelerated, models that are not there at all)."""
    needed = models_of(objects)
    if not needed:
        return (), ()
    try:
        models = {
            str(entry["name"]): entry.get("content", {})
            for entry in connection.entries("/servicesNS/-/-/datamodel/model")
        }
    except Refused as refusal:
        notes.append(f"cannot see the data models: {refusal}")
        return None, ()
    slow = tuple(sorted(name for name in needed & models.keys() if not _accelerated(models[name])))
    return slow, tuple(sorted(needed - models.keys()))


def _accelerated(content: Mapping[str, Any]) -> bool:
    value = content.get("acceleration", "")
    try:
        parsed = json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        parsed = value
    enabled = parsed.get("enabled", False) if isinstance(parsed, Mapping) else parsed
    return flag(str(enabled).lower()) == "1"


def _missing_add_ons(connection: Connection, sources: Collection[Source], notes: list[str]) -> tuple[str, ...]:
    try:
        installed = {str(entry["name"]).lower() for entry in connection.entries("/services/apps/local")}
    except Refused as refusal:
        notes.append(f"cannot see the installed apps: {refusal}")
        return ()
    wanted = {one.add_on: one.add_on_name or one.add_on for one in sources if one.add_on}
    return tuple(sorted(f"{name} ({id})" for id, name in wanted.items() if id.lower() not in installed))
