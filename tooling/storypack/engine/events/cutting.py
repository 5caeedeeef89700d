"""Cutting a file that is not one event a line into events, as its bytes come: memory holds an event or two."""

from __future__ import annotations

import codecs
import io
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from storypack.engine.events.formats import Format, Shape, open_bytes
from storypack.engine.events.packed import Damaged

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MAX_EVENT = 1 << 26
"""Characters of an event; what a longer one has beyond is left out, and this is said."""


@dataclass(frozen=True, slots=True)
class CutEvent:
    """An event: its raw text, the line (from 1) or the position where it stands, fields that the file itself names
    (a CSV's columns), and whether the text is not what the file's format promises."""

    raw: str
    position: int
    indexed: str | None = None
    broken: bool = False


def cut(path: Path, shape: Shape, damage: list[str] | None = None) -> Iterator[CutEvent]:
    """The events of a file, in its order. Bytes that are not text of its encoding are replaced; what does not fit the
    format comes as raw text, marked broken. What is lost is put into `damage`: of compressed data that is cut off or
    damaged comes what stands before the fault, of an event beyond MAX_EVENT its beginning. Raises UnpacksToTooMuch."""
    from storypack.engine.events import cut_csv, cut_json, cut_xml

    damage = [] if damage is None else damage
    cutters: dict[Format, Callable[[io.TextIOBase, list[str]], Iterator[CutEvent]]] = {
        Format.LINES: _lines,
        Format.CSV: cut_csv.events,
        Format.JSON: cut_json.events,
        Format.XML: cut_xml.events,
    }
    with open_bytes(path, shape.compression) as stream:
        bytes_ = io.BufferedReader(_Salvaged(stream, damage))
        text = io.TextIOWrapper(bytes_, encoding=shape.encoding, errors=_REPLACE, newline=None)
        yield from cutters[shape.format](text, damage)


_REPLACE = "storypack_replace"
_counts = threading.local()


def replaced() -> int:
    """How many stretches of bytes this thread has replaced so far, since they are no text of their file's encoding."""
    return int(getattr(_counts, "replaced", 0))


def _replace(error: UnicodeError) -> tuple[str | bytes, int]:
    _counts.replaced = replaced() + 1
    return codecs.replace_errors(error)


codecs.register_error(_REPLACE, _replace)


class _Salvaged(io.RawIOBase):
    """A stream that ends where its compressed data can be read no further; `damage` gets the reason."""

    def __init__(self, stream: BinaryIO, damage: list[str]) -> None:
        self._stream, self._damage = stream, damage
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer)
        try:
            data = self._stream.read1(len(view)) if not self._ended else b""  # type: ignore[attr-defined]
        except Damaged as error:
            self._damage.append(str(error))
            self._ended = True
            return 0
        view[: len(data)] = data
        return len(data)


def lines(text: io.TextIOBase, damage: list[str]) -> Iterator[tuple[str, int]]:
    """Each line with its end, and its number; of one beyond MAX_EVENT the beginning."""
    number = 0
    while line := text.readline(MAX_EVENT):
        number += 1
        if len(line) == MAX_EVENT and not line.endswith("\n"):
            rest, more = 0, line
            while not more.endswith("\n") and (more := text.readline(MAX_EVENT)):
                rest += len(more.rstrip("\n"))
            if rest:
                damage.append(too_long(f"line {number:,}", rest))
        yield line, number


def too_long(what: str, rest: int) -> str:
    """The word on an event whose last `rest` characters were left out."""
    return f"{what} is longer than {MAX_EVENT:,} characters; {rest:,} were left out"


def _lines(text: io.TextIOBase, damage: list[str]) -> Iterator[CutEvent]:
    for line, number in lines(text, damage):
        if raw := line.rstrip("\n"):
            yield CutEvent(raw, number)
