"""An answer ends: in time, in size, however the server sends it. The servers here are harmless: slow, long, or odd."""

from __future__ import annotations

import time

import pytest

from marked_secrets import new_secret
from odd_answers import CHUNKED, HEAD, drip, flood, server, whole
from storypack.splunkd import transport
from storypack.splunkd.connection import Connection, Target
from storypack.splunkd.credentials import Credentials
from storypack.splunkd.errors import DeployError, Uncertain, Unreachable
from storypack.splunkd.secret import Secret
from storypack.splunkd.transport import TooLarge, Transport, retry_after


def connection(port: int, **options: float) -> Connection:
    target = Target("127.0.0.1", port, scheme="http", timeout=0.1, retries=1, backoff=0.001, **options)  # type: ignore[arg-type]
    return Connection(target, Credentials(token=Secret(new_secret())))


LONG = HEAD + b"Content-Length: 1000000\r\n\r\n"


@pytest.mark.parametrize(
    ("head", "piece"),
    [(b"", b"H"), (HEAD, b"X-A: b\r\n"), (HEAD, b"x"), (LONG, b" "), (CHUNKED, b"1\r\n \r\n"), (CHUNKED, b"0")],
    ids=["status", "headers", "one header", "body", "chunks", "chunk size"],
)
def test_a_server_that_drips_is_left(head: bytes, piece: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "TIMEOUTS", 3)
    with server(drip(head, piece)) as port:
        way = connection(port)
        begun = time.monotonic()
        with pytest.raises(DeployError) as caught:
            way.get("/services/x")
        with pytest.raises(Uncertain):
            way.post("/services/x", {"a": "b"})
        assert time.monotonic() - begun < 10  # 3 answers of 0.3 s, on a busy machine
        way.close()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("head", "piece"),
    [(HEAD + b"Content-Length: 999999999999\r\n\r\n", b" " * 4096), (CHUNKED, b"1000\r\n" + b" " * 4096 + b"\r\n")],
    ids=["length", "chunks"],
)
def test_an_answer_has_a_largest_size(head: bytes, piece: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "LARGEST", 1 << 16)
    with server(flood(head, piece)) as port:
        way = connection(port)
        with pytest.raises(Unreachable, match="larger than 65,536 bytes"):
            way.get("/services/x")
        assert way.requests == 1  # asking again is of no use
        with pytest.raises(Uncertain, match="larger than"):
            way.post("/services/x", {"a": "b"})
        way.close()


def test_what_fits_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Just below the bounds nothing is cut off, and the connection is kept."""
    body = b'{"a": "' + b"x" * 50_000 + b'"}'
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:7], body[7:])) + b"0\r\n\r\n"
    monkeypatch.setattr(transport, "LARGEST", len(body) + 200)
    for answer in (HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body, CHUNKED + chunks):
        with server(whole(answer)) as port:
            way = connection(port)
            for _ in range(3):
                assert way.get("/services/x") == {"a": "x" * 50_000}
            way.close()


def test_the_bound_itself_is_an_error_of_http() -> None:
    with server(whole(HEAD + b"Content-Length: 4\r\n\r\nnull")) as port:
        plain = Transport(1.0, None)
        assert plain(f"http://127.0.0.1:{port}/", {})["body"].read() == b"null"
        plain.close()
    assert issubclass(TooLarge, Exception) and not issubclass(TooLarge, OSError)


@pytest.mark.parametrize(("value", "wait"), [("3", 3.0), ("999999", 60.0), ("²", 0.5), ("-1", 0.5), ("soon", 0.5)])
def test_retry_after(value: str, wait: float) -> None:
    assert retry_after([("Retry-After", value)], 0.5) == wait
