"""Addresses where no splunkd answers, or one that must not be trusted: one line that says so, and what may help."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import trustme

from marked_secrets import new_secret
from splunkd import Splunkd
from storypack.deploy.instance import read_instance
from storypack.splunkd.connection import Connection, Target
from storypack.splunkd.credentials import Credentials
from storypack.splunkd.errors import DeployError, Uncertain
from storypack.splunkd.secret import Secret

PAGE = b"<html><head><title>Sign in</title><meta x></head><body>Welcome</body></html>"
TIDY_PAGE = b"<html><head><title>Sign in</title></head><body>Welcome</body></html>"


@contextmanager
def server(status: int, body: bytes, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """Something that gives everybody the same answer; its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_DELETE = do_GET

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """Clients that do not like the certificate go away."""

    running = Quiet(("127.0.0.1", 0), Handler)
    if tls:
        running.socket = tls.wrap_socket(running.socket, server_side=True)
    thread = threading.Thread(target=running.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield running.server_address[1]
    finally:
        running.shutdown()
        running.server_close()
        thread.join()


def credentials(kind: str) -> Credentials:
    secret = Secret(new_secret())
    return Credentials(token=secret) if kind == "token" else Credentials(username="admin", password=secret)


def refusal(port: int, kind: str = "token", **target: object) -> str:
    """What a person is told."""
    given = {"retries": 1, "backoff": 0.001, "host": "127.0.0.1", **target}
    connection = Connection(Target(port=port, **given), credentials(kind))  # type: ignore[arg-type]
    with pytest.raises(DeployError) as caught:
        read_instance(connection)
    connection.close()
    return str(caught.value)


@pytest.mark.parametrize("kind", ["token", "password"])
@pytest.mark.parametrize(
    ("status", "body"),
    [
        *[(status, page) for status in (200, 302, 404, 502) for page in (PAGE, TIDY_PAGE)],
        *[(200, body) for body in (b"", b"[1]", b"null", b'"x"', b'{"entry":[1]}', b'{"entry":[{"content":{}}]}')],
        (200, b"\xff\xfe"),
    ],
)
def test_something_else_answers(status: int, body: bytes, kind: str) -> None:
    with server(status, body) as port:
        told = refusal(port, kind, scheme="http")
    assert "Welcome" not in told and len(told) < 250
    if status == 200:
        assert "splunkd" in told
    else:
        assert "Sign in" in told or "splunkd" in told


def test_a_page_is_no_word_of_the_instance() -> None:
    """A proxy's "200 OK" for a write: nobody knows what became of it."""
    with server(200, PAGE) as port:
        connection = Connection(Target("127.0.0.1", port, scheme="http"), credentials("token"))
        with pytest.raises(Uncertain, match="Sign in"):
            connection.post("/services/x", {"name": "y"})
        with pytest.raises(Uncertain):
            connection.delete("/services/x")
        connection.close()


def test_the_wrong_scheme(splunkd: Splunkd) -> None:
    with server(200, PAGE) as port:
        assert "speaks no TLS" in refusal(port)
    assert "leave --scheme http out" in refusal(splunkd.port, scheme="http")


def unknown_host(*given: object, **more: object) -> None:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def test_nobody_there(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        assert "management port, usually 8089" in refusal(port)
        held.listen()
        assert "no answer in time" in refusal(port, timeout=0.1)
    monkeypatch.setattr(socket, "getaddrinfo", unknown_host)
    assert "look at --host" in refusal(8089, host="no-such-host.invalid")


@pytest.mark.parametrize(
    ("name", "since", "days", "cure"),
    [
        ("127.0.0.1", dt.datetime(2020, 1, 1), 30, "clocks of both machines"),
        ("127.0.0.1", dt.datetime(2090, 1, 1), 30, "clocks of both machines"),
        ("splunk.example.com", None, 0, "a name of the instance that the certificate has"),
    ],
    ids=["expired", "of the future", "for another name"],
)
def test_a_certificate_that_does_not_fit(
    name: str, since: dt.datetime | None, days: int, cure: str, tmp_path: Path
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    until = since + dt.timedelta(days=days) if since else None
    certificate = authority.issue_cert(name, not_before=since, not_after=until)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(tls)
    with server(200, PAGE, tls) as port:
        assert cure in refusal(port, ca=str(tmp_path / "ca.pem"))
