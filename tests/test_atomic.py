"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from storypack import atomic
from storypack.atomic import replacing, write_whole


def test_a_file_is_replaced_and_keeps_its_rights(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 250)
    write_whole(path, b"1")
    assert path.read_bytes() == b"1" and stat.S_IMODE(path.stat().st_mode) & 0o111 == 0
    path.chmod(0o640)
    write_whole(path, b"22")
    assert path.read_bytes() == b"22" and stat.S_IMODE(path.stat().st_mode) == 0o640
    write_whole(path, b"3", mode=0o600)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_what_is_not_finished_changes_nothing(error: type[BaseException], tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    with pytest.raises(error), replacing(path, mode=0o600) as file:
        file.write(b"new")
        (other,) = set(tmp_path.iterdir()) - {path}
        assert stat.S_IMODE(other.stat().st_mode) == 0o600 and other.name not in (".a.tmp", f".a.{os.getpid()}.tmp")
        raise error
    assert path.read_bytes() == b"old" and list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("call", ["fsync", "open"])
def test_a_full_disk_leaves_the_old_file(call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")

    def full(*given: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic.os, call, full)
    with pytest.raises(OSError, match="No space"):
        write_whole(path, b"new")
    monkeypatch.undo()
    assert path.read_bytes() == b"old" and list(tmp_path.iterdir()) == [path]


MAKERS: dict[str, Callable[[Path], object]] = {
    "link": lambda path: path.symlink_to(path.with_name("target")),
    "folder": lambda path: path.mkdir(),
    "pipe": lambda path: os.mkfifo(path),
}


@pytest.mark.parametrize("kind", MAKERS)
def test_what_is_no_plain_file_is_not_written_over(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "a"
    (tmp_path / "target").write_bytes(b"mine")
    MAKERS[kind](path)
    with pytest.raises(OSError, match="is not written over"):
        write_whole(path, b"new")
    assert (tmp_path / "target").read_bytes() == b"mine"
    assert {each.name for each in tmp_path.iterdir()} == {"a", "target"}


def test_an_end_without_a_finally_leaves_nothing(tmp_path: Path) -> None:
    body = f"""
from pathlib import Path
from storypack import atomic, ends
with atomic.replacing(Path({str(tmp_path / "a")!r})) as file:
    ends.leave(7)
"""
    assert subprocess.run([sys.executable, "-c", body], check=False).returncode == 7
    assert list(tmp_path.iterdir()) == []


def test_files_of_the_package_are_replaced_by_this_module_alone() -> None:
    root = Path(atomic.__file__).parent
    texts = {path.name: path.read_text(encoding="utf-8") for path in root.rglob("*.py") if path.name != "atomic.py"}
    for word in ('.tmp"', "os.fsync(", "mkstemp(", "os.replace("):
        allowed = ["record_files.py"] if "fsync" in word else []  # it appends lines
        assert [name for name, text in texts.items() if word in text] == allowed
