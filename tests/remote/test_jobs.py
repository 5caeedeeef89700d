"""Searches as jobs: pages, failures, time, and nothing left behind."""

from __future__ import annotations

import pytest

from remote.place import INDEX, Place
from splunkd import Fault
from splunkd.faults import path_has
from storypack.remote import jobs
from storypack.remote.jobs import Question, SearchFailed, as_search, open_job, run_job
from storypack.splunkd.errors import Refused

START = 1_767_225_600


@pytest.fixture
def held(place: Place) -> Place:
    for number in range(25):
        place.splunkd.state.add_event(f"n={number}", time=START + number, index=INDEX, sourcetype="x")
    return place


def test_rows_in_pages(held: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "PAGE", 10)
    told = []
    question = Question(f"index={INDEX} | sort _time | table _time n", "search")
    with open_job(held.connection, question, lambda share, events: told.append(share)) as job:
        assert job.count == 25
        rows = list(job.rows())
        assert job.fields == ["_time", "n"]
        assert len(list(job.rows(12))) == 12
    assert [row["n"] for row in rows] == [str(n) for n in range(25)]
    assert rows[3]["_time"] == START + 3
    assert told[0] < 1 and told[-1] == 1
    assert held.splunkd.log.count("GET", "results") == 3 + 2
    assert held.splunkd.state.jobs == {}


def test_time_range_and_the_moment_of_the_search(held: Place) -> None:
    question = Question(f"index={INDEX} | stats count min(n) AS first", "search", f"{START + 5}", f"{START + 7}")
    assert run_job(held.connection, question) == [{"count": "2", "first": "5"}]
    question = Question(f"index={INDEX} earliest=-3s | stats count | eval now=now()", "search", now=f"{START + 25}")
    assert run_job(held.connection, question) == [{"count": "3", "now": str(START + 25)}]


def test_the_text_begins_as_the_api_wants_it() -> None:
    assert as_search(" x=1") == "search x=1"
    assert as_search("search x=1") == "search x=1"
    assert as_search("| tstats count") == "| tstats count"
    assert as_search("searchx") == "search searchx"


def test_failures_in_the_instances_words(held: Place) -> None:
    with pytest.raises(Refused, match="HTTP 400"):
        run_job(held.connection, Question("x | stats(", "search"))
    with pytest.raises(SearchFailed, match=r"failed on the instance.*nowhere"):
        run_job(held.connection, Question("x | lookup nowhere a", "search"))
    assert held.splunkd.state.jobs == {}


def test_a_search_that_takes_too_long(held: Place) -> None:
    held.splunkd.state.job_polls = 1_000
    with pytest.raises(SearchFailed, match=r"not done after 0\.5 s"):
        run_job(held.connection, Question("x", "search", wait=0.5))
    assert held.splunkd.state.jobs == {}


@pytest.mark.parametrize("kind", ["busy", "throttle", "cut", "expire"])
@pytest.mark.parametrize("step", ["jobs", "jobs/", "results"])
def test_every_step_survives_a_fault(held: Place, kind: str, step: str) -> None:
    held.splunkd.faults.add(Fault(kind, matches=path_has(step), effect=False))  # type: ignore[arg-type]
    question = Question(f"index={INDEX} | stats count", "search")
    assert run_job(held.connection, question) == [{"count": "25"}]
    assert not held.splunkd.faults.waiting


def test_an_old_server_has_the_first_version_only(held: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    real = held.connection.query

    def query(path: str, arguments: dict[str, str]) -> dict[str, object]:
        if "/v2/" in path:
            raise Refused(404, "Not Found")
        return real(path, arguments)

    monkeypatch.setattr(held.connection, "query", query)
    assert run_job(held.connection, Question(f"index={INDEX} | stats count", "search")) == [{"count": "25"}]
