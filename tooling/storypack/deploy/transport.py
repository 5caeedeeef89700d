"""One HTTP connection that is kept open, in the form that splunk-sdk takes a handler: `(url, message) -> response`.

The SDK's own handler opens a connection per request, has no time-out unless told, and reads the body after the
connection's time-out has been forgotten. This one reads the whole body, in time or not at all.
"""

from __future__ import annotations

import http.client
import io
import ssl
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from storypack.deploy.errors import DeployError

IDLE = 4.0  # seconds after which a kept connection is not trusted: the server may be about to close it


@dataclass(slots=True)
class Transport:
    """Sends requests over one connection. `timeout` in seconds, for connecting and for each read. `requests` counts."""

    timeout: float
    context: ssl.SSLContext | None
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
        try:
            connection.request(message.get("method", "GET"), path, body, headers)
            response = connection.getresponse()
            if response.length is None and not response.chunked:
                # splunkd always says how long its answer is: the connection was cut within the headers, and what looks
                # like an empty answer is none
                raise http.client.IncompleteRead(b"")
            data = response.read()
        except ValueError as error:
            self.close()
            if isinstance(error, OSError):  # as a certificate's failure is
                raise
            raise http.client.HTTPException("the request cannot be sent: its address or a header is wrong") from None
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
        return self._kept


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
