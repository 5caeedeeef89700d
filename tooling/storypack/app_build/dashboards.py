"""Dashboard Studio definitions of `app/dashboards/`, filled in and wrapped in the XML that Splunk stores."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

from storypack.app_build.errors import FileFault

_VIEWS = ("dashboard", "form", "view")
_PLACE = re.compile(r"@([a-z_]+)@")
_NAMED = re.compile(r'"[^"]+"|@[a-z_]+@|NaN|-?Infinity')
# XML 1.0, "Characters": what no XML document can hold.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def view(text: str, values: Mapping[str, str]) -> str:
    """The view of a definition as Dashboard Studio shows it. `FileFault` for a text that is none."""
    return _checked(text, values, lambda definition: dashboard(definition, values))


def plain_view(text: str, theme: str) -> str:
    """The same of a definition without places to fill in."""
    return _checked(text, None, lambda definition: dashboard(definition, {}, theme))


def simple_view(text: str, roots: Sequence[str] = _VIEWS) -> str:
    """A view in simple XML as it is. `FileFault` for a text that is none, or begins with another element."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise FileFault("a document type has no place in a view", 0, "take it away")
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise FileFault(f"it is not XML: {error}", error.position[0]) from error
    if root.tag not in roots:
        raise FileFault(f"its first element is <{root.tag}>", 1, f"begin with one of {', '.join(roots)}")
    return text


def _checked(text: str, values: Mapping[str, str] | None, make: Callable[[Any], str]) -> str:
    try:
        definition = json.loads(text, parse_constant=_no_number, object_pairs_hook=_once)
    except FileFault as error:
        raise FileFault(error.message, _line(error.message, text), error.cure) from error
    except json.JSONDecodeError as error:
        raise FileFault(f"it is not JSON: {error.msg}", error.lineno, column=error.colno) from error
    except RecursionError as error:
        raise FileFault("it is nested too deep") from error
    except ValueError as error:  # an integer of thousands of digits
        raise FileFault(f"it is not JSON: {error}") from error
    try:
        for problem in problems(definition, values):
            raise FileFault(problem.message, problem.line or _line(problem.message, text), problem.cure)
        return make(definition)
    except RecursionError as error:
        raise FileFault("it is nested too deep") from error


def _no_number(name: str) -> None:
    raise FileFault(f"{name} is no number of JSON", cure="write a number, or null")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for number, key in enumerate(keys) if key in keys[:number])
        raise FileFault(f'the key "{twice}" is there twice', cure="remove one of them")
    return members


def _line(message: str, text: str) -> int:
    """The line of what a message names between quotes or signs, as the file has it."""
    named = _NAMED.search(message)
    at = text.find(named[0]) if named else -1
    return text.count("\n", 0, at) + 1 if at >= 0 else 0


def problems(definition: Any, values: Mapping[str, str] | None) -> Iterator[FileFault]:
    """What keeps parsed JSON from being a dashboard. `values` = what `@name@` may name; None = no places."""
    if not isinstance(definition, dict):
        yield FileFault("a dashboard is a JSON object: { ... }", 1)
        return
    if not isinstance(definition.get("title"), str) or not definition["title"].strip():
        yield FileFault('the dashboard has no "title", or one that is no text', 1, 'begin with "title": "..."')
    for key in ("title", "description"):
        text = definition.get(key, "")
        if not isinstance(text, str):
            yield FileFault(f'"{key}" is no text', 0, "put it in quotes")
        elif sign := _NO_XML.search(text):
            yield FileFault(f'"{key}" has U+{ord(sign[0]):04X}, which XML cannot hold', 0, "leave it out")
    if values is not None:
        yield from _unknown_places(definition, values)
    yield from _links(definition)


def _unknown_places(value: Any, values: Mapping[str, str]) -> Iterator[FileFault]:
    if isinstance(value, str):
        for place in _PLACE.finditer(value):
            if place[1] not in values:
                names = ", ".join(f"@{name}@" for name in sorted(values))
                yield FileFault(f"nothing fills in {place[0]}", 0, f"there are {names}")
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _unknown_places(item, values)


def _links(definition: Mapping[str, Any]) -> Iterator[FileFault]:
    """Visualizations and chained searches that name a data source which is not there."""
    sources = definition.get("dataSources", {})
    for key in ("dataSources", "visualizations", "inputs"):
        if not isinstance(definition.get(key, {}), dict):
            yield FileFault(f'"{key}" is no object', 0, "write { ... }")
            return
    for key in ("visualizations", "inputs"):
        for name, item in definition.get(key, {}).items():
            used = item.get("dataSources", {}) if isinstance(item, dict) else {}
            for source in used.values() if isinstance(used, dict) else ():
                if isinstance(source, str) and source not in sources:
                    yield FileFault(f'"{name}" shows the data source {source}, which is not there')
    for name, item in sources.items():
        options = item.get("options", {}) if isinstance(item, dict) else {}
        base = options.get("extend") if isinstance(options, dict) else None
        if isinstance(base, str) and base not in sources:
            yield FileFault(f'"{name}" extends the data source {base}, which is not there')


def dashboard(definition: Any, values: Mapping[str, str], theme: str = "light") -> str:
    """The view of a Dashboard Studio definition (parsed JSON, with `title` and `description`).

    Each `@name@` in its strings becomes `values["name"]`: plain text in a JSON string, so no value can end it, and a
    dollar in it is doubled, so none starts a token. `ElementTree.ParseError` for a title that XML cannot carry (NUL).
    """
    filled = _fill(definition, values)
    # With > escaped the JSON cannot hold "]]>", which would end the CDATA section.
    text = json.dumps(filled, indent=2, ensure_ascii=True, allow_nan=False).replace(">", "\\u003e")
    view = (
        f'<dashboard version="2" theme={quoteattr(theme)}>\n'
        f"  <label>{escape(filled['title'])}</label>\n"
        f"  <description>{escape(filled.get('description', ''))}</description>\n"
        f"  <definition><![CDATA[\n{text}\n  ]]></definition>\n"
        "</dashboard>\n"
    )
    ElementTree.fromstring(view)
    return view


def _fill(value: Any, values: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        for name, text in values.items():
            value = value.replace(f"@{name}@", text.replace("$", "$$"))
        return value
    if isinstance(value, dict):
        return {key: _fill(item, values) for key, item in value.items()}
    if isinstance(value, list):
        return [_fill(item, values) for item in value]
    return value
