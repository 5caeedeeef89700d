"""Data models: which are accelerated (/datamodel/model), and how far their summaries are (/admin/summarization)."""

from __future__ import annotations

import json

from splunkd import listing
from splunkd.instance import Instance
from splunkd.layers import Found
from splunkd.shapes import Answer, Entry, Refused, Request, Value, no_such_object
from splunkd.values import boolean


def models(instance: Instance, request: Request, rest: tuple[str, ...]) -> Answer:
    """GET /datamodel/model[/{name}]: the stanzas of datamodels.conf. `acceleration` is JSON text."""
    _get_only(request)
    every = instance.state.apps.every(request.owner, request.app, "datamodels")
    chosen = [found for found in every if not rest or found.name == rest[0]]
    if rest and not chosen:
        raise no_such_object(rest[0])

    def entry(found: Found) -> Entry:
        acceleration = {
            "enabled": _accelerated(found),
            "earliest_time": found.settings.get("acceleration.earliest_time", "-1mon"),
            "cron_schedule": "*/5 * * * *",
            "manual_rebuilds": False,
        }
        content: dict[str, Value] = {
            "acceleration": json.dumps(acceleration),
            "acceleration.allowed": True,
            "disabled": False,
            "displayName": found.name.replace("_", " "),
            "description": json.dumps({"modelName": found.name}),
            "eai:appName": found.acl.app,
        }
        return Entry(found.name, f"/servicesNS/nobody/{found.acl.app}/datamodel/model/{found.name}", content, found.acl)

    return Answer(feed=listing.feed("datamodel-model", "/services/datamodel/model", chosen, entry, request))


def summaries(instance: Instance, request: Request, rest: tuple[str, ...]) -> Answer:
    """GET /admin/summarization[/tstats:DM_{app}_{model}]: an accelerated model each, `summary.complete` 0 to 1."""
    _get_only(request)
    every = instance.state.apps.every("nobody", "-", "datamodels")
    accelerated = {f"tstats:DM_{found.acl.app}_{found.name}": found for found in every if _accelerated(found)}
    names = [name for name in accelerated if not rest or name == rest[0]]
    if rest and not names:
        raise no_such_object(rest[0])

    def entry(name: str) -> Entry:
        found = accelerated[name]
        complete = instance.state.summaries.get(found.name, 1.0)
        content: dict[str, Value] = {
            "summary.id": name.removeprefix("tstats:"),
            "summary.complete": f"{complete:g}",
            "summary.is_inprogress": complete < 1,
            "summary.size": 1048576,
            "summary.access_time": 1767225600,
            "summary.last_error": "",
        }
        return Entry(name, f"/services/admin/summarization/{name}", content, found.acl)

    return Answer(feed=listing.feed("summarization", "/services/admin/summarization", names, entry, request))


def _accelerated(found: Found) -> bool:
    return bool(boolean(found.settings.get("acceleration", "0")))


def _get_only(request: Request) -> None:
    if request.method != "GET":
        raise Refused(405, "Method Not Allowed")
