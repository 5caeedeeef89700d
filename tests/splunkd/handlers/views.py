"""/data/ui/views and /data/ui/nav: XML documents under a name."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from xml.etree import ElementTree

from splunkd import atom, collection
from splunkd.collection import Collection
from splunkd.instance import Instance
from splunkd.layers import Found, Settings
from splunkd.shapes import Answer, Refused, Request, Value, missing_arguments


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
        "eai:digest": hashlib.sha256(text.encode()).hexdigest(),
        "dashboardType": "studio" if root is not None and root.get("version") == "2" else "classic",
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
    subs = {"disable": _activation("true"), "enable": _activation("false")} if kind == "views" else {}
    return Collection(
        f"data/ui/{kind}", kind, kind, ("eai:data",), content=content, write=write, subs=subs, again=("eai:data",)
    )


def _activation(disabled: str) -> collection.Sub:
    """A dashboard is switched off and on in its own source."""

    def switch(instance: Instance, documents: Collection, request: Request, found: Found) -> Answer:
        instance.need(request, "deactivate_dashboards")
        text = re.sub(r'\s+dashboard\.disabled="[^"]*"', "", found.settings["eai:data"])
        text = re.sub(r"(<(?:dashboard|form)\b)", rf'\1 dashboard.disabled="{disabled}"', text, count=1)
        app = instance.state.app(found.acl.app)
        user = found.acl.owner if found.acl.sharing == "user" else ""
        app.put(found.kind, found.name, {"eai:data": text}, user)
        return Answer(body=atom.response())

    return switch


def _parsed(text: str) -> ElementTree.Element | None:
    try:
        return ElementTree.fromstring(text)
    except ElementTree.ParseError:
        return None
