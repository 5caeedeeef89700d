"""Cutting a file that is not one event a line into events."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import re
import threading
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import zstandard

from storypack.engine.events.formats import Format, Shape, is_envelope, open_bytes
from storypack.engine.unicode import mended

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

EVENT_XML = re.compile(r"<Event[\s>].*?</Event\s*>", re.DOTALL)


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
    format comes as raw text, marked broken. Of compressed data that is cut off or damaged comes what stands before the
    fault, which is put into `damage`."""
    with open_bytes(path, shape.compression) as stream:
        bytes_ = io.BufferedReader(_Salvaged(stream, [] if damage is None else damage))
        text = io.TextIOWrapper(bytes_, encoding=shape.encoding, errors=_REPLACE, newline=None)
        match shape.format:
            case Format.LINES:
                yield from _lines(text)
            case Format.CSV:
                yield from _csv(text)
            case Format.JSON:
                yield from _json(text.read())
            case Format.XML:
                yield from _xml(text.read())


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

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer)
        try:
            data = self._stream.read1(len(view)) if not self._damage else b""  # type: ignore[attr-defined]
        except (EOFError, zlib.error, gzip.BadGzipFile, zstandard.ZstdError) as error:
            self._damage.append(str(error))
            return 0
        view[: len(data)] = data
        return len(data)


def _lines(text: io.TextIOBase) -> Iterator[CutEvent]:
    for number, line in enumerate(text, 1):
        if raw := line.rstrip("\n"):
            yield CutEvent(raw, number)


def _csv(text: io.TextIOBase) -> Iterator[CutEvent]:
    """Rows of a CSV with a header, quoted line breaks allowed. A row of another width keeps its raw text, broken."""
    lines = list(text)
    rows = csv.reader(lines)
    header: list[str] | None = None
    before = 0
    try:
        for row in rows:
            raw = "".join(lines[before : rows.line_num]).rstrip("\n")
            position, before = before + 1, rows.line_num
            if not row:
                continue
            if header is None:
                header = [name.strip() for name in row]
                continue
            fields = {name: value for name, value in zip(header, row, strict=False) if value != ""}
            yield CutEvent(raw, position, json.dumps(fields), broken=len(row) != len(header))
    except csv.Error:
        for offset, line in enumerate(lines[before:], before + 1):
            yield CutEvent(line.rstrip("\n"), offset, broken=True)


def _json(text: str) -> Iterator[CutEvent]:
    """Objects one after another, with or without line breaks inside; arrays and `Records` envelopes are opened."""
    decoder = json.JSONDecoder()
    at, position = 0, 0
    escapes = "\\u" in text
    while at < len(text):
        while at < len(text) and text[at] in " \t\r\n,":
            at += 1
        if at >= len(text):
            return
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            end = text.find("\n", at)
            end = len(text) if end < 0 else end
            position += 1
            yield CutEvent(text[at:end], position, broken=True)
            at = end
            continue
        if isinstance(value, list):
            members: list[object] = value
        elif isinstance(value, dict) and is_envelope(value):
            members = value["Records"]
        else:
            position += 1
            yield CutEvent(text[at:end], position, broken=not isinstance(value, dict))
            at = end
            continue
        for member in members:
            position += 1
            raw = json.dumps(member, separators=(",", ":"), ensure_ascii=False)
            yield CutEvent(mended(raw) if escapes else raw, position, broken=not isinstance(member, dict))
        at = end


def _xml(text: str) -> Iterator[CutEvent]:
    """Windows events that stand one after another, on one line or over several, perhaps inside `<Events>`."""
    at, position = 0, 0
    for match in EVENT_XML.finditer(text):
        for between in _outside(text[at : match.start()]):
            position += 1
            yield CutEvent(between, position, broken=True)
        position += 1
        yield CutEvent(match[0], position)
        at = match.end()
    for between in _outside(text[at:]):
        position += 1
        yield CutEvent(between, position, broken=True)


def _outside(text: str) -> Iterator[str]:
    """Lines between events that are more than the frame around them."""
    for line in text.splitlines():
        rest = re.sub(r"<\?xml[^>]*\?>|</?Events[^>]*>", "", line).strip()
        if rest:
            yield rest
