"""Events sent by the HTTP Event Collector ("Format events for HTTP Event Collector", Getting Data In)."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from storypack.deploy.connection import FAILURES, failure_reason
from storypack.deploy.errors import DeployError, Refused, Unreachable
from storypack.deploy.secret import Secret
from storypack.deploy.transport import Transport, tls_context

BATCH = 500_000  # characters per request; the collector's own limit is far above
RETRIES = 4


@dataclass(frozen=True, slots=True)
class Event:
    """One event. `time` in epoch seconds, None = now."""

    raw: str
    time: float | None
    sourcetype: str
    source: str = ""
    host: str = ""


@dataclass(slots=True)
class Collector:
    """A collector: its address (`https://host:8088`) and token."""

    url: str
    token: Secret
    ca: str | None = None
    insecure: bool = False
    timeout: float = 30.0
    sleep: Callable[[float], None] = time.sleep
    _transport: Transport = field(init=False)

    def __post_init__(self) -> None:
        tls = tls_context(self.ca, self.insecure) if self.url.startswith("https:") else None
        self._transport = Transport(self.timeout, tls)

    def send(self, events: Iterable[Event], index: str, run: str) -> int:
        """Send events into an index, each marked with the indexed field `storypack_run`. How many there were.

        A batch whose answer is lost is not sent again, since its events would be there twice: `Unreachable`.
        """
        sent = 0
        for batch in _batches(events):
            self._post("".join(_line(event, index, run) for event in batch))
            sent += len(batch)
        return sent

    def close(self) -> None:
        self._transport.close()

    def _post(self, body: str) -> None:
        headers = [("Authorization", f"Splunk {self.token.reveal()}"), ("Content-Type", "application/json")]
        message = {"method": "POST", "headers": headers, "body": body.encode()}
        for attempt in range(RETRIES + 1):
            try:
                answer = self._transport(f"{self.url}/services/collector/event", message)
            except ConnectionRefusedError as error:
                if attempt == RETRIES:
                    raise Unreachable(f"{self.url}: {failure_reason(error)}") from error
            except FAILURES as error:
                raise Unreachable(f"{self.url}: {failure_reason(error)}; events may have arrived or not") from error
            else:
                text = _text(answer["body"].read())
                if answer["status"] < 300:
                    return
                if answer["status"] not in (429, 503) or attempt == RETRIES:
                    cures = {401: "is the token right?", 403: "is the token right, and enabled?"}
                    cure = "may the token write to this index?" if "index" in text else cures.get(answer["status"], "")
                    raise Refused(answer["status"], f"the collector refuses the events: {text}", cure)
            self.sleep(0.5 * 2**attempt)


def _batches(events: Iterable[Event]) -> Iterator[list[Event]]:
    batch: list[Event] = []
    size = 0
    for event in events:
        batch.append(event)
        size += len(event.raw)
        if size >= BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _line(event: Event, index: str, run: str) -> str:
    made: dict[str, Any] = {"event": event.raw, "index": index, "fields": {"storypack_run": run}}
    if event.time is not None:
        made["time"] = round(event.time, 3)
    for name in ("sourcetype", "source", "host"):
        if value := getattr(event, name):
            made[name] = value
    return json.dumps(made)


def _text(body: bytes) -> str:
    try:
        answer = json.loads(body)
    except ValueError:
        return body[:200].decode("utf-8", "replace")
    number = answer.get("invalid-event-number")
    return str(answer.get("text", "")) + (f" (event {number})" if number is not None else "")


def check_index(index: str) -> None:
    """`DeployError` for what is no name of an index: it is written into searches."""
    if not index or not index.replace("_", "").replace("-", "").isalnum() or index != index.lower():
        raise DeployError(f"'{index}' is no index", "lower-case letters, digits, _ and - only")
