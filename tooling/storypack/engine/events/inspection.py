"""Whether DuckDB can be trusted with a file of lines: looked at beside it, while it reads.

DuckDB's reader of lines checks no checksum of gzip, ends at a damaged place without a word, and leaves out a last line
that is longer than its buffer. So a packed file is unpacked a second time by a thread of its own, which tells whether
it is whole, how long its last line is, and how many bytes its lines have: what DuckDB read must have as many.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from storypack.engine.errors import EngineError
from storypack.engine.events.packed import Damaged
from storypack.engine.events.shapes import Compression, open_bytes
from storypack.opening import open_plain

LONG_LINE = 16 << 20
"""Bytes of a line that DuckDB is not given."""

_PIECE = 1 << 18
_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Findings:
    """What was seen of a file. `text_bytes` = without line ends and byte order mark (None = not counted); `fault` = why
    it cannot be read to its end; `has_long` = it has a line that is longer than DuckDB reads."""

    text_bytes: int | None = None
    fault: str = ""
    has_long: bool = False
    refusal: EngineError | None = None

    @property
    def trusted(self) -> bool:
        return not self.fault and not self.has_long


@dataclass(eq=False)
class Inspection:
    """The look at a file, which may still be going on. `at_fault` is called, by its thread, where DuckDB's reading is
    in vain."""

    path: Path
    compression: Compression
    at_fault: Callable[[], object] = field(default=lambda: None, repr=False)
    _findings: Findings | None = None
    _stopped: bool = False
    _thread: threading.Thread | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.compression is Compression.NONE:
            self._findings = Findings(has_long=ends_long(self.path))
        else:
            self._thread = threading.Thread(target=self._run, daemon=True)
            self._thread.start()

    def findings(self, patience: float | None = None) -> Findings | None:
        """What was seen, once all is; None if that takes more than `patience` seconds. Raises UnpacksToTooMuch."""
        if self._thread is not None:
            self._thread.join(patience)
        if self._findings is not None and self._findings.refusal is not None:
            raise self._findings.refusal
        return self._findings

    def is_trusted(self) -> bool:
        """Whether DuckDB may read the file, once all has been seen. Raises UnpacksToTooMuch."""
        findings = self.findings()
        return findings is not None and findings.trusted

    def counted(self) -> int:
        """The bytes of the lines. Of a file that is not packed they are counted now."""
        findings = self.findings()
        if findings is not None and findings.text_bytes is not None:
            return findings.text_bytes
        with open_plain(self.path) as file:
            return _Lines().read(file).text_bytes or 0

    def stop(self) -> None:
        """Look no further."""
        self._stopped = True

    def _run(self) -> None:
        lines = _Lines()
        try:
            with open_bytes(self.path, self.compression) as file:
                self._findings = lines.read(file, lambda: self._stopped)
        except (Damaged, OSError) as error:
            self._findings = Findings(lines.text_bytes, fault=error.strerror or str(error))
        except EngineError as error:
            self._findings = Findings(lines.text_bytes, refusal=error)
        if self._findings.refusal or not self._findings.trusted:
            self.at_fault()


@dataclass
class _Lines:
    """The bytes of lines as they pass."""

    text_bytes: int = 0
    _since: int = 0
    _has_long: bool = False

    def read(self, file: BinaryIO, is_stopped: Callable[[], bool] = lambda: False) -> Findings:
        while (piece := file.read(_PIECE)) and not is_stopped():
            if not self.text_bytes and not self._since:
                piece = piece.removeprefix(_MARK)
            self.text_bytes += len(piece) - piece.count(b"\n") - piece.count(b"\r")
            end = piece.rfind(b"\n") + 1
            self._since += piece.find(b"\n") if end else len(piece)
            self._has_long |= self._since > LONG_LINE
            self._since = len(piece) - end if end else self._since
        return Findings(self.text_bytes, has_long=self._has_long)


def ends_long(path: Path) -> bool:
    """Whether the last line of a plain file is longer than DuckDB reads."""
    size = path.stat().st_size
    if size <= LONG_LINE:
        return False
    with open_plain(path) as file:
        at = size
        while at > 0 and size - at <= LONG_LINE:
            begin = max(0, at - _PIECE)
            file.seek(begin)
            piece = file.read(at - begin)
            if b"\n" in (piece.rstrip(b"\r\n") if at == size else piece):
                return False
            at = begin
    return True


def fits(text_bytes: int, count: int, size: int) -> bool:
    """Whether lines are all of a plain file, as far as sizes tell: so many bytes and lines, of so many bytes."""
    rest = size - text_bytes
    return any(rest in (count * end, count * end - end) for end in (1, 2))
