"""Events for an index, by the HTTP Event Collector (Getting Data In: "Format events for HTTP Event Collector").

What the collector refused because it was busy is sent again. What may or may not have arrived is not: it would be there
twice. `Uncertain` is raised, and the caller begins anew under another mark.
"""

from __future__ import annotations

import http.client
import json
import ssl
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from storypack.splunkd.answers import Malformed, decoded, mapping, whole
from storypack.splunkd.errors import DeployError, Refused, Uncertain, Unreachable
from storypack.splunkd.reasons import bad_certificate, failure_reason, is_no_tls, no_json
from storypack.splunkd.secret import Secret, one_line
from storypack.splunkd.transport import LONGEST_WAIT, REDIRECTS, Transport, retry_after, tls_context

MAX_EVENTS, MAX_BYTES = 1_000, 1 << 20
LARGEST_ANSWER = 1 << 20  # bytes; the collector sends a sentence, or a flag for each batch
_BUSY = (429, 503)
WRONG_INDEX = 7
_CURES = {
    1: "enable the token",
    4: "STORYPACK_SPLUNK_HEC_TOKEN is not a token of this collector",
    7: "create the index, and allow the token to write to it",
    14: "the token's acknowledgement is off",
}


@dataclass(frozen=True, slots=True)
class CollectorTarget:
    """Where the collector is, such as https://splunk.example.com:8088. `timeout` and `backoff` in seconds."""

    url: str
    ca: str | None = None
    insecure: bool = False
    timeout: float = 30.0
    retries: int = 5
    backoff: float = 0.5


@dataclass(frozen=True, slots=True)
class Event:
    """An event as the collector takes it; `time` in epoch seconds, `fields` are indexed."""

    raw: str
    time: float
    index: str
    sourcetype: str
    source: str = ""
    host: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)

    def text(self) -> str:
        """The JSON object to send."""
        given = {"host": self.host, "source": self.source, "sourcetype": self.sourcetype, "index": self.index}
        body = {"time": round(self.time, 6), **{name: value for name, value in given.items() if value}}
        return json.dumps({**body, "event": self.raw, "fields": dict(self.fields)}, ensure_ascii=False)


class Collector:
    """A connection to the collector. `send` gives how many events were accepted."""

    def __init__(self, target: CollectorTarget, token: Secret, sleep: Callable[[float], None] = time.sleep) -> None:
        self.target = target
        self._token = token
        self._sleep = sleep
        self._channel = str(uuid.uuid4())  # needed where the token asks for acknowledgement, harmless elsewhere
        tls = tls_context(target.ca, target.insecure) if target.url.startswith("https:") else None
        self._transport = Transport(target.timeout, tls, LARGEST_ANSWER)

    def __repr__(self) -> str:
        return f"Collector({self.target.url})"

    def close(self) -> None:
        self._transport.close()

    def send(self, events: Iterable[Event], wait: float, progress: Callable[[int], object] = lambda sent: None) -> int:
        """Send events in batches, and wait at most `wait` seconds for each acknowledgement that the token promises.

        `Refused`: the collector does not take them. `Uncertain`: some may have arrived.
        """
        sent = 0
        acks = []
        for batch in _batches(events):
            answer = self._post("event", "\n".join(batch).encode("utf-8", "replace"))
            sent += len(batch)
            if "ackId" in answer:
                with self._documented():
                    acks.append(whole(_path("event"), "ackId", answer["ackId"]))
            progress(sent)
        self._acknowledged(acks, wait)
        return sent

    def _acknowledged(self, acks: list[int], wait: float) -> None:
        """Wait until the indexers have written every batch."""
        deadline = time.monotonic() + wait
        pause = self.target.backoff
        while acks:
            answer = self._post("ack", json.dumps({"acks": acks}).encode())
            with self._documented():
                written = _flags(answer)
            acks = [ack for ack in acks if not written.get(str(ack))]
            if not acks:
                return
            if time.monotonic() >= deadline:
                raise Uncertain(f"{self.target.url}: {len(acks)} batches were not acknowledged within {wait:g} s")
            self._sleep(pause)
            pause = min(2 * pause, 5.0)

    def _post(self, what: str, body: bytes) -> dict[str, Any]:
        message = {
            "method": "POST",
            "body": body,
            "headers": [
                ("Authorization", f"Splunk {self._token.reveal()}"),
                ("Content-Type", "application/json"),
                ("X-Splunk-Request-Channel", self._channel),
            ],
        }
        url = self.target.url.rstrip("/") + _path(what)
        for attempt in range(self.target.retries + 1):
            pause = min(self.target.backoff * 2**attempt, LONGEST_WAIT)
            try:
                response = self._transport(url, message)
            except ssl.SSLCertVerificationError as error:
                raise bad_certificate(self.target.url, error) from error
            except ConnectionRefusedError as error:  # nothing was sent
                if attempt == self.target.retries:
                    cure = "is the HTTP Event Collector enabled? --hec-url names another address"
                    raise Unreachable(f"{self.target.url}: {error.strerror}", cure) from error
            except (OSError, http.client.HTTPException) as error:
                if is_no_tls(error):  # nothing was sent
                    raise Unreachable(f"{self.target.url}: {failure_reason(error)}", "does it speak http?") from error
                raise Uncertain(f"{self.target.url}: {failure_reason(error)}", pause) from error
            else:
                data = response["body"].read()
                answer = decoded(data, unique=True)
                if response["status"] == 200:
                    if answer is None:  # somebody else's "200 OK" says nothing of the events
                        raise Uncertain(f"{self.target.url}: {no_json(_path(what), data)}", pause)
                    if what == "event":
                        with self._documented():
                            _success(answer)
                    return answer
                if response["status"] not in _BUSY or attempt == self.target.retries:
                    raise self._refused(int(response["status"]), answer or {})
                pause = retry_after(response["headers"], pause)
            self._sleep(pause)
        raise AssertionError("unreachable")

    @contextmanager
    def _documented(self) -> Iterator[None]:
        """Reads of an answer to what was sent. `Uncertain` where it has another shape: the events may have arrived."""
        try:
            yield
        except Malformed as error:
            raise Uncertain(f"{self.target.url}: {error.message}", self.target.backoff) from error

    def _refused(self, status: int, answer: Mapping[str, Any]) -> DeployError:
        given, number, code = answer.get("text"), answer.get("invalid-event-number"), answer.get("code")
        text = one_line(given) if isinstance(given, str) and given.strip() else "no reason given"
        if status in REDIRECTS:
            text = "it names another address, to which nothing is sent"
        counted_from = 1 if code == WRONG_INDEX else 0  # splunkd's own counting
        at = ""
        if type(number) is int and counted_from <= number < MAX_EVENTS + counted_from:
            at = f" (event {number - counted_from + 1} of its batch)"
        message = f"{self.target.url}: HTTP {status}: {text}{at}"
        return Refused(status, message, _CURES.get(code, "") if isinstance(code, int) else "")


def _path(what: str) -> str:
    return f"/services/collector/{what}"


def _success(answer: Mapping[str, Any]) -> None:
    """Raises Malformed for an answer without the collector's code of success: another server's "200 OK"."""
    if whole(_path("event"), "code", answer.get("code")) != 0:
        raise Malformed(_path("event"), "code", "0 where the status is 200")


def _flags(answer: Mapping[str, Any]) -> dict[str, bool]:
    """For each batch, whether the indexers have written it."""
    flags = mapping(_path("ack"), "acks", answer.get("acks"))
    for flag in flags.values():
        if not isinstance(flag, bool):
            raise Malformed(_path("ack"), "each of acks", "true or false", flag)
    return flags


def _batches(events: Iterable[Event]) -> Iterator[list[str]]:
    """The events' texts, cut where the number or the size gets large."""
    batch: list[str] = []
    size = 0
    for event in events:
        text = event.text()
        if batch and (len(batch) == MAX_EVENTS or size + len(text) > MAX_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(text)
        size += len(text)
    if batch:
        yield batch
