"""The connection to splunkd's management port: splunk-sdk's binding, with time-outs, verified TLS and careful retries.

A read is repeated after connection errors, 429 and 5xx. A write is repeated here only after 429, where the front end
says that it did nothing; after a lost answer or a 5xx `Uncertain` is raised, after another error `Refused`. Neither
says that nothing was written: `write.py` looks at the object before it sends anything again or gives up.
"""

from __future__ import annotations

import http.client
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from xml.etree.ElementTree import ParseError

from splunklib.binding import Context, HTTPError, UrlEncoded

from storypack.splunkd.answers import Malformed, checked, decoded
from storypack.splunkd.credentials import Credentials
from storypack.splunkd.errors import Uncertain, Unreachable
from storypack.splunkd.reasons import (
    PORT_CURE,
    bad_certificate,
    failure_cure,
    failure_reason,
    is_no_tls,
    is_page,
    no_json,
    refused,
)
from storypack.splunkd.transport import LONGEST_WAIT, TooLarge, Transport, retry_after, tls_context

PAGE = 500
FAILURES = (HTTPError, OSError, http.client.HTTPException, ParseError)
MOST_ENTRIES = 200_000  # of a collection: the bound for paging that does not end
Arguments = Mapping[str, str | list[str]]


@dataclass(frozen=True, slots=True)
class Target:
    """Where the instance is. `timeout` and `backoff` in seconds; `retries` on top of the first attempt."""

    host: str
    port: int = 8089
    scheme: str = "https"
    ca: str | None = None
    insecure: bool = False
    timeout: float = 30.0
    retries: int = 4
    backoff: float = 0.5

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.host_of_url}:{self.port}"

    @property
    def host_of_url(self) -> str:
        """The host as an address has it: IPv6 in brackets."""
        return f"[{self.host}]" if ":" in self.host else self.host


class Connection:
    """An authenticated connection. Reads give decoded JSON; writes give nothing."""

    def __init__(self, target: Target, credentials: Credentials, sleep: Callable[[float], None] = time.sleep) -> None:
        self.target = target
        self._sleep = sleep
        tls = tls_context(target.ca, target.insecure) if target.scheme == "https" else None
        self.transport = Transport(target.timeout, tls)
        arguments: dict[str, Any] = {}
        if credentials.token:
            arguments["splunkToken"] = credentials.token.reveal()
        elif credentials.session_key:
            arguments["token"] = credentials.session_key.reveal()
        else:
            arguments |= {
                "username": credentials.username,
                "password": credentials.password.reveal(),
                "autologin": True,
            }
        self._context = Context(self.transport, scheme=target.scheme, host=target.host, port=target.port, **arguments)

    def __repr__(self) -> str:
        return f"Connection({self.target.url})"

    def close(self) -> None:
        self.transport.close()

    @property
    def requests(self) -> int:
        """How many requests were sent so far."""
        return self.transport.requests

    # --- reads ----------------------------------------------------------------------------------------------

    def get(self, path: str, **arguments: str | list[str]) -> dict[str, Any]:
        """The JSON answer to a GET, `checked`. `Refused` with its status for 4xx; `Unreachable` when retries did not
        help; `Malformed` for an answer of another shape."""
        return self._decoded(lambda: self._context.get(encoded(path), output_mode="json", **arguments), path)

    def query(self, path: str, arguments: Arguments) -> dict[str, Any]:
        """A POST that changes nothing (a search): repeated like a read."""
        body = {**arguments, "output_mode": "json"}
        return self._decoded(lambda: self._context.post(encoded(path), body=body), path)

    def pause(self, attempt: int) -> None:
        """Wait as before the next attempt of a request; `attempt` counts from 0."""
        self._sleep(self._pause(attempt))

    def entries(self, path: str, **arguments: str | list[str]) -> Iterator[dict[str, Any]]:
        """Every entry of a collection, in pages of `PAGE`. Raises as `get`; `Malformed` when a page comes again."""
        offset = 0
        before: list[dict[str, Any]] = []
        while True:
            answer = self.get(path, count=str(PAGE), offset=str(offset), **arguments)
            page = answer.get("entry", [])
            if page and page == before:
                raise Malformed(path, f"the page from {offset}", "another one than the page before it")
            yield from page
            offset += len(page)
            if not page or offset >= answer.get("paging", {}).get("total", offset):
                return
            if offset > MOST_ENTRIES:
                raise Malformed(path, "the collection", f"at most {MOST_ENTRIES:,} entries")
            before = page

    # --- writes ---------------------------------------------------------------------------------------------

    def post(self, path: str, arguments: Arguments, *, plain: bool = False) -> dict[str, Any]:
        """A POST, and its JSON answer. After `Refused` and `Uncertain` nobody knows whether it took effect.

        `plain` for the few endpoints that know no JSON.
        """
        form = {} if plain else {"output_mode": "json"}
        return self._write(lambda: self._context.post(encoded(path), body=dict(arguments), **form), path, plain)

    def delete(self, path: str, *, plain: bool = False, **arguments: str) -> None:
        """A DELETE; raises as `post` does."""
        self._write(lambda: self._context.delete(encoded(path), output_mode="json", **arguments), path, plain)

    # --- sending --------------------------------------------------------------------------------------------

    def _decoded(self, call: Callable[[], Any], path: str) -> dict[str, Any]:
        attempt = 0
        while True:
            try:
                data = call().body.read()
            except FAILURES as error:
                self._give_up(error, attempt, path)
                wait = self._wait(error, attempt)
            else:
                answer = decoded(data)
                if answer is not None:
                    return checked(path, answer)
                if attempt >= self.target.retries:
                    raise Unreachable(f"{self.target.url}: {no_json(path, data)}", PORT_CURE)
                wait = self._pause(attempt)
            self._sleep(wait)
            attempt += 1

    def _write(self, call: Callable[[], Any], path: str, plain: bool = False) -> dict[str, Any]:
        attempt = 0
        while True:
            try:
                data = call().body.read()
            except FAILURES as error:
                status = _status(error)
                if (status is None or status >= 500) and not isinstance(error, ssl.SSLCertVerificationError):
                    why = _words(error, path)
                    wait = self._wait(error, attempt)
                    raise Uncertain(f"{self.target.url}: {why}", wait, saving=bool(status)) from error
                self._give_up(error, attempt, path)
                wait = self._wait(error, attempt)
            else:
                answer = {} if plain and not is_page(data) else decoded(data)
                if answer is None:  # a proxy's page, say: "200 OK" of somebody else is no word of the instance
                    raise Uncertain(f"{self.target.url}: {no_json(path, data)}", self._pause(attempt))
                try:
                    return checked(path, answer)
                except Malformed as error:
                    raise Uncertain(f"{self.target.url}: {error.message}", self._pause(attempt)) from error
            self._sleep(wait)
            attempt += 1

    def _give_up(self, error: Exception, attempt: int, path: str) -> None:
        """Raise what ends the attempts; nothing where another one makes sense."""
        status = _status(error)
        if status is not None and status != 429 and status < 500:
            raise refused(status, *_answered(error), path) from error
        if isinstance(error, ssl.SSLCertVerificationError):
            raise bad_certificate(self.target.url, error) from error
        if attempt >= self.target.retries or is_no_tls(error) or isinstance(error, TooLarge):
            cure = failure_cure(error, self.target.scheme)
            raise Unreachable(f"{self.target.url}: {_words(error, path)}", cure, status or 0) from error

    def _wait(self, error: Exception, attempt: int) -> float:
        return retry_after(getattr(error, "headers", None) or [], self._pause(attempt))

    def _pause(self, attempt: int) -> float:
        return float(min(self.target.backoff * 2**attempt, LONGEST_WAIT))


def encoded(path: str) -> Any:
    """A path as it is: splunk-sdk must not quote it once more."""
    return UrlEncoded(path, skip_encode=True)


def ns(
    app: str, collection: str, name: str | None = None, *, owner: str = "nobody", key: str = "", sub: str = ""
) -> str:
    """The path of a collection, of an entity, or of one key of a stanza; a slash in a name becomes %2F."""
    path = f"/servicesNS/{quote(owner, safe='')}/{quote(app, safe='')}/{collection}"
    for part in (name, key or None):
        if part is not None:
            path += f"/{quote(part, safe='')}"
    return f"{path}/{sub}" if sub else path


def _status(error: Exception) -> int | None:
    """The HTTP status of an error; None where no whole answer came."""
    return int(error.status) if isinstance(error, HTTPError) else None


def _answered(error: Exception) -> tuple[bytes, str]:
    """The body and the reason phrase of an error answer."""
    return getattr(error, "body", b"") or b"", str(getattr(error, "reason", ""))


def _words(error: Exception, path: str) -> str:
    """What went wrong, without the text of a page that somebody else sent."""
    status = _status(error)
    return failure_reason(error) if status is None else refused(status, *_answered(error), path).message
