"""The settings of other tools' repositories, so that such a repository can be checked and built as it is.

contentctl 4 and 5 keep them in `contentctl.yml` under `app`, contentctl 3 there under `build`, contentctl-ng in
`build.yml`. Files of that name which people write by hand have the same facts under other headings, or none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from storypack.pack.adapters.adapted import Note

FILES = ("contentctl.yml", "build.yml")

_SHARED = {"version": "version", "description": "description", "author_company": "company", "author_email": "email"}
# Key of the other tool to key of ours; of several that give one of ours, the first that is there counts. A search is
# called after the label since version 4, and after the prefix before.
_SECTIONS: Mapping[str, Mapping[str, str]] = {
    "app": {
        **_SHARED,
        "appid": "app_id",
        "title": "title",
        "label": "stanza_prefix",
        "prefix": "stanza_prefix",
        "author_name": "author",
    },
    "build": {
        **_SHARED,
        "name": "app_id",
        "label": "title",
        "title": "title",
        "prefix": "stanza_prefix",
        "author_name": "author",
    },
    "splunk_app": {**_SHARED, "name": "title", "id": "app_id", "author": "author", "prefix": "stanza_prefix"},
    "content": {**_SHARED, "name": "title", "author": "author"},
    "": {**_SHARED, "name": "title", "title": "title", "author": "author", "prefix": "stanza_prefix"},
}
_OF_NG = {
    "id": "app_id",
    "label": "title",
    "app_version": "version",
    "description": "description",
    "content_prefix": "stanza_prefix",
    "author": "author",
    "author_email": "email",
}
_NOT_SLUG = re.compile(r"[^A-Za-z0-9_]+")
_VERSION_PARTS = 3
_PREFIX_LENGTH = 60


def settings_of(file: str, data: dict[str, Any], folder: str) -> tuple[dict[str, Any], list[Note]]:
    """Data of `Settings` from the data of one of FILES, and what had to be made up.

    `folder` is the name of the repository's folder. Keys about running those tools are left behind.
    """
    settings = _of_ng(data) if file == "build.yml" else _of_contentctl(data)
    if file == "build.yml" and not settings:
        return {}, []
    notes: list[Note] = []
    _plain_version(settings, notes)
    _made_up(settings, folder, notes)
    return {**settings, "profile": "compatible", "prefix_stories": False}, notes


def default_schedules(schedules: Mapping[str, list[str]], *, by_name: bool) -> dict[str, str]:
    """Which schedule each type of search gets. `schedules`: by name, the types that it says it is for.

    With `by_name`, the last word of a name tells the type where no schedule says it, as in the public content.
    """
    chosen: dict[str, str] = {}
    for name, types in schedules.items():
        for kind in types:
            chosen.setdefault(kind.lower(), name)
    if not by_name:
        return chosen
    by_last_word = {name.split()[-1].lower(): name for name in reversed(list(schedules)) if name.split()}
    common = by_last_word.get("eventbaseddetection")
    for kind in ("ttp", "anomaly", "hunting", "correlation", "baseline"):
        fitting = by_last_word.get(kind) or (common if kind != "baseline" else None)
        if fitting:
            chosen.setdefault(kind, fitting)
    return chosen


def _of_ng(data: dict[str, Any]) -> dict[str, Any]:
    """Nothing for a `build.yml` of some other program: the name is common."""
    if not data.keys() & {"content_prefix", "app_version", "external_app_content"}:
        return {}
    settings = _renamed(data, _OF_NG)
    external = data.get("external_app_content")
    if isinstance(external, list):
        settings["external_content"] = [
            {"app": item.get("app_name"), "macros": item.get("macros") or [], "lookups": item.get("lookups") or []}
            for item in external
            if isinstance(item, dict)
        ]
    return settings


def _of_contentctl(data: dict[str, Any]) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    for section, names in _SECTIONS.items():
        part = data.get(section) if section else data
        if isinstance(part, dict):
            settings = {**_renamed(part, names), **settings}
    if folder := _content_folder(data):
        settings["content_folder"] = folder
    return settings


def _content_folder(data: dict[str, Any]) -> str:
    """Where the content lies: `path`, or the folder above the `detections` that `content` names; empty if here."""
    path = data.get("path")
    if not isinstance(path, str):
        content = data.get("content")
        places = content.get("detections") if isinstance(content, dict) else None
        first = places[0] if isinstance(places, list) and places else None
        path = first.get("path") if isinstance(first, dict) else first
        path = str(PurePosixPath(path).parent) if isinstance(path, str) else "."
    return "" if PurePosixPath(path) == PurePosixPath() else str(PurePosixPath(path))


def _plain_version(settings: dict[str, Any], notes: list[Note]) -> None:
    """A version of one or two numbers gets the third: YAML reads 1.0 as a number."""
    version = settings.get("version")
    if isinstance(version, bool) or not isinstance(version, int | float | str):
        return
    parts = str(version).split(".")
    if len(parts) < _VERSION_PARTS and all(part.isdecimal() for part in parts):
        settings["version"] = ".".join([*parts, "0", "0"][:_VERSION_PARTS])
        notes.append(Note(("version",), f"version {version} is taken for {settings['version']}", decide=False))


def _made_up(settings: dict[str, Any], folder: str, notes: list[Note]) -> None:
    """What an app needs and the file does not say."""
    title = str(settings.get("title") or settings.get("app_id") or folder or "Content pack")
    slug = _NOT_SLUG.sub("_", title).strip("_") or "content_pack"
    made = {
        "title": title,
        "app_id": slug if slug[0].isalpha() else f"app_{slug}",
        "version": "0.0.1",
        "author": "unknown",
        "description": title,
        "stanza_prefix": slug[:_PREFIX_LENGTH].strip("_"),
    }
    missing = [key for key in made if settings.get(key) is None]
    if missing:
        shown = ", ".join(f"{key} ({made[key]})" for key in missing)
        notes.append(Note((), f"it does not say {shown}, so these were made up", "say them in storypack.yml"))
    settings.update({key: made[key] for key in missing})


def _renamed(data: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for old, new in names.items():
        if data.get(old) is not None:
            found.setdefault(new, data[old])
    return found
