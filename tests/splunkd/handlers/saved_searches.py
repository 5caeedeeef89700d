"""/saved/searches: what conf keys are called here, what a write may hold, what comes back, and what hangs below one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from cronsim import CronSim, CronSimError

from splunkd import listing, values
from splunkd.collection import Collection
from splunkd.handlers import jobs
from splunkd.handlers.saved_search_defaults import AS_TEXT, DEFAULTS, READ_ONLY, UNSET
from splunkd.instance import Instance
from splunkd.jobs import Job
from splunkd.layers import Found, Settings
from splunkd.shapes import Answer, Entry, Refused, Request, Value, unknown_argument

TO_CONF = {
    "is_scheduled": "enableSched",
    "alert_type": "counttype",
    "alert_comparator": "relation",
    "alert_threshold": "quantity",
}
TO_REST = {conf: rest for rest, conf in TO_CONF.items()}
_BOOLEANS = UNSET | frozenset(
    key for key, value in DEFAULTS.items() if isinstance(value, bool) and not key.startswith(AS_TEXT)
)
_INTEGERS = frozenset(key for key, value in DEFAULTS.items() if type(value) is int)
_AS_SHOWN: Mapping[str, Value] = {
    key: None if key in UNSET else str(int(value)) if isinstance(value, bool) and key.startswith(AS_TEXT) else value
    for key, value in DEFAULTS.items()
}
_ACTION = re.compile(r"action\.[^.]+")
_DRILLDOWNS = "action.notable.param.drilldown_searches"
_CAPABILITIES = {
    "schedule_window": "edit_search_schedule_window",
    "schedule_priority": "edit_search_schedule_priority",
}


def content(instance: Instance, found: Found) -> Mapping[str, Value]:
    """Everything that a GET shows: what is set, under its REST name and in splunkd's form, over the defaults."""
    shown: dict[str, Value] = dict(_AS_SHOWN)
    for key, text in found.settings.items():
        rest = TO_REST.get(key, key)
        shown[rest] = _typed(instance, rest, text)
    actions = [key.removeprefix("action.") for key, value in shown.items() if _is_action(key) and value in (True, "1")]
    shown["actions"] = ", ".join(sorted(actions))
    shown["qualifiedSearch"] = _qualified(str(shown["search"]))
    shown["triggered_alert_count"] = 0
    shown["orphan"] = False
    if shown["is_scheduled"] and not shown["disabled"]:
        shown["next_scheduled_time"] = "2026-01-01 00:00:00 UTC"
    return shown


def write(instance: Instance, request: Request, old: Found | None, new: Settings) -> Settings:
    """The settings of a create or update; Refused (400) for what splunkd would not take."""
    settings: Settings = {}
    for key, capability in _CAPABILITIES.items():
        if key in new and not instance.caller(request).can(capability):
            raise unknown_argument(key)  # as if the setting were none
    for key, raw in new.items():
        value = _checked(key, raw.strip())
        if key == "actions":
            settings |= _actions(value, old)
            continue
        if key == _DRILLDOWNS and instance.state.es:
            value = values.drilldowns(value)
        settings[TO_CONF.get(key, key)] = value
    merged = {**(old.settings if old else {}), **settings}
    _check_search(merged.get("search", ""))
    _check_schedule(instance, request, settings, merged)
    return settings


def _typed(instance: Instance, key: str, text: str) -> Value:
    if key in _BOOLEANS or _ACTION.fullmatch(key):
        meant = values.boolean(text)
        if meant is not None:
            return meant if key in _BOOLEANS else str(int(meant))
    if key.startswith(AS_TEXT) and (shown := values.boolean(text)) is not None and isinstance(DEFAULTS.get(key), bool):
        return str(int(shown))
    if key in _INTEGERS and values.is_integer(text):
        return int(text)
    if key == _DRILLDOWNS and instance.state.es:
        return values.drilldowns(text)
    return text


def _checked(key: str, value: str) -> str:
    if key in _BOOLEANS or _ACTION.fullmatch(key):
        meant = values.boolean(value)
        if meant is None:
            raise Refused(400, f"Invalid value for argument '{key}': '{value}' is not a boolean.")
        return str(int(meant))
    if key in _INTEGERS and value and not values.is_integer(value):
        raise Refused(400, f"Invalid value for argument '{key}': '{value}' is not an integer.")
    return value


def _actions(text: str, old: Found | None) -> Settings:
    """The `actions` argument as switches: those named are on, all others that were on are off."""
    wanted = [name.strip() for name in text.split(",") if name.strip()]
    before = [key for key, value in (old.settings if old else {}).items() if _is_action(key) and values.boolean(value)]
    return {**dict.fromkeys(before, "0"), **{f"action.{name}": "1" for name in wanted}}


def _is_action(key: str) -> bool:
    return _ACTION.fullmatch(key) is not None


def _check_search(search: str) -> None:
    """An empty search is refused; what it says is looked at when it runs."""
    if not search.strip():
        raise Refused(400, "Cannot save a saved search with an empty search string.")


def _check_schedule(instance: Instance, request: Request, new: Settings, merged: Settings) -> None:
    cron = merged.get("cron_schedule", "")
    if new.get("cron_schedule"):
        _check_cron(new["cron_schedule"])
    if values.boolean(merged.get("enableSched", "0")):
        if not cron:
            raise Refused(400, "You must specify a cron schedule for a scheduled search (cron_schedule).")
        if "enableSched" in new:
            instance.need(request, "schedule_search")
    window = new.get("schedule_window", "")
    if window and window != "auto" and not window.isdigit():
        raise Refused(400, f"Invalid value for argument 'schedule_window': '{window}'.")


def _check_cron(cron: str) -> None:
    """Five fields of numbers; Splunk's cron knows no names of months and days."""
    refusal = Refused(400, f'Invalid cron_schedule="{cron}".')
    if re.search(r"[^\d*/,\- ]", cron) or len(cron.split()) != 5:
        raise refusal
    try:
        CronSim(cron, datetime(2026, 1, 1, tzinfo=UTC))
    except CronSimError:
        raise refusal from None


def _qualified(search: str) -> str:
    stripped = search.lstrip()
    return f" {stripped[1:].lstrip()}" if stripped.startswith("|") else f" search {stripped}" if stripped else ""


# --- below one saved search -------------------------------------------------------------------------------------


def _history(instance: Instance, collection: Collection, request: Request, found: Found) -> Answer:
    """The jobs that were dispatched from the search, newest first."""
    made = [job for job in instance.state.jobs.values() if job.saved_search == found.name]
    path = request.path

    def entry(job: Job) -> Entry:
        return Entry(job.sid, f"{path}/{job.sid}", job.content(), found.acl)

    return Answer(feed=listing.feed("history", path, made[::-1], entry, request))


def _scheduled_times(instance: Instance, collection: Collection, request: Request, found: Found) -> Answer:
    if not values.boolean(found.settings.get("enableSched", "0")):
        raise Refused(400, f"Saved search {found.name} is not scheduled.")
    made = Entry(found.name, request.path, {"scheduled_times": ["1767225600"]}, found.acl)
    return Answer(feed=listing.feed("scheduled_times", request.path, [made], lambda one: one, request))


def _suppress(instance: Instance, collection: Collection, request: Request, found: Found) -> Answer:
    made = Entry(found.name, request.path, {"suppressed": False, "expiration": 0}, found.acl)
    plain = Request("GET", request.path, request.owner, request.app, (), {}, {})
    return Answer(feed=listing.feed("suppress", request.path, [made], lambda one: one, plain))


def _reschedule(instance: Instance, collection: Collection, request: Request, found: Found) -> Answer:
    """A time whose zone is written without a colon; without a time: at once."""
    when = request.arg("schedule_time")
    if when and not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d{4})?", when):
        raise Refused(400, "Invalid schedule_time format")
    return Answer()


def _dispatch(instance: Instance, collection: Collection, request: Request, found: Found) -> Answer:
    return jobs.dispatch(instance, request, found)


SAVED_SEARCHES = Collection(
    path="saved/searches",
    kind="savedsearches",
    noun="saved search",
    required=("search",),
    optional=frozenset(DEFAULTS.keys() | {"actions"}) - READ_ONLY,
    wildcards=("action.*", "args.*", "dispatch.*", "display.statistics.format.*", "display.visualizations.custom.*"),
    list_arguments=frozenset({"add_orphan_field", "earliest_time", "latest_time", "listDefaultActionArgs"}),
    content=content,
    write=write,
    subs={
        "dispatch": _dispatch,
        "history": _history,
        "scheduled_times": _scheduled_times,
        "suppress": _suppress,
        "reschedule": _reschedule,
        "acknowledge": lambda instance, collection, request, found: Answer(),
    },
    duplicate="Unable to create saved search with name '{name}'. A saved search with that name already exists.",
)
