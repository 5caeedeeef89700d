"""/data/indexes: names and how many events each holds; creating and deleting one."""

from __future__ import annotations

import re

from splunkd import listing
from splunkd.instance import Instance
from splunkd.shapes import Acl, Answer, Entry, Refused, Request, Value, missing_arguments, no_such_object


def handle(instance: Instance, request: Request, rest: tuple[str, ...]) -> Answer:
    """/data/indexes[/{name}]."""
    held = instance.state.indexes
    plain = Request(request.method, request.path, request.owner, request.app, (), {}, {})
    if request.method == "POST" and not rest:
        instance.need(request, "admin_all_objects")
        name = request.arg("name")
        if not name:
            raise missing_arguments(["name"])
        if not re.fullmatch(r"[a-z0-9][a-z0-9_\-]*", name):
            raise Refused(
                400, f"Index name={name} must consist of lower-case letters, digits, underscores and hyphens."
            )
        if name in held:
            raise Refused(409, f"Index name={name} already exists")
        held.add(name)
        return _feed(instance, plain, [name], 201)
    if rest and rest[0] not in held:
        raise no_such_object(rest[0])
    if request.method == "DELETE" and rest:
        instance.need(request, "admin_all_objects")
        held.remove(rest[0])
        instance.state.events[:] = [event for event in instance.state.events if event["index"] != rest[0]]
        return _feed(instance, plain, [])
    if request.method != "GET":
        raise Refused(405, "Method Not Allowed")
    return _feed(instance, request, list(rest[:1]) or sorted(held))


def _feed(instance: Instance, request: Request, names: list[str], status: int = 200) -> Answer:
    def entry(name: str) -> Entry:
        times = [event["time"] for event in instance.state.events if event["index"] == name]
        content: dict[str, Value] = {
            "totalEventCount": len(times),
            "disabled": False,
            "isInternal": name.startswith("_"),
            "datatype": "event",
            "frozenTimePeriodInSecs": 188697600,
            "maxTotalDataSizeMB": 500000,
            "minTime": str(min(times)) if times else "",
            "maxTime": str(max(times)) if times else "",
        }
        return Entry(name, f"/servicesNS/nobody/system/data/indexes/{name}", content, Acl("system", "nobody", "system"))

    return Answer(status, listing.feed("indexes", "/services/data/indexes", names, entry, request))
