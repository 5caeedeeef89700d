"""The app's menu, for a pack whose `app/` has none of its own."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree


def navigation(views: Sequence[str]) -> str:
    """The pack's dashboards, then the views that every app has; the first one is where the app opens."""
    root = ElementTree.Element("nav", {"search_view": "search"})
    for number, view in enumerate([*views, "search", "reports"]):
        ElementTree.SubElement(root, "view", {"name": view} | ({"default": "true"} if number == 0 else {}))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode") + "\n"
