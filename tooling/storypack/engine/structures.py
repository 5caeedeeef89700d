"""Fields out of text, and text out of fields: key=value, XML elements, tables, JSON objects."""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree

from storypack.engine.udf.json import NOTHING, container
from storypack.engine.udf.registry import udf
from storypack.engine.udf.spath import extracted, parse_xml
from storypack.engine.values import number_text

Fields = dict[str, list[str]]

_QUOTED = r'"(?P<quoted>(?:[^"\\]|\\.)*)"'
_PAIR = re.compile(rf"(?P<key>[A-Za-z_][\w.:-]*)\s*=\s*(?:{_QUOTED}|(?P<plain>[^\s,;&\"']+))", re.DOTALL)
_UNCLEAN = re.compile(r"[^A-Za-z0-9_]+")


@lru_cache(maxsize=64)
def _pairs(pair: str, key: str) -> re.Pattern[str]:
    """A pattern of pairs between the characters of `pair`, split at those of `key`."""
    if not pair and not key:
        return _PAIR
    ends, splits = re.escape(pair or " ,;\n\t&"), re.escape(key or "=")
    return re.compile(rf"(?P<key>[^{ends}{splits}]+?)\s*[{splits}]\s*(?:{_QUOTED}|(?P<plain>[^{ends}]+))", re.DOTALL)


@udf("spl_extract", "VARCHAR", "VARCHAR", "VARCHAR", "BOOLEAN", "VARCHAR", returns="MAP(VARCHAR, VARCHAR[])")
def key_values(text: str | None, pair: str, key: str, clean: bool, prefix: str) -> Fields:
    """`key=value` pairs; values may stand in double quotes, keys are cleaned of what is no letter, digit or `_`."""
    fields: Fields = {}
    for found in _pairs(pair, key).finditer(text or ""):
        name = found["key"].strip().strip('"')
        name = prefix + (_UNCLEAN.sub("_", name).strip("_") if clean else name)
        value = found["quoted"] if found["quoted"] is not None else found["plain"].strip()
        if name and name not in fields:
            fields[name] = [value]
    return fields


_ELEMENT = re.compile(r"<(?P<tag>[A-Za-z_][\w.:-]*)(?:\s[^<>]*)?>(?P<value>[^<>]*)</(?P=tag)\s*>")


@udf("spl_xmlkv", "VARCHAR", returns="MAP(VARCHAR, VARCHAR[])")
def xml_elements(text: str | None) -> Fields:
    """The text of each element without children, under its tag."""
    fields: Fields = {}
    for found in _ELEMENT.finditer(text or ""):
        fields[found["tag"]] = [found["value"].strip()]
    return fields


@udf("spl_xpath", "VARCHAR", "VARCHAR", returns="VARCHAR[]")
def xpath(text: str | None, path: str | None) -> list[str] | None:
    """The values at an XPath: elements' text, or of a last step `@name` attributes."""
    root = parse_xml(text) if text is not None else None
    if root is None or path is None:
        return None
    wrapper = ElementTree.Element("document")
    wrapper.append(root)
    attribute = re.fullmatch(r"(.*)/@([\w.:-]+)", path)
    steps = (attribute[1] if attribute else path).removesuffix("/text()")
    steps = "." + steps if steps.startswith("/") else ".//" + steps
    try:
        elements = wrapper.findall(steps)
    except (SyntaxError, KeyError):
        return None
    if attribute:
        return [one.attrib[attribute[2]] for one in elements if attribute[2] in one.attrib] or None
    return ["".join(one.itertext()).strip() for one in elements] or None


@udf("spl_fromjson", "VARCHAR", "VARCHAR", returns="MAP(VARCHAR, VARCHAR[])")
def from_json(text: str | None, prefix: str) -> Fields:
    """The keys of a JSON object; an array gives several values, null none."""
    value = container(text)
    if value is NOTHING or not isinstance(value, dict):
        return {}
    fields: Fields = {}
    for key, item in value.items():
        items = item if isinstance(item, list) else [item]
        found = [extracted(one) for one in items if one is not None]
        if found:
            fields[prefix + key] = found
    return fields


_NUMBER = re.compile(r"[+-]?(?:\d{1,300}\.?\d*|\.\d+)(?:[eE][+-]?\d{1,2})?")


def _typed(text: str, kind: str) -> Any:
    """A value as JSON of the wished type; a text that cannot be one stays text (auto) or goes (None)."""
    if kind in ("auto", "num"):
        if _NUMBER.fullmatch(text) and math.isfinite(float(text)):
            return json.loads(number_text(float(text)))
        if kind == "num":
            return None
    if kind in ("auto", "json") and container(text) is not NOTHING:
        return container(text)
    if kind in ("auto", "bool") and text.lower() in ("true", "false"):
        return text.lower() == "true"
    if kind == "bool":
        return None
    return text


@udf("spl_tojson", "VARCHAR[]", "VARCHAR[][]", "VARCHAR", "BOOLEAN", returns="VARCHAR")
def to_json(names: Sequence[str], values: Sequence[Sequence[str] | None], kind: str, fill: bool) -> str:
    """One JSON object of named values; nulls are left out unless `fill`."""
    found: dict[str, Any] = {}
    for name, value in zip(names, values, strict=True):
        if value is None:
            if fill:
                found[name] = None
            continue
        typed = [_typed(one, kind) for one in value if one is not None]
        found[name] = typed[0] if len(typed) == 1 else typed
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))


# --- tables -----------------------------------------------------------------------------------------------------------

_GAP = re.compile(r"\s+")
_MARK = "\x1f"


@udf("spl_table", "VARCHAR", "BOOLEAN", "BIGINT", "VARCHAR[]", "VARCHAR[]", returns="VARCHAR[]")
def table_lines(
    text: str | None, no_header: bool, header: int, columns: Sequence[str], wanted: Sequence[str]
) -> list[str] | None:
    """The lines of a table, each with its delimiter and the columns' names before it, for `spl_table_line`. Of
    `columns` and `wanted`, if there are any, only these columns and lines with one of these texts are taken."""
    if text is None:
        return None
    lines = [line for line in text.splitlines() if line.strip()]
    if header:
        lines = lines[header - 1 :]
    if len(lines) < (1 if no_header else 2):
        return None
    delimiter = next((sign for sign in ("\t", ",") if sign in lines[0].strip()), " ")
    if no_header:
        width = max(len(_cells(line, delimiter)) for line in lines)
        names = [f"Column_{at}" for at in range(1, width + 1)]
    else:
        names = [_UNCLEAN.sub("_", name) for name in _cells(lines[0], delimiter)]
        lines = lines[1:]
    if columns:
        names = [name if name in columns else "" for name in names]
    if wanted:
        lines = [line for line in lines if any(each in line for each in wanted)]
    return [delimiter + "\t".join(names) + _MARK + line for line in lines]


def _cells(line: str, delimiter: str, most: int = 0) -> list[str]:
    """The cells of a line between tabs, commas (a cell may be in double quotes) or gaps; of gaps `most` cells."""
    if delimiter == " ":
        return _GAP.split(line.strip(), maxsplit=max(most - 1, 0))
    if delimiter == "\t":
        return [cell.strip() for cell in line.strip("\r\n").split("\t")]
    return [cell.strip() for cell in next(csv.reader([line.strip()], skipinitialspace=True))]


@udf("spl_table_line", "VARCHAR", returns="MAP(VARCHAR, VARCHAR[])")
def table_line(text: str | None) -> Fields:
    """The cells of a line of `spl_table`; an empty cell is no value."""
    if text is None or _MARK not in text:
        return {}
    header, _, line = text.partition(_MARK)
    names = header[1:].split("\t")
    cells = _cells(line, header[0], len(names))
    return {name: [cell] for name, cell in zip(names, cells, strict=False) if name and cell}


@udf("spl_table_text", "VARCHAR", returns="VARCHAR")
def table_text(text: str | None) -> str | None:
    """A line of `spl_table` without the columns' names."""
    return None if text is None else text.partition(_MARK)[2] or None
