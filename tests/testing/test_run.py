"""What becomes of a test: passed, failed, not run; and what is said of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

from storypack.testing.results import Outcome

from .small_pack import NOON, SmallPack, event, search_test

SEARCH = "`ex_audit` action=copy | stats count by user | `ex_disk_filter`"
COPIES = [event(0, user="kim", action="copy"), event(5, user="kim", action="copy"), event(9, user="lee", action="list")]


def test_rows_as_expected_pass(pack: SmallPack) -> None:
    pack.detection(
        "Disk",
        SEARCH,
        search_test("Fires", COPIES, expected_results=1, expected_rows=[{"user": "kim", "count": 2}]),
        search_test("At least one", COPIES),
        search_test("Silent", [event(0, user="kim", action="list")], expected_results=0),
    )
    results = pack.run()
    assert [(result.outcome, result.counts) for result in results] == [(Outcome.PASSED, False)] * 3
    assert results[0].rows == ({"user": "kim", "count": 2},)
    assert results[0].test.location.line > 0


@pytest.mark.parametrize(
    ("keys", "problem", "message"),
    [
        ({"expected_results": 2}, "missing rows", "expected 2 rows, got 1"),
        ({"expected_results": 0}, "unexpected rows", "expected no row, got 1"),
        ({"expected_rows": [{"user": "lee"}]}, "wrong rows", "the expected row did not come"),
        ({"expected_rows": [{"user": "kim"}, {"user": "lee"}]}, "wrong rows", "1 of the 2 expected rows did not come"),
    ],
)
def test_other_rows_fail(pack: SmallPack, keys: dict[str, object], problem: str, message: str) -> None:
    pack.detection("Disk", SEARCH, search_test("Fires", COPIES, **keys))
    result = pack.only()
    assert result.outcome is Outcome.FAILED and result.counts
    assert result.failure is not None
    assert (result.failure.problem, result.failure.message) == (problem, message)


def test_no_row_at_all_fails_a_test_that_names_no_number(pack: SmallPack) -> None:
    pack.detection("Disk", SEARCH.replace("copy", "copied"), search_test("Fires", COPIES))
    result = pack.only()
    assert result.failure is not None
    assert result.failure.message == "expected at least 1 row, got none"
    assert result.failure.reasons[0].startswith("all 3 events were lost at stage 1")
    assert "  action=copied does not hold for any of 3 events" in result.failure.reasons
    assert '  action was "copy" in 2 of 3 rows, "list" in 1' in result.failure.reasons
    assert [stage.rows for stage in result.failure.stages] == [0, 0, 0]


def test_lookups_and_macros_of_a_test_take_the_place_of_the_packs(pack: SmallPack) -> None:
    pack.lookup("ex_known", "user,why\nlee,test\n", case_sensitive_match=False)
    search = "`ex_audit` | lookup ex_known user OUTPUT why | where isnull(why) | stats count by user | `ex_disk_filter`"
    events = [event(0, user="KIM"), event(1, user="lee")]
    pack.detection(
        "Disk",
        search,
        search_test("The pack's list", events, expected_rows=[{"user": "KIM"}], expected_results=1),
        search_test(
            "The test's own",
            events,
            expected_rows=[{"user": "lee"}],
            expected_results=1,
            lookups={"ex_known": [{"user": "kim", "why": "x"}]},
        ),
        search_test("A filter", events, expected_results=0, macros={"ex_disk_filter": "search user=nobody"}),
        search_test("Another source", events, expected_results=0, macros={"ex_audit": "sourcetype=other"}),
    )
    assert [result.outcome for result in pack.run()] == [Outcome.PASSED] * 4


def test_a_macro_with_arguments_keeps_their_names(pack: SmallPack) -> None:
    pack.write("macros/ex_is.yml", {**pack.common("ex_is"), "definition": "where $field$=0", "arguments": ["field"]})
    pack.detection(
        "Disk",
        "`ex_audit` | `ex_is(size)` | `ex_disk_filter`",
        search_test("Replaced", [event(0, size=7)], expected_results=1, macros={"ex_is(1)": "where $field$=7"}),
    )
    assert pack.only().outcome is Outcome.PASSED


def test_the_schedules_window_holds(pack: SmallPack) -> None:
    """`-24h` reaches an event of an hour ago, `earliest=-30m` does not."""
    events = [event(0, user="old"), event(3500, user="new")]
    search = "`ex_audit` earliest=-30m | stats count by user | `ex_disk_filter`"
    pack.detection("Disk", search, search_test("New only", events, expected_results=1, expected_rows=[{"user": "new"}]))
    assert pack.only().outcome is Outcome.PASSED


def test_events_without_a_time_are_of_the_end_of_the_window(pack: SmallPack) -> None:
    """Splunk gives them the time at which they arrive; the search that comes ten minutes later finds them."""
    pack.detection("Disk", SEARCH, search_test("Fires", [{"user": "kim", "action": "copy"}], expected_results=1))
    assert pack.only().outcome is Outcome.PASSED


def test_a_fixed_now_makes_it_night(pack: SmallPack) -> None:
    search = '`ex_audit` | eval hour=tonumber(strftime(_time, "%H")) | where hour<6 | `ex_disk_filter`'
    pack.detection(
        "Disk",
        search,
        search_test("By day", [event(0)], expected_results=0, now=NOON),
        search_test("By night", [event(0)], expected_results=1, now="2026-11-22T03:30:00Z"),
    )
    assert [result.outcome for result in pack.run()] == [Outcome.PASSED] * 2


def test_events_outside_of_a_tests_own_range_are_said_to_be(pack: SmallPack) -> None:
    test = search_test("Fires", COPIES, expected_results=1, latest_time="-1d")
    pack.detection(
        "Disk", SEARCH, {**test, "now": "2026-11-22T12:00:00Z", "earliest_time": "-1h", "latest_time": "-2h"}
    )
    result = pack.only()
    assert result.failure is not None
    assert result.failure.reasons[0] == "no event lies within the search's time range"
    assert result.failure.reasons[1].startswith("the search ran at 2026-11-22 12:00:00 over 2026-11-22 11:00:00 to")


def test_events_that_cannot_be_had_are_not_run(pack: SmallPack) -> None:
    pack.detection(
        "Disk",
        SEARCH,
        {**search_test("Remote"), "attack_data": [{"data": "https://example.com/x.log", "sourcetype": "ex:audit"}]},
        {**search_test("Gone"), "attack_data": [{"data": "tests/data/gone.jsonl", "sourcetype": "ex:audit"}]},
    )
    remote, gone = pack.run()
    assert [remote.outcome, gone.outcome] == [Outcome.NOT_RUN] * 2
    assert remote.counts and gone.counts
    assert remote.failure is not None and "behind a URL" in remote.failure.message
    assert gone.failure is not None and gone.failure.message == "there is no file tests/data/gone.jsonl"


@pytest.mark.parametrize(
    ("status", "keys", "counts"),
    [
        ("production", {}, True),
        ("production", {"test_type": "experimental"}, True),  # no reason given
        ("production", {"test_type": "experimental", "reason": "It needs a model."}, False),
        ("experimental", {}, False),
    ],
)
def test_what_the_engine_cannot_do_fails_production_unless_excused(
    pack: SmallPack, status: str, keys: dict[str, str], counts: bool
) -> None:
    pack.detection(
        "Disk", "`ex_audit` | fit X from y | `ex_disk_filter`", search_test("x", COPIES, **keys), status=status
    )
    result = pack.only()
    assert (result.outcome, result.counts) == (Outcome.NOT_RUN, counts)
    assert bool(result.excuse) is not counts
    assert result.failure is not None and "command `fit` is not supported" in result.failure.message


@pytest.mark.parametrize(
    ("search", "message", "cure"),
    [
        ("`ex_audi` | stats count", "macro `ex_audi` is not defined", "did you mean `ex_audit`?"),
        ("`ex_audit` | stat count", "there is no command `stat`", "did you mean `stats`?"),
        ("`ex_audit` | lookup nowhere user", "there is no lookup `nowhere`", ""),
        ("| tstats count from datamodel=Nope.Nope", "there is no data model dataset `Nope.Nope`", ""),
    ],
)
def test_a_wrong_search_fails_with_its_place(pack: SmallPack, search: str, message: str, cure: str) -> None:
    pack.detection("Disk", search, search_test("x", COPIES))
    result = pack.only()
    assert result.outcome is Outcome.FAILED and result.failure is not None
    assert result.failure.problem == "search error"
    assert message in result.failure.message
    assert result.failure.reasons == ((cure,) if cure else ())
    assert result.failure.location.line > 0


@pytest.mark.parametrize("content", [b"user\n\xff\xfe\n", None])
def test_a_lookup_that_cannot_be_read_is_not_an_empty_one(pack: SmallPack, content: bytes | None) -> None:
    pack.lookup("ex_known", "user\nlee\n")
    path = pack.folder / "lookups" / "ex_known.csv"
    path.unlink() if content is None else path.write_bytes(content)
    search = "`ex_audit` | lookup ex_known user OUTPUT user AS known | where isnull(known) | `ex_disk_filter`"
    pack.detection("Disk", search, search_test("x", COPIES), search_test("own rows", COPIES, lookups={"ex_known": []}))
    broken, replaced = pack.run()
    assert replaced.outcome is Outcome.PASSED
    assert broken.outcome is Outcome.FAILED and broken.failure is not None
    assert "the lookup `ex_known` cannot be used: cannot read the lookup table" in broken.failure.message
    assert broken.failure.location.line > 0


def test_broken_events_are_told_and_kept(pack: SmallPack) -> None:
    text = '{"time": "2026-11-20T12:00:00Z", "action": "copy", "user": "kim"}\n' * 2 + '{"time": "2026-11-20T12:0'
    pack.detection("Disk", SEARCH, search_test("x", text, expected_results=1))
    result = pack.only()
    assert result.outcome is Outcome.PASSED
    assert result.notes == (
        "1 of the events in disk_0.jsonl is broken",
        "1 of 3 events in disk_0.jsonl shows no time; it was given that of the event before, or where there is none, "
        "that of the search",
    )


def test_a_search_that_reads_no_events_runs_without_any(pack: SmallPack) -> None:
    pack.lookup("ex_known", "user\nlee\n")
    pack.detection("Disk", "| inputlookup ex_known | `ex_disk_filter`", search_test("x", expected_results=1))
    assert pack.only().outcome is Outcome.PASSED


def test_the_nearest_row_is_compared(pack: SmallPack) -> None:
    rows = [{"user": "kim", "count": 2, "usr": "x"}]
    pack.detection("Disk", SEARCH, search_test("x", COPIES, expected_rows=rows))
    result = pack.only()
    assert result.failure is not None
    assert result.failure.reasons == (
        "the row has 2 of the 3 expected values:",
        '  usr: expected "x", got null; no row has this column, did you mean `user`?',
    )


def test_a_window_that_is_too_short_is_noted(pack: SmallPack) -> None:
    pack.detection("Disk", SEARCH, search_test("x", [*COPIES, event(3 * 3600)], expected_results=1))
    result = pack.only()
    assert result.outcome is Outcome.PASSED
    assert "all time was searched" in result.notes[0]


def test_a_field_that_no_event_has_is_named_also_where_the_test_passes(pack: SmallPack) -> None:
    events = [event(0, user="kim", userAgent="curl", action="copy")]
    pack.detection(
        "Disk",
        "`ex_audit` action=copy NOT userAgnet=backup* | eval a=coalesce(usr, user) | stats count by user",
        search_test("Fires", events, expected_results=1),
    )
    result = pack.only()
    assert result.outcome is Outcome.PASSED
    assert result.notes == ("no event of any test of this search has `userAgnet`; did you mean `userAgent`?",)


TWO_SENSORS = "`ex_audit` (filePath=a OR filepath=b) | stats count by user"
EITHER = {"ex_either": "search (filePath=a OR filepath=b)", "ex_around": "`ex_either` | eval a=1"}
OF_ONE = [event(0, user="kim", filePath="a")]
OF_THE_OTHER = [event(0, user="kim", filepath="b")]


def test_a_field_that_another_test_of_the_search_has_is_not_named(pack: SmallPack) -> None:
    of_one = search_test("One sensor", OF_ONE, expected_results=1)
    of_the_other = search_test("The other", OF_THE_OTHER, expected_results=1)
    pack.detection("Disk", TWO_SENSORS, of_one, of_the_other)
    assert [(result.outcome, result.notes) for result in pack.run()] == [(Outcome.PASSED, ())] * 2


def test_a_field_of_a_macro_that_a_test_of_another_of_its_searches_has_is_not_named(pack: SmallPack) -> None:
    for name, definition in EITHER.items():
        pack.write(f"macros/{name}.yml", {**pack.common(name), "definition": definition})
    pack.detection("Disk", "`ex_audit` | `ex_around`", search_test("x", OF_THE_OTHER, expected_results=1))
    pack.detection("Tape", "`ex_audit` filePaht=a", search_test("x", OF_ONE, expected_results=0))
    alone = [result.notes for result in pack.run()]
    assert [bool(notes) for notes in alone] == [True, True]
    pack.detection("Film", "`ex_audit` | `ex_either`", search_test("x", OF_ONE, expected_results=1))
    together = {result.test.search: result.notes for result in pack.run()}
    assert [bool(together[name]) for name in ("Disk", "Film", "Tape")] == [False, False, True]


@pytest.mark.parametrize(
    ("keys", "message", "cure"),
    [
        ({"macros": {"ex_adit": "a=b"}}, "there is no macro `ex_adit` to replace", "did you mean `ex_audit`?"),
        ({"lookups": {"ex_knwon": []}}, "there is no lookup `ex_knwon` to replace", "did you mean `ex_known`?"),
    ],
)
def test_what_a_test_replaces_must_be_there(pack: SmallPack, keys: dict[str, object], message: str, cure: str) -> None:
    pack.lookup("ex_known", "user,why\nlee,test\n")
    pack.detection("Disk", SEARCH, search_test("Fires", COPIES, expected_results=1, **keys))
    result = pack.only()
    assert result.outcome is Outcome.FAILED
    assert result.failure is not None
    assert (result.failure.message, result.failure.reasons) == (message, (cure,))
    assert result.failure.location.line > 1


def test_macros_of_other_apps_can_be_replaced(pack: SmallPack) -> None:
    settings = yaml.safe_load((pack.folder / "storypack.yml").read_text(encoding="utf-8"))
    app = {"app": "utbox", "macros": ["ut_parse(1)"], "lookups": ["ut_list"]}
    pack.write("storypack.yml", {**settings, "external_content": [app]})
    replaced = {"macros": {"ut_parse(1)": "eval tld=user"}, "lookups": {"ut_list": [{"user": "kim", "tld": "x"}]}}
    search = "`ex_audit` | `ut_parse(user)` | lookup ut_list user OUTPUT tld | search tld=x"
    pack.detection("Disk", search, search_test("Fires", COPIES, expected_results=2, **replaced))
    assert pack.only().outcome is Outcome.PASSED


def test_a_lookup_is_called_by_its_name_and_by_its_file_only_where_the_app_has_that(pack: SmallPack) -> None:
    pack.lookup("ex_known", "user,why\nkim,test\n")
    search = "`ex_audit` | lookup ex_known.csv user OUTPUT why | where isnotnull(why)"
    pack.detection("Disk", search, search_test("Fires", COPIES, expected_results=2))
    result = pack.only()
    assert result.failure is not None
    assert "call the lookup by its name, ex_known" in result.failure.message
    settings = yaml.safe_load((pack.folder / "storypack.yml").read_text(encoding="utf-8"))
    pack.write("storypack.yml", {**settings, "build": {"date_lookup_files": False}})
    assert pack.only().outcome is Outcome.PASSED


def test_rows_that_come_from_a_lookup_are_explained_where_no_event_passed(pack: SmallPack) -> None:
    pack.lookup("ex_known", "user\nlee\n")
    search = "`ex_audit` action=nothing | stats count by user action | inputlookup append=t ex_known"
    pack.detection("Disk", search, search_test("Silent", COPIES, expected_results=0))
    result = pack.only()
    assert result.failure is not None
    assert result.failure.problem == "unexpected rows"


@pytest.mark.parametrize("what", ["events", "a lookup"])
@pytest.mark.parametrize("kind", ["link out", "pipe"])
def test_what_is_no_file_of_the_pack_is_not_read(pack: SmallPack, tmp_path: Path, what: str, kind: str) -> None:
    """A pack that somebody downloads shows nothing of the machine in a failed test, and does not wait for ever."""
    secret = tmp_path.parent / f"{tmp_path.name}-secret"
    secret.write_text('user,note\n{"user": "not for this pack"}\n', encoding="utf-8")
    pack.lookup("ex_known", "user\nkim\n")
    search = "`ex_audit` | lookup ex_known user OUTPUT user AS known | table user known | `ex_disk_filter`"
    pack.detection("Disk", search, search_test("x", [event(user="kim")], expected_results=7))
    name = "tests/data/disk_0.jsonl" if what == "events" else "lookups/ex_known.csv"
    path = pack.folder / name
    path.unlink()
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to(secret)
    result = pack.only()
    assert result.outcome is (Outcome.NOT_RUN if what == "events" else Outcome.FAILED)
    assert "not for this pack" not in repr(result)
    assert result.failure
    assert ("is a pipe" if kind == "pipe" else "is a link that leads out of the pack") in result.failure.message
