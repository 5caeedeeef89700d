"""The tests of the pack's detections once more, with the fields that the vendors' add-ons give and no others.

`addons/` holds what those add-ons were seen to do, in our words: CloudTrail without users for roles, one root for all
of Linux, Workspace records without people, Zeek with addresses under one add-on and without under the other. A
detection that reads a field which its add-on leaves empty loses its rows here.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import pytest

from storypack.engine.knowledge.apps import Knowledge, load_knowledge
from storypack.pack.load import load_pack
from storypack.pack.models.search import SearchTest
from storypack.report.tests import render_tests
from storypack.testing.results import Outcome, PlannedTest, TestRun
from storypack.testing.run import plan_tests, run_test
from storypack.testing.setting import Setting

ROOT = Path(__file__).parent.parent
ADDONS = Path(__file__).parent / "addons"
PACK = load_pack(ROOT).pack
SOURCETYPES = {
    "aws:cloudtrail",
    "o365:management:activity",
    "gws:reports:drive",
    "XmlWinEventLog",
    "sysmon:linux",
    "stream:http",
    "stream:dns",
}
ZEEK = {"bro:dns:json", "bro:http:json", "bro:ssl:json", "zeek:http", "zeek:ssl"}


class AddOns(Setting):
    """The pack under add-ons in place of what the engine has built in."""

    apps: tuple[str, ...] = ()

    @cached_property
    def knowledge(self) -> Knowledge:
        return load_knowledge([ADDONS / name for name in self.apps], builtin=False)


def planned(sourcetypes: set[str]) -> list[PlannedTest]:
    """The tests of detections in production whose events all have these source types."""
    entries = {entry.path: entry.model for entry in PACK.detections if entry.model.status == "production"}
    return [
        test
        for test in plan_tests(PACK)
        if test.file in entries
        and {item.sourcetype for item in entries[test.file].tests[test.number].attack_data} <= sourcetypes
    ]


def setting_of(*apps: str) -> Iterator[AddOns]:
    setting = AddOns(PACK)
    setting.apps = apps
    yield setting
    setting.close()


@pytest.fixture(scope="module")
def vendors() -> Iterator[AddOns]:
    yield from setting_of("vendors")


@pytest.fixture(scope="module", params=["bro", "zeek"])
def sensors(request: pytest.FixtureRequest) -> Iterator[AddOns]:
    yield from setting_of("vendors", request.param)


def model_of(test: PlannedTest) -> SearchTest:
    return next(each for each in PACK.detections if each.path == test.file).model.tests[test.number]


def check(test: PlannedTest, setting: Setting) -> None:
    result = run_test(test, setting)
    expected = model_of(test).expected_results
    if expected is not None and result.outcome is Outcome.FAILED and result.count == expected:
        return  # the add-on writes a person without the domain, or the like
    assert result.outcome is Outcome.PASSED, render_tests(TestRun((result,)))


def named(test: PlannedTest) -> str:
    return f"{Path(test.file).stem}-{test.name}"


@pytest.mark.slow
@pytest.mark.parametrize("test", planned(SOURCETYPES), ids=named)
def test_rows_come_with_the_fields_of_the_vendors_add_ons(test: PlannedTest, vendors: AddOns) -> None:
    check(test, vendors)


@pytest.mark.slow
@pytest.mark.parametrize("test", planned(ZEEK), ids=named)
def test_rows_come_under_both_add_ons_for_zeek(test: PlannedTest, sensors: AddOns) -> None:
    tables = any(item.sourcetype.startswith("zeek:") for item in model_of(test).attack_data)
    if tables and sensors.apps[-1] != "zeek":
        pytest.skip("only the TA for Zeek makes this source type")
    check(test, sensors)
