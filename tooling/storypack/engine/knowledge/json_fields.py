"""The fields of JSON events by their paths: `a.b`, `list{}.b`, and keys that themselves hold dots."""

from __future__ import annotations

import re
from itertools import pairwise

from storypack.engine.knowledge.layers import Layers
from storypack.engine.sql import Kind, Sql, quote

_UNSPELLABLE = re.compile(r"[*\\\x00-\x1f]")  # in a path of DuckDB: a star is a wildcard there even in quotes


def json_field(name: str, layers: Layers) -> Sql:
    """A field of a JSON event by its path: `a.b`, `a{}.b`. null is the text "null", as in Splunk; an object or an array
    is no value. A line that is no JSON has no fields."""
    if _UNSPELLABLE.search(name):
        return Sql(f"spl_spath(_raw, {quote(name)})", Kind.MULTI)
    if "{}" in name:
        return _members(name, layers)
    paths = ["$" + "".join(_step(part) for part in name.split("."))]
    if "." in name:
        paths.append("$" + _step(name))  # a key that itself holds the dots, as Zeek's `id.orig_h`
    values = [f"spl_json_text({layers.json(path)})" for path in paths]
    if name.count(".") > 1:
        values.append(_dotted(name, "[1]"))
    return Sql(values[0] if len(values) == 1 else f"coalesce({', '.join(values)})", Kind.STRING)


def _members(name: str, layers: Layers) -> Sql:
    """A path through arrays. The first list comes with the other paths of the event; its members are then looked up in
    a short text."""
    whole = "".join(_step(part) for part in name.split("."))
    before, mark, after = whole.partition("[*]")
    members = f"json_extract({layers.json('$' + before)}, {quote('$' + mark + after)})"
    texts = f"list_transform({members}, lambda j_: spl_json_text(j_))"
    values = layers.once("__members", Sql(f"list_filter({texts}, lambda t_: t_ IS NOT NULL)", Kind.MULTI)).text
    otherwise = f" ELSE {_dotted(name)}" if _joints(name) else ""
    return Sql(f"CASE WHEN len({values}) > 0 THEN {values}{otherwise} END", Kind.MULTI)


def _dotted(name: str, pick: str = "") -> str:
    """SQL of a path of which keys in the middle or at the end hold dots; only such events are parsed for it."""
    held = " OR ".join(f"contains(_raw, {quote(joint)})" for joint in _joints(name))
    return f"CASE WHEN {held} THEN spl_json_dotted(_raw, {quote(name)}){pick} END"


def _joints(name: str) -> list[str]:
    """What stands in an event in which two neighbours of a path are a single key."""
    parts = name.split(".")
    pairs = pairwise(parts)
    return [f"{left}.{right.replace('{}', '')}" for left, right in pairs if left and right and "{}" not in left]


def _step(part: str) -> str:
    """A step of a JSON path, quoted for DuckDB; `{}` becomes all elements."""
    bare = part.removesuffix("{}")
    depth = 0
    while bare != part:
        depth += 1
        part, bare = bare, bare.removesuffix("{}")
    key = bare.replace('"', '\\"')
    return (f'."{key}"' if key else "") + "[*]" * depth
