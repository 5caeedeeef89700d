"""What stands at a path of JSON or XML, and all that stands anywhere.

Search Reference: "spath". JSON counts elements from 0, XML from 1; `{@name}` is an attribute of XML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree

from storypack.engine.sql import quote
from storypack.engine.udf.json import NOTHING, container, duckdb_path, dump, steps, walk
from storypack.engine.udf.registry import udf

Fields = dict[str, list[str]]
_ENTITY = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def extracted(value: Any) -> str:
    """A JSON value as spath gives it: null is the text `null`."""
    return value if isinstance(value, str) else dump(value)


@udf("spl_spath", "VARCHAR", "VARCHAR", returns="VARCHAR[]")
def spath(text: str | None, path: str | None) -> list[str] | None:
    """The values at a path; null for none, and for a text that is neither JSON nor XML, or too deep."""
    if text is None or path is None:
        return None
    try:
        return _values(text, path)
    except RecursionError:
        return None


def _values(text: str, path: str) -> list[str] | None:
    value = container(text)
    if value is not NOTHING:
        return [extracted(found) for found in walk(value, steps(path))] or None
    root = parse_xml(text)
    return (xml_values(root, path) or None) if root is not None else None


def spath_sql(text: str, path: str) -> str:
    """SQL (VARCHAR[]) of a constant path; JSON is read by DuckDB where it can."""
    careful = f"spl_spath({text}, {quote(path)})"
    native = duckdb_path(path)
    if native is None:
        return careful
    if "[*]" in native:
        found = f"TRY(json_extract({text}, {quote(native)}))"
    else:
        found = f"list_filter([TRY(json_extract({text}, {quote(native)}))], lambda one_: one_ IS NOT NULL)"
    # `->>` gives null for JSON's null, which spath calls `null`
    texts = f"list_transform({found}, lambda one_: coalesce(one_ ->> '$', 'null'))"
    return f"CASE WHEN spl_json_like({text}) THEN spl_some({texts}) ELSE {careful} END"


@udf("spl_flatten", "VARCHAR", returns="MAP(VARCHAR, VARCHAR[])")
def flatten(text: str | None) -> Fields:
    """All fields of JSON or XML, by path: `a.b`, `a{}.b`; the values of one path in order. None of a text that is too
    deep."""
    try:
        return _all_fields(text)
    except RecursionError:
        return {}


def _all_fields(text: str | None) -> Fields:
    value = container(text)
    fields: Fields = {}
    if value is not NOTHING:
        for path, found in _leaves(value, ""):
            fields.setdefault(path, []).append(found)
        return fields
    root = parse_xml(text) if text is not None else None
    if root is not None:
        for path, found in _xml_leaves(root, local(root.tag)):
            fields.setdefault(path, []).append(found)
    return fields


def _leaves(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item, path + "{}")
    else:
        yield path, extracted(value)


@udf("spl_json_dotted", "VARCHAR", "VARCHAR", returns="VARCHAR[]")
def dotted(text: str | None, path: str) -> list[str] | None:
    """The values (no objects, no arrays) of JSON at a path, any of whose dots may stand in a key; null for none."""
    value = container(text)
    if value is NOTHING:
        return None
    found = (one for one in _reached(value, path.split(".")) if not isinstance(one, dict | list))
    return [extracted(one) for one in found] or None


def _reached(value: Any, parts: list[str]) -> Iterator[Any]:
    """All that stands at a path, whichever of its parts are a key together."""
    for count in range(1, len(parts) + 1):
        key = ".".join(parts[:count])
        bare = key.rstrip("{}")
        level = [value[bare]] if isinstance(value, dict) and bare in value else [] if bare else [value]
        for _ in range((len(key) - len(bare)) // 2):
            level = [item for items in level if isinstance(items, list) for item in items]
        for one in level:
            yield from _reached(one, parts[count:]) if parts[count:] else (one,)


# --- XML ------------------------------------------------------------------------------------------------------------


def parse_xml(text: str) -> ElementTree.Element | None:
    """The root of an XML text; None if it is none, or has a document type (entities could grow without end)."""
    if not text.lstrip().startswith("<") or _ENTITY.search(text):
        return None
    try:
        return ElementTree.fromstring(text.strip())
    except (ElementTree.ParseError, ValueError):
        return None


def local(tag: str) -> str:
    """A tag without its namespace."""
    return tag.rpartition("}")[2]


_XML_STEP = re.compile(r"\{(@[^}]+|\d*)\}")


@lru_cache(maxsize=1024)
def _xml_steps(path: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    parts = re.findall(r"((?:[^.{}]|\{[^}]*\})+)", path)
    return tuple((part.partition("{")[0], tuple(_XML_STEP.findall(part))) for part in parts)


def xml_values(root: ElementTree.Element, path: str) -> list[str]:
    """The values of elements or attributes at a path that begins with the root's name."""
    parts = _xml_steps(path)
    if not parts:
        return []
    level = [[root]] if local(root.tag) == parts[0][0] else []
    for depth, (name, brackets) in enumerate(parts):
        if depth:
            level = [[child for child in parent if local(child.tag) == name] for group in level for parent in group]
        for bracket in brackets:
            if bracket.startswith("@"):
                return [_attributes(one)[bracket[1:]] for group in level for one in group if bracket[1:] in one.attrib]
            if bracket:
                level = [group[int(bracket) - 1 : int(bracket)] for group in level if int(bracket)]
    return [found for group in level for one in group if (found := _content(one))]


def _attributes(element: ElementTree.Element) -> dict[str, str]:
    return {local(name): value for name, value in element.attrib.items()}


def _content(element: ElementTree.Element) -> str:
    """The text of an element; of one with children, its XML."""
    if len(element):
        return "".join(
            [(element.text or "").strip(), *(ElementTree.tostring(child, "unicode").strip() for child in element)]
        )
    return (element.text or "").strip()


def _xml_leaves(element: ElementTree.Element, path: str) -> Iterator[tuple[str, str]]:
    for name, value in _attributes(element).items():
        yield f"{path}{{@{name}}}", value
    if not len(element) and (text := (element.text or "").strip()):
        yield path, text
    for child in element:
        yield from _xml_leaves(child, f"{path}.{local(child.tag)}")
