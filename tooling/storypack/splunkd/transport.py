"""One HTTP connection that is kept open, in the form that splunk-sdk takes a handler: `(url, message) -> response`.

The SDK's own handler opens a connection per request, has no time-out unless told, and reads the body after the
connection's time-out has been forgotten. This one reads the whole body, in time and in bounds or not at all.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from storypack.splunkd.errors import DeployError

TIMEOUTS = 10  # a whole answer may take so many times the time-out of a read: the bound for a server that drips
LARGEST = 256 << 20  # bytes of an answer, its headers included
_PIECE = 1 << 16
REDIRECTS = range(300, 400)  # followed nowhere: credentials would go to whatever address an answer names
LONGEST_WAIT = 60.0  # seconds; a Retry-After beyond that is cut
IDLE = 4.0  # seconds after which a kept connection is not trusted: the server may be about to close it


class TooLarge(http.client.HTTPException):
    """An answer that goes on beyond `LARGEST` bytes. Asking again is of no use."""


class _Bounded(io.RawIOBase):
    """The bytes of one answer, its headers included: TimeoutError after the deadline, TooLarge beyond the size."""

    def __init__(self, connection: socket.socket, timeout: float, largest: int) -> None:
        self._socket = connection
        self._stream: io.RawIOBase = connection.makefile("rb", buffering=0)
        self._timeout = timeout
        self._deadline = time.monotonic() + TIMEOUTS * timeout
        self._largest = self._left = largest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        remaining = self._deadline - time.monotonic()
        if remaining <= 0:
            raise TimeoutError("the answer did not end in time")
        self._socket.settimeout(min(self._timeout, remaining))
        size = self._stream.readinto(buffer)
        self._left -= size or 0
        if self._left < 0:
            raise TooLarge(f"the answer is larger than {self._largest:,} bytes")
        return size

    def close(self) -> None:
        self._stream.close()
        super().close()


def _response_class(timeout: float, largest: int) -> type[http.client.HTTPResponse]:
    class Response(http.client.HTTPResponse):
        """An answer that is read in bounds."""

        def __init__(self, sock: socket.socket, *given: Any, **more: Any) -> None:
            super().__init__(sock, *given, **more)
            self.fp.close()
            self.fp = io.BufferedReader(_Bounded(sock, timeout, largest))

    return Response


def _body(response: http.client.HTTPResponse) -> bytes:
    """The whole body. In pieces: what a header or a chunk announces is not allocated before it is there."""
    pieces = list(iter(lambda: response.read(_PIECE), b""))
    if response.length:
        raise http.client.IncompleteRead(b"", response.length)
    return b"".join(pieces)


@dataclass(slots=True)
class Transport:
    """Sends requests over one connection. `timeout` in seconds, for connecting and for each read; a whole answer may
    take `TIMEOUTS` of them and have `largest` bytes. `requests` counts."""

    timeout: float
    context: ssl.SSLContext | None
    largest: int = field(default_factory=lambda: LARGEST)
    requests: int = 0
    _kept: http.client.HTTPConnection | None = None
    _address: tuple[str, str] = ("", "")
    _used: float = field(default=0.0)

    def __call__(self, url: str, message: dict[str, Any], **extra: Any) -> dict[str, Any]:
        """Send a request of the SDK; raises OSError or http.client.HTTPException when no whole answer came."""
        parts = urlsplit(url)
        body = message.get("body", b"")
        if isinstance(body, str):
            body = body.encode()
        headers = {"Accept": "*/*", "Content-Length": str(len(body)), **dict(message.get("headers", []))}
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        connection = self._connection(parts.scheme, parts.netloc)
        self.requests += 1
        if connection.sock is not None:  # the end of the answer before may have had less time
            connection.sock.settimeout(self.timeout)
        fault = "the request cannot be sent: its address or a header is wrong"
        try:
            connection.request(message.get("method", "GET"), path, body, headers)
            fault = "the answer is no HTTP"
            response = connection.getresponse()
            if response.length is None and not response.chunked:
                # splunkd always says how long its answer is: the connection was cut within the headers, and what looks
                # like an empty answer is none
                raise http.client.IncompleteRead(b"")
            data = _body(response)
        except ValueError as error:
            self.close()
            if isinstance(error, OSError):  # as a certificate's failure is
                raise
            raise http.client.HTTPException(fault) from None
        except BaseException:
            self.close()
            raise
        if response.will_close:
            self.close()
        self._used = time.monotonic()
        answer_headers = response.getheaders()
        return {
            "status": response.status,
            "reason": response.reason,
            "headers": answer_headers,
            "body": io.BytesIO(data),
        }

    def close(self) -> None:
        """Close the connection; the next request opens a new one."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    def _connection(self, scheme: str, netloc: str) -> http.client.HTTPConnection:
        if self._kept is not None and (self._address != (scheme, netloc) or time.monotonic() - self._used > IDLE):
            self.close()
        if self._kept is None:
            self._address = (scheme, netloc)
            if scheme == "https":
                self._kept = http.client.HTTPSConnection(netloc, timeout=self.timeout, context=self.context)
            else:
                self._kept = http.client.HTTPConnection(netloc, timeout=self.timeout)
            self._kept.response_class = _response_class(self.timeout, self.largest)
        return self._kept


def retry_after(headers: Iterable[tuple[str, str]], otherwise: float) -> float:
    """The seconds that an answer's Retry-After names, at most `LONGEST_WAIT`; `otherwise` when it names none."""
    for name, value in headers:
        if name.lower() == "retry-after" and value.isascii() and value.isdigit():
            return min(float(value), LONGEST_WAIT)
    return otherwise


def tls_context(ca: str | None, insecure: bool) -> ssl.SSLContext:
    """A context that verifies certificate and host name, against the system's or the given authorities.

    Only `insecure` switches that off. DeployError when the file of authorities cannot be read.
    """
    try:
        context = ssl.create_default_context(cafile=ca)
    except OSError as error:  # ssl.SSLError is one
        raise DeployError(f"cannot read the certificates of {ca}: {error}") from error
    if insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
