"""JSON values as text: read and built (`udf.json_changes` changes them).

Search Reference: "JSON functions". Paths: `a.b` for keys, `a{0}` for an element from 0, `a{}` for all elements.
A text that is no JSON gives null; nothing here raises.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from storypack.engine.sql import quote
from storypack.engine.udf.registry import macro, udf
from storypack.engine.unicode import mended

Step = str | int | None
"""A key, an index, or None for all elements."""

NOTHING = object()
"""No value: unlike None, which is JSON's null."""

_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_INDEX = re.compile(r"\{(\d*)\}")


def parse(text: str | None) -> Any:
    """The value of a JSON text; NOTHING if it is none."""
    if text is None:
        return NOTHING
    try:
        value = json.loads(text, parse_constant=_refuse)
        return mended(value) if "\\u" in text else value
    except (ValueError, RecursionError):
        return NOTHING


def _refuse(name: str) -> Any:
    raise ValueError(name)


def container(text: str | None) -> Any:
    """The object or array of a JSON text; NOTHING for all else, scalars too."""
    if text is None or not text.lstrip().startswith(("{", "[")):
        return NOTHING
    return parse(text)


def dump(value: Any) -> str:
    """The JSON text of a value, without blanks; whole numbers without a point."""
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"))


def _plain(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def native(value: Any) -> str | None:
    """A JSON value as a field holds it: texts without quotes, null as null, objects and arrays as JSON."""
    if value is None or value is NOTHING:
        return None
    return value if isinstance(value, str) else dump(value)


# --- paths ----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1024)
def steps(path: str) -> tuple[Step, ...]:
    """The steps of a path."""
    found: list[Step] = []
    for part in path.split("."):
        name = part.partition("{")[0]
        if name:
            found.append(name)
        found.extend(int(index) if index else None for index in _INDEX.findall(part[len(name) :]))
    return tuple(found)


def walk(value: Any, path: tuple[Step, ...]) -> Iterator[Any]:
    """All values at a path."""
    if not path:
        yield value
        return
    step, rest = path[0], path[1:]
    if step is None:
        for item in value if isinstance(value, list) else ():
            yield from walk(item, rest)
    elif isinstance(step, int):
        if isinstance(value, list) and step < len(value):
            yield from walk(value[step], rest)
    elif isinstance(value, dict) and step in value:
        yield from walk(value[step], rest)


def at(value: Any, path: str) -> Any:
    """The value at a path: an array of all where the path has `{}`; NOTHING if there is none."""
    if path == "{}":  # the whole document
        return value
    parts = steps(path)
    found = list(walk(value, parts))
    if None in parts:
        return found or NOTHING
    return found[0] if found else NOTHING


_PLAIN_KEY = re.compile(r'[^"\\*\x00-\x1f]+')  # (DuckDB takes a star for a wildcard even in quotes)

# DuckDB's JSON functions fail on what is no JSON, so they see only what begins like an object or an array, under TRY
macro("spl_json_like", "x", body=r"regexp_matches(x, '^[ \t\r\n]*[{\[]')")


def duckdb_path(path: str) -> str | None:
    """The path in DuckDB's own spelling (`$."a"[0]."b"[*]`); None for a key that it cannot spell."""
    parts = ["$"]
    for step in steps(path):
        if step is None:
            parts.append("[*]")
        elif isinstance(step, int) and abs(step) < 2**31:
            parts.append(f"[{step}]")
        elif isinstance(step, int):
            return None
        elif _PLAIN_KEY.fullmatch(step):
            parts.append(f'."{step}"')
        else:
            return None
    return "".join(parts)


def extract_sql(text: str, path: str) -> str:
    """SQL of json_extract of one constant path; by DuckDB where it can, which is ten times faster."""
    native_path = duckdb_path(path)
    if native_path is None or path == "{}":
        return f"spl_json_extract({text}, [{quote(path)}])"
    if "[*]" not in native_path:
        return f"CASE WHEN spl_json_like({text}) THEN TRY(json_extract_string({text}, {quote(native_path)})) END"
    found = f"CAST(to_json(TRY(json_extract({text}, {quote(native_path)}))) AS VARCHAR)"
    return f"CASE WHEN spl_json_like({text}) THEN nullif({found}, '[]') END"


@udf("spl_json_extract", "VARCHAR", "VARCHAR[]", returns="VARCHAR")
def extract(text: str | None, paths: list[str | None]) -> str | None:
    """What stands at a path; of several paths an array, null where there is nothing."""
    value = parse(text) if len(paths) == 0 else container(text)
    if value is NOTHING or None in paths:
        return None
    if not paths:
        return native(value)
    found = [at(value, path) for path in paths if path is not None]
    if len(found) == 1:
        return native(found[0])
    return dump([None if one is NOTHING else one for one in found])


@udf("spl_json_extract_exact", "VARCHAR", "VARCHAR[]", returns="VARCHAR")
def extract_exact(text: str | None, keys: list[str | None]) -> str | None:
    """The value of a key, whatever signs it has; of several keys an array."""
    value = parse(text) if len(keys) == 0 else container(text)
    if value is NOTHING:
        return None
    if not keys:
        return native(value)
    found = [value.get(key) if isinstance(value, dict) else None for key in keys]
    return native(found[0]) if len(found) == 1 else dump(found)


# --- what it is -----------------------------------------------------------------------------------------------------


@udf("spl_json", "VARCHAR", returns="VARCHAR")
def json_(text: str | None) -> str | None:
    """The text, if it is JSON."""
    return None if parse(text) is NOTHING else text


@udf("spl_json_valid", "VARCHAR", returns="BOOLEAN")
def valid(text: str | None) -> bool | None:
    """Whether it is JSON; null for null."""
    return None if text is None else parse(text) is not NOTHING


@udf("spl_json_of_type", "VARCHAR", "VARCHAR", returns="VARCHAR")
def of_type(text: str | None, kind: str) -> str | None:
    """The JSON, if it is an `array` or an `object`, as asked."""
    value = container(text)
    return dump(value) if isinstance(value, list if kind == "array" else dict) else None


@udf("spl_json_keys", "VARCHAR", returns="VARCHAR")
def keys(text: str | None) -> str | None:
    """The keys of an object as an array."""
    value = container(text)
    return dump(list(value)) if isinstance(value, dict) else None


@udf("spl_json_from_lookup", "VARCHAR[]", "VARCHAR[][]", returns="VARCHAR")
def from_lookup(names: list[str], found: list[list[str] | None] | None) -> str | None:
    """What a lookup found for its output fields as object; a field without a value is left out."""
    if found is None:
        return None
    fields = {name: values for name, values in zip(names, found, strict=True) if values}
    return dump({name: values[0] if len(values) == 1 else values for name, values in fields.items()})


@udf("spl_json_entries", "VARCHAR", returns="VARCHAR")
def entries(text: str | None) -> str | None:
    """The members of an object as an array of `{"key": ..., "value": ...}`."""
    value = container(text)
    return dump([{"key": key, "value": item} for key, item in value.items()]) if isinstance(value, dict) else None


@udf("spl_json_has_key", "VARCHAR", "VARCHAR", returns="BOOLEAN")
def has_key(text: str | None, key: str | None) -> bool | None:
    """Whether an object has a key; null for null."""
    if text is None or key is None:
        return None
    value = container(text)
    return isinstance(value, dict) and key in value


# --- building -------------------------------------------------------------------------------------------------------


macro(
    "spl_json_value",
    "x",
    body=f"CASE WHEN x IS NULL THEN 'null' WHEN regexp_full_match(x, '{_NUMBER.pattern}') THEN x "
    "WHEN spl_json_like(x) THEN spl_json_nested(x) ELSE CAST(to_json(x) AS VARCHAR) END",
)


@udf("spl_json_nested", "VARCHAR", returns="VARCHAR")
def nested(text: str | None) -> str | None:
    """The JSON of what a field holds: an object or an array if it is one, else a string."""
    if text is None:
        return None
    value = container(text)
    return dump(text if value is NOTHING else value)


@udf("spl_json_from_list", "VARCHAR[]", "BOOLEAN", returns="VARCHAR")
def from_list(values: list[str] | None, infer: bool | None) -> str | None:
    """An array of texts, or (`infer`) of what each text is in JSON: null for what is none."""
    if values is None:
        return None
    if not infer:
        return dump(values)
    parsed = [parse(value) for value in values]
    return dump([None if value is NOTHING else value for value in parsed])


@udf("spl_json_to_list", "VARCHAR", "BOOLEAN", returns="VARCHAR[]")
def to_list(text: str | None, quotes: bool | None) -> list[str] | None:
    """The elements of an array; texts with their quotes if asked; null for none."""
    value = container(text)
    if not isinstance(value, list):
        return None
    return [item if isinstance(item, str) and not quotes else dump(item) for item in value] or None
