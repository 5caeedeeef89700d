"""Windows events in the XML that Windows itself writes, and that Splunk's Windows add-on has its patterns for.

Converters write other XML: double quotes, indents, elements with an end tag and nothing in between, times with a
blank. The add-on's patterns know single quotes only (`<Data Name='...'>`), so such text is written anew; values stay as
they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import partial
from html import escape as escape_html
from typing import Any

NAMESPACE = "http://schemas.microsoft.com/win/2004/08/events/event"

escape = partial(escape_html, quote=False)  # what xml.sax.saxutils has imports urllib.request with it
_TAG = re.compile(r"""<(/?)([\w:.-]+)((?:[^<>"']|"[^"<]*"|'[^'<]*')*?)(/?)>""")
_ATTRIBUTE = re.compile(r"""([\w:.-]+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')""")
_REFERENCE = re.compile(r"&#(\d{3,7}|[xX][0-9A-Fa-f]{2,6});")
_DECLARATION = re.compile(r"<\?xml[^<>]*\?>\s*")
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d+)?)(?:Z|\+00:00| UTC)?")
_BARE_GUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_GUIDS = ("Guid", "ActivityID", "RelatedActivityID")
_OPEN = frozenset(
    {"Data", "EventData", "UserData", "Binary", "Message", "Level", "Task", "Opcode", "Channel", "Keyword"}
)
"""Elements that Windows writes with an end tag, though they are empty."""


def is_windows(raw: str) -> bool:
    """Whether an event's text is one of Windows."""
    return raw.lstrip().startswith("<Event") and NAMESPACE in raw[:512]


def as_windows_writes(raw: str) -> str:
    """An event's XML as Windows writes it; text that is like that already comes back as it is."""
    if not ('="' in raw or ">\n" in raw or ">\r\n" in raw or "/> <" in raw or raw.startswith("<?xml")):
        return raw
    raw = _DECLARATION.sub("", raw, count=1).strip()
    out: list[str] = []
    at = 0
    opened = ""
    """The element whose start tag was the last tag; empty after an end tag."""
    for tag in _TAG.finditer(raw):
        closes, name, attributes, is_empty = tag.groups()
        text = raw[at : tag.start()]
        at = tag.end()
        inside = bool(closes) and name == opened
        if not text.isspace() or (inside and "\n" not in text):
            out.append(_text(text))
            inside = inside and not text
        if closes:
            if inside and name not in _OPEN:
                out[-1] = out[-1][:-1] + "/>"
            else:
                out.append(f"</{name}>")
            opened = ""
            continue
        start = f"<{name}{_attributes(attributes)}"
        if is_empty:
            out.append(f"{start}></{name}>" if name in _OPEN else f"{start}/>")
            opened = ""
        else:
            out.append(f"{start}>")
            opened = name
    out.append(raw[at:].strip())
    return "".join(out)


def _text(text: str) -> str:
    text = _REFERENCE.sub(_character, text) if "&#" in text else text
    return text.replace("&quot;", '"').replace("&apos;", "'")


def _character(reference: re.Match[str]) -> str:
    digits = reference[1]
    code = int(digits[1:], 16) if digits[0] in "xX" else int(digits)
    return chr(code) if 0xA0 <= code <= 0x10FFFF and not 0xD800 <= code < 0xE000 else reference[0]


def _attributes(text: str) -> str:
    """The attributes of a tag, each with a blank before it; those without a value are left out."""
    written = []
    for match in _ATTRIBUTE.finditer(text):
        name, value = match[1], match[2] if match[2] is not None else match[3]
        if value:
            value = _REFERENCE.sub(_character, value) if "&#" in value else value
            written.append(_attribute(name, value.replace("&quot;", '"')))
    return "".join(written)


def _attribute(name: str, value: str) -> str:
    if name == "SystemTime" and (time := _TIME.fullmatch(value)):
        value = f"{time[1]}T{time[2]}Z"
    elif name in _GUIDS and _BARE_GUID.fullmatch(value):
        value = f"{{{value}}}"
    value = value.replace("'", "&apos;")
    return f" {name}='{value}'"


_SYSTEM = (
    ("Provider", ("Name", "Guid", "EventSourceName")),
    ("EventID", ("Qualifiers",)),
    ("Version", ()),
    ("Level", ()),
    ("Task", ()),
    ("Opcode", ()),
    ("Keywords", ()),
    ("TimeCreated", ("SystemTime",)),
    ("EventRecordID", ()),
    ("Correlation", ("ActivityID", "RelatedActivityID")),
    ("Execution", ("ProcessID", "ThreadID")),
    ("Channel", ()),
    ("Computer", ()),
    ("Security", ("UserID",)),
)
"""The elements of `System` in their order, and their attributes."""


def write_event(
    system: Mapping[str, Any], data: Iterable[tuple[str, Any]], *, user_data: str = "", message: str | None = None
) -> str:
    """An event's XML. `system`: the text of an element under its name (`EventID`), that of an attribute under both
    names (`Provider.Name`); `data`: names (empty = none) and values of `EventData`; `user_data`: XML in its place."""
    parts = [f"<Event xmlns='{NAMESPACE}'><System>"]
    for name, attributes in _SYSTEM:
        written = "".join(
            _attribute(each, escape(text)) for each in attributes if (text := _plain(system.get(f"{name}.{each}")))
        )
        text = _plain(system.get(name))
        if text:
            parts.append(f"<{name}{written}>{escape(text)}</{name}>")
        elif written or name in ("Correlation", "Security"):
            parts.append(f"<{name}{written}/>")
    parts.append("</System>")
    if user_data:
        parts.append(f"<UserData>{user_data}</UserData>")
    else:
        items = [
            f"<Data{_attribute('Name', escape(name)) if name else ''}>{escape(_plain(value))}</Data>"
            for name, value in data
        ]
        parts.append(f"<EventData>{''.join(items)}</EventData>")
    if message is not None:
        parts.append(f"<RenderingInfo Culture='en-US'><Message>{escape(message)}</Message></RenderingInfo>")
    parts.append("</Event>")
    return "".join(parts)


def write_element(name: str, value: Any) -> str:
    """A JSON value as an element: objects are elements within it (`#attributes`, `@name`: attributes), lists repeat
    it."""
    if isinstance(value, list):
        return "".join(write_element(name, each) for each in value)
    if not isinstance(value, dict):
        return f"<{name}>{escape(_plain(value))}</{name}>"
    named = value.get("#attributes")
    attributes = dict(named) if isinstance(named, dict) else {}
    attributes |= {key[1:]: each for key, each in value.items() if key.startswith("@")}
    written = "".join(_attribute(str(key), escape(_plain(each))) for key, each in attributes.items())
    inner = escape(_plain(value.get("#text"))) + "".join(
        write_element(key, each) for key, each in value.items() if not key.startswith(("#", "@"))
    )
    return f"<{name}{written}>{inner}</{name}>"


def _plain(value: Any) -> str:
    """A value as the text of an element."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value)
