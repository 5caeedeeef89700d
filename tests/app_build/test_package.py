"""The package: what tar and gzip say of it, and that it appears whole or not at all."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import os
import tarfile
from pathlib import Path

import pytest

from storypack.app_build.package import package, write_folder, write_package

TREE = {"default/app.conf": b"[id]\n", "README.md": b"x" * 3000, "default/data/ui/nav/default.xml": b"<nav/>"}
DAY = dt.date(2026, 3, 4)


def members(data: bytes) -> list[tarfile.TarInfo]:
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as tar:
        return tar.getmembers()


def test_members_are_sorted_owned_by_root_and_dated_by_content() -> None:
    found = members(package(TREE, "app", DAY))
    assert [each.name for each in found] == [
        "app",
        "app/README.md",
        "app/default",
        "app/default/app.conf",
        "app/default/data",
        "app/default/data/ui",
        "app/default/data/ui/nav",
        "app/default/data/ui/nav/default.xml",
    ]
    assert {(each.uid, each.gid, each.uname, each.gname) for each in found} == {(0, 0, "", "")}
    assert {each.mtime for each in found} == {1772582400}
    assert {(each.isdir(), oct(each.mode)) for each in found} == {(True, "0o755"), (False, "0o644")}


def test_content_and_gzip_header() -> None:
    data = package(TREE, "app", DAY)
    assert data[:10] == bytes.fromhex("1f8b08000000000000ff")
    gzip.decompress(data)  # checks length and checksum
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as tar:
        file = tar.extractfile("app/README.md")
        assert file is not None
        assert file.read() == TREE["README.md"]


def test_the_order_of_the_tree_does_not_matter() -> None:
    assert package(dict(reversed(TREE.items())), "app", DAY) == package(TREE, "app", DAY)


def test_long_and_foreign_names() -> None:
    tree = {f"lookups/{'x' * 150}.csv": b"a", "README caf\u00e9.md": b"b"}
    assert {each.name for each in members(package(tree, "app", DAY)) if each.isfile()} == {
        f"app/{name}" for name in tree
    }


def test_a_package_is_replaced_in_one_step(tmp_path: Path) -> None:
    target = tmp_path / "new" / "app.tar.gz"
    write_package(b"old", target)
    write_package(b"new", target)
    assert target.read_bytes() == b"new"
    assert oct(target.stat().st_mode & 0o777) == "0o644"
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_an_interrupted_build_leaves_the_old_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    target = tmp_path / "app.tar.gz"
    write_package(b"old", target)

    def fail(_: int) -> None:
        assert target.read_bytes() == b"old"
        raise error

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(type(error)):
        write_package(b"new", target)
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_is_written_only_where_nothing_is(tmp_path: Path) -> None:
    write_folder(TREE, tmp_path / "app")
    assert (tmp_path / "app" / "default" / "app.conf").read_bytes() == b"[id]\n"
    with pytest.raises(FileExistsError):
        write_folder(TREE, tmp_path / "app")
