"""The settings of other tools' repositories, so that such a repository can be checked as it is.

contentctl keeps them in `contentctl.yml` under `app`, its successor in `build.yml`.
"""

from __future__ import annotations

from typing import Any

FILES = ("contentctl.yml", "build.yml")

_FROM_CONTENTCTL = {
    "appid": "app_id",
    "title": "title",
    "version": "version",
    "description": "description",
    "prefix": "stanza_prefix",
    "author_name": "author",
    "author_company": "company",
    "author_email": "email",
}
_FROM_BUILD = {
    "id": "app_id",
    "label": "title",
    "app_version": "version",
    "description": "description",
    "content_prefix": "stanza_prefix",
    "author": "author",
    "author_email": "email",
}


def settings_of(file: str, data: dict[str, Any]) -> dict[str, Any]:
    """Data of `Settings` from the data of one of FILES. Keys about running those tools are left behind."""
    if file == "contentctl.yml":
        app = data.get("app")
        return _renamed(app if isinstance(app, dict) else {}, _FROM_CONTENTCTL)
    settings = _renamed(data, _FROM_BUILD)
    external = data.get("external_app_content")
    if isinstance(external, list):
        settings["external_content"] = [
            {"app": item.get("app_name"), "macros": item.get("macros") or [], "lookups": item.get("lookups") or []}
            for item in external
            if isinstance(item, dict)
        ]
    return settings


def default_schedules(names: list[str]) -> dict[str, str]:
    """Which schedule each type of search gets, by the last word of the schedules' names, as those tools have it."""
    by_last_word = {name.split()[-1].lower(): name for name in reversed(names) if name.split()}
    common = by_last_word.get("eventbaseddetection")
    found = {}
    for kind in ("ttp", "anomaly", "hunting", "correlation", "baseline"):
        name = by_last_word.get(kind) or (common if kind != "baseline" else None)
        if name:
            found[kind] = name
    return found


def _renamed(data: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    return {new: data[old] for old, new in names.items() if data.get(old) is not None}
