"""A pack's tests on an instance, by the library: what is brought there, what is asked, and what stays."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from remote.place import INDEX, Place
from remote.sample_pack import write_pack
from splunkd import Fault, Splunkd, searching
from splunkd.faults import Kind, Seen, any_request, path_has
from splunkd.searching import Question
from splunkd.state import State
from storypack.engine.events.origin import EventFile
from storypack.engine.knowledge.files import FileSource
from storypack.pack.load import load_pack
from storypack.remote.cleanup import remove_events
from storypack.remote.pack_tests import run_remote_tests
from storypack.remote.sending import send_part, wait_for_part
from storypack.splunkd.errors import DeployError
from storypack.testing.plan import plan_tests
from storypack.testing.results import Outcome, TestRun


def run(place: Place, folder: Path, tests: int | None = None) -> TestRun:
    pack = load_pack(folder).pack
    found, left = run_remote_tests(pack, plan_tests(pack)[:tests], place.site, lambda result: None)
    assert left == []
    return found


def outcomes(found: TestRun) -> list[str]:
    return [str(result.outcome) for result in found.results]


def test_what_is_asked_needs_nothing_installed(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, str] = {}
    real = searching.search

    def search(state: State, question: Question, *rest: Any) -> Any:
        if "stats sum" in question.spl:
            asked[question.spl] = str(state.app("search").local["transforms"])
        return real(state, question, *rest)

    monkeypatch.setattr(searching, "search", search)
    assert outcomes(run(place, write_pack(tmp_path))) == ["passed"] * 3
    assert len(asked) == 3
    for number, (spl, lookups) in enumerate(asked.items(), 1):
        assert f"index={INDEX} storypack_part::run1-{number} " in spl
        assert "`" not in spl and "index=proxy" not in spl and "lookup storypack_run1_" in spl
        assert "WILDCARD(domain)" in lookups and "'case_sensitive_match': '0'" in lookups
    assert not place.splunkd.state.local("search", "transforms", "storypack_run1_1")


def test_what_is_brought(place: Place, tmp_path: Path) -> None:
    run(place, write_pack(tmp_path))
    assert {event["fields"]["storypack_run"] for event in place.events} == {"run1"}
    hosts = {event["fields"]["storypack_part"]: event["host"] for event in place.events}
    assert hosts == {"run1-1": "run1-1", "run1-2": "gate", "run1-3": "run1-3"}
    newest = {part: max(e["time"] for e in place.events if e["fields"]["storypack_part"] == part) for part in hosts}
    assert newest["run1-1"] == 1_767_225_599  # as it was
    assert newest["run1-3"] == 1_769_904_000 - 1  # the test's `now` moves it
    assert place.site.brought.count == len(place.events) == 10
    place.may_delete()
    assert remove_events(place.site).removed == 10
    assert place.events == []


def test_fields_that_a_file_names_come_along(place: Place, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("_time,user,note\n1767225600,ann,\n1767225601,bob,x\n\n", encoding="utf-8")
    with FileSource([EventFile(path, "csv", index=INDEX)], clock=0.0, csv=True) as source:
        sent = send_part(place.site, source, "1")
    wait_for_part(place.site, sent)
    assert [event["fields"].get("user") for event in place.events] == ["ann", "bob"]


def test_why_a_test_is_not_run(place: Place, tmp_path: Path) -> None:
    write_pack(tmp_path, stage=("  | stats sum", "  | collect index=summary\n  | stats sum"))
    found = run(place, tmp_path)
    assert outcomes(found) == ["not run"] * 3
    assert found.results[0].failure is not None and "`collect`" in found.results[0].failure.message
    assert not found.failed  # the embedded engine runs it, and says more
    assert place.events == []


def test_a_lookup_that_is_written_is_a_copy(place: Place, tmp_path: Path) -> None:
    place.splunkd.state.app("search").put("lookups", "exf_partners.csv", {"eai:data": "domain,comment\n"})
    before = place.splunkd.state.dump()
    write_pack(tmp_path, stage=("  | eval age", "  | outputlookup exf_partners\n  | eval age"))
    assert outcomes(run(place, tmp_path)) == ["passed"] * 3
    assert place.splunkd.state.dump() == before


def test_why_it_is_not_run_without_a_file(place: Place, tmp_path: Path) -> None:
    write_pack(tmp_path, file=("data/old.jsonl", "data/none.jsonl"))
    found = run(place, tmp_path)
    assert outcomes(found) == ["passed", "passed", "not run"]


def test_a_search_that_only_the_instance_refuses(place: Place, tmp_path: Path) -> None:
    write_pack(tmp_path, stage=("  | eval age", "  | lookup theirs a\n  | eval age"))
    found = run(place, tmp_path)
    assert [result.outcome for result in found.results] == [Outcome.FAILED] * 3
    assert found.results[0].failure is not None and "the instance: " in found.results[0].failure.message


def test_events_that_never_become_searchable(place: Place, tmp_path: Path) -> None:
    place.splunkd.state.canned.append((r"\| stats count$", [{"count": "3"}]))
    place.site = replace(place.site, wait=0.1)
    with pytest.raises(DeployError, match=r"only 3 of 4 events could be searched after 0\.1 s.*--wait"):
        run(place, write_pack(tmp_path))


def test_events_that_come_twice(place: Place, tmp_path: Path) -> None:
    place.splunkd.state.canned.append((r"\| stats count$", [{"count": "8"}]))
    with pytest.raises(DeployError, match="4 events were sent, and 8 are found"):
        run(place, write_pack(tmp_path))


def test_an_index_that_the_token_may_not_write_to(place: Place, tmp_path: Path) -> None:
    place.site = replace(place.site, index="none")
    with pytest.raises(DeployError, match="Incorrect index"):
        run(place, write_pack(tmp_path))


@pytest.mark.parametrize("effect", [True, False])
def test_what_may_have_arrived_is_left_aside(place: Place, tmp_path: Path, effect: bool) -> None:
    place.splunkd.faults.add(Fault("cut", nth=2, matches=path_has("collector/event"), effect=effect))
    assert outcomes(run(place, write_pack(tmp_path))) == ["passed"] * 3
    parts = [event["fields"]["storypack_part"] for event in place.events]
    assert ("run1-2" in parts) is effect and "run1-2-1" in parts
    place.may_delete()
    assert remove_events(place.site).removed == (14 if effect else 10)
    assert place.events == []


def not_collecting(seen: Seen) -> bool:
    """The collector's tokens do not expire."""
    return seen.port != "hec"


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_request_may_meet_a_fault(tmp_path: Path) -> None:
    """Whichever request it strikes, in turn with each kind of fault: the test passes, and nothing of ours stays."""
    folder = write_pack(tmp_path)
    kinds: tuple[Kind, ...] = ("busy", "throttle", "cut", "expire")
    for nth in itertools.count(1):
        with Splunkd() as splunkd:
            place = Place(splunkd)
            place.may_delete()
            before = splunkd.state.dump()
            kind = kinds[nth % len(kinds)]
            splunkd.faults.add(Fault(kind, nth=nth, matches=any_request if kind != "expire" else not_collecting))
            assert outcomes(run(place, folder, tests=1)) == ["passed"], (nth, kind)
            struck = not splunkd.faults.waiting
            remove_events(place.site)
            place.close()
            assert place.events == [] and splunkd.state.dump() == before, (nth, kind)
        if not struck:
            break
    assert nth > 15
