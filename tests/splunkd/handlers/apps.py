"""/apps/local: list, get, create, install from the server's disk, update, enable, disable, delete."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from splunkd import acl, listing, packages
from splunkd.instance import Instance
from splunkd.layers import App
from splunkd.shapes import Answer, Entry, Refused, Request, Value, missing_arguments, no_such_object, unknown_argument
from splunkd.values import boolean

ROOT = "/services/apps/local"
# argument -> stanza and key of app.conf
PLACES = {
    "label": ("ui", "label"),
    "visible": ("ui", "is_visible"),
    "description": ("launcher", "description"),
    "author": ("launcher", "author"),
    "version": ("launcher", "version"),
    "configured": ("install", "is_configured"),
}
_CREATE = frozenset({*PLACES, "name", "template", "filename", "update", "explicit_appname", "auth", "session"})
_BOOLEANS = frozenset({"visible", "configured"})


def handle(instance: Instance, request: Request, rest: tuple[str, ...]) -> Answer:
    """/apps/local[/{app}[/enable|disable|acl]]."""
    if not rest:
        return _create(instance, request) if request.method == "POST" else _list(instance, request)
    if rest[0] == "_reload":
        return _list(instance, request)
    app = instance.state.apps.apps.get(rest[0])
    if app is None or app.id == "system":
        raise no_such_object(rest[0])
    if rest[1:]:
        return _sub(instance, request, app, rest[1])
    if request.method == "POST":
        return _update(instance, request, app)
    if request.method == "DELETE":
        instance.need(request, "edit_local_apps")
        del instance.state.apps.apps[app.id]
        for place in [place for place in instance.state.collections if place[0] == app.id]:
            del instance.state.collections[place]
        return _feed(instance, request, [])
    return _feed(instance, request, [app])


def _list(instance: Instance, request: Request) -> Answer:
    listing.check_arguments(request, frozenset({"refresh"}))
    return _feed(instance, request, [app for name, app in sorted(instance.state.apps.apps.items()) if name != "system"])


def _create(instance: Instance, request: Request) -> Answer:
    _known(request, _CREATE)
    name = request.arg("name")
    if not name:
        raise missing_arguments(["name"])
    instance.need(request, "edit_local_apps")
    if boolean(request.arg("filename", "0")):
        instance.need(request, "install_apps")
        return _install(instance, request, Path(name))
    if not re.fullmatch(r"[A-Za-z0-9_.\-]+", name):
        raise Refused(400, f"The app name '{name}' is not valid: letters, digits, underscores, dots and dashes only.")
    if name in instance.state.apps.apps:
        raise Refused(409, f"Unable to create app with name '{name}'. An app with that name already exists.")
    app = instance.state.add_app(name)
    app.default["app"] = {"ui": {"is_visible": "1", "label": name}, "install": {"is_configured": "0"}}
    app.default["nav"] = {"default": {"eai:data": '<nav><view name="search" default="true"/></nav>'}}
    instance.state.unsettled[app.id, "", ""] = instance.state.acl_delay
    _set(app, request)
    return _feed(instance, request, [app], 201)


def _install(instance: Instance, request: Request, path: Path) -> Answer:
    if not path.is_absolute() or not path.exists():
        raise Refused(400, f"Error during app install: failed to extract app from {path}: No such file or directory")
    found = packages.load(path).id
    wanted = request.arg("explicit_appname")
    if wanted and wanted != found:
        raise Refused(400, f"Error during app install: the package holds {found}, not {wanted}.")
    known = found in instance.state.apps.apps
    if known and not boolean(request.arg("update", "0")):
        raise Refused(409, f"App {found} is already installed; set update=1 to overwrite it.")
    packages.install(instance.state, path)
    app = instance.state.app(found)
    if boolean(_setting(app, "install", "state_change_requires_restart") or "0"):
        instance.state.messages["restart_required"] = {"value": f"Splunk must be restarted for {found} to take effect."}
    return _feed(instance, request, [app], 200 if known else 201)


def _update(instance: Instance, request: Request, app: App) -> Answer:
    _known(request, frozenset(PLACES))
    instance.need(request, "edit_local_apps")
    _set(app, request)
    return _feed(instance, request, [app])


def _sub(instance: Instance, request: Request, app: App, sub: str) -> Answer:
    if sub == "acl":
        instance.settle(app.found("", ""))
    if sub in ("enable", "disable") and request.method == "POST":
        instance.need(request, "edit_local_apps")
        app.put("app", "install", {"state": "enabled" if sub == "enable" else "disabled"})
    elif sub == "acl" and request.method == "POST":
        acl.change(instance, request, app.found("", ""))
    elif sub == "acl" and request.method == "DELETE":
        instance.need_write(request, app.acl("", ""))  # 200, and nothing is done
    elif sub == "setup" and _setting(app, "install", "state") == "disabled":
        raise Refused(400, f"App {app.id} is disabled.")
    elif sub not in ("acl", "setup", "update") or request.method != "GET":
        raise Refused(404, "Not Found")
    return _feed(instance, request, [app])


def _set(app: App, request: Request) -> None:
    for name, (stanza, key) in PLACES.items():
        if not request.has(name):
            continue
        value = request.arg(name).strip()
        if name in _BOOLEANS:
            meant = boolean(value)
            if meant is None:
                raise Refused(400, f"Invalid value for argument '{name}': '{value}' is not a boolean.")
            value = str(int(meant))
        app.put("app", stanza, {key: value})


def _known(request: Request, names: frozenset[str]) -> None:
    for name in sorted(request.args):
        if name not in names and name != "output_mode":
            raise unknown_argument(name)


def _setting(app: App, stanza: str, key: str) -> str:
    return app.found("app", stanza).settings.get(key, "") if app.has("app", stanza) else ""


def _content(app: App) -> Mapping[str, Value]:
    content: dict[str, Value] = {name: _setting(app, *place) for name, place in PLACES.items()}
    for name, default in (("visible", True), ("configured", False)):
        content[name] = bool(boolean(str(content[name]))) if content[name] else default
    return {
        **content,
        "label": content["label"] or app.id,
        "disabled": _setting(app, "install", "state") == "disabled",
        "state_change_requires_restart": bool(boolean(_setting(app, "install", "state_change_requires_restart"))),
        "check_for_updates": bool(boolean(_setting(app, "package", "check_for_updates") or "1")),
        "core": app.id == "search",
    }


def _feed(instance: Instance, request: Request, apps: list[App], status: int = 200) -> Answer:
    def entry(app: App) -> Entry:
        return Entry(app.id, f"/servicesNS/nobody/system/apps/local/{app.id}", _content(app), app.acl("", ""))

    if request.method != "GET":
        request = Request(request.method, request.path, request.owner, request.app, (), {}, {})
    return Answer(status, listing.feed("localapps", ROOT, apps, entry, request))
