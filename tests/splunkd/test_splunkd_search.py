"""Jobs: the ways to run a search, the forms of results, what the engine is given."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from splunklib.binding import HTTPError
from splunklib.results import JSONResultsReader

from splunkd import Splunkd

NOW = 1_790_000_000.0
RANGE = {"earliest_time": "1789990000", "latest_time": "1790000001"}


@pytest.fixture
def filled(splunkd: Splunkd) -> Splunkd:
    """Four events of two users, a minute apart; their text shows another time than the one they came with."""
    for number in range(4):
        who = {"type": "IAMUser", "userName": f"u{number % 2}"}
        event = {"eventTime": "2020-01-01T00:00:00Z", "userIdentity": who, "n": number}
        splunkd.state.add_event(
            json.dumps(event), time=NOW - 60 * number, sourcetype="aws:cloudtrail", fields={"run": "r1"}
        )
    splunkd.state.add_event("user=kim action=other", time=NOW, index="other", sourcetype="text")
    return splunkd


def oneshot(splunkd: Splunkd, spl: str, user: str = "admin", **more: str) -> list[dict[str, Any]]:
    jobs = splunkd.connect(user, owner="nobody", app="search").jobs
    return list(JSONResultsReader(jobs.oneshot(spl, output_mode="json", **more)))


def test_a_job_runs_for_a_look_and_is_done(filled: Splunkd) -> None:
    job = filled.connect(app="search").jobs.create("search index=main | stats count by userName", **RANGE)
    assert job.is_done() is False
    assert job["dispatchState"] == "RUNNING"
    assert filled.ask("GET", f"/services/search/v2/jobs/{job.sid}/results").status == 204 or job.is_done()
    while not job.is_done():
        time.sleep(0.01)
    assert (job["dispatchState"], job["resultCount"]) == ("DONE", "2")
    rows = list(JSONResultsReader(job.results(output_mode="json")))
    assert rows == [{"userName": "u0", "count": "2"}, {"userName": "u1", "count": "2"}]
    assert [one.sid for one in filled.connect().jobs.list()] == [job.sid]
    job.set_ttl(60)
    job.cancel()
    assert filled.state.jobs == {}
    assert filled.ask("GET", f"/services/search/jobs/{job.sid}").status == 404


def test_blocking_oneshot_and_export(filled: Splunkd) -> None:
    service = filled.connect(app="search")
    spl = "search index=main | sort n | table n"
    blocking = service.jobs.create(spl, exec_mode="blocking")
    assert blocking.is_done()
    expected = [{"n": str(number)} for number in range(4)]
    assert list(JSONResultsReader(blocking.results(output_mode="json"))) == expected
    assert list(JSONResultsReader(blocking.results(output_mode="json", count=2, offset=1))) == expected[1:3]
    assert oneshot(filled, spl) == expected
    assert list(JSONResultsReader(service.jobs.export(spl, output_mode="json"))) == expected
    with pytest.raises(HTTPError):
        service.jobs.create(spl, exec_mode="sometimes")


def test_results_in_every_form(filled: Splunkd) -> None:
    sid = filled.connect(app="search").jobs.create("| makeresults | eval a=1, b=split(\"x,y\", \",\") | table a b",
                                                   exec_mode="blocking").sid  # fmt: skip
    path = f"/services/search/v2/jobs/{sid}/results"
    assert filled.ask("GET", path, {"output_mode": "json_rows"}).json["rows"] == [["1", ["x", "y"]]]
    assert filled.ask("GET", path, {"output_mode": "json_cols"}).json["columns"] == [["1"], [["x", "y"]]]
    assert filled.ask("GET", path, {"output_mode": "csv"}).text == 'a,b\n1,"x\ny"\n'
    assert '<field k="b"><value><text>x</text></value><value>' in filled.ask("GET", path, {"output_mode": "xml"}).text


def test_the_time_an_event_came_with_is_its_time(filled: Splunkd) -> None:
    rows = oneshot(filled, "search index=main earliest=1789999930 | table _time userName run", latest_time="1790000001")
    assert [row["_time"] for row in rows] == ["2026-09-21T14:13:20.000+00:00", "2026-09-21T14:12:20.000+00:00"]
    assert {row["run"] for row in rows} == {"r1"}


def test_macros_and_lookups_of_the_namespace(filled: Splunkd) -> None:
    app = filled.state.app("search")
    app.put("macros", "of(1)", {"definition": "search userName=$u$", "args": "u"})
    app.put("lookups", "names.csv", {"eai:data": "userName,full\nu1,Kim\n"})
    app.put("transforms", "names", {"filename": "names.csv"})
    rows = oneshot(filled, "search index=main | `of(u1)` | lookup names userName OUTPUT full | stats count by full")
    assert rows == [{"full": "Kim", "count": "2"}]


def test_outputlookup_stays(filled: Splunkd) -> None:
    oneshot(filled, "search index=main | stats count by userName | outputlookup made.csv")
    assert filled.state.local("search", "lookups", "made.csv")["eai:data"] == "userName,count\nu0,2\nu1,2\n"
    assert len(oneshot(filled, "| inputlookup made.csv")) == 2


def test_delete_needs_its_role_and_deletes_what_was_found(filled: Splunkd) -> None:
    with pytest.raises(HTTPError) as caught:
        oneshot(filled, "search index=main userName=u1 | delete")
    assert caught.value.status == 403
    filled.state.add_user("deleter", "admin", "can_delete")
    assert oneshot(filled, "search index=main userName=u1 | delete", "deleter")[0]["deleted"] == "2"
    assert oneshot(filled, "search index=* | stats count by index") == [
        {"index": "main", "count": "2"},
        {"index": "other", "count": "1"},
    ]


def test_rest_scheduler_and_canned_answers(filled: Splunkd) -> None:
    filled.connect(app="search").saved_searches.create("A - Rule", "index=main", disabled="1")
    spl = '| rest /servicesNS/-/search/saved/searches splunk_server=local search="name=A*" '
    spl += "| table title disabled eai:acl.app"
    assert oneshot(filled, spl) == [{"title": "A - Rule", "disabled": "1", "eai:acl.app": "search"}]
    filled.state.add_scheduler_run("A - Rule", "search", time=NOW, status="skipped", reason="too many, at once")
    spl = "search index=_internal sourcetype=scheduler | table savedsearch_name status reason"
    assert oneshot(filled, spl) == [
        {"savedsearch_name": "A - Rule", "status": "skipped", "reason": "too many, at once"}
    ]
    filled.state.canned.append((r"^\| metadata", [{"sourcetype": "x", "recentTime": 5}]))
    assert oneshot(filled, "| metadata type=sourcetypes index=*") == [{"sourcetype": "x", "recentTime": "5"}]


@pytest.mark.parametrize(
    ("spl", "message"),
    [
        ("index=main", "Unknown search command 'index'."),
        ("search (index=main", "Error in 'SearchParser'"),
        ("search `nobody_knows`", "macro `nobody_knows` is not defined"),
        ("search index=main | nosuchcommand", "nosuchcommand"),
    ],
)
def test_a_bad_search_is_400(filled: Splunkd, spl: str, message: str) -> None:
    with pytest.raises(HTTPError) as caught:
        oneshot(filled, spl)
    assert caught.value.status == 400
    assert message in json.loads(caught.value.body)["messages"][0]["text"]


def test_a_job_that_fails_says_so(filled: Splunkd) -> None:
    job = filled.connect(app="search").jobs.create("search index=main | nosuchcommand")
    job.is_done()
    job.is_done()
    assert (job["dispatchState"], job["isFailed"]) == ("FAILED", "1")
    assert "nosuchcommand" in job["messages"]["fatal"][0]


def test_the_parser_expands_macros_unless_told_not_to(filled: Splunkd) -> None:
    service = filled.connect(owner="nobody", app="search")
    service.parse("search index=main | stats count")
    service.parse("search `nobody_knows`", parse_only=True)
    for wrong in ("search `nobody_knows`", "search a | where (", "index=main"):
        with pytest.raises(HTTPError) as caught:
            service.parse(wrong)
        assert caught.value.status == 400


# --- what 10.4 was seen to do -----------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["search", "search/v2"])
def test_exports_and_the_parser_are_posted(filled: Splunkd, version: str) -> None:
    export, parser = f"/services/{version}/jobs/export", f"/services/{version}/parser"
    spl = {"search": "search index=main", "output_mode": "json", "a_word_nobody_knows": "1"}
    assert filled.ask("GET", export).status == 405
    assert filled.ask("POST", export, spl).status == 200  # jobs take any argument
    assert filled.ask("GET", f"{parser}?q=search+x").status == 405
    assert filled.ask("POST", parser, {"q": "search x"}).status == 200


def test_a_job_that_is_not_done_has_no_body(filled: Splunkd) -> None:
    made = filled.ask("POST", "/services/search/v2/jobs", {"search": "search index=main", "output_mode": "json"})
    results = f"/services/search/v2/jobs/{made.json['sid']}/results"
    assert (filled.ask("GET", results).status, filled.ask("GET", results).body) == (204, b"")
    unknown = filled.ask("GET", "/services/search/v2/jobs/1.2/results?output_mode=json")
    assert (unknown.status, unknown.json["messages"][0]) == (404, {"type": "FATAL", "text": "Unknown sid."})


def test_no_slot_is_503_for_a_oneshot_and_a_queue_for_a_job(filled: Splunkd) -> None:
    filled.state.search_slots = 0
    spl = {"search": "search index=main", "output_mode": "json"}
    assert filled.ask("POST", "/services/search/v2/jobs", {**spl, "exec_mode": "oneshot"}).status == 503
    sid = filled.ask("POST", "/services/search/v2/jobs", spl).json["sid"]
    looked = filled.ask("GET", f"/services/search/v2/jobs/{sid}?output_mode=json").json["entry"][0]["content"]
    assert looked["dispatchState"] == "QUEUED"


def test_a_dispatch_names_its_namespace(filled: Splunkd) -> None:
    path = "saved/searches/A"
    assert (
        filled.ask("POST", "/servicesNS/nobody/search/saved/searches", {"name": "A", "search": "index=main"}).status
        == 201
    )
    assert filled.ask("POST", f"/servicesNS/-/search/{path}/dispatch").status == 400
    assert filled.ask("POST", f"/servicesNS/nobody/search/{path}/dispatch").status == 201
    when = {"schedule_time": "2026-11-22T10:00:00+00:00", "output_mode": "json"}
    refused = filled.ask("POST", f"/servicesNS/nobody/search/{path}/reschedule", when)
    assert (refused.status, refused.message) == (400, "Invalid schedule_time format")
    when["schedule_time"] = "2026-11-22T10:00:00+0000"
    assert filled.ask("POST", f"/servicesNS/nobody/search/{path}/reschedule", when).status == 200
