"""Windows event log files (.evtx), read by the library `evtx`, a chunk of 64 KiB after the other."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from typing import BinaryIO

from storypack.engine.events.event import MAX_EVENT, CutEvent, too_long
from storypack.engine.events.formats.registry import Format, Head
from storypack.engine.events.windows_xml import as_windows_writes

MAGIC = b"ElfFile\0"
_HEADER, _CHUNK = 4096, 1 << 16
_CHUNKS_AT = 42
"""Where the header has the number of chunks (16 bits)."""

THREADS = 2


def events(file: BinaryIO, damage: list[str]) -> Iterator[CutEvent]:
    """The records of a log in the XML that Windows writes. Records and chunks that cannot be read are counted, and the
    first fault is told; the others come all the same."""
    from evtx import PyEvtxParser

    with tempfile.TemporaryFile() as copy:
        if not file.seekable():
            shutil.copyfileobj(file, copy)
            file = copy
        if fault := _cut_off(file):
            damage.append(fault)
            file = _padded(file, copy)
        try:
            records = PyEvtxParser(file, number_of_threads=THREADS).records()
        except BaseException as error:
            if not _is_of_the_reader(error):
                raise
            damage.append(f"it cannot be read as an event log ({_short(error)})")
            return
        faults: list[str] = []
        position = 0
        while True:
            try:
                record = next(records)
            except StopIteration:
                break
            except BaseException as error:
                if not _is_of_the_reader(error):
                    raise
                faults.append(_short(error))
                if not isinstance(error, OSError | RuntimeError):
                    break  # it is in no state to go on
                continue
            position += 1
            raw = as_windows_writes(record["data"]) if record is not None else ""
            if len(raw) > MAX_EVENT:
                damage.append(too_long(f"event {position:,}", len(raw) - MAX_EVENT))
            yield CutEvent(raw[:MAX_EVENT], position, broken=not raw.startswith("<Event"))
        if faults:
            what = "a part" if len(faults) == 1 else f"{len(faults):,} parts"
            damage.append(f"{what} of the log cannot be read: {faults[0]}")


def _is_of_the_reader(error: BaseException) -> bool:
    """Whether the reader fails on the file. A panic of its Rust code has a class of no module, below BaseException."""
    return isinstance(error, OSError | RuntimeError) or type(error).__name__ == "PanicException"


def _cut_off(file: BinaryIO) -> str:
    """The word on a file that is shorter than its header says; empty for a whole one."""
    file.seek(0)
    header = file.read(_HEADER)
    size = file.seek(0, 2)
    file.seek(0)
    chunks = int.from_bytes(header[_CHUNKS_AT : _CHUNKS_AT + 2], "little")
    return "" if size >= _HEADER + chunks * _CHUNK else f"it is cut off: {size:,} bytes of {chunks:,} chunks of 64 KiB"


def _padded(file: BinaryIO, copy: BinaryIO) -> BinaryIO:
    """A file whose last chunk is as long as a chunk must be: of one that is shorter the library gives no record."""
    if file is not copy:
        shutil.copyfileobj(file, copy)
    size = copy.seek(0, 2)
    copy.truncate(size + (_HEADER - size) % _CHUNK)
    copy.seek(0)
    return copy


def _short(error: BaseException) -> str:
    return str(error).replace("An error occurred while trying to deserialize evtx stream.: ", "")[:200]


def recognises(head: Head) -> bool:
    return head.data.startswith(MAGIC)


FORMAT = Format("evtx", rank=10, recognises=recognises, cut=events, binary=True)
