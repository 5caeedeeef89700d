"""What a server answers, checked where it comes in: everything behind it may rely on the shape.

An answer of another shape is refused in one line that names the request's path. Null is read as absent only where
splunkd itself sends it: a private object has no `perms`, an entry may come without `content` or `acl`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from storypack.splunkd.errors import DeployError

DEEPEST = 40  # objects and lists within each other; splunkd sends less than ten
CURE = "is this splunkd's management port, and no proxy in between?"
_LARGEST = 10**18  # of a number; no count, size or time of an instance comes near
_WHOLE = re.compile(r"-?[0-9]{1,18}")
_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{0,18})?")


class Malformed(DeployError):
    """An answer whose shape is not what the server's documentation has."""

    def __init__(self, path: str, what: str, expected: str, value: object = None) -> None:
        instead = "" if value is None else f", not {_kind(value)}"
        super().__init__(f"the answer to {path} is not as documented: {what} must be {expected}{instead}", CURE)


def decoded(data: bytes, *, unique: bool = False) -> dict[str, Any] | None:
    """The JSON object of an answer; None for all else: another value, too deep a one, text that is no Unicode.

    `unique`: also where a key stands twice, which each reader would read in a way of its own.
    """
    try:
        value = json.loads(data, object_pairs_hook=_unique if unique else None)
        if b"\\ud" in data.lower():  # half of a pair can be spelt in JSON, and then neither be printed nor kept
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and _depth_is_bounded(value) else None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    plain = dict(pairs)
    if len(plain) < len(pairs):
        raise ValueError("a key stands twice")
    return plain


def checked(path: str, answer: dict[str, Any]) -> dict[str, Any]:
    """An answer of splunkd's, its parts of the shape that all of them have. Raises Malformed.

    `entry`: objects with `name` (text), `content` and `acl` (objects, empty when absent). `results`: objects. `fields`:
    objects with `name`. `messages`: objects. `paging`: an object, `total` a whole number. `sid`: text.
    """
    for part, complete in _PARTS.items():
        if part in answer:
            answer[part] = complete(path, answer[part])
    return answer


def mapping(path: str, what: str, value: object) -> dict[str, Any]:
    """An object; an empty one for None."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Malformed(path, what, "an object", value)
    return value


def texts(path: str, what: str, value: object) -> list[str]:
    """A list of text; an empty one for None."""
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise Malformed(path, what, "a list of text", None if isinstance(value, list) else value)
    return value


def objects(path: str, what: str, value: object) -> list[dict[str, Any]]:
    """A list of objects."""
    if not isinstance(value, list):
        raise Malformed(path, what, "a list of objects", "null" if value is None else value)
    for item in value:
        if not isinstance(item, dict):
            raise Malformed(path, f"each of {what}", "an object", "null" if item is None else item)
    return value


def text(path: str, what: str, value: object) -> str:
    """Text; "" for None."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Malformed(path, what, "text", value)
    return value


def whole(path: str, what: str, value: object) -> int:
    """A whole number, which splunkd sends as a number or as text."""
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _LARGEST and value == value // 1:
        return int(value)
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        return int(value)
    raise Malformed(path, what, "a whole number", "null" if value is None else value)


def number(path: str, what: str, value: object) -> float:
    """A finite number, as a number or as text; 0 for None."""
    if value is None:
        return 0.0
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _LARGEST:
        return float(value)
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return float(value)
    raise Malformed(path, what, "a number", value)


# --- splunkd's parts ------------------------------------------------------------------------------------------------


def _entries(path: str, value: object) -> list[dict[str, Any]]:
    entries = objects(path, "entry", value)
    for entry in entries:
        if not isinstance(entry.get("name"), str):
            raise Malformed(path, "entry.name", "text", entry.get("name", "absent"))
        entry["content"] = mapping(path, "entry.content", entry.get("content"))
        entry["acl"] = mapping(path, "entry.acl", entry.get("acl"))
        entry["acl"]["perms"] = mapping(path, "entry.acl.perms", entry["acl"].get("perms"))
    return entries


def _fields(path: str, value: object) -> list[dict[str, Any]]:
    fields = objects(path, "fields", value)
    for field in fields:
        if not isinstance(field.get("name"), str):
            raise Malformed(path, "fields.name", "text", field.get("name", "absent"))
    return fields


def _paging(path: str, value: object) -> dict[str, Any]:
    paging = mapping(path, "paging", "null" if value is None else value)
    if "total" in paging:
        paging["total"] = whole(path, "paging.total", paging["total"])
    return paging


_PARTS: dict[str, Callable[[str, object], object]] = {
    "entry": _entries,
    "results": lambda path, value: objects(path, "results", value),
    "fields": _fields,
    "messages": lambda path, value: objects(path, "messages", value),
    "paging": _paging,
    "sid": lambda path, value: text(path, "sid", value),
}


def _kind(value: object) -> str:
    """What a value is, in JSON's words; a word of ours ("null", "absent") as it is."""
    if isinstance(value, str):
        return value if value in ("null", "absent") else "text"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return f"{value:.4g}" if isinstance(value, float) else "a number"
    return "a list" if isinstance(value, list) else "an object"


def _depth_is_bounded(value: dict[str, Any]) -> bool:
    level: list[Any] = [value]
    for _ in range(DEEPEST):
        level = [
            child
            for node in level
            for child in (node.values() if isinstance(node, dict) else node)
            if isinstance(child, dict | list)
        ]
        if not level:
            return True
    return False
