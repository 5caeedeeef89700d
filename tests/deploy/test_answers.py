"""Answers of any shape: each kind of read either works or ends in one line that names the path."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from marked_secrets import new_secret
from odd_answers import SHAPES, replaced
from storypack.deploy import kinds
from storypack.deploy.desired import Key, Object
from storypack.deploy.instance import (
    read_capabilities,
    read_instance,
    read_names,
    read_objects,
    read_one,
    read_whole,
)
from storypack.deploy.lookup_content import read_csv
from storypack.deploy.package_target import installed_version
from storypack.deploy.status import Source, _missing_add_ons, _models, _silent, _troubles
from storypack.remote.jobs import Question, run_job
from storypack.splunkd import connection as module
from storypack.splunkd.answers import decoded
from storypack.splunkd.connection import Connection, Target
from storypack.splunkd.credentials import Credentials
from storypack.splunkd.errors import DeployError, Uncertain
from storypack.splunkd.reasons import refused
from storypack.splunkd.secret import Secret

APP = "DA-ESS-Sample"
OBJECT = {
    "name": "a",
    "content": {
        "guid": "AB-1", "version": "10.0", "serverName": "s", "capabilities": ["c"], "search": "x", "disabled": "0",
        "definition": "x", "eai:data": "<form/>", "acceleration": "true", "isDone": "1", "isFailed": "0",
        "doneProgress": 1.0, "eventCount": 1, "resultCount": 2, "messages": {"info": ["x"]},
    },
    "acl": {"app": APP, "owner": "nobody", "sharing": "app", "removable": True, "perms": {"read": ["*"], "write": []}},
}  # fmt: skip
ANSWER = {
    "entry": [OBJECT],
    "paging": {"total": 1, "offset": 0},
    "messages": [{"type": "INFO", "text": "x"}],
    "fields": [{"name": "count"}, {"name": "sourcetype"}],
    "results": [{"count": "1", "sourcetype": "x", "savedsearch_name": "s", "status": "skipped", "_time": "1.5"}] * 2,
    "sid": "1.1",
}
READ_KINDS = (kinds.MACRO, kinds.SAVED_SEARCH, kinds.VIEW, kinds.LOOKUP_FILE, kinds.STORY)


def wanted() -> dict[Key, Object]:
    return {(kind.id, "a"): Object(kind, "a", {"search": "x"}) for kind in READ_KINDS}


def noted(read: Callable[[list[str]], object]) -> None:
    """A read of the status, whose refusals become notes."""
    notes: list[str] = []
    read(notes)
    if notes:
        raise DeployError(notes[0])


READS: dict[str, Callable[[Connection], object]] = {
    "instance": read_instance,
    "capabilities": read_capabilities,
    "objects": lambda way: read_objects(way, APP, [wanted()]),
    "names": lambda way: read_names(way, APP),
    "whole": lambda way: read_whole(way, APP, wanted().keys()),
    "one search": lambda way: read_one(way, APP, kinds.SAVED_SEARCH, "a"),
    "one app": lambda way: read_one(way, APP, kinds.APP, "a"),
    "lookup": lambda way: read_csv(way, APP, "a"),
    "version": lambda way: installed_version(way, APP),
    "troubles": lambda way: noted(lambda notes: _troubles(way, APP, notes)),
    "silent": lambda way: noted(lambda notes: _silent(way, [Source("x")], notes)),
    "add-ons": lambda way: _missing_add_ons(way, [Source("x", "TA")], []),
    "models": lambda way: _models(way, [model_search()], []),
    "job": lambda way: run_job(way, Question("x", APP, wait=0.0)),
}


def model_search() -> Object:
    return Object(kinds.SAVED_SEARCH, "s", {"search": "| tstats count from datamodel=a"})


def answering(answer: Callable[[], bytes]) -> Connection:
    """A connection to something that gives every request the same answer."""
    way = Connection(Target("127.0.0.1", 1, retries=1, backoff=0.0), Credentials(token=Secret(new_secret())))

    def handler(url: str, message: dict[str, Any], **extra: Any) -> dict[str, Any]:
        return {"status": 200, "reason": "OK", "headers": [], "body": io.BytesIO(answer())}

    way._context.http.handler = handler
    return way


@pytest.mark.parametrize("what", READS)
def test_every_read_stands_every_shape(what: str) -> None:
    current = b""
    way = answering(lambda: current)
    current = json.dumps(ANSWER).encode()
    READS[what](way)  # the answer as it should be is read
    count = 0
    for answer in replaced(ANSWER, SHAPES):
        current = json.dumps(answer).encode()
        try:
            READS[what](way)
        except DeployError as error:
            count += 1
            assert "\n" not in str(error) and "\x1b" not in str(error) and len(str(error)) < 400
    assert count > 50


@pytest.mark.parametrize("part", ["entry", "results", "fields", "paging", "messages", "sid"])
@pytest.mark.parametrize("shape", [7, [None], [[]], "x", {"a": 1}], ids=repr)
def test_a_part_of_another_shape_is_named_with_its_path(part: str, shape: Any) -> None:
    if (part, shape) in [("paging", {"a": 1}), ("sid", "x")]:
        return  # as it may be
    way = answering(lambda: json.dumps({**ANSWER, part: shape}).encode())
    with pytest.raises(DeployError, match=f"the answer to /services/x is not as documented: (each of )?{part}"):
        way.get("/services/x")
    with pytest.raises(Uncertain, match=f"the answer to /services/x is not as documented: (each of )?{part}"):
        way.post("/services/x", {"a": "b"})  # it may have been done


@pytest.mark.parametrize(
    "data", [b"[" * 100_000, b'{"a":' * 50 + b"1" + b"}" * 50, b'{"a": "\\ud800"}', b"\xff", b"1" * 9000]
)
def test_what_is_no_answer_at_all(data: bytes) -> None:
    assert decoded(data) is None
    with pytest.raises(DeployError, match="/services/x"):
        answering(lambda: data).get("/services/x")


def test_pages_that_repeat_or_never_end(monkeypatch: pytest.MonkeyPatch) -> None:
    same = json.dumps({"entry": [OBJECT], "paging": {"total": 10**9}}).encode()
    with pytest.raises(DeployError, match=r"/services/x .*the page from 1 must be another one"):
        list(answering(lambda: same).entries("/services/x"))

    count = 0

    def fresh() -> bytes:
        nonlocal count
        count += 1
        return json.dumps(
            {"entry": [{**OBJECT, "name": f"a{count}"}] * 10, "paging": {"total": 10 * count + 1}}
        ).encode()

    monkeypatch.setattr(module, "MOST_ENTRIES", 100)
    with pytest.raises(DeployError, match="at most 100 entries"):
        list(answering(fresh).entries("/services/x"))
    assert count == 11


def test_messages_of_a_refusal_of_any_shape() -> None:
    for shape in replaced({"messages": [{"text": "no"}]}, SHAPES):
        error = refused(400, json.dumps(shape).encode(), "Bad Request", "/services/x")
        assert str(error).startswith("HTTP 400 for /services/x: ")
