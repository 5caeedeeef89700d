"""Zeek's logs as tables: lines that begin with `#` say what the separators, the columns and their types are."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from storypack.engine.events.event import NO_LABELS, CutEvent, Labels, lines
from storypack.engine.events.formats.headed import broken_row, field_name, row_event
from storypack.engine.events.formats.registry import Format, Head
from storypack.engine.events.openers.registry import epoch

_ESCAPED = re.compile(r"\\x([0-9A-Fa-f]{2})")


@dataclass
class _Header:
    separator: str = "\t"
    set_separator: str = ","
    empty: str = "(empty)"
    unset: str = "-"
    columns: tuple[str, ...] = ()
    lists: frozenset[int] = frozenset()
    labels: Labels = NO_LABELS

    def read(self, line: str) -> None:
        """A line of the header."""
        name, _, rest = line[1:].partition(" " if line.startswith("#separator") else self.separator)
        match name:
            case "separator":
                self.separator = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), rest.strip(" ")) or "\t"
            case "set_separator":
                self.set_separator = rest or ","
            case "empty_field":
                self.empty = rest
            case "unset_field":
                self.unset = rest
            case "path":
                self.labels = Labels(sourcetype=f"zeek:{rest}")
            case "fields":
                self.columns = tuple(field_name(each) for each in rest.split(self.separator))
            case "types":
                kinds = rest.split(self.separator)
                self.lists = frozenset(at for at, kind in enumerate(kinds) if kind.startswith(("set[", "vector[")))


def events(text: io.TextIOBase, damage: list[str]) -> Iterator[CutEvent]:
    """The rows below each header, with its columns as fields. Unset ones are left out; sets and vectors are lists."""
    header = _Header()
    for line, number in lines(text, damage):
        raw = line.rstrip("\n")
        if raw.startswith("#"):
            header.read(raw)
        elif raw:
            yield _row(raw, number, header)


def _row(raw: str, number: int, header: _Header) -> CutEvent:
    values = raw.split(header.separator)
    if len(values) != len(header.columns):
        return broken_row(raw, number, header.columns, values, header.labels)
    fields: dict[str, str | list[str]] = {}
    for at, value in enumerate(values):
        if value in (header.unset, header.empty):
            continue
        several = value.split(header.set_separator) if at in header.lists else [value]
        fields[header.columns[at]] = value if len(several) == 1 else several
    time = epoch(fields.get("ts"))
    return row_event(raw, number, fields, time=time, labels=header.labels)


def recognises(head: Head) -> bool:
    return head.text.lstrip("\ufeff").startswith("#separator ") and "#fields" in head.text


FORMAT = Format("zeek", rank=110, recognises=recognises, cut=events)
