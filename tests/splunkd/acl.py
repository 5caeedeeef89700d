"""Changing who may do what with an object, and where it lives."""

from __future__ import annotations

from dataclasses import replace

from splunkd.instance import Instance
from splunkd.layers import App, Found
from splunkd.shapes import Acl, Refused, Request, missing_arguments, unknown_argument

__all__ = ["Acl", "change", "move", "seen"]

ARGUMENTS = frozenset({"owner", "sharing", "perms.read", "perms.write", "app", "output_mode"})


def seen(acl: Acl, can_write: bool) -> Acl:
    """An ACL as this caller sees it."""
    return replace(acl, can_write=can_write, removable=acl.removable and can_write)


def change(instance: Instance, request: Request, found: Found) -> Found:
    """POST .../acl: owner and sharing are required. Without permissions the access line stays; with one of them the
    line is written anew, and the other is gone. An empty one means nobody."""
    check(request)
    owner, sharing = request.arg("owner"), request.arg("sharing")
    if sharing not in ("user", "app", "global"):
        raise Refused(400, f"Invalid value for argument 'sharing': {sharing}")
    if owner != "nobody" and owner not in instance.state.users:
        raise Refused(400, f"User '{owner}' does not exist.")
    app = instance.state.app(found.acl.app)
    if sharing != "user":
        instance.need_write(request, app.acl("", ""))
    if sharing == "user":
        return _to_user(app, found, owner)
    _to_app(app, found)
    set_rule(app, request, (found.kind, found.name), {} if found.kind == "" else {"owner": owner})
    app.touch(found.kind, found.name)
    return app.found(found.kind, found.name)


def set_rule(app: App, request: Request, place: tuple[str, str], owner: dict[str, str]) -> None:
    """Write a stanza of local.meta: an object's, a kind's or the app's."""
    rule = app.local_meta.setdefault(place, {})
    rule |= {**owner, "export": "system" if request.arg("sharing") == "global" else "none"}
    line = {
        key: ", ".join(role for value in request.args[f"perms.{key}"] for role in value.split(",") if role)
        for key in ("read", "write")
        if request.has(f"perms.{key}")
    }
    if line:
        for key in ("read", "write"):
            rule.pop(key, None)
        rule |= line


def check(request: Request) -> None:
    """400 for unknown arguments of an ACL, and without owner and sharing."""
    for name in sorted(request.args):
        if name not in ARGUMENTS:
            raise unknown_argument(name)
    if lacking := [name for name in ("owner", "sharing") if not request.arg(name)]:
        raise missing_arguments(lacking)


def move(instance: Instance, request: Request, found: Found) -> Found:
    """POST .../move: to another app, or to a user's own objects of an app."""
    for name in request.args:
        if name not in ("app", "user", "output_mode"):
            raise unknown_argument(name)
    if not request.arg("app") or not request.arg("user"):
        raise missing_arguments([name for name in ("app", "user") if not request.arg(name)])
    instance.known_app(request.arg("app"))
    _need_no_default(found)
    target, source = instance.state.app(request.arg("app")), instance.state.app(found.acl.app)
    user = "" if request.arg("user") == "nobody" else request.arg("user")
    if target.has(found.kind, found.name, user):
        raise Refused(409, f"An object with name={found.name} already exists")
    source.remove(found.kind, found.name, found.acl.owner if found.acl.sharing == "user" else "")
    target.put(found.kind, found.name, found.own, user)
    return target.found(found.kind, found.name, user)


def _to_user(app: App, found: Found, owner: str) -> Found:
    if found.acl.sharing == "user":
        previous = found.acl.owner
    else:
        _need_no_default(found)
        previous = ""
    app.remove(found.kind, found.name, previous)
    app.put(found.kind, found.name, found.own, owner)
    return app.found(found.kind, found.name, owner)


def _to_app(app: App, found: Found) -> None:
    """Shared from now on: the stanza moves from the user's folder to the app's local/."""
    if found.acl.sharing != "user":
        return
    if app.has(found.kind, found.name):
        raise Refused(409, f"An object with name={found.name} already exists")
    app.remove(found.kind, found.name, found.acl.owner)
    app.put(found.kind, found.name, found.own)


def _need_no_default(found: Found) -> None:
    if found.in_default:
        raise Refused(400, f"Object id={found.name} is part of the app's default configuration and can not be moved.")
