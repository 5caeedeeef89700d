"""The HTTP Event Collector."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from splunkd import Splunkd
from splunkd.plain import ask


def send(splunkd: Splunkd, body: bytes, path: str = "/event", token: str = "", **headers: str) -> tuple[int, Any]:
    given = {"Authorization": f"Splunk {token or splunkd.hec_token}", **headers}
    url = f"{splunkd.hec_url}/services/collector{path}"
    found = ask(url, "POST", context=splunkd.context(), headers=given, body=body)
    return found.status, found.json


def test_events_and_raw_lines_are_held_by_index(splunkd: Splunkd) -> None:
    splunkd.state.indexes.add("exf_tests")
    events: list[dict[str, Any]] = [
        {"time": 1790000000.25, "index": "exf_tests", "sourcetype": "s", "source": "f", "host": "h",
         "event": {"a": [1]}, "fields": {"run": "r1"}},
        {"event": "text"},
    ]  # fmt: skip
    assert send(splunkd, b"".join(json.dumps(event).encode() for event in events)) == (
        200,
        {"text": "Success", "code": 0},
    )
    assert splunkd.state.events[0] == {**events[0], "event": '{"a":[1]}'}
    assert (splunkd.state.events[1]["event"], splunkd.state.events[1]["index"]) == ("text", "main")
    assert send(splunkd, b"one\ntwo\n", "/raw?sourcetype=r&index=exf_tests")[0] == 200
    assert [event["event"] for event in splunkd.state.events[2:]] == ["one", "two"]
    assert splunkd.log.count("POST", "/services/collector") == 2


@pytest.mark.parametrize(
    ("body", "status", "code", "number"),
    [
        (b"", 400, 5, 0),
        (b"[1]", 400, 6, 0),
        (b'{"event": "a"} {"event"', 400, 6, 1),
        (b'{"time": 1}', 400, 12, 0),
        (b'{"event": ""}', 400, 13, 0),
        (b'[{"event": "a"}, {"event": ""}]', 400, 13, 1),
        (b'{"event": "a", "fields": {"b": {"c": 1}}}', 400, 15, 0),
        (b'{"event": "a", "time": "noon"}', 400, 15, 0),
    ],
)
def test_a_bad_event_is_refused_and_those_before_it_stay(
    splunkd: Splunkd, body: bytes, status: int, code: int, number: int
) -> None:
    found = send(splunkd, body)
    assert (found[0], found[1]["code"]) == (status, code)
    assert found[1].get("invalid-event-number", 0) == number
    assert len(splunkd.state.events) == number


def test_tokens(splunkd: Splunkd) -> None:
    body = b'{"event": "a"}'
    assert send(splunkd, body, token="wrong") == (403, {"text": "Invalid token", "code": 4})
    assert send(splunkd, body, Authorization="") == (401, {"text": "Token is required", "code": 2})
    assert send(splunkd, body, Authorization="Bearer x") == (401, {"text": "Invalid authorization", "code": 3})
    basic = base64.b64encode(f"x:{splunkd.hec_token}".encode()).decode()
    assert send(splunkd, body, Authorization=f"Basic {basic}")[0] == 200
    token = splunkd.state.hec_tokens[splunkd.hec_token]
    token["indexes"] = ["other"]
    assert send(splunkd, body)[1] == {"text": "Incorrect index", "code": 7, "invalid-event-number": 1}
    token["disabled"] = True
    assert send(splunkd, body)[1]["code"] == 1


def test_acknowledgement_and_health(splunkd: Splunkd) -> None:
    body = b'{"event": "a"}'
    assert send(splunkd, b'{"acks": [0]}', "/ack")[1]["code"] == 14  # before the channel is looked at
    token = splunkd.state.add_hec_token("careful", ack=True)
    assert send(splunkd, body, token=token)[1]["code"] == 10
    channel = {"X-Splunk-Request-Channel": "00000000-0000-4000-8000-000000000001"}
    assert send(splunkd, body, token=token, **channel)[1]["ackId"] == 0
    assert send(splunkd, b'{"acks": [0, 1]}', "/ack", token, **channel)[1] == {"acks": {"0": True, "1": False}}
    assert send(splunkd, b'{"acks": [0]}', "/ack", token)[1]["code"] == 10
    url = f"{splunkd.hec_url}/services/collector/health"
    assert ask(url, context=splunkd.context()).json["code"] == 17


def test_a_token_in_the_query_is_looked_at_and_refused(splunkd: Splunkd) -> None:
    for token, code in ((splunkd.hec_token, 16), ("wrong", 4)):
        assert send(splunkd, b'{"event": "a"}', f"/event?token={token}", Authorization="")[1]["code"] == code


def test_a_new_token_works_after_a_moment(splunkd: Splunkd) -> None:
    token = splunkd.state.add_hec_token("new", settles=2)
    assert [send(splunkd, b'{"event": "a"}', token=token)[1]["code"] for _ in range(3)] == [4, 4, 0]


@pytest.mark.parametrize(("path", "there"), [("", True), ("/event/1.0", True), ("/raw/1.0", True), ("/1.0", False)])
def test_where_events_go(splunkd: Splunkd, path: str, there: bool) -> None:
    assert (send(splunkd, b'{"event": "a"}', path)[0] == 200) is there


def test_a_get_is_not_allowed_and_says_not_there(splunkd: Splunkd) -> None:
    answer = ask(f"{splunkd.hec_url}/services/collector/event", context=splunkd.context())
    assert (answer.status, answer.json["code"]) == (405, 404)
