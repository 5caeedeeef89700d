"""Packed files and archives: what they hold comes out, whatever they are, and within bounds."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from engine_events.formats.opening import search
from storypack.engine.errors import UnreadableFile
from storypack.engine.events import archives, packed
from storypack.engine.events.archives import ArchiveError, is_archive, unpacked
from storypack.engine.events.binaries import binary_of
from storypack.engine.events.cutting import cut
from storypack.engine.events.origin import EventFile
from storypack.engine.events.packed import UnpacksToTooMuch
from storypack.engine.events.reading import read_events
from storypack.engine.events.shapes import Compression, compression_of, recognise
from storypack.engine.root import open_root

LINES = [f"user=kim n={n}" for n in range(500)]
TEXT = ("\n".join(LINES) + "\n").encode()
PACK: dict[str, Callable[[bytes], bytes]] = {"bz2": bz2.compress, "xz": lzma.compress}


def read(path: Path, data: bytes) -> tuple[list[str], list[str]]:
    path.write_bytes(data)
    damage: list[str] = []
    return [event.raw for event in cut(path, recognise(path), damage)], damage


@pytest.mark.parametrize("kind", PACK)
def test_packed_lines(tmp_path: Path, kind: str) -> None:
    pack = PACK[kind]
    assert read(tmp_path / "a", pack(TEXT)) == (LINES, [])
    assert read(tmp_path / "b", pack(TEXT) + pack(b"more\n")) == ([*LINES, "more"], [])
    assert read(tmp_path / "c", pack(b"")) == ([], [])
    assert search(tmp_path / "a", "search n=499 | table user") == [{"user": "kim"}]


@pytest.mark.parametrize("kind", PACK)
def test_what_is_cut_off_or_changed_is_told(tmp_path: Path, kind: str) -> None:
    data = PACK[kind](bytes(range(256)).hex().encode() * 50 + b"\n" + TEXT)
    lines, damage = read(tmp_path / "a", data[:-8])
    assert damage == ["it is cut off"]
    changed = bytearray(data)
    changed[len(data) // 2] ^= 1
    with pytest.raises(UnreadableFile, match="its packed data is damaged"):
        read(tmp_path / "b", bytes(changed))
    lines, damage = read(tmp_path / "c", PACK[kind](TEXT) + b"no more")
    assert lines == LINES
    assert len(damage) == 1


@pytest.mark.parametrize("kind", PACK)
def test_what_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setattr(packed, "FREE_BYTES", 100_000)
    with pytest.raises(UnpacksToTooMuch):
        read(tmp_path / "a", PACK[kind](b"x" * 99 + b"\n" + b"y" * 3_000_000))


def test_a_text_that_begins_like_bzip2() -> None:
    assert compression_of(b"BZh9 is a word") is Compression.NONE
    assert compression_of(bz2.compress(b"")) is Compression.BZIP2


def zipped(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


def tarred(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, data in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return file.getvalue()


ARCHIVES: dict[str, Callable[[dict[str, bytes]], bytes]] = {
    "zip": zipped,
    "tar": tarred,
    "tar.gz": lambda members: gzip.compress(tarred(members)),
    "tar.zst": lambda members: zstandard.compress(tarred(members)),
    "tar.bz2": lambda members: bz2.compress(tarred(members)),
    "tar.xz": lambda members: lzma.compress(tarred(members)),
}


def members_of(path: Path, folder: Path) -> dict[str, bytes]:
    return {name: member.read_bytes() for member, name in unpacked(path, folder)}


@pytest.mark.parametrize("kind", ARCHIVES)
def test_members_come_one_by_one(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "archive"  # no suffix: only the content tells
    inner = zipped({"deep.log": b"deep=1\n"})
    members = {
        "logs/a.log": TEXT,
        "../../outside.csv": b"n\n1\n",
        "/etc/x": b"x=1\n",
        "C:\\y.log": b"y=1\n",
        ".hidden": b"no",
        "__MACOSX/logs/a.log": b"no",
        "empty": b"",
        "more.zip": inner,
        "l" * 300 + ".log": b"long=1\n",
    }
    path.write_bytes(ARCHIVES[kind](members))
    assert is_archive(path)
    folder = tmp_path / "scratch" / "members"
    for name in (".hidden", "__MACOSX/logs/a.log", "more.zip"):
        del members[name]
    assert members_of(path, folder) == members | {"more.zip!deep.log": b"deep=1\n"}
    written = [file for file in tmp_path.rglob("*") if file.is_file() and file != path]
    assert all(file.resolve().is_relative_to(folder) for file in written)
    rows = search(path, "search user=kim | stats count by source", scratch=tmp_path / "again")
    assert rows == [{"source": f"{path}!logs/a.log", "count": 500}]


def test_links_and_devices_of_a_tar_are_left_out(tmp_path: Path) -> None:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE):
            entry = tarfile.TarInfo(f"entry{kind!r}")
            entry.type, entry.linkname = kind, "/etc/hostname"
            archive.addfile(entry)
    path = tmp_path / "a.tar"
    path.write_bytes(file.getvalue())
    assert members_of(path, tmp_path / "members") == {}


@pytest.mark.parametrize("kind", ARCHIVES)
def test_an_archive_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(archives, "FREE_BYTES", 10_000)
    monkeypatch.setattr(packed, "FREE_BYTES", 10_000)
    path = tmp_path / "archive"
    path.write_bytes(ARCHIVES[kind]({f"{n}.log": b"x" * 3_000_000 for n in range(3)}))
    if kind == "tar":  # as large as what it holds
        assert len(members_of(path, tmp_path / "members")) == 3
        return
    with pytest.raises((ArchiveError, UnpacksToTooMuch), match="times its"):
        members_of(path, tmp_path / "members")


def test_a_member_that_is_damaged_costs_no_other(tmp_path: Path) -> None:
    data = bytearray(zipped({"a.log": TEXT, "b.log": b"b=1\n"}))
    data[60] ^= 0xFF
    path = tmp_path / "a.zip"
    path.write_bytes(data)
    found: dict[str, bytes] = {}
    with pytest.raises(ArchiveError, match=r"a\.log"):
        found.update((name, member.read_bytes()) for member, name in unpacked(path, tmp_path / "members"))
    assert found["b.log"] == b"b=1\n"


@pytest.mark.parametrize("kind", ARCHIVES)
def test_an_archive_that_is_cut_off_gives_what_there_is(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "archive"
    data = ARCHIVES[kind]({f"{n}.log": bytes(range(256)) * 2_000 for n in range(3)})
    path.write_bytes(data[: len(data) // 2])
    if kind in ("zip", "tar.bz2", "tar.xz", "tar.zst", "tar.gz"):
        with pytest.raises((ArchiveError, UnreadableFile)):
            members_of(path, tmp_path / "members")
        return
    found: dict[str, bytes] = {}
    with pytest.raises(ArchiveError):
        found.update((name, member.read_bytes()) for member, name in unpacked(path, tmp_path / "members"))
    assert found["0.log"] == bytes(range(256)) * 2_000


def test_headers_of_a_tar_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "HEADER_BYTES", 20_000)
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT, pax_headers={"comment": "x" * 100_000}) as tar:
        tar.addfile(tarfile.TarInfo("a"))
    path = tmp_path / "a.tar"
    path.write_bytes(file.getvalue())
    with pytest.raises(ArchiveError, match="between two of its files"):
        members_of(path, tmp_path / "members")


@pytest.mark.parametrize(
    ("head", "word"),
    [
        (b"\xd4\xc3\xb2\xa1\2\0\4\0", "a packet capture: zeek -r"),
        (b"\x0a\x0d\x0d\x0a\x1c\0\0\0", "a packet capture: "),
        (b"LPKSHHRH\0\0", "a file of the systemd journal: journalctl --file"),
        (b"SQLite format 3\0", "an SQLite database: "),
        (b"PAR1\0\1", "a Parquet file: "),
        (b"PK\x03\x04" + b"\0" * 26 + b"[Content_Types].xml", "an Office document: save its table as CSV"),
        (b"7z\xbc\xaf\x27\x1c", "a 7z archive: "),
    ],
)
def test_the_word_on_a_binary(tmp_path: Path, head: bytes, word: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(head)
    assert str(binary_of(head)).startswith(word)
    with pytest.raises(UnreadableFile, match=word.split(":")[0]):
        read_events(open_root([path]), [EventFile(path)])


@pytest.mark.parametrize("text", [b"PAR1 is a word\n", b"ORC=1\n", b"regf x\n", b"%PDF-x\n", b"\n\r\r\nx\n", b""])
def test_text_is_no_binary(text: bytes) -> None:
    assert binary_of(text) is None
