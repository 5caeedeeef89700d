"""Amazon's VPC flow logs as S3 has them: a header names the columns, and some rows only say that there is no flow."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

from storypack.engine.events.event import CutEvent, Labels, lines
from storypack.engine.events.formats.headed import broken_row, row_event
from storypack.engine.events.formats.registry import Format, Head
from storypack.engine.events.openers.registry import epoch

STANDARD = (
    "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status"
)
"""The columns of a log without a header."""

_NAMES = {
    "srcaddr": "src_ip",
    "dstaddr": "dest_ip",
    "srcport": "src_port",
    "dstport": "dest_port",
    "protocol": "protocol_code",
    "start": "start_time",
    "end": "end_time",
    "action": "vpcflow_action",
}
_COLUMNS = frozenset(STANDARD.split())
_EMPTY = ("NODATA", "SKIPDATA")
_EMPTY_ROW = re.compile(r"^\d \d{12} eni-[0-9a-f]+(?: -){7} \d+ \d+ - (?:NODATA|SKIPDATA)\r?$", re.MULTILINE)
LABELS = Labels(sourcetype="aws:cloudwatchlogs:vpcflow")


def events(text: io.TextIOBase, damage: list[str]) -> Iterator[CutEvent]:
    """The flows, in whatever order the header has the columns; their time is the flow's start. Rows without a flow are
    left out."""
    columns = STANDARD.split()
    for line, number in lines(text, damage):
        raw = line.rstrip("\n")
        values = raw.split(" ")
        if _is_header(values):
            columns = values
        elif raw and not _is_empty(values, columns):
            yield _row(raw, number, columns, values)


def _is_empty(values: list[str], columns: list[str]) -> bool:
    if len(values) != len(columns) or "log-status" not in columns:
        return False
    return values[columns.index("log-status")] in _EMPTY


def _row(raw: str, number: int, columns: list[str], values: list[str]) -> CutEvent:
    names = [_NAMES.get(each, each.replace("-", "_")) for each in columns]
    if len(values) != len(columns):
        return broken_row(raw, number, names, values, LABELS)
    fields = {name: value for name, value in zip(names, values, strict=True) if value != "-"}
    return row_event(raw, number, fields, time=epoch(fields.get("start_time")), labels=LABELS)


def _is_header(values: list[str]) -> bool:
    return len(_COLUMNS.intersection(values)) >= 3


def recognises(head: Head) -> bool:
    """A header, or rows without a flow: lines that are flows, all of them, need no cutting."""
    return _is_header(head.first_line.split(" ")) or bool(_EMPTY_ROW.search(head.text))


FORMAT = Format("vpcflow", rank=130, recognises=recognises, cut=events)
