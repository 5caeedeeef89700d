"""The HTTP Event Collector, on its own port: /services/collector[/event|/raw|/ack|/health]."""

from __future__ import annotations

import base64
import binascii
import json
import time
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from splunkd.json_form import dumps
from splunkd.listener import Plain
from splunkd.state import State

JSON = "application/json; charset=UTF-8"
CODES: Mapping[int, tuple[int, str]] = {
    0: (200, "Success"),
    1: (403, "Token disabled"),
    2: (401, "Token is required"),
    3: (401, "Invalid authorization"),
    4: (403, "Invalid token"),
    5: (400, "No data"),
    6: (400, "Invalid data format"),
    7: (400, "Incorrect index"),
    9: (503, "Server is busy"),
    10: (400, "Data channel is missing"),
    12: (400, "Event field is required"),
    13: (400, "Event field cannot be blank"),
    14: (400, "ACK is disabled"),
    15: (400, "Error in handling indexed fields"),
    16: (400, "Query string authorization is not enabled"),
    17: (200, "HEC is healthy"),
}
PATHS = {
    "/services/collector": "event",
    **{f"/services/collector/{what}": what for what in ("event", "raw", "ack", "health")},
    **{f"/services/collector/{what}/1.0": what for what in ("event", "raw", "health")},
}
_KEYS = frozenset({"time", "host", "source", "sourcetype", "index", "event", "fields"})


class _Failed(Exception):
    """A request that ends with one of the codes."""

    def __init__(self, code: int, number: int | None = None) -> None:
        super().__init__(str(code))
        self.code = code
        self.number = number


def answer(state: State, method: str, target: str, headers: dict[str, str], body: bytes) -> Plain:
    """The answer to a request of the collector."""
    parts = urlsplit(target)
    what = PATHS.get(parts.path.rstrip("/"))
    query = dict(parse_qsl(parts.query))
    if what is None:
        return refusal(404, "The requested URL was not found on this server.")
    if what == "health":
        return _code(17)
    try:
        if method != "POST":
            return Plain(405, refusal(404, "The requested URL was not found on this server.").body, JSON)
        name, token = _token(state, headers, query)
        channel = headers.get("x-splunk-request-channel") or query.get("channel", "")
        if what == "ack":
            return _ack(token, channel, body)
        if token.get("ack") and not channel:
            raise _Failed(10)
        events = _raw(state, token, query, body) if what == "raw" else _events(state, token, query, body)
        for event in events:
            state.add_event(**event)
        extra = {}
        if token.get("ack"):
            token.setdefault("acks", []).append(True)
            extra["ackId"] = len(token["acks"]) - 1
        return _code(0, user=name, **extra)
    except _Failed as failed:
        number: dict[str, Any] = {} if failed.number is None else {"invalid-event-number": failed.number}
        return _code(failed.code, **number)


def refusal(status: int, text: str) -> Plain:
    """An answer that is none of the collector's codes."""
    code = 9 if status == 503 else status
    return Plain(status, dumps({"text": text, "code": code}), JSON)


def _token(state: State, headers: Mapping[str, str], query: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    given = headers.get("authorization", "")
    if not given and query.get("token"):
        raise _Failed(16 if query["token"] in state.hec_tokens else 4)
    if not given:
        raise _Failed(2)
    scheme, _, secret = given.partition(" ")
    if scheme.lower() == "basic":
        try:
            secret = base64.b64decode(secret, validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            raise _Failed(3) from None
    elif scheme.lower() != "splunk":
        raise _Failed(3)
    token = state.hec_tokens.get(secret.strip())
    if token is None:
        raise _Failed(4)
    if token.get("settles", 0) > 0:  # it was made a moment ago
        token["settles"] -= 1
        raise _Failed(4)
    if token.get("disabled"):
        raise _Failed(1)
    return str(token["name"]), token


def _events(state: State, token: Mapping[str, Any], query: Mapping[str, str], body: bytes) -> list[dict[str, Any]]:
    """JSON objects one after another, or arrays of them. Those before a bad one are indexed, as on a real one."""
    made: list[dict[str, Any]] = []
    try:
        for given in _objects(body):
            made.append(_event(state, token, {**query, **given}))
    except _Failed as failed:
        for event in made:
            state.add_event(**event)
        raise _Failed(failed.code, len(made) + (failed.code == 7)) from None
    if not made:
        raise _Failed(5)
    return made


def _objects(body: bytes) -> Iterator[dict[str, Any]]:
    decoder = json.JSONDecoder()
    text = body.decode("utf-8", "replace").strip()
    while text:
        try:
            value, end = decoder.raw_decode(text)
        except ValueError:
            raise _Failed(6) from None
        for one in value if isinstance(value, list) else [value]:
            if not isinstance(one, dict):
                raise _Failed(6)
            yield one
        text = text[end:].lstrip()


def _event(state: State, token: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    event = given.get("event")
    if event is None:
        raise _Failed(12)
    if event == "":
        raise _Failed(13)
    fields = given.get("fields", {})
    if not isinstance(fields, dict) or any(isinstance(value, dict) for value in fields.values()):
        raise _Failed(15)
    if given.keys() - _KEYS - {"channel"}:
        raise _Failed(6)
    try:
        when = float(given["time"]) if "time" in given else time.time()
    except (TypeError, ValueError):
        raise _Failed(15) from None
    text = event if isinstance(event, str) else json.dumps(event, separators=(",", ":"), ensure_ascii=False)
    return {"event": text, "time": when, "fields": fields, **_origin(state, token, given)}


def _raw(state: State, token: Mapping[str, Any], query: Mapping[str, str], body: bytes) -> list[dict[str, Any]]:
    lines = [line for line in body.decode("utf-8", "replace").splitlines() if line.strip()]
    if not lines:
        raise _Failed(5)
    when = float(query.get("time", time.time()))
    return [{"event": line, "time": when, **_origin(state, token, query)} for line in lines]


def _origin(state: State, token: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    index = str(given.get("index") or token.get("index") or "main")
    allowed = token.get("indexes") or state.indexes
    if index not in allowed or index not in state.indexes:
        raise _Failed(7)
    return {
        "index": index,
        "sourcetype": str(given.get("sourcetype") or token.get("sourcetype") or "httpevent"),
        "source": str(given.get("source") or f"http:{token['name']}"),
        "host": str(given.get("host") or "splunkd.example.com"),
    }


def _ack(token: Mapping[str, Any], channel: str, body: bytes) -> Plain:
    if not token.get("ack"):
        raise _Failed(14)
    if not channel:
        raise _Failed(10)
    try:
        wanted = json.loads(body)["acks"]
    except (ValueError, KeyError, TypeError):
        raise _Failed(6) from None
    done = token.get("acks", [])
    return Plain(200, dumps({"acks": {str(one): isinstance(one, int) and one < len(done) for one in wanted}}), JSON)


def _code(code: int, user: str = "", **extra: Any) -> Plain:
    status, text = CODES[code]
    return Plain(status, dumps({"text": text, "code": code, **extra}), JSON, user=user)
