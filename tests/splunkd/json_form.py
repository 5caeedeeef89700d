"""Answers as JSON (output_mode=json)."""

from __future__ import annotations

import json
from typing import Any

from splunkd import atom
from splunkd.shapes import Entry, Feed


def dumps(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")


def error(kind: str, message: str, code: str = "") -> bytes:
    """The body of a refusal."""
    return dumps({"messages": [{"type": kind, **({"code": code} if code else {}), "text": message}]})


def feed(given: Feed) -> bytes:
    """A feed of entries; booleans and numbers stay what they are."""
    return dumps(
        {
            "links": {"create": f"{given.path}/_new", "_reload": f"{given.path}/_reload"},
            "origin": f"https://127.0.0.1{given.path}",
            "updated": "2026-01-01T00:00:00+00:00",
            "generator": {"build": atom.BUILD, "version": atom.VERSION},
            "entry": [entry(one) for one in given.entries],
            "paging": {
                "total": len(given.entries) if given.total is None else given.total,
                "perPage": given.per_page,
                "offset": given.offset,
            },
            "messages": [{"type": kind, "text": words} for kind, words in given.messages],
        }
    )


def entry(given: Entry) -> dict[str, Any]:
    """One entry: its `acl` stands beside the content, where `eai:acl` is only a null."""
    links = {"alternate": given.path, **dict.fromkeys(given.actions, given.path)}
    if given.acl.removable:
        links["remove"] = given.path
    made: dict[str, Any] = {
        "name": given.name,
        "id": f"https://127.0.0.1{given.path}",
        "updated": given.updated,
        "links": links,
        "author": given.acl.owner,
        "acl": atom.acl(given.acl),
        "content": {**dict(sorted(given.content.items())), "eai:acl": None},
    }
    if given.required or given.optional or given.wildcards:
        made["fields"] = {"required": given.required, "optional": given.optional, "wildcard": given.wildcards}
    return made
