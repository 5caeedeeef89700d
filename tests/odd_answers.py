"""What a server may answer instead of what it should: values of any shape, and odd ways of sending.

All of it is harmless: slow, long, or odd, and on loopback only."""

from __future__ import annotations

import gzip
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

SHAPES: list[Any] = [
    *(None, True, 0, -1, 1.5, 1e999, 10**30, "", "x", "1", "²", [], {}, [None], [[]], [{}], ["a"], {"a": None}),
    *({"name": 1}, [{"name": {}}], [{"name": "a"}, 7], {"entry": []}, "\ud800", "\x1b[31m", [[[[["a"]]]]]),
]


def replaced(value: Any, shapes: list[Any]) -> Iterator[Any]:
    """A JSON value with each of its parts, in turn, replaced by each shape, or left out."""
    yield from shapes
    if isinstance(value, dict):
        for key, part in value.items():
            yield {name: other for name, other in value.items() if name != key}
            yield from ({**value, key: other} for other in replaced(part, shapes))
    elif isinstance(value, list) and value:
        yield from ([other, *value[1:]] for other in replaced(value[0], shapes))


# --- servers ---

HEAD = b"HTTP/1.1 200 OK\r\n"
Script = Callable[[socket.socket, threading.Event, bytes], None]


@contextmanager
def server(script: Script) -> Iterator[int]:
    """Reads each request and lets `script` answer it; its port."""
    ended = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.05)

    def serve() -> None:
        while not ended.is_set():
            try:
                client, _ = listener.accept()
            except TimeoutError:
                continue
            with client, suppress(OSError):
                client.settimeout(5)
                while request := client.recv(65536):
                    script(client, ended, request)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        ended.set()
        thread.join(5)
        listener.close()


def drip(head: bytes, piece: bytes) -> Script:
    """Sends `piece` for ever, a little at a time: no read waits as long as its time-out."""

    def script(client: socket.socket, ended: threading.Event, request: bytes) -> None:
        client.sendall(head)
        while not ended.wait(0.02):
            client.sendall(piece)

    return script


def flood(head: bytes, piece: bytes) -> Script:
    """Sends `piece` as often as somebody reads it."""

    def script(client: socket.socket, ended: threading.Event, request: bytes) -> None:
        client.sendall(head)
        while not ended.is_set():
            client.sendall(piece)

    return script


def whole(answer: bytes) -> Script:
    return lambda client, ended, request: client.sendall(answer)


# --- ways of answering that no service of Splunk has ---

CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
JSON = b"Content-Type: application/json"


def http(status: str, body: bytes = b"", *headers: bytes) -> bytes:
    """A whole answer, such as one of "301 Moved"."""
    lines = [b"HTTP/1.1 " + status.encode(), *headers, b"Content-Length: " + str(len(body)).encode()]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def echo(status: str) -> Script:
    """Repeats the request in its refusal, with what would steer a terminal."""

    def script(client: socket.socket, ended: threading.Event, request: bytes) -> None:
        text = "\x1b[31mno\x07\r\n" + request.decode("latin-1")
        words = dict.fromkeys(("message", "text", "description", "msg"), text)
        client.sendall(http(status, json.dumps({**words, "messages": [words]}).encode(), JSON))

    return script


def moved(status: str) -> Script:
    """Sends everybody back to where they come from."""
    return whole(http(status, b"", b"Location: /services/x"))


def _bodies() -> Iterator[tuple[str, bytes]]:
    yield from {
        "list": b"[1]", "text": b'"x"', "number": b"1", "null": b"null", "empty": b"", "half": b'{"code": 0, "te',
        "key twice": b'{"code": 0, "code": 7}', "half a pair": b'{"code": 0, "text": "\\ud800"}',
        "no UTF-8": b'{"a": "\xff"}',
        "NaN": b'{"code": NaN}', "digits": b'{"code": ' + b"1" * 9000 + b"}",
        "deep lists": b"[" * 50_000, "deep objects": b'{"a":' * 60 + b"1" + b"}" * 60, "NUL": b"\0" * 100,
        "page": b"<!DOCTYPE html><html><head><title>Sign in\n\x1b[2J</title></head></html>",
        "unended titles": b"<html>" + b"<title " * 8_000, "blank title": b"<html><title>" + b" " * 50_000 + b"</html>",
        "XML": b"<response><messages><msg>" + b"no " * 9_000 + b"</msg></messages></response>",
        "entities": b'<!DOCTYPE a [<!ENTITY b "c">]><response><messages><msg>&b;</msg></messages></response>',
        "long reason": b'{"message": "' + b"x" * 100_000 + b'", "text": ["x"], "messages": [{"text": {"a": "\\n"}}]}',
        "other shapes": b'{"code": [], "text": {}, "message": 7, "invalid-event-number": 1e308, "messages": {}}',
    }.items()  # fmt: skip


ODD: dict[str, Script] = {
    "closes": lambda client, ended, request: client.close(),
    "half a status": whole(b"HTTP/1.1 2"),
    "no status": whole(b"220 ftp.example.com ready\r\n"),
    "status of letters": whole(b"HTTP/1.1 abc OK\r\n\r\n"),
    "status 0": whole(b"HTTP/1.1 0 OK\r\n\r\n"),
    "status 999": whole(http("999 What", b"{}")),
    "no length": whole(HEAD + b"\r\n"),
    "negative length": whole(HEAD + b"Content-Length: -5\r\n\r\n{}"),
    "length of letters": whole(HEAD + b"Content-Length: x\r\n\r\n{}"),
    "endless length": flood(HEAD + b"Content-Length: " + b"9" * 30 + b"\r\n\r\n", b" " * 4096),
    "endless chunks": flood(CHUNKED, b"1000\r\n" + b" " * 4096 + b"\r\n"),
    "negative chunk": whole(CHUNKED + b"-5\r\n{}\r\n0\r\n\r\n"),
    "chunk of letters": whole(CHUNKED + b"xyz\r\n{}\r\n0\r\n\r\n"),
    "huge chunk": whole(CHUNKED + b"f" * 15 + b"\r\n{}"),
    "cut chunk": lambda client, ended, request: (client.sendall(CHUNKED + b"10\r\n{}"), client.close())[-1],
    "endless continue": flood(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "long header": whole(HEAD + b"X: " + b"a" * 100_000 + b"\r\n\r\n"),
    "many headers": whole(HEAD + b"X: a\r\n" * 200 + b"\r\n"),
    "odd header": whole(http("200 OK", b"x", b"\xff\x00: \x01", b" folded: a", b"::")),
    "packed": whole(http("200 OK", gzip.compress(b"{}", mtime=0), JSON, b"Content-Encoding: gzip")),
    "no content": whole(http("204 No Content")),
    "wait for ever": whole(http("503 Busy", b"", b"Retry-After: " + b"9" * 4000)),
    "wait backwards": whole(http("429 Busy", b"{}", b"Retry-After: -1")),
    "drips": drip(HEAD + b"Content-Length: 100000\r\n\r\n", b" "),
    "silence": lambda client, ended, request: None,
    **{f"moved {status}": moved(f"{status} Moved") for status in (300, 301, 302, 303, 304, 307, 308)},
    **{f"echo {status}": echo(f"{status} No") for status in (400, 401, 403, 404, 407, 409, 418, 500, 502)},
    **{f"200 {name}": whole(http("200 OK", body, JSON)) for name, body in _bodies()},
    **{f"400 {name}": whole(http("400 Bad Request", body, JSON)) for name, body in _bodies()},
    **{f"500 {name}": whole(http("500 Oops", body, JSON)) for name, body in _bodies()},
}
"""Ways to answer any request, by name; no client may take one of them for a success."""
