"""/properties: confs as lists of names, and single values as plain text. splunk-sdk opens conf files through it."""

from __future__ import annotations

from collections.abc import Mapping

from splunkd import atom, json_form, listing
from splunkd.handlers.confs import FILES
from splunkd.instance import Instance
from splunkd.layers import Layer
from splunkd.shapes import Acl, Answer, Entry, Refused, Request, missing_arguments, no_such_object
from splunkd.values import boolean

# Confs that every instance has, even when no app sets anything in them.
ALWAYS = frozenset({"app", "savedsearches", "macros", "transforms", "props", "eventtypes", "tags", "collections",
                    "server", "limits", "indexes", "inputs", "datamodels", "authorize"})  # fmt: skip


def handle(instance: Instance, request: Request, rest: tuple[str, ...]) -> Answer:
    """/properties[/{file}[/{stanza}[/{key}]]]."""
    instance.known_app(request.app)
    if request.method == "POST":
        instance.need(request, "admin_all_objects")
        return _write(instance, request, rest)
    if request.method == "DELETE":
        instance.need(request, "admin_all_objects")
        return _delete(instance, request, rest)
    if not rest:
        return _names(request, sorted(_confs(instance)))
    if rest[0] not in _confs(instance):
        raise no_such_object(rest[0])
    if len(rest) == 1:
        every = instance.state.apps.every(request.owner, request.app, rest[0])
        return _names(request, sorted({found.name for found in every}))
    several = instance.state.apps.one(request.owner, request.app, rest[0], rest[1])
    if not several:
        raise no_such_object(rest[1])
    settings = several[0].settings
    if len(rest) == 2:
        return _names(request, sorted(settings), settings)
    if rest[2] not in settings:
        raise no_such_object(rest[2])
    return Answer(body=settings[rest[2]].encode(), content_type="text/plain; charset=utf-8")


def _write(instance: Instance, request: Request, rest: tuple[str, ...]) -> Answer:
    app, user = instance.target(request)
    if not rest:
        if not request.arg("__conf"):
            raise missing_arguments(["__conf"])
        known = request.arg("__conf") in _confs(instance)
        app.local.setdefault(request.arg("__conf"), {})
        return Answer(303 if known else 201)
    if len(rest) == 1:
        if not request.arg("__stanza"):
            raise missing_arguments(["__stanza"])
        known = app.has(rest[0], request.arg("__stanza"), user)
        app.put(rest[0], request.arg("__stanza"), {}, user)
        return Answer(303 if known else 201)
    if not app.has(rest[0], rest[1], user):
        raise no_such_object(rest[1])
    given = {name: values[-1].strip() for name, values in request.args.items() if name != "output_mode"}
    if len(rest) == 3:
        given = {rest[2]: given.get("value", "")}
    app.put(rest[0], rest[1], given, user)
    return _message(request, f"Successfully modified {len(given)} key(s)")


def _delete(instance: Instance, request: Request, rest: tuple[str, ...]) -> Answer:
    """With `local_only=true` a key or a stanza leaves local/. Without it a stanza is only switched off."""
    if not instance.state.deletes_keys:
        raise Refused(405, "Method Not Allowed")
    if not request.path.startswith("/servicesNS/"):
        raise Refused(400, "An owner and an app must be named.")
    app, user = instance.target(request)
    if len(rest) < 2:
        raise Refused(400, "A conf file cannot be removed.")
    if not app.has(rest[0], rest[1], user):
        raise no_such_object(rest[1])
    instance.need_write(request, app.acl(rest[0], rest[1], user))
    if not boolean(request.arg("local_only", "0")):
        if rest[2:]:
            raise Refused(400, "Key deletion is not supported")
        app.put(rest[0], rest[1], {"disabled": "1"}, user)
    elif not rest[2:]:
        app.remove(rest[0], rest[1], user)
    elif not app.drop_key(rest[0], rest[1], rest[2], user):
        raise no_such_object(rest[2])
    return _message(request, "Successfully deleted")


def _message(request: Request, text: str) -> Answer:
    if request.output_mode == "json":
        return Answer(body=json_form.error("INFO", text), content_type="application/json; charset=UTF-8")
    return Answer(body=atom.error("INFO", text))


def _confs(instance: Instance) -> set[str]:
    layers: list[Layer] = [layer for app in instance.state.apps.apps.values() for layer in (app.default, app.local)]
    return ({*ALWAYS} | {kind for layer in layers for kind in layer}) - FILES


def _names(request: Request, names: list[str], values: Mapping[str, str] | None = None) -> Answer:
    """Names as entries; of keys the content is the value."""

    def entry(name: str) -> Entry:
        acl = Acl(request.app, request.owner or "nobody", "app")
        content = {} if values is None else {"value": values[name]}
        return Entry(name, f"{request.path.rstrip('/')}/{name}", content, acl)

    if request.method == "GET" and not request.has("count"):  # unlike other lists, this one is never cut
        request = Request("GET", request.path, request.owner, request.app, (), {**request.args, "count": ["0"]}, {})
    if not names:
        raise Refused(404, "Not Found")
    return Answer(feed=listing.feed("properties", request.path, names, entry, request))
