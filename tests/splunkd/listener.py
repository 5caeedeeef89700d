"""One HTTPS port: reads requests, lets faults strike, writes answers. Knows nothing of Splunk."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote_plus

from splunkd.faults import Down, Fault, Faults, Seen
from splunkd.request_log import Logged, RequestLog, is_reading

MAX_BODY = 256 * 1024 * 1024
IDLE_SECONDS = 30.0


@dataclass(frozen=True)
class Plain:
    """An answer as bytes."""

    status: int
    body: bytes = b""
    content_type: str = "text/xml; charset=utf-8"
    headers: Mapping[str, str] | None = None
    user: str = ""


@dataclass
class Shared:
    """What all ports of an instance share. `lock` serialises requests; `snapshot` gives a function that undoes."""

    faults: Faults
    log: RequestLog
    lock: threading.RLock
    snapshot: Callable[[], Callable[[], None]]
    expire: Callable[[], None]
    stopping: threading.Event
    max_requests: int
    down: Down
    on_disk: Callable[[], None] | None = None  # shows what a write saved and memory does not have yet

    def save(self, seen: Seen) -> None:
        """What is on disk alone shows once something is reloaded or written."""
        if self.on_disk and ("_reload" in seen.path or (seen.method != "GET" and not is_reading(seen.path))):
            self.on_disk()
            self.on_disk = None

    def number(self) -> int:
        """The next request's number, from 1."""
        return len(self.log) + 1


Answerer = Callable[[str, str, dict[str, str], bytes], Plain]


class Listener(ThreadingHTTPServer):
    """One port of 127.0.0.1, served by daemon threads until `stop`."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, name: str, answer: Answerer, refusal: Callable[[int, str], Plain], shared: Shared,
                 context: ssl.SSLContext, port: int = 0) -> None:  # fmt: skip
        self.name, self.answer, self.refusal, self.shared, self.context = name, answer, refusal, shared, context
        super().__init__(("127.0.0.1", port), _Connection)
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), name=f"splunkd {name}", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def stop(self) -> None:
        self.shutdown()
        self.server_close()
        self._thread.join(timeout=5)

    def verify_request(self, request: object, client_address: object) -> bool:
        """During a restart the first connections are closed as they come."""
        shared = self.shared
        with shared.lock:
            if shared.down.refused > 0:
                shared.down.refused -= 1
                shared.log.add(Logged(shared.number(), self.name, "-", "-", fault="restarting: refused", effect=False))
                return False
        return not shared.stopping.is_set()

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that go away in the middle are part of the tests: nothing is printed for them."""
        import sys

        if not isinstance(sys.exception() if hasattr(sys, "exception") else sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "Splunkd", ""
    timeout = IDLE_SECONDS
    server: Listener

    def setup(self) -> None:
        self.request.settimeout(self.timeout)
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.request = self.server.context.wrap_socket(self.request, server_side=True)
        super().setup()

    def finish(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            super().finish()
        with contextlib.suppress(OSError):
            self.request.close()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on stderr: `splunkd.log` has it."""

    def do_GET(self) -> None:
        self._serve()

    do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_GET

    def _serve(self) -> None:
        try:
            size = int(self.headers.get("Content-Length") or 0)
        except ValueError:
            size = -1
        if 0 <= size <= MAX_BODY:
            answer, fault = self._decide(self.rfile.read(size))
            self._send(answer, fault)
        else:
            self.close_connection = True
            self._send(self.server.refusal(413, "Request Entity Too Large"), None)

    def _decide(self, body: bytes) -> tuple[Plain, Fault | None]:
        """The answer and the fault that strikes it; logged. One request at a time."""
        server, shared = self.server, self.server.shared
        path, _, query = self.path.partition("?")
        with shared.lock:
            seen = Seen(shared.number(), server.name, self.command, unquote_plus(path))
            if seen.number > shared.max_requests:
                shared.stopping.set()
            fault, note, effect = None, "", False
            if shared.stopping.is_set():
                answer, note = server.refusal(503, "The stand-in has stopped."), "stopped"
            elif shared.down.unavailable > 0:
                shared.down.unavailable -= 1
                answer, note = server.refusal(503, "Service Unavailable: starting up"), "restarting"
            else:
                fault = shared.faults.pick(seen)
                shared.save(seen)
                answer, effect = self._answer(fault, body)
                note = str(fault) if fault else ""
            sent = 0 if fault and fault.kind in ("cut", "restart") else answer.status
            names = tuple(sorted({pair.partition("=")[0] for pair in query.split("&") if pair}))
            shared.log.add(
                Logged(seen.number, server.name, seen.method, seen.path, names, sent, answer.user, note, effect)
            )
            if fault and fault.kind == "restart":
                shared.expire()
                shared.down.refused, shared.down.unavailable = fault.refused, fault.unavailable
        return answer, fault

    def _answer(self, fault: Fault | None, body: bytes) -> tuple[Plain, bool]:
        """The answer, and whether the request did its work."""
        server, shared = self.server, self.server.shared
        if fault and fault.kind == "throttle":
            answer = server.refusal(429, "Too Many Requests")
            retry = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
            return Plain(answer.status, answer.body, answer.content_type, {**(answer.headers or {}), **retry}), False
        if fault and fault.kind == "busy":
            return server.refusal(503, "Service Unavailable"), False
        if fault and fault.kind == "expire":
            shared.expire()
            return server.refusal(401, "call not properly authenticated"), False
        undo = shared.snapshot() if fault and (not fault.effect or fault.stale) else None
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = server.answer(self.command, self.path, headers, body)
        if fault and fault.stale:
            shared.on_disk = shared.snapshot()
        if undo:
            undo()
        if fault and fault.kind == "answer":
            plain = server.refusal(fault.status, f"The stand-in was told to answer {fault.status}.")
            answer = plain if fault.body is None else Plain(fault.status, fault.body, plain.content_type)
        return answer, not fault or fault.effect

    def _send(self, answer: Plain, fault: Fault | None) -> None:
        if fault and fault.kind == "late":
            self.server.shared.stopping.wait(fault.seconds)
        try:
            phrase = HTTPStatus(answer.status).phrase
        except ValueError:
            phrase = ""
        keep = self.headers.get("Connection", "").lower() != "close" and not self.close_connection
        head = {
            "Date": self.date_time_string(),
            "Server": "Splunkd",
            "Cache-Control": "no-store, no-cache, must-revalidate, max-age=0",
            "X-Content-Type-Options": "nosniff",
            "Connection": "Keep-Alive" if keep else "Close",
            "Content-Type": answer.content_type,
            "Content-Length": str(len(answer.body)),
            **(answer.headers or {}),
        }
        lines = [f"HTTP/1.1 {answer.status} {phrase}", *(f"{name}: {value}" for name, value in head.items()), "", ""]
        data = "\r\n".join(lines).encode("latin-1", "replace")
        if self.command != "HEAD" and answer.status != 204:
            data += answer.body
        self.close_connection = not keep
        try:
            if fault and fault.kind in ("cut", "restart"):
                self._cut(data[: fault.after_bytes])
            else:
                self.wfile.write(data)
        except OSError:
            self.close_connection = True

    def _cut(self, data: bytes) -> None:
        """Send this much, then close without TLS's goodbye."""
        self.close_connection = True
        if data:
            self.wfile.write(data)
        self.connection.shutdown(socket.SHUT_RDWR)
