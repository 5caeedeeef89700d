"""/data/ui/views and /data/ui/nav: XML documents under a name."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree

from splunkd.collection import Collection
from splunkd.instance import Instance
from splunkd.layers import Found, Settings
from splunkd.shapes import Refused, Request, Value, missing_arguments


def content(instance: Instance, found: Found) -> Mapping[str, Value]:
    """The XML, and what splunkd reads from it."""
    text = found.settings.get("eai:data", "")
    root = _parsed(text)
    return {
        "eai:data": text,
        "eai:type": found.kind,
        "disabled": False,
        "rootNode": root.tag if root is not None else "",
        "version": (root.get("version") or "") if root is not None else "",
        "isDashboard": root is not None and root.tag in ("dashboard", "form"),
        "isVisible": True,
        "label": (root.findtext("label") or "") if root is not None else "",
    }


def write(instance: Instance, request: Request, old: Found | None, new: Settings) -> Settings:
    """400 unless `eai:data` is well-formed XML."""
    text = new.get("eai:data", "")
    if not text.strip():
        raise missing_arguments(["eai:data"])
    if _parsed(text) is None:
        raise Refused(400, f"Invalid XML for {request.arg('name') or (old.name if old else '')}: not well-formed.")
    return {"eai:data": text}


def documents(kind: str) -> Collection:
    """The collection of views, or of navigation menus."""
    return Collection(f"data/ui/{kind}", kind, kind, ("eai:data",), content=content, write=write)


def _parsed(text: str) -> ElementTree.Element | None:
    try:
        return ElementTree.fromstring(text)
    except ElementTree.ParseError:
        return None
