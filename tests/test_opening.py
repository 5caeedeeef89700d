"""What may be opened: each kind of thing that a name may lead to, at each place of a pack that names files."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from storypack import store
from storypack.app_build.from_pack import _bytes
from storypack.engine.errors import UnreadableFile
from storypack.engine.events.shapes import recognise
from storypack.engine.knowledge.apps import KnowledgeError, load_knowledge, read_rows
from storypack.opening import LeadsOut, TooLarge, folder_of, inside, is_plain, open_plain, read_plain, real

SECRET = "not for this pack"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A folder, beside it a file that is none of its business."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.csv").write_text(f"{SECRET},b\n1,2\n", encoding="utf-8")
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "plain.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    return tmp_path / "pack"


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))


MAKE: dict[str, tuple[Callable[[Path], object], str]] = {
    "pipe": (os.mkfifo, "is a pipe, not a file"),
    "link to a pipe": (lambda path: (os.mkfifo(path.with_name("p")), path.symlink_to("p")), "is a pipe, not a file"),
    "device": (lambda path: path.symlink_to("/dev/zero"), ""),
    "folder": (Path.mkdir, "is a folder, not a file"),
    "socket": (_socket, ""),
    "link out": (lambda path: path.symlink_to("../outside/secret.csv"), "is a link that leads out of the pack"),
    "link in a circle": (lambda path: path.symlink_to(path.name), ""),
    "link to nowhere": (lambda path: path.symlink_to("nowhere"), "No such file or directory"),
    "missing": (lambda path: None, "No such file or directory"),
}


@pytest.mark.parametrize("kind", MAKE)
def test_what_is_no_file_of_the_pack_is_not_opened(pack: Path, kind: str) -> None:
    make, reason = MAKE[kind]
    path = pack / "x.csv"
    make(path)
    with pytest.raises(OSError) as refused:
        open_plain(path, pack)
    assert reason in (refused.value.strerror or "")
    assert not is_plain(path, pack)
    with pytest.raises(KnowledgeError) as told:
        read_rows(path, pack)
    assert SECRET not in str(told.value)
    assert _bytes(pack, path) is None


@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "link in a circle", "missing"])
def test_what_is_no_file_is_no_file_of_events(pack: Path, kind: str) -> None:
    path = pack / "x.log"
    MAKE[kind][0](path)
    with pytest.raises(UnreadableFile, match=r"x\.log"):
        recognise(path)


def test_plain_files_are_opened(pack: Path) -> None:
    (pack / "deep").mkdir()
    (pack / "deep" / "link.csv").symlink_to("../plain.csv")
    for path in (pack / "plain.csv", pack / "deep" / "link.csv", pack / "deep" / ".." / "plain.csv"):
        assert read_plain(path, pack) == b"a,b\n1,2\n"
        assert is_plain(path, pack)
        assert inside(pack, path) == (pack / "plain.csv").resolve()
    assert read_plain(pack / "plain.csv", limit=8) == b"a,b\n1,2\n"
    with pytest.raises(TooLarge):
        read_plain(pack / "plain.csv", limit=7)


@pytest.mark.parametrize("name", ["../outside/secret.csv", "deep/../../outside/secret.csv"])
def test_a_path_that_climbs_out(pack: Path, name: str) -> None:
    (pack / "deep").mkdir()
    with pytest.raises(LeadsOut):
        read_plain(pack / name, pack)


def test_a_folder_that_is_a_link_out(pack: Path) -> None:
    (pack / "logs").symlink_to("../outside")
    with pytest.raises(LeadsOut, match="leads out of the pack"):
        read_plain(pack / "logs" / "secret.csv", pack)


def test_a_pack_behind_a_link_is_a_pack(pack: Path) -> None:
    link = pack.with_name("link")
    link.symlink_to("pack")
    assert read_plain(link / "plain.csv", link) == b"a,b\n1,2\n"


def test_a_conf_of_an_add_on_that_is_a_pipe_is_refused(tmp_path: Path) -> None:
    (tmp_path / "default").mkdir()
    os.mkfifo(tmp_path / "default" / "props.conf")
    with pytest.raises(KnowledgeError, match=r"props\.conf: is a pipe"):
        load_knowledge([tmp_path])


@pytest.mark.parametrize("kind", ["pipe", "link out", "link to nowhere", "device"])
@pytest.mark.parametrize("name", ["kept.json", "../.gitignore"])
def test_the_cache_passes_over_what_is_no_file(pack: Path, kind: str, name: str) -> None:
    """It neither waits, nor reads or writes what lies behind; what it can write, it writes."""
    folder = pack / store.FOLDER
    folder.mkdir(parents=True)
    secret = pack.parent / "outside" / "secret.csv"
    path = (folder / name).resolve()
    if kind == "link out":
        path.symlink_to(secret)
    elif kind == "link to nowhere":
        path.symlink_to(pack.parent / "outside" / "new")
    else:
        MAKE[kind][0](path)
    kept = store.Store.of(pack, "tool")
    assert kept.load("kept.json") == {}
    kept.save("kept.json", {"a": 1})
    assert kept.load("kept.json") == {"a": 1}
    assert SECRET in secret.read_text(encoding="utf-8")
    assert not (pack.parent / "outside" / "new").exists()


def test_a_pack_does_not_choose_where_files_are_written(tmp_path: Path) -> None:
    pack, other = tmp_path / "pack", tmp_path / "other"
    pack.mkdir()
    (pack / "here").mkdir()
    other.mkdir()
    assert folder_of(pack, "dist") == pack / "dist"
    (pack / "dist").symlink_to("here")
    assert folder_of(pack, "dist") == (pack / "here").resolve()
    (pack / "out").symlink_to(other)
    with pytest.raises(LeadsOut, match="is a link that leads out of the pack"):
        folder_of(pack, "out")


def test_a_circle_of_links_is_no_bug(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    assert not real(tmp_path / "a" / "c").exists()
    assert real(tmp_path / "none" / "..") == tmp_path.resolve()
    package = Path(store.__file__).parent
    resolving = [path.name for path in package.rglob("*.py") if ".resolve()" in path.read_text(encoding="utf-8")]
    assert resolving == [], "Path.resolve raises RuntimeError for a circle of links; opening.real does not"
