"""W3C's extended log format: `#Fields:` names the columns. IIS, Exchange, CloudFront and proxies write it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence

from storypack.engine.events.event import CutEvent, Labels, lines
from storypack.engine.events.formats.headed import broken_row, field_name, row_event
from storypack.engine.events.formats.registry import Format, Head
from storypack.engine.events.openers.registry import iso_time

_DIRECTIVE = re.compile(r"#(Software|Version|Date|Start-Date|End-Date|Fields|Remark|Log-[Tt]ype|System|GMT-Offset):")
_SOURCETYPES = (
    ("Internet Information Services", "ms:iis:auto"),
    ("x-edge-location", "aws:cloudfront:accesslogs"),
    ("Microsoft Exchange", "MSExchange:2013:MessageTracking"),
    ("s-action", "bluecoat:proxysg:access:file"),
)


def events(text: io.TextIOBase, damage: list[str]) -> Iterator[CutEvent]:
    """The rows below each `#Fields:`, with its columns as fields; a value `-` is none. Date and time are UTC."""
    columns: list[str] = []
    separator = " "
    words = ""
    labels = Labels()
    for line, number in lines(text, damage):
        raw = line.rstrip("\n")
        if raw.startswith("#"):
            words = raw if raw.startswith("#Software:") else words + raw
            if raw.startswith("#Fields:"):
                named = raw.partition(":")[2].strip()
                separator = "\t" if "\t" in named else " " if " " in named else ","
                columns = [field_name(each) for each in named.split(separator) if each]
                kind = next((kind for word, kind in _SOURCETYPES if word in words), "w3c")
                labels = Labels(sourcetype=kind)
        elif raw:
            yield _row(raw, number, columns, separator, labels)


def _row(raw: str, number: int, columns: Sequence[str], separator: str, labels: Labels) -> CutEvent:
    values = raw.rstrip(" ").split(separator)
    if len(values) != len(columns) and "\t" in raw and separator == " ":
        values = raw.split("\t")  # CloudFront: blanks in the header, tabs in the rows
    if len(values) != len(columns) and '"' in raw:
        values = _quoted(raw, separator)
    if len(values) != len(columns):
        return broken_row(raw, number, columns, values, labels)
    fields = {name: value for name, value in zip(columns, values, strict=True) if value not in ("", "-")}
    if "date_time" in fields:
        time = iso_time(fields["date_time"])
    else:
        time = iso_time(f"{fields.get('date', '')}T{fields.get('time', '')}")
    return row_event(raw, number, fields, time=time, labels=labels)


def _quoted(raw: str, separator: str) -> list[str]:
    """The values of a row in which some stand in quotation marks."""
    values = re.findall(rf'"[^"]*"|[^{re.escape(separator)}]+', raw)
    return [value.strip('"') for value in values]


def recognises(head: Head) -> bool:
    text = head.text.lstrip("\ufeff\r\n ")
    return bool(_DIRECTIVE.match(text)) and "#Fields:" in text


FORMAT = Format("w3c", rank=120, recognises=recognises, cut=events)
