"""Cutting a file that is not one event a line into events, as its bytes come: memory holds an event or two."""

from __future__ import annotations

import codecs
import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from storypack.engine.events.event import CutEvent
from storypack.engine.events.packed import Damaged
from storypack.engine.events.shapes import Compression, Shape, open_bytes

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


def cut(path: Path, shape: Shape, damage: list[str] | None = None) -> Iterator[CutEvent]:
    """The events of a file, in its order. Bytes that are not text of its encoding are replaced; what does not fit the
    format comes as raw text, marked broken. What is lost is put into `damage`: of compressed data that is cut off or
    damaged comes what stands before the fault, of an event beyond MAX_EVENT its beginning. Raises UnpacksToTooMuch."""
    damage = [] if damage is None else damage
    with open_bytes(path, shape.compression) as stream:
        if shape.format.binary and shape.compression is Compression.NONE:
            yield from shape.format.cut(stream, damage)
            return
        bytes_ = io.BufferedReader(_Salvaged(stream, damage))
        if shape.format.binary:
            yield from shape.format.cut(bytes_, damage)
            return
        yield from shape.format.cut(_text(cast(BinaryIO, bytes_), shape), damage)


@contextmanager
def open_text(path: Path, shape: Shape, damage: list[str]) -> Iterator[io.TextIOBase]:
    """A file's text as it stands, line ends and all; see `cut`."""
    with open_bytes(path, shape.compression) as stream:
        yield _text(cast(BinaryIO, io.BufferedReader(_Salvaged(stream, damage))), shape, newline="")


def _text(stream: BinaryIO, shape: Shape, newline: str | None = None) -> io.TextIOBase:
    return io.TextIOWrapper(stream, encoding=shape.encoding, errors=_REPLACE, newline=newline)


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
