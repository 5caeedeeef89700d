"""What should be on the instance: every object of an app, from the text of its confs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from storypack.conf import Conf, read
from storypack.deploy import kinds
from storypack.deploy.normalise import role_list
from storypack.deploy.object_kind import ObjectKind

Key: TypeAlias = tuple[str, str]  # (kind id, name)
_ACCESS = re.compile(r"(read|write)\s*:\s*\[([^\]]*)\]")
_DETECTION_ID = "action.correlationsearch.metadata"


@dataclass(frozen=True, slots=True)
class Object:
    """One object of an app. `settings` are in REST's names, permissions among them as `acl.sharing`, `acl.read` and
    `acl.write`; `removable` is False for what an app's default/ ships (only of objects that an instance showed)."""

    kind: ObjectKind
    name: str
    settings: Mapping[str, str]
    removable: bool = True

    @property
    def key(self) -> Key:
        return (self.kind.id, self.name)

    @property
    def detection_id(self) -> str:
        """The id that a detection's saved search carries in its metadata; "" for everything else."""
        try:
            return str(json.loads(self.settings.get(_DETECTION_ID, "")).get("detection_id", ""))
        except (ValueError, AttributeError):
            return ""


Objects: TypeAlias = Mapping[Key, Object]


@dataclass(frozen=True, slots=True)
class Desired:
    """An app as it should be. `version` is the pack's."""

    app: str
    version: str
    objects: Objects = field(default_factory=dict)


def desired_from_tree(app: str, tree: Mapping[str, bytes], *, enable: bool = False) -> Desired:
    """The objects of an app's files, `{path below the app's folder: bytes}`.

    New searches arrive disabled unless `enable`; what is on the instance keeps its own state either way.
    """
    rules = _permissions(read(tree.get("metadata/default.meta", b"")))
    made: dict[Key, Object] = {}
    settings = read(tree.get("default/app.conf", b""))
    for one in [_app(app, settings), *_from_confs(tree, enable), *_from_files(tree)]:
        acl = _acl(rules, one.kind.meta, one.name)
        made[one.key] = Object(one.kind, one.name, {**one.settings, **acl})
    return Desired(app, made["app", app].settings.get("version", ""), made)


def _app(app: str, conf: Conf) -> Object:
    """What REST can set of an app: the texts and the version of app.conf."""
    values = {
        "label": _value(conf, "ui", "label"),
        "visible": _value(conf, "ui", "is_visible"),
        "author": _value(conf, "launcher", "author"),
        "description": _value(conf, "launcher", "description"),
        "version": _value(conf, "launcher", "version") or _value(conf, "id", "version"),
    }
    return Object(kinds.APP, app, {key: value for key, value in values.items() if value})


def _value(conf: Conf, stanza: str, key: str) -> str:
    return conf[stanza].get(key) if stanza in conf else ""


def _from_confs(tree: Mapping[str, bytes], enable: bool) -> Iterator[Object]:
    for kind in (kind for kind in kinds.KINDS if kind.is_stanza):
        for stanza in read(tree.get(f"default/{kind.meta}.conf", b"")):
            if stanza.name == "default" or (kind.is_object and not kind.is_object(stanza.settings)):
                continue
            settings = {kind.rest_names.get(key, key): value for key, value in stanza.settings.items()}
            settings = {field: value for field, value in settings.items() if kind.can_be_sent(field)}
            if kind.arrival:
                settings["disabled"] = kind.arrival(settings, enable)
            yield Object(kind, stanza.name, settings)


def for_instance(desired: Desired, cloud: bool) -> Desired:
    """The same app with permissions that fit the instance: roles of Splunk Cloud exist only there."""
    if cloud:
        return desired
    fitted = {}
    for key, one in desired.objects.items():
        settings = {
            field: ",".join(role for role in value.split(",") if not role.startswith("sc_"))
            if field in ("acl.read", "acl.write")
            else value
            for field, value in one.settings.items()
        }
        fitted[key] = replace(one, settings=settings)
    return replace(desired, objects=fitted)


def _from_files(tree: Mapping[str, bytes]) -> Iterator[Object]:
    files = [kind for kind in kinds.KINDS if kind.file]
    for path, data in tree.items():
        for kind in files:
            if match := re.fullmatch(kind.file, path):
                text = data.decode("utf-8", "replace" if kind.by_search else "strict")
                yield Object(kind, match[1], {kind.content: text})


def _permissions(meta: Conf) -> dict[str, dict[str, str]]:
    """The rules of default.meta by stanza, as ACL fields."""
    rules: dict[str, dict[str, str]] = {}
    for stanza in meta:
        rule = {f"acl.{what}": role_list(roles) for what, roles in _ACCESS.findall(stanza.get("access"))}
        if "export" in stanza.settings:
            rule["acl.sharing"] = "global" if stanza["export"] == "system" else "app"
        rules[stanza.name] = rule
    return rules


def _acl(rules: Mapping[str, dict[str, str]], meta: str, name: str) -> dict[str, str]:
    """An object's permissions: the most specific rule for each field. Sharing is `app` where nothing is said."""
    acl = {"acl.sharing": "app"}
    for stanza in ("", meta, f"{meta}/{name}"):
        acl |= rules.get(stanza, {})
    return acl


def desired_from_state(state: Mapping[Key, Mapping[str, str]]) -> dict[Key, Object]:
    """What we last applied, as objects."""
    return {key: Object(kinds.BY_ID[key[0]], key[1], settings) for key, settings in state.items()}
