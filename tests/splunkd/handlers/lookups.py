"""Lookup tables and their definitions, and the Lookup Editor's way to write a table."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from pathlib import Path

from splunkd import json_form
from splunkd.collection import Collection
from splunkd.instance import Instance
from splunkd.layers import Found, Settings
from splunkd.shapes import Answer, Refused, Request, Value, missing_arguments, no_such_object
from splunkd.values import boolean

EDITOR = "lookup_editor"  # the app that brings /data/lookup_edit
_BOOLEANS = frozenset({"case_sensitive_match", "disabled", "allow_caching", "replicate"})
_SHOWN_TOO: Mapping[str, Value] = {
    "CAN_OPTIMIZE": True, "CLEAN_KEYS": True, "SOURCE_KEY": "_raw", "WRITE_META": "False",
}  # fmt: skip
_NUMBERS = frozenset({"min_matches", "max_matches", "max_offset_secs", "min_offset_secs"})
_DEFINITION = _BOOLEANS | _NUMBERS | {
    "filename", "collection", "external_type", "external_cmd", "fields_list", "match_type", "default_match",
    "time_field", "time_format", "filter", "index_fields_list", "batch_index_query", "feature_id_element",
}  # fmt: skip


# --- table files ------------------------------------------------------------------------------------------------


def _file_content(instance: Instance, found: Found) -> Mapping[str, Value]:
    """A table is shown by where it lies, never with its rows."""
    folder = f"/opt/splunk/etc/apps/{found.acl.app}/lookups"
    if found.acl.sharing == "user":
        folder = f"/opt/splunk/etc/users/{found.acl.owner}/{found.acl.app}/lookups"
    return {"eai:data": f"{folder}/{found.name}", "disabled": False}


def _file_write(instance: Instance, request: Request, old: Found | None, new: Settings) -> Settings:
    """`eai:data` is a path below the staging folder on the server; the file is moved from there."""
    name = old.name if old else request.arg("name").strip()
    if not re.fullmatch(r"[\w.\- ]+\.(csv|csv\.gz|kmz|mmdb)", name):
        raise Refused(400, f"Invalid lookup table file name: {name}")
    staged = Path(new.get("eai:data", ""))
    if not staged.is_absolute():
        raise missing_arguments(["eai:data"])
    if instance.state.staging.resolve() not in staged.resolve().parents or not staged.is_file():
        raise Refused(400, f"Cannot move the file: {staged} is outside of staging area")
    text = staged.read_text(encoding="utf-8-sig")
    staged.unlink()
    return {"eai:data": text}


FILES = Collection(
    path="data/lookup-table-files",
    kind="lookups",
    noun="lookup table file",
    required=("eai:data",),
    content=_file_content,
    write=_file_write,
    duplicate="Lookup table file already exists: {name}",
)


# --- definitions ------------------------------------------------------------------------------------------------


def _definition_content(instance: Instance, found: Found) -> Mapping[str, Value]:
    shown: dict[str, Value] = dict(found.settings)
    for key in _BOOLEANS & shown.keys() | {"disabled"}:
        shown[key] = bool(boolean(str(shown.get(key, "0"))))
    shown["type"] = "kvstore" if found.settings.get("external_type") == "kvstore" else "file"
    header = _header(instance, found)
    names = header or [name for name in re.split(r"[,\s]+", found.settings.get("fields_list", "")) if name]
    shown |= {"fields_list": ", ".join(names), "fields_array": names}
    for key, value in (("min_matches", 0), ("max_matches", 1000)):
        shown[key] = int(found.settings.get(key) or value)
    shown.setdefault("case_sensitive_match", True)
    return {**_SHOWN_TOO, **shown}


def _header(instance: Instance, found: Found) -> list[str]:
    """The columns of a definition's file."""
    place = instance.state.app(found.acl.app)
    name = found.settings.get("filename", "")
    text = place.found("lookups", name).settings["eai:data"] if name and place.has("lookups", name) else ""
    return next(csv.reader(io.StringIO(text)), [])


def _works(instance: Instance, found: Found) -> bool:
    """Whether a definition can be used. One whose file is not there is in no list, and 404 by its name."""
    if name := found.settings.get("filename"):
        owner = found.acl.owner if found.acl.sharing == "user" else "nobody"
        return bool(instance.state.apps.one(owner, found.acl.app, "lookups", name))
    return any(found.settings.get(key) for key in ("external_type", "external_cmd", "collection"))


def _definition_write(instance: Instance, request: Request, old: Found | None, new: Settings) -> Settings:
    settings = {key: value.strip() for key, value in new.items()}
    for key, value in settings.items():
        if key in _BOOLEANS:
            meant = boolean(value)
            if meant is None:
                raise Refused(400, f"Invalid value for argument '{key}': '{value}' is not a boolean.")
            settings[key] = str(int(meant))
        if key in _NUMBERS and not re.fullmatch(r"\d*", value):
            raise Refused(400, f"Invalid value for argument '{key}': '{value}' is not an integer.")
    if old is not None:  # what it needs is not looked at; see `rewrites`
        return settings
    if settings.get("external_type") == "kvstore":
        lacking = [key for key in ("collection", "fields_list") if not settings.get(key)]
        if lacking:
            raise missing_arguments(lacking)
    elif not settings.get("filename") and not settings.get("external_cmd"):
        raise missing_arguments(["filename"])
    elif settings.get("filename") and not instance.state.apps.one(
        request.owner, request.app, "lookups", settings["filename"]
    ):
        raise Refused(400, f"The lookup table file '{settings['filename']}' does not exist.")
    return settings


DEFINITIONS = Collection(
    path="data/transforms/lookups",
    kind="transforms",
    noun="lookup definition",
    optional=frozenset(_DEFINITION),
    rewrites=True,
    shown=_works,
    content=_definition_content,
    write=_definition_write,
)


# --- extractions, in the same conf ------------------------------------------------------------------------------


def _extraction_write(instance: Instance, request: Request, old: Found | None, new: Settings) -> Settings:
    return {key: value.strip() for key, value in new.items()}


EXTRACTIONS = Collection(
    path="data/transforms/extractions",
    kind="transforms",
    noun="transform extraction",
    required=("REGEX", "SOURCE_KEY"),
    optional=frozenset(
        {"CAN_OPTIMIZE", "CLEAN_KEYS", "FORMAT", "KEEP_EMPTY_VALS", "MV_ADD", "disabled", "DELIMS", "FIELDS"}
    ),
    rewrites=True,
    shown=lambda instance, found: any(found.settings.get(key) for key in ("REGEX", "DELIMS")),
    write=_extraction_write,
)


# --- the Lookup Editor's endpoint -------------------------------------------------------------------------------


def editor(instance: Instance, request: Request, rest: tuple[str, ...]) -> Answer:
    """/data/lookup_edit/lookup_contents: a table's rows as a JSON list of lists, the header first. Needs the app."""
    if EDITOR not in instance.state.apps.apps or rest[:1] != ("lookup_contents",):
        raise Refused(404, "Not Found")
    lacking = [name for name in ("namespace", "lookup_file") if not request.arg(name)]
    if lacking:
        raise missing_arguments(lacking)
    namespace, name = request.arg("namespace"), request.arg("lookup_file")
    instance.known_app(namespace)
    app = instance.state.app(namespace)
    if request.method == "POST":
        instance.need_write(request, app.acl("lookups", name))
        try:
            rows = json.loads(request.arg("contents"))
        except ValueError:
            raise Refused(400, "The contents are no JSON.") from None
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(rows)
        app.put("lookups", name, {"eai:data": out.getvalue()})
        return Answer(body=b"{}", content_type="application/json")
    if not app.has("lookups", name):
        raise no_such_object(name)
    rows = list(csv.reader(io.StringIO(app.found("lookups", name).settings["eai:data"])))
    return Answer(body=json_form.dumps(rows), content_type="application/json")
