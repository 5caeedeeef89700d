"""A detection that depends on what nobody has established fails its test where its rows do."""

from __future__ import annotations

from storypack.testing.results import Outcome

from .small_pack import SmallPack, event, search_test

EVENTS = [event(0, user="kim", action="copy"), event(5, action="copy"), event(9, user="adm", action="copy")]
SEARCH = "`ex_audit` action=copy | where {} | stats count by action | `ex_disk_filter`"


def test_rows_that_differ_between_the_readings_fail(pack: SmallPack) -> None:
    pack.detection("Disk", SEARCH.format('NOT user="adm"'), search_test("Fires", EVENTS, expected_results=1))
    result = pack.only()
    assert result.outcome is Outcome.FAILED and result.counts
    assert result.failure is not None
    assert result.failure.problem == "undecided rows"
    assert result.failure.message.startswith("the rows depend on what nobody has established: NOT of a condition")
    assert (result.failure.location.file, result.failure.location.line > 0) == (result.test.file, True)
    assert any('isnull(user) OR user!="adm"' in reason for reason in result.failure.reasons)
    assert any("Rows then: other rows" in reason for reason in result.failure.reasons)


def test_a_spelling_that_means_one_thing_passes(pack: SmallPack) -> None:
    search = SEARCH.format('isnull(user) OR user!="adm"')
    rows = [{"action": "copy", "count": 2}]
    pack.detection("Disk", search, search_test("Fires", EVENTS, expected_results=1, expected_rows=rows))
    assert pack.only().outcome is Outcome.PASSED


def test_events_under_which_the_readings_agree_pass(pack: SmallPack) -> None:
    named = [event(0, user="kim", action="copy"), event(9, user="adm", action="copy")]
    pack.detection("Disk", SEARCH.format('NOT user="adm"'), search_test("Fires", named, expected_results=1))
    assert pack.only().outcome is Outcome.PASSED


def test_another_number_of_rows_is_said(pack: SmallPack) -> None:
    search = SEARCH.format('NOT user="adm"').replace("by action", "by _time")
    pack.detection("Disk", search, search_test("Fires", EVENTS, expected_results=1))
    failure = pack.only().failure
    assert failure is not None
    assert any("Rows then: 2 instead of 1" in reason for reason in failure.reasons)


def test_each_test_of_a_search_is_looked_at_with_its_own_events(pack: SmallPack) -> None:
    named = [event(0, user="kim", action="copy"), event(9, user="adm", action="copy")]
    tests = search_test("Agrees", named, expected_results=1), search_test("Differs", EVENTS, expected_results=1)
    pack.detection("Disk", SEARCH.format('NOT user="adm"'), *tests)
    assert [result.outcome for result in pack.run()] == [Outcome.PASSED, Outcome.FAILED]
