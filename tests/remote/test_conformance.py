"""The engine's own cases on the stand-in, whose searches the engine runs: what comes back differs in nothing but the
way."""

from __future__ import annotations

import json
from typing import Any

import pytest

from remote.place import Place
from storypack.conformance.cases import Case, cases
from storypack.reference.unknown import points
from storypack.remote.conformance import CannotCarry, ask_cases, ask_points, carried


def case(spl: str, events: list[dict[str, Any]], rows: list[dict[str, Any]], **more: Any) -> Case:
    fields = list(dict.fromkeys(name for row in rows for name in row))
    expected = {"fields": fields, "rows": rows, "ordered": False}
    return Case("a", "eval", "doc", "nowhere", spl, events, expected, **more)


EVENTS = [{"_time": 1700000000, "id": 1, "m": ["x", 'y"\\z'], "s": "é | x"}, {"_time": 1699999990, "id": 2}]
CARRIED = [
    ("eval n=mvcount(m) | table id n", [{"id": 1, "n": 2}, {"id": 2}]),
    ("eval last=mvindex(m, -1) | where id=1 | table last s", [{"last": 'y"\\z', "s": "é | x"}]),
    ("id=2 | table id m s", [{"id": 2}]),
    ("where isnull(s) | stats count min(_time) AS t", [{"count": 1, "t": 1699999990}]),
    ("`pick(id, 1)` | table id", [{"id": 1}]),
]


@pytest.mark.parametrize(("spl", "rows"), CARRIED)
def test_a_case_brings_its_events_along(place: Place, spl: str, rows: list[dict[str, Any]]) -> None:
    given = case(spl, EVENTS, rows, macros={"pick(2)": {"args": "f,v", "definition": "where $f$=$v$"}})
    (result,) = ask_cases(place.connection, "search", [given])
    assert (result.outcome, result.detail) == ("same", "")


def test_a_difference_and_a_refusal_are_told(place: Place) -> None:
    wrong = case("stats count", EVENTS, [{"count": 3}])
    refused = case("eval x=nosuch(1)", EVENTS, [{"x": 1}])
    results = list(ask_cases(place.connection, "search", [wrong, refused]))
    assert [result.outcome for result in results] == ["differs", "refused"]
    assert "no such row" in results[0].detail
    assert "nosuch" in results[1].detail


@pytest.mark.parametrize(
    ("spl", "reason"),
    [
        ("| tstats count", "reads an index"),
        ("error | stats count", "raw text"),
        ("stats count | outputlookup x", "outputlookup"),
        ("stats count | collect index=x", "collect"),
    ],
)
def test_what_cannot_be_carried_is_named(spl: str, reason: str) -> None:
    with pytest.raises(CannotCarry, match=reason):
        carried(case(spl, EVENTS, []))


def test_every_case_is_carried_or_left_out_with_a_reason() -> None:
    """No case is lost on the way, and none of them writes."""
    left_out = []
    total = 0
    for each in cases():
        total += 1
        try:
            text = carried(each)
        except CannotCarry as reason:
            left_out.append(str(reason))
            continue
        assert text.startswith("|")
    assert all(left_out)
    assert len(left_out) < total / 3


def test_the_points_say_which_reading_the_instance_has(place: Place) -> None:
    """The stand-in runs searches with the engine, so it has the engine's reading of each point."""
    results = list(ask_points(place.connection, "search", points()))
    assert [result.point.id for result in results] == [each.id for each in points()]
    assert {result.point.id: result.error for result in results if result.error} == {}
    assert {r.point.id: r.readings for r in results if r.point.readings[0].id not in r.readings} == {}


def test_the_command_prints_its_table_and_a_document(place: Place) -> None:
    place.splunkd.state.canned.append((r"tonumber\(", [{"n": "wrong"}]))
    done = place.run("conformance", "--splunk", "--only", "where")
    assert "Points that nobody has established" in done.stdout
    assert "not-null" in done.stdout
    assert "cases: " in done.stdout
    document = json.loads(place.run("conformance", "--splunk", "--points", "--format", "json").stdout)
    assert document["format_version"] == 1
    assert {"id", "engine", "instance", "search", "rows"} <= document["points"][0].keys()
    assert place.events == []


@pytest.mark.parametrize(
    ("words", "message"), [((), "Add --splunk"), (("--splunk", "--only", "nothing"), "no such area or case")]
)
def test_wrong_usage(place: Place, words: tuple[str, ...], message: str) -> None:
    done = place.run("conformance", *words)
    assert done.returncode == 2
    assert message in done.stderr


def test_cases_of_every_kind_on_the_stand_in(place: Place) -> None:
    """What the engine gives for events in a search is what it gives for events in a list. Every thirtieth case: each is
    a request."""
    results = list(ask_cases(place.connection, "search", list(cases())[::30]))
    wrong = {result.case.id: result.detail[:200] for result in results if result.outcome in ("differs", "refused")}
    assert wrong == {}
