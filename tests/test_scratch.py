"""Folders for what does not fit into memory: private, unforeseeable, gone with their process however it ends."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from storypack import scratch
from storypack.engine.root import open_root


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(scratch.tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(scratch, "_process", [])
    monkeypatch.setattr(scratch, "_swept", set())
    return tmp_path


def test_a_folder_is_private_and_new(temporary: Path) -> None:
    names = set()
    for _ in range(3):
        with scratch.scratch() as folder:
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
            assert folder.parent == temporary
            assert str(os.getpid()) not in folder.name
            (folder / "data").write_text("x", encoding="utf-8")
            names.add(folder.name)
    assert len(names) == 3
    assert list(temporary.iterdir()) == []


def test_what_a_search_spills_lies_in_a_private_folder(temporary: Path) -> None:
    root = open_root()
    root.execute("SET memory_limit = '20MB'; SET threads = 1").fetchall()
    root.execute("CREATE TABLE t AS SELECT i, hash(i) || 'x' AS text FROM range(1_500_000) r(i)").fetchall()
    (folder,) = temporary.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert len([path for path in folder.rglob("*") if path.is_file()]) > 1
    root.close()
    assert {path.name for path in folder.rglob("*") if path.is_file()} == {"lock", "ready"}
    scratch.remove(folder)
    assert not folder.exists()


def test_folders_of_others_are_left_alone(temporary: Path) -> None:
    without_lock, ours, link = temporary / "storypack-new", temporary / "other", temporary / "storypack-link"
    without_lock.mkdir()
    ours.mkdir()
    link.symlink_to("other")
    (ours / "lock").write_text("", encoding="utf-8")
    with scratch.scratch() as kept:
        scratch.sweep()
        assert {*temporary.iterdir()} == {without_lock, ours, link, kept}


PROGRAM = """
import sys, time
from storypack import scratch
folder = scratch.make_folder()
print(folder, flush=True)
{then}
"""


def start(then: str, temporary: Path) -> tuple[subprocess.Popen[str], Path]:
    run = subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(then=then)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(temporary)},
    )
    assert run.stdout
    return run, Path(run.stdout.readline().strip())


@pytest.mark.parametrize("then", ["", "sys.exit(3)", "raise ValueError", "import os; os.kill(os.getpid(), 2)"])
def test_it_is_gone_with_its_process(temporary: Path, then: str) -> None:
    run, folder = start(then, temporary)
    run.communicate(timeout=90)
    assert folder.parent == temporary
    assert not folder.exists()


def test_what_a_killed_process_leaves_is_removed_by_the_next(temporary: Path) -> None:
    run, folder = start("time.sleep(60)", temporary)
    with scratch.scratch():
        assert folder.exists()  # it is in use
    run.send_signal(signal.SIGKILL)
    run.communicate(timeout=90)
    assert folder.exists()
    scratch.sweep()
    assert not folder.exists()


def test_a_fork_does_not_remove_its_parents(temporary: Path) -> None:
    with scratch.scratch() as folder:
        child = os.fork()
        if child == 0:
            scratch.remove_all()
            os._exit(0)
        os.waitpid(child, 0)
        assert folder.exists()
        scratch.sweep()
        assert folder.exists()
