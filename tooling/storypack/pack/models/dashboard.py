"""A dashboard of the app: title and author here, its definition in a file of the same name beside it."""

from __future__ import annotations

from typing import Literal

from storypack.pack.models.base import Content

BODIES = (".json", ".xml")
"""Suffixes of a definition: Dashboard Studio, or simple XML."""


class Dashboard(Content):
    """A dashboard. `dashboards/name.json` holds the definition of Dashboard Studio, or `dashboards/name.xml` simple
    XML."""

    theme: Literal["light", "dark"] = "light"
