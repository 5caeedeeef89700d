"""Dashboard Studio definitions of `app/dashboards/`, filled in and wrapped in the XML that Splunk stores."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr


def dashboard(definition: Any, values: Mapping[str, str], theme: str = "light") -> str:
    """The view of a Dashboard Studio definition (parsed JSON, with `title` and `description`).

    Each `@name@` in its strings becomes `values["name"]`: plain text in a JSON string, so no value can end it, and a
    dollar in it is doubled, so none starts a token. `ElementTree.ParseError` for a title that XML cannot carry (NUL).
    """
    filled = _fill(definition, values)
    # With > escaped the JSON cannot hold "]]>", which would end the CDATA section.
    text = json.dumps(filled, indent=2, ensure_ascii=True).replace(">", "\\u003e")
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
