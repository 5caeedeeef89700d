"""What is on the instance now, read in pages: a request per kind and page, never one per object."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from storypack.deploy import kinds
from storypack.deploy.desired import Key, Object, Objects
from storypack.deploy.kinds import KINDS
from storypack.deploy.lookup_content import read_csv
from storypack.deploy.normalise import as_text
from storypack.deploy.object_kind import ObjectKind
from storypack.splunkd.answers import texts
from storypack.splunkd.connection import Connection, ns
from storypack.splunkd.errors import DeployError, Refused
from storypack.splunkd.secret import struck

Answer = TypeVar("Answer")
MOST_FIELDS = 200  # more names than this would make the URL too long; then everything is asked for


@dataclass(frozen=True, slots=True)
class Instance:
    """A Splunk instance: its identity, never an address."""

    guid: str
    version: str
    server: str
    cloud: bool

    def __str__(self) -> str:
        return f"{self.server} (Splunk {'Cloud ' if self.cloud else ''}{self.version})"


def read_instance(connection: Connection) -> Instance:
    """Who answers (GET server/info). The first request of every command: it also shows whether the login works."""
    content = _only(connection.get("/services/server/info"))["content"]
    guid = str(content.get("guid", ""))
    if not guid or set(guid) - set("0123456789abcdefABCDEF-"):
        raise DeployError(f"{connection.target.url} does not answer as splunkd does: it has no GUID")
    version, server = (struck(str(content.get(key, ""))) for key in ("version", "serverName"))
    return Instance(guid, version, server, cloud=content.get("instance_type") == "cloud")


def read_capabilities(connection: Connection) -> set[str]:
    """What the caller may do, capabilities of inherited roles included."""
    content = _only(connection.get("/services/authentication/current-context"))["content"]
    return set(texts("/services/authentication/current-context", "capabilities", content.get("capabilities")))


def read_objects(
    connection: Connection, app: str, wanted: Iterable[Objects], expected: Collection[Key] = ()
) -> dict[Key, Object]:
    """The app's own shared objects. Of settings only those that `wanted` names are read, for saved searches.

    Empty when the app is not installed. Objects that other apps export are left out: they are not ours to change.
    `expected` are objects that were there: a 404 that denies them is believed only when it is repeated, for a plan that
    takes an app for gone would make it all anew.
    """
    path = f"/services/apps/local/{_quoted(app)}"
    answer = _unless_gone(connection, lambda: connection.get(path), expected=bool(expected))
    if answer is None:
        return {}
    there = {("app", app): Object(kinds.APP, app, _settings(_only(answer)), removable=True)}
    both = [one for objects in wanted for one in objects.values()]
    for kind in KINDS[1:]:
        same = [one for one in both if one.kind is kind]
        if kind.by_search:
            there |= _tables(connection, app, kind, {one.name for one in same})
        elif same:
            fields = {field for one in same for field in one.settings}
            known = any(id == kind.id for id, _ in expected)
            there |= {one.key: one for one in _listed(connection, app, kind, fields, expected=known)}
    return there


def read_names(connection: Connection, app: str) -> set[Key]:
    """Every object of the app but its menu, whoever made it: what would go if the app went."""
    keys: set[Key] = set()
    for kind in KINDS[1:]:
        if not kind.comes_with_app:
            keys |= {one.key for one in _listed(connection, app, kind, {"disabled"})}
    return keys


def read_whole(connection: Connection, app: str, keys: Collection[Key]) -> dict[Key, Object]:
    """These objects with every setting that could be set again: what it takes to make them anew after a deletion.

    Of saved searches what only repeats splunkd's defaults (GET .../_new) is left out, but for `disabled`.
    """
    objects: dict[Key, Object] = {}
    for kind in KINDS:
        names = {name for id, name in keys if id == kind.id}
        if not names:
            continue
        if kind.by_search:
            listed = list(_tables(connection, app, kind, names).values())
        else:
            listed = _listed(connection, app, kind, set())
        template = _template(connection, app, kind) if kind.template else {}
        for one in listed:
            if one.name in names:
                settings = {
                    field: value
                    for field, value in one.settings.items()
                    if value and (template.get(field) != value or field == "disabled") and kind.can_be_restored(field)
                }
                objects[one.key] = replace(one, settings=settings)
    return objects


def _template(connection: Connection, app: str, kind: ObjectKind) -> dict[str, str]:
    """What splunkd gives a new object of the kind."""
    entry = _only(connection.get(ns(app, kind.path, kind.template)))
    return {key: as_text(value) for key, value in (entry.get("content") or {}).items()}


def read_one(
    connection: Connection, app: str, kind: ObjectKind, name: str, *, content: bool = True, expected: bool = False
) -> Object | None:
    """One object with all its settings; None when there is none. For the moments of doubt, not for lists.

    Without `content` a lookup file comes without its rows, which take a search. What is `expected`, for it was just
    made, is asked for more than once.
    """
    path = f"/services/apps/local/{_quoted(name)}" if kind.is_app else ns(app, kind.path, name)
    answer = _unless_gone(connection, lambda: connection.get(path), expected=expected)
    if answer is None:
        return None
    entry = _only(answer)
    if not kind.is_app and entry.get("acl", {}).get("app") != app:
        return None
    settings = _settings(entry)
    if kind.by_search and content:
        settings[kind.content] = read_csv(connection, app, name)
    return Object(kind, name, settings, _removable(entry))


def object_of(kind: ObjectKind, name: str, answer: Mapping[str, Any]) -> Object | None:
    """The object that an answer to a write shows; None when it shows none."""
    entries = answer.get("entry") or []
    return Object(kind, name, _settings(entries[0]), _removable(entries[0])) if entries else None


def _unless_gone(connection: Connection, read: Callable[[], Answer], *, expected: bool) -> Answer | None:
    """What was read; None for 404, which is asked for again where something is `expected`."""
    for attempt in range(3 if expected else 1):
        try:
            return read()
        except Refused as refusal:
            if refusal.status != 404:
                raise
            if expected:
                connection.pause(attempt)
    return None


def _listed(
    connection: Connection, app: str, kind: ObjectKind, fields: set[str], *, expected: bool = False
) -> list[Object]:
    arguments: dict[str, str | list[str]] = {"search": f'eai:acl.app="{app}"'}
    if kind.picks_settings and 0 < len(fields) <= MOST_FIELDS:
        arguments["f"] = sorted(field for field in fields if not field.startswith("acl."))

    def read() -> list[dict[str, Any]]:
        return list(connection.entries(ns(app, kind.path), **arguments))

    if kind.brings_conf:
        entries = _unless_gone(connection, read, expected=expected) or []
    else:
        entries = read()
    return [
        Object(kind, str(entry["name"]), _settings(entry), _removable(entry))
        for entry in entries
        if _is_shared(entry, app)
    ]


def _tables(connection: Connection, app: str, kind: ObjectKind, names: set[str]) -> dict[Key, Object]:
    """The app's lookup files of these names, with content: a search each, as no list has it."""
    tables: dict[Key, Object] = {}
    for entry in connection.entries(ns(app, kind.path), search=f'eai:acl.app="{app}"'):
        name = str(entry["name"])
        if name in names and _is_shared(entry, app):
            settings = {**_acl(entry), kind.content: read_csv(connection, app, name)}
            tables[kind.id, name] = Object(kind, name, settings, _removable(entry))
    return tables


def _is_shared(entry: Mapping[str, Any], app: str) -> bool:
    acl = entry.get("acl") or {}
    return acl.get("app") == app and acl.get("sharing") != "user"


def _removable(entry: Mapping[str, Any]) -> bool:
    return bool((entry.get("acl") or {}).get("removable", True))


def _settings(entry: Mapping[str, Any]) -> dict[str, str]:
    content = {
        key: as_text(value)
        for key, value in (entry.get("content") or {}).items()
        if not key.startswith("eai:") or key == "eai:data"
    }
    return content | _acl(entry)


def _acl(entry: Mapping[str, Any]) -> dict[str, str]:
    acl = entry.get("acl") or {}
    sharing = str(acl.get("sharing", ""))
    perms = acl.get("perms") or {}  # a private object has none
    return {
        "acl.owner": str(acl.get("owner", "nobody")),
        "acl.sharing": "global" if sharing == "system" else sharing,
        **{f"acl.{key}": as_text(perms[key]) for key in ("read", "write") if key in perms},
    }


def _only(answer: Mapping[str, Any]) -> dict[str, Any]:
    entries = answer.get("entry") or []
    if not entries:
        raise DeployError("the instance's answer has no entry", "is this splunkd's management port?")
    return dict(entries[0])


def _quoted(name: str) -> str:
    from urllib.parse import quote

    return quote(name, safe="")
