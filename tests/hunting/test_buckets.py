"""Files behind a URL, by fsspec's own file system in memory and by one whose library is not there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from storypack.hunting.buckets import BucketError, fetched, is_url

fsspec = pytest.importorskip("fsspec")


@pytest.fixture
def bucket() -> Iterator[str]:
    system = fsspec.filesystem("memory")
    system.pipe({"/trail/2026/b.jsonl": b"2\n", "/trail/2026/a/../x.json": b"1\n", "/trail/.c": b"3\n"})
    yield "memory://trail"
    system.rm("/trail", recursive=True)


def test_all_files_below_come_with_their_urls(bucket: str, tmp_path: Path) -> None:
    files = list(fetched(bucket, tmp_path / "fetched"))
    assert [(path.read_bytes(), url.rpartition("/")[2]) for path, url in files] == [
        (b"3\n", ".c"),
        (b"1\n", "x.json"),
        (b"2\n", "b.jsonl"),
    ]
    assert all(path.parent == tmp_path / "fetched" and url.startswith("memory://") for path, url in files)


def test_one_file(bucket: str, tmp_path: Path) -> None:
    ((path, url),) = fetched(f"{bucket}/2026/b.jsonl", tmp_path / "fetched")
    assert (path.read_bytes(), url) == (b"2\n", "memory:///trail/2026/b.jsonl")


@pytest.mark.parametrize(
    ("url", "words"), [("memory://nowhere", "there is nothing"), ("nosuch://bucket/x", "nosuch"), ("s3://b/x", "s3fs")]
)
def test_what_cannot_be_read_says_why(url: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(BucketError, match=words):
        list(fetched(url, tmp_path / "fetched"))


def test_what_is_a_url() -> None:
    assert is_url("s3://bucket/key") and is_url("https://example.com/a.gz")
    assert not is_url("logs/a:b") and not is_url("C://") and not is_url("-")
