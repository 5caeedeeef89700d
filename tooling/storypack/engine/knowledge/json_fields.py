"""The fields of JSON events by their paths: `a.b`, `list{}.b`, and keys that themselves hold dots."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from storypack.engine.knowledge.layers import Layers
from storypack.engine.sql import Kind, Sql, quote

_MOST_SPELLINGS = 8
_UNSPELLABLE = re.compile(r"[*\\\x00-\x1f]")  # in a path of DuckDB: a star is a wildcard there even in quotes


def json_field(name: str, layers: Layers) -> Sql:
    """A field of a JSON event by its path: `a.b`, `a{}.b`. null is the text "null", as in Splunk; an object or an array
    is no value. A line that is no JSON has no fields."""
    if _UNSPELLABLE.search(name):
        return Sql(f"spl_spath(_raw, {quote(name)})", Kind.MULTI)
    if "{}" in name:
        return _members(name, layers)
    spelled = _spellings(name)
    values = [f"spl_json_text({layers.json('$' + _path(keys))})" for keys in spelled or [name.split("."), [name]]]
    if not spelled:
        values.append(_dotted(name, "[1]"))
    return Sql(values[0] if len(values) == 1 else f"coalesce({', '.join(values)})", Kind.STRING)


def _members(name: str, layers: Layers) -> Sql:
    """A path through arrays. The first list comes with the other paths of the event; its members are then looked up in
    a short text."""
    spelled = _spellings(name)
    lists = _spelled_members(spelled or [name.split(".")], layers)
    if not spelled:
        lists.append(_dotted(name))
    return Sql(lists[0] if len(lists) == 1 else f"coalesce({', '.join(lists)})", Kind.MULTI)


def _spelled_members(spelled: Sequence[Sequence[str]], layers: Layers) -> list[str]:
    """The members' texts for each way in which the path behind the first list is divided into keys. The ways to the
    list itself lead to one list, the first that the event has, which is gone through once."""
    ways: dict[str, list[str]] = {}
    for keys in spelled:
        before, mark, after = _path(keys).partition("[*]")
        ways.setdefault(mark + after, []).append(layers.json("$" + before))
    return [_members_at(lists, inside, layers) for inside, lists in ways.items()]


def _members_at(lists: Sequence[str], inside: str, layers: Layers) -> str:
    first = lists[0] if len(lists) == 1 else f"coalesce({', '.join(lists)})"
    members = f"json_extract({first}, {quote('$' + inside)})"
    texts = f"list_transform({members}, lambda j_: spl_json_text(j_))"
    found = f"nullif(list_filter({texts}, lambda t_: t_ IS NOT NULL), CAST([] AS VARCHAR[]))"
    return layers.once("__members", Sql(found, Kind.MULTI)).text


def _spellings(name: str) -> list[list[str]]:
    """The ways in which a path is divided into keys, since a key may hold dots (Zeek's `id.orig_h`): as it stands, as
    one key, then the others. Empty if there are too many.

    >>> _spellings("a.b.c")
    [['a', 'b', 'c'], ['a.b.c'], ['a.b', 'c'], ['a', 'b.c']]
    >>> _spellings("list{}.b.c")
    [['list{}', 'b', 'c'], ['list{}', 'b.c']]
    """
    parts = name.split(".")
    found = [[parts[0]]]
    for part in parts[1:]:
        joined = [[*keys[:-1], f"{keys[-1]}.{part}"] for keys in found if not keys[-1].endswith("{}")]
        found = [[*keys, part] for keys in found] + joined
        if len(found) > _MOST_SPELLINGS:
            return []
    return sorted(found, key=lambda keys: (len(keys) < len(parts), len(keys) > 1))


def _dotted(name: str, pick: str = "") -> str:
    """SQL of a path of which keys in the middle or at the end hold dots; only such events are parsed for it."""
    parts = name.split(".")
    joints = [
        f"{left}.{right.replace('{}', '')}" for left, right in pairwise(parts) if left and right and "{}" not in left
    ]
    held = " OR ".join(f"contains(_raw, {quote(joint)})" for joint in joints)
    return f"CASE WHEN {held} THEN spl_json_dotted(_raw, {quote(name)}){pick} END"


def _path(keys: Sequence[str]) -> str:
    return "".join(map(_step, keys))


def _step(part: str) -> str:
    """A step of a JSON path, quoted for DuckDB; `{}` becomes all elements."""
    bare = part.removesuffix("{}")
    depth = 0
    while bare != part:
        depth += 1
        part, bare = bare, bare.removesuffix("{}")
    key = bare.replace('"', '\\"')
    return (f'."{key}"' if key else "") + "[*]" * depth
