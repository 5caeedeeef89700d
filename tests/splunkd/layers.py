"""The layers of an app's configuration: default/ (shipped, never written by REST), local/, and each user's own.

Objects that are files on a real instance (views, navigation, lookup tables) live here as well, as stanzas of the kinds
`views`, `nav` and `lookups` with the one setting `eai:data`, so that namespaces, ACLs and deletion work the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import unquote

from splunkd.shapes import Acl

Settings = dict[str, str]
Layer = dict[str, dict[str, Settings]]  # kind (conf name) -> stanza -> settings
NEVER = "1970-01-01T00:00:00+00:00"  # when REST last changed what it never changed
META_KEYS = ("owner", "export", "read", "write")
_ACCESS = re.compile(r"(read|write)\s*:\s*\[([^\]]*)\]")


@dataclass(frozen=True)
class Found:
    """One object as a namespace sees it. `settings` is merged over all layers and `[default]`; `own` is without it."""

    kind: str
    name: str
    acl: Acl
    settings: Mapping[str, str]
    own: Mapping[str, str]
    in_default: bool
    in_local: bool
    updated: str


@dataclass
class App:
    """An installed app. `local_meta` and `default_meta`: ("savedsearches", "Name") -> owner, export, read, write; a
    kind's own rules stand at (kind, ""), the app's at ("", "")."""

    id: str
    default: Layer = field(default_factory=dict)
    local: Layer = field(default_factory=dict)
    users: dict[str, Layer] = field(default_factory=dict)
    default_meta: dict[tuple[str, str], Settings] = field(default_factory=dict)
    local_meta: dict[tuple[str, str], Settings] = field(default_factory=dict)
    times: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def names(self, kind: str, user: str = "") -> list[str]:
        """Names of shared objects of a kind, or of a user's own."""
        if user:
            return list(self.users.get(user, {}).get(kind, {}))
        both = {**self.default.get(kind, {}), **self.local.get(kind, {})}
        return [name for name in both if name != "default" or kind in ("nav", "views")]

    def has(self, kind: str, name: str, user: str = "") -> bool:
        layers = [self.users.get(user, {})] if user else [self.default, self.local]
        return any(name in layer.get(kind, {}) for layer in layers)

    def found(self, kind: str, name: str, user: str = "") -> Found:
        """The object, which must exist."""
        default, local = self.default.get(kind, {}), self.local.get(kind, {})
        own = {**default.get(name, {}), **local.get(name, {})}
        if user:
            own |= self.users[user][kind][name]
        base = {**default.get("default", {}), **local.get("default", {})} if kind not in ("nav", "views") else {}
        return Found(
            kind,
            name,
            self.acl(kind, name, user),
            {**base, **own},
            own,
            name in default and not user,
            name in local or bool(user),
            self.times.get((user, kind, name), NEVER),
        )

    def acl(self, kind: str, name: str, user: str = "") -> Acl:
        """Who may do what: the most specific rule for each key, local before default."""
        if user:
            return Acl(self.id, user, "user", (user,), (user,))
        rules: Settings = {"read": "*", "write": "admin, power"}
        for place in (("", ""), (kind, ""), (kind, name)):
            for rule in (self.default_meta.get(place, {}), self.local_meta.get(place, {})):
                if "read" in rule or "write" in rule:  # one line, `access`: it replaces the line below it as a whole
                    rules = {key: value for key, value in rules.items() if key not in ("read", "write")}
                rules |= rule
        return Acl(
            self.id,
            rules.get("owner", "nobody"),
            "global" if rules.get("export") == "system" else "app",
            _roles(rules.get("read")),
            _roles(rules.get("write")),
            removable=name not in self.default.get(kind, {}),
        )

    def put(self, kind: str, name: str, settings: Mapping[str, str], user: str = "") -> None:
        """Write settings over what the writable layer has."""
        layer = self.users.setdefault(user, {}) if user else self.local
        layer.setdefault(kind, {}).setdefault(name, {}).update(settings)
        self.touch(kind, name, user)

    def replace(self, kind: str, name: str, settings: Mapping[str, str], user: str = "") -> None:
        """Make these settings all that the writable layer has of an object."""
        layer = self.users.setdefault(user, {}) if user else self.local
        layer.setdefault(kind, {})[name] = dict(settings)
        self.touch(kind, name, user)

    def drop_key(self, kind: str, name: str, key: str, user: str = "") -> bool:
        """Take one key out of the writable layer; False when it is not there."""
        layer = self.users.get(user, {}) if user else self.local
        there = layer.get(kind, {}).get(name, {}).pop(key, None) is not None
        self.touch(kind, name, user)
        return there

    def remove(self, kind: str, name: str, user: str = "") -> None:
        """Take an object out of the writable layer, and what local.meta says of it."""
        layer = self.users.get(user, {}) if user else self.local
        layer.get(kind, {}).pop(name, None)
        if not user:
            self.local_meta.pop((kind, name), None)

    def touch(self, kind: str, name: str, user: str = "") -> None:
        self.times[user, kind, name] = datetime.now(UTC).isoformat(timespec="seconds")


@dataclass
class Apps:
    """All apps of the instance, and what a namespace sees of them."""

    apps: dict[str, App] = field(default_factory=dict)

    def one(self, owner: str, app: str, kind: str, name: str) -> list[Found]:
        """The objects of this name: at most one unless owner or app is the wildcard."""
        return list(self._visible(owner, app, kind, name))

    def every(self, owner: str, app: str, kind: str) -> list[Found]:
        """All objects of a kind, by name. As on a real instance, those that other apps export are among them."""
        return sorted(self._visible(owner, app, kind, None), key=lambda one: (one.name.lower(), one.name, one.acl.app))

    def _visible(self, owner: str, app: str, kind: str, only: str | None) -> Iterator[Found]:
        seen: set[str] = set()
        for place, user in self._places(owner, app):
            for name in [only] if only is not None else place.names(kind, user):
                if (name in seen and "-" not in (owner, app)) or not place.has(kind, name, user):
                    continue
                foreign = app not in ("-", place.id)
                if foreign and (user or place.acl(kind, name).sharing not in ("global", "system")):
                    continue
                seen.add(name)
                yield place.found(kind, name, user)

    def _places(self, owner: str, app: str) -> Iterator[tuple[App, str]]:
        """Where to look, what wins first: the user's own, the app, then the others in reverse order of their names."""
        chosen = [self.apps[app]] if app in self.apps else list(self.apps.values()) if app == "-" else []
        for place in chosen:
            for user in list(place.users) if owner == "-" else [owner]:
                if user not in ("nobody", "-"):
                    yield place, user
        for place in chosen:
            yield place, ""
        if app != "-":
            for name in sorted(self.apps, reverse=True):
                if name != app:
                    yield self.apps[name], ""


def meta_rules(stanzas: Mapping[str, Mapping[str, str]]) -> dict[tuple[str, str], Settings]:
    """The stanzas of a .meta file as rules."""
    rules: dict[tuple[str, str], Settings] = {}
    for stanza, settings in stanzas.items():
        kind, _, name = stanza.partition("/")
        rule = {key: value for key, value in settings.items() if key in ("owner", "export")}
        rule |= {key: roles.strip() for key, roles in _ACCESS.findall(settings.get("access", ""))}
        rules[kind, unquote(name)] = rule
    return rules


def _roles(text: str | None) -> tuple[str, ...]:
    """The roles of a permission. One that was emptied is one empty name, which nobody has; one that is not there is
    nothing."""
    if text is not None and not text.strip():
        return ("",)
    return tuple(role.strip() for role in (text or "").split(",") if role.strip())
