"""/services/server/info, and messages and control of the server: what says that a restart is needed, and does it."""

from __future__ import annotations

from splunkd import atom, listing
from splunkd.instance import Instance
from splunkd.shapes import (
    Acl,
    Answer,
    Entry,
    Refused,
    Request,
    Value,
    missing_arguments,
    no_such_object,
)

_SYSTEM = Acl("system", "system", "system", removable=False)


def info(instance: Instance, request: Request, rest: tuple[str, ...]) -> Answer:
    """GET /services/server/info; `state.info` overrides (`{"instance_type": "cloud"}`)."""
    content: dict[str, Value] = {
        "version": atom.VERSION,
        "build": atom.BUILD,
        "guid": "00000000-0000-4000-8000-000000000000",
        "serverName": "splunkd.example.com",
        "host": "splunkd.example.com",
        "product_type": "enterprise",
        "server_roles": ["search_head", "indexer", "license_master", "kv_store"],
        "os_name": "Linux",
        "cpu_arch": "x86_64",
        "licenseState": "OK",
        "mode": "normal",
        "kvStoreStatus": "ready",
        "isFree": False,
        "isTrial": False,
        "health_info": "green",
        "startup_time": 1767225600,
        **instance.state.info,
    }
    path = "/services/server/info"
    entry = Entry("server-info", f"{path}/server-info", content, _SYSTEM, actions=("list",))
    return Answer(feed=listing.feed("server-info", path, [entry], lambda one: one, request))


def messages(instance: Instance, request: Request, rest: tuple[str, ...]) -> Answer:
    """/messages[/{name}]: list, get, create, delete."""
    path = "/services/messages"
    held = instance.state.messages

    def entry(name: str) -> Entry:
        content: dict[str, Value] = {name: held[name]["value"], "message": held[name]["value"], "severity": "warn"}
        return Entry(name, f"{path}/{name}", content, Acl("", "system", "system"))

    if not rest:
        if request.method == "POST":
            lacking = [name for name in ("name", "value") if not request.arg(name)]
            if lacking:
                raise missing_arguments(lacking)
            held[request.arg("name")] = {"value": request.arg("value")}
            made = [request.arg("name")]
            return Answer(201, listing.feed("messages", path, made, entry, _without_arguments(request)))
        return Answer(feed=listing.feed("messages", path, sorted(held), entry, request))
    if rest[0] not in held:
        raise no_such_object(rest[0])
    if request.method == "DELETE":
        del held[rest[0]]
        return Answer(feed=listing.feed("messages", path, sorted(held), entry, _without_arguments(request)))
    return Answer(feed=listing.feed("messages", path, [rest[0]], entry, request))


def control(instance: Instance, request: Request, rest: tuple[str, ...]) -> Answer:
    """POST /server/control/restart: answered, then the server goes away for a while (see faults.Restart)."""
    if rest[-1:] not in (("restart",), ("restart_webui",)):
        raise Refused(404, "Not Found")
    if request.method != "POST":
        raise Refused(405, "Method Not Allowed")
    instance.need(request, "restart_splunkd")
    instance.state.messages.pop("restart_required", None)
    instance.restart()
    return Answer(feed=listing.feed("server-control", "/services/server/control", [], entry_of, request))


def entry_of(item: Entry) -> Entry:
    return item


def _without_arguments(request: Request) -> Request:
    return Request(request.method, request.path, request.owner, request.app, request.segments, {}, {})
