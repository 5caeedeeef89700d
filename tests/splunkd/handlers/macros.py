"""/admin/macros (and its newer name /data/macros): search macros with the arguments checked. /saved/eventtypes."""

from __future__ import annotations

import re
from collections.abc import Mapping

from splunkd.collection import Collection
from splunkd.instance import Instance
from splunkd.layers import Found, Settings
from splunkd.shapes import Refused, Request, Value
from splunkd.values import boolean

_NAME = re.compile(r"[^\s(),`]+(\(\d+\))?")
_KEYS = ("args", "definition", "description", "errormsg", "iseval", "validation", "disabled")


def content(instance: Instance, found: Found) -> Mapping[str, Value]:
    """What GET shows; the two booleans are 1 and 0."""
    shown: dict[str, Value] = dict(found.settings)
    for key in ("iseval", "disabled"):
        shown[key] = bool(boolean(found.settings.get(key, "0")))
    return shown


def write(instance: Instance, request: Request, old: Found | None, new: Settings) -> Settings:
    """The settings of a create or update; 400 for a wrong name, boolean, or number of arguments."""
    name = old.name if old else request.arg("name").strip()
    if not _NAME.fullmatch(name):
        raise Refused(400, f"Invalid macro name: {name}")
    settings = {key: value.strip() for key, value in new.items()}
    for key in ("iseval", "disabled"):
        if key in settings:
            meant = boolean(settings[key])
            if meant is None:
                raise Refused(400, f"Invalid value for argument '{key}': '{settings[key]}' is not a boolean.")
            settings[key] = str(int(meant))
    count = re.search(r"\((\d+)\)$", name)
    args = {**(old.settings if old else {}), **settings}.get("args", "")
    given = [arg.strip() for arg in args.split(",") if arg.strip()]
    if count and len(given) != int(count[1]):
        raise Refused(400, f"Macro {name} is expected to have {count[1]} arguments, but {len(given)} were given.")
    return settings


def macros(path: str) -> Collection:
    return Collection(
        path=path,
        kind="macros",
        noun="macro",
        required=("definition",),
        optional=frozenset(_KEYS),
        again=("definition",),
        content=content,
        write=write,
    )


EVENT_TYPES = Collection(
    path="saved/eventtypes",
    kind="eventtypes",
    noun="event type",
    required=("search",),
    optional=frozenset({"description", "disabled", "priority", "color", "tags"}),
    again=("search",),
)
