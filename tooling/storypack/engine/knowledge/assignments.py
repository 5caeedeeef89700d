"""What the settings FIELDALIAS and LOOKUP say, read (props.conf.spec)."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AutoLookup:
    """A LOOKUP-<class> setting: the table, inputs and outputs as (table's field, event's field)."""

    table: str
    inputs: tuple[tuple[str, str], ...]
    outputs: tuple[tuple[str, str], ...]
    keeps: bool  # OUTPUTNEW

    def text(self) -> str:
        """The setting as it would be written."""
        inputs, outputs = (" ".join(f'"{a}" AS "{b}"' for a, b in pairs) for pairs in (self.inputs, self.outputs))
        return f'"{self.table}" {inputs}' + (f" {'OUTPUTNEW' if self.keeps else 'OUTPUT'} {outputs}" if outputs else "")


def aliases(text: str) -> list[tuple[str, str, bool]]:
    """Original, alias, and whether an existing value stays, of each pair of a FIELDALIAS.

    >>> aliases('a AS b, "c d" ASNEW e')
    [('a', 'b', False), ('c d', 'e', True)]
    """
    words = _words(text)
    return [
        (words[at], words[at + 2], words[at + 1].upper() == "ASNEW")
        for at in range(len(words) - 2)
        if words[at + 1].upper() in ("AS", "ASNEW")
    ]


def auto_lookup(text: str) -> AutoLookup | None:
    """`table in [AS event] ... OUTPUT[NEW] out [AS event] ...`; None for a setting that names no table."""
    parts = re.split(r"\s+(OUTPUTNEW|OUTPUT)\s+", text.strip(), maxsplit=1, flags=re.I)
    words = _words(parts[0])
    if not words:
        return None
    outputs = _words(parts[2]) if len(parts) == 3 else []
    return AutoLookup(words[0], _pairs(words[1:]), _pairs(outputs), len(parts) == 3 and parts[1].upper() == "OUTPUTNEW")


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text.replace(",", " "))
    except ValueError:
        return text.replace(",", " ").split()


def _pairs(words: list[str]) -> tuple[tuple[str, str], ...]:
    found = []
    at = 0
    while at < len(words):
        if at + 2 < len(words) and words[at + 1].upper() == "AS":
            found.append((words[at], words[at + 2]))
            at += 3
        else:
            found.append((words[at], words[at]))
            at += 1
    return tuple(found)
