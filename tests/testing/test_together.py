"""The tests of a search give together what each gives by itself."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest

from storypack.engine.run import search
from storypack.pack.load import load_pack
from storypack.testing.plan import plan_tests
from storypack.testing.results import Outcome, PlannedTest
from storypack.testing.run import made_ready, run_test
from storypack.testing.setting import Setting
from storypack.testing.together import clock_of

from .small_pack import SmallPack, event, search_test

ROOT = Path(__file__).resolve().parents[2]
STEP = 1 if "STORYPACK_TRIALS" in os.environ else 25
"""Of so many searches of the pack one is compared."""


def by_file(planned: list[PlannedTest]) -> Iterator[list[PlannedTest]]:
    yield from (list(group) for _, group in groupby(planned, key=lambda test: test.file))


@pytest.fixture(scope="module")
def setting() -> Iterator[Setting]:
    setting = Setting(load_pack(ROOT).pack)
    yield setting
    setting.close()


@pytest.mark.timeout(1800)
def test_the_packs_searches_give_the_same_rows(setting: Setting) -> None:
    compared = 0
    for planned in list(by_file(plan_tests(setting.pack)))[::STEP]:
        with made_ready(planned, setting) as together:
            for number, moments in together.moments.items() if together else ():
                assert together
                for when in moments:
                    if result := together.result(number, when):
                        source = together.sources[number]
                        source.newest_at, source.clock = when.newest, clock_of(source, when)
                        macros = setting.macros_of(together.tests[number])
                        alone = search(
                            together.search, source, macros, when.now, earliest=when.earliest, latest=when.latest
                        )
                        assert (result.rows, result.warnings) == (alone.rows, alone.warnings), (planned[0].file, number)
                        compared += 1
    assert compared > 1000 // STEP // 4


def test_results_are_those_of_each_test_alone(pack: SmallPack) -> None:
    """Tests that pass, that fail, whose events cannot be read; with macros, lookups, moments and runs of their own."""
    pack.lookup("people", "user,team\nkim,red\n")
    pack.write("macros/ex_least.yml", {**pack.common("ex_least"), "definition": "2"})
    rows = [event(60 * n, user="kim" if n % 2 else "lee", action="copy") for n in range(6)]
    tests = {
        "Passes": (rows, {"expected_results": 1}),
        "Fails": (rows[:1], {"expected_results": 1}),
        "Silent": (rows[:2], {"expected_results": 0}),
        "Macro": (rows[:2], {"expected_results": 1, "macros": {"ex_least": "1"}}),
        "Lookup": (rows, {"expected_results": 1, "lookups": {"people": [{"user": "lee", "team": "red"}]}}),
        "Now": (rows, {"expected_results": 1, "now": "2026-11-21T09:00:00Z"}),
        "Runs": (rows, {"expected_results": 2, "runs": ["2026-11-20T13:00:00Z", "2026-11-20T12:30:00Z"]}),
        "Not there": (None, {"expected_results": 1}),
        "No such macro": (rows, {"expected_results": 1, "macros": {"ex_nosuch": "1"}}),
    }
    written = []
    (pack.folder / "tests/data").mkdir(parents=True)
    for number, (name, (events, keys)) in enumerate(tests.items()):
        path = f"tests/data/events_{number}.jsonl"
        if events is not None:
            (pack.folder / path).write_text("".join(json.dumps(each) + "\n" for each in events), encoding="utf-8")
        data = [{"data": path, "sourcetype": "ex:audit", "source": "ex"}]
        written.append(search_test(name, attack_data=data, **keys))
    pack.detection(
        "Copies",
        "`ex_audit` action=copy | stats count, max(_time) as last by user | lookup people user OUTPUT team "
        '| where count>=`ex_least` AND team="red" AND last<now() | `ex_copies_filter`',
        *written,
    )
    loaded = load_pack(pack.folder).pack
    setting = Setting(loaded)
    planned = plan_tests(loaded)
    with made_ready(planned, setting) as together:
        assert together
        assert len(together.sources) == 7
        results = [run_test(test, setting, together) for test in planned]
        apart = {
            planned[number].name
            for number, whens in together.moments.items()
            if not all(together.result(number, when) for when in whens)
        }
        assert apart == {"Macro"}  # the only one with these macros
    alone = [run_test(test, setting) for test in planned]
    setting.close()
    for result, single in zip(results, alone, strict=True):
        assert (result.outcome, result.count, result.rows, result.notes) == (
            single.outcome,
            single.count,
            single.rows,
            single.notes,
        )
        assert (result.failure and result.failure.message) == (single.failure and single.failure.message)
    outcomes = {result.test.name: result.outcome for result in results}
    assert outcomes["Fails"] is Outcome.FAILED and outcomes["Not there"] is Outcome.NOT_RUN
    assert [name for name, outcome in outcomes.items() if outcome is Outcome.PASSED] == [
        "Passes", "Silent", "Macro", "Lookup", "Now", "Runs"
    ]  # fmt: skip
