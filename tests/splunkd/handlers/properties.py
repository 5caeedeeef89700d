"""/properties: confs as lists of names, and single values as plain text. splunk-sdk opens conf files through it."""

from __future__ import annotations

from splunkd import listing
from splunkd.handlers.confs import FILES
from splunkd.instance import Instance
from splunkd.layers import Layer
from splunkd.shapes import Acl, Answer, Entry, Refused, Request, missing_arguments, no_such_object

# Confs that every instance has, even when no app sets anything in them.
ALWAYS = frozenset({"app", "savedsearches", "macros", "transforms", "props", "eventtypes", "tags", "collections",
                    "server", "limits", "indexes", "inputs", "datamodels", "authorize"})  # fmt: skip


def handle(instance: Instance, request: Request, rest: tuple[str, ...]) -> Answer:
    """/properties[/{file}[/{stanza}[/{key}]]]."""
    instance.known_app(request.app)
    if request.method == "POST":
        return _write(instance, request, rest)
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
        return _names(request, sorted(settings))
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
    return Answer()


def _confs(instance: Instance) -> set[str]:
    layers: list[Layer] = [layer for app in instance.state.apps.apps.values() for layer in (app.default, app.local)]
    return ({*ALWAYS} | {kind for layer in layers for kind in layer}) - FILES


def _names(request: Request, names: list[str]) -> Answer:
    def entry(name: str) -> Entry:
        return Entry(name, f"{request.path.rstrip('/')}/{name}", {}, Acl(request.app, request.owner or "nobody", "app"))

    if request.method == "GET" and not request.has("count"):  # unlike other lists, this one is never cut
        request = Request("GET", request.path, request.owner, request.app, (), {**request.args, "count": ["0"]}, {})
    if not names:
        raise Refused(404, "Not Found")
    return Answer(feed=listing.feed("properties", request.path, names, entry, request))
