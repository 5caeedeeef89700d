"""What a file is that is no log but a program's own format, told from its first bytes, and how a log is made of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Binary:
    """A format (`a packet capture`), and what to do with a file of it; empty = nothing helps."""

    what: str
    cure: str = ""

    def __str__(self) -> str:
        return self.what + (f": {self.cure}" if self.cure else "")


_CAPTURE = Binary("a packet capture", "zeek -r FILE LogAscii::use_json=T, or suricata -r FILE, makes logs of it")
_UNPACK = "unpack it first"

_BEGINS: tuple[tuple[bytes, Binary], ...] = (
    (b"\xd4\xc3\xb2\xa1", _CAPTURE),
    (b"\xa1\xb2\xc3\xd4", _CAPTURE),
    (b"\x4d\x3c\xb2\xa1", _CAPTURE),
    (b"\xa1\xb2\x3c\x4d", _CAPTURE),
    (b"\x0a\x0d\x0d\x0a", _CAPTURE),
    (b"PK\x03\x04", Binary("a zip archive", _UNPACK)),
    (b"PK\x05\x06", Binary("an empty zip archive")),
    (b"7z\xbc\xaf\x27\x1c", Binary("a 7z archive", "7z x FILE unpacks it")),
    (b"Rar!\x1a\x07", Binary("a rar archive", "unrar x FILE unpacks it")),
    (b"\x04\x22\x4d\x18", Binary("packed with lz4", "lz4 -d FILE unpacks it")),
    (b"\x1f\x9d", Binary("packed with compress", "uncompress FILE unpacks it")),
    (b"\xff\x06\x00\x00sNaPpY", Binary("packed with snappy", _UNPACK)),
    (b"LPKSHHRH", Binary("a file of the systemd journal", "journalctl --file FILE -o json makes lines of it")),
    (b"LfLe", Binary("an event log of Windows before Vista (.evt)", "wevtutil epl FILE NEW.evtx /lf:true converts it")),
    (b"SQLite format 3\0", Binary("an SQLite database", "sqlite3 -csv -header FILE 'select ...' makes a CSV of it")),
    (b"PAR1", Binary("a Parquet file", "duckdb -c \"copy (from 'FILE') to 'NEW.json'\" makes lines of it")),
    (b"Obj\x01", Binary("an Avro file", "avro-tools tojson FILE makes lines of it")),
    (b"ORC", Binary("an ORC file", "orc-contents FILE makes lines of it")),
    (b"regf", Binary("a hive of the Windows registry")),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Binary("an old Office document", "save its table as CSV")),
    (b"%PDF-", Binary("a PDF document")),
    (b"\x7fELF", Binary("a program")),
    (b"\x89PNG\r\n\x1a\n", Binary("a picture")),
    (b"\xff\xd8\xff", Binary("a picture")),
    (b"EVF\x09\x0d\x0a\xff\x00", Binary("an image of a disk (E01)", "take the logs out of it first")),
    (b"PAGEDU", Binary("a memory dump of Windows")),
)

_TAR = Binary("a tar archive", _UNPACK)
_OFFICE = Binary("an Office document", "save its table as CSV")
_HEAD = 1 << 12


def binary_of(head: bytes) -> Binary | None:
    """What a file is that begins with these bytes; None where they are of no binary format that is known here."""
    is_text = head[:_HEAD].isascii() and b"\0" not in head[:_HEAD]
    for begin, binary in _BEGINS:
        if head.startswith(begin) and not (is_text and begin.isascii()):
            is_office = begin == b"PK\x03\x04" and (b"[Content_Types].xml" in head[:_HEAD] or b"_rels/" in head[:_HEAD])
            return _OFFICE if is_office else binary
    return _TAR if head[257:262] == b"ustar" else None
