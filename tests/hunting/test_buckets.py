"""Files behind a URL: fsspec's own file system in memory, a web server on loopback, libraries that are not there."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import fsspec
import pytest

from storypack.hunting.buckets import BucketError, fetched, is_url, listed, shown_url

PAGES = {
    "/logs/": '<a href="/">up</a> <a href="../">up</a> <a href="day%201/">d</a> <a href="a.jsonl">a</a> '
    '<a href="gone.jsonl">g</a> <a href="https://elsewhere.example.com/x.jsonl">x</a> <a href="?C=N">by name</a>',
    "/logs/day%201/": '<a href="/logs/">up</a> <a href="b.jsonl">b</a>',
    "/logs/a.jsonl": "1\n",
    "/logs/day%201/b.jsonl": "2\n",
    "/other.jsonl": "3\n",
}


class Handler(BaseHTTPRequestHandler):
    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        page = PAGES.get(self.path.partition("?")[0])
        self.send_response(404 if page is None else 200)
        body = (page or "").encode()
        self.send_header("Content-Type", "text/html" if self.path.endswith("/") else "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def web() -> Iterator[str]:
    Handler.asked = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def bucket() -> Iterator[str]:
    system = fsspec.filesystem("memory")
    system.pipe({"/trail/2026/b.jsonl": b"2\n", "/trail/2026/a/../x.json": b"1\n", "/trail/.c": b"3\n"})
    yield "memory://trail"
    system.rm("/trail", recursive=True)


def test_all_files_below_come_with_their_urls(bucket: str, tmp_path: Path) -> None:
    files = [(path, url) for path, url, why in fetched(bucket, tmp_path / "fetched") if path and not why]
    assert [(path.read_bytes(), url.rpartition("/")[2]) for path, url in files] == [
        (b"3\n", ".c"),
        (b"1\n", "x.json"),
        (b"2\n", "b.jsonl"),
    ]
    assert all(path.parent == tmp_path / "fetched" and url.startswith("memory://") for path, url in files)


def test_one_file(bucket: str, tmp_path: Path) -> None:
    ((path, url, why),) = fetched(f"{bucket}/2026/b.jsonl", tmp_path / "fetched")
    assert path is not None
    assert (path.read_bytes(), url, why) == (b"2\n", "memory:///trail/2026/b.jsonl", "")


def test_names_of_a_listing_are_text(tmp_path: Path) -> None:
    system = fsspec.filesystem("memory")
    names = ["/evil/..\\..\\x", "/evil/a\nb", "/evil/con:1", "/evil/" + "n" * 300, "/evil/$(x)", "/evil/ü"]
    system.pipe(dict.fromkeys(names, b"1\n"))
    try:
        files = list(fetched("memory://evil", tmp_path / "in" / "fetched"))
    finally:
        system.rm("/evil", recursive=True)
    assert len(files) == len(names)
    assert {path.parent for path, _, _ in files if path} == {tmp_path / "in" / "fetched"}
    assert [each.name for each in tmp_path.iterdir()] == ["in"]


def test_a_file_that_cannot_be_fetched_is_named_and_the_others_come(
    bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = type(fsspec.filesystem("memory"))
    real = system.get_file

    def get_file(self: Any, name: str, target: str, **more: Any) -> None:
        real(self, name, target, **more)
        if name.endswith("b.jsonl"):
            raise PermissionError("access denied to https://key:secret@example.com/b?signature=secret")

    monkeypatch.setattr(system, "get_file", get_file)
    files = {url.rpartition("/")[2]: (path, why) for path, url, why in fetched(bucket, tmp_path / "fetched")}
    assert files["b.jsonl"] == (None, "access denied to https://example.com/b")
    assert len(list((tmp_path / "fetched").iterdir())) == 2


def test_more_than_the_disk_can_take_is_refused(bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storypack.hunting.buckets._KEPT_FREE", 1.0)
    with pytest.raises(BucketError, match=r"6 bytes lie there.*--temp.*--cluster"):
        list(fetched(bucket, tmp_path / "fetched"))


def test_a_page_of_links_is_a_folder_and_leads_nowhere_else(web: str, tmp_path: Path) -> None:
    files = list(fetched(f"{web}/logs/", tmp_path / "fetched"))
    assert [(url.removeprefix(web), path and path.read_bytes()) for path, url, _ in files] == [
        ("/logs/a.jsonl", b"1\n"),
        ("/logs/day%201/b.jsonl", b"2\n"),
        ("/logs/gone.jsonl", None),
    ]
    assert "/" not in Handler.asked
    assert "/other.jsonl" not in Handler.asked


def test_a_signed_link_is_shown_without_its_signature(web: str, tmp_path: Path) -> None:
    ((path, url, why),) = fetched(f"{web}/other.jsonl?signature=abc", tmp_path / "fetched")
    assert path is not None
    assert (path.read_bytes(), url, why) == (b"3\n", f"{web}/other.jsonl", "")
    assert shown_url("https://key:word@example.com/a?b=c#d") == "https://example.com/a"
    assert shown_url("s3://bucket/a b?c") == "s3://bucket/a b?c"  # which is a name


def test_what_nobody_answers_says_why(web: str) -> None:
    with pytest.raises(BucketError, match="nowhere"):
        listed(f"{web}/nowhere/")
    with pytest.raises(BucketError, match="nowhere"):
        listed(f"{web}/nowhere.jsonl")


@pytest.mark.parametrize(
    ("url", "library", "words"),
    [
        ("memory://nowhere", "x", "there is nothing"),
        ("nosuch://bucket/x", "x", "nosuch"),
        ("s3://b/x", "s3fs", r"pip install '/.*\[s3\]'"),
        ("gs://b/x", "gcsfs", r"pip install '/.*\[gs\]'"),
        ("abfs://b/x", "adlfs", r"pip install '/.*\[abfs\]'"),
        ("https://example.com/x", "aiohttp", r"pip install '/.*\[https\]'"),
    ],
)
def test_what_cannot_be_read_says_why(
    url: str, library: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    monkeypatch.delitem(sys.modules, "fsspec.implementations.http", raising=False)
    for protocol in ("http", "https"):
        monkeypatch.delitem(sys.modules["fsspec.registry"]._registry, protocol, raising=False)
    with pytest.raises(BucketError, match=words):
        list(fetched(url, tmp_path / "fetched"))


def test_what_is_a_url() -> None:
    assert is_url("s3://bucket/key") and is_url("https://example.com/a.gz")
    assert not is_url("logs/a:b") and not is_url("C://") and not is_url("-")
