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

from storypack.engine.events.origin import EventFile
from storypack.engine.knowledge.apps import Knowledge, load_knowledge
from storypack.engine.knowledge.files import FileSource
from storypack.engine.root import open_root
from storypack.engine.run import search
from storypack.pack.load import load_pack
from storypack.pack.models.search import SearchTest
from storypack.report.tests import render_tests
from storypack.testing.plan import plan_tests
from storypack.testing.results import Outcome, PlannedTest, TestRun
from storypack.testing.run import run_test
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
PER_SOURCE = {"small_http_uploads_repeated"}
"""Searches that count per source in the Web data model, and stay silent under the add-on that gives it none."""
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
    if sensors.apps[-1] == "zeek" and Path(test.file).stem in PER_SOURCE:
        assert run_test(test, sensors).count == 0
        return
    check(test, sensors)


TABLES = {
    "multiple_archive_files_http_post_traffic": (
        "zeek:http",
        [
            "1795942800.1\tCa1\t10.20.14.181\t50001\t203.0.113.221\t80\t1\tPUT\tdrop.example.net\t/in/one.zip\t-\t1.1\t"
            "curl/8.5.0\t-\t50210\t0\t201\tCreated\t-\t-\t(empty)\t-\t-\t-\tFa1\t-\tapplication/zip\t-\t-\t-",
            "1795942860.1\tCa2\t10.20.14.181\t50002\t203.0.113.221\t80\t1\tPUT\tdrop.example.net\t/in/two.zip\t-\t1.1\t"
            "curl/8.5.0\t-\t60210\t0\t201\tCreated\t-\t-\t(empty)\t-\t-\t-\tFa2\t-\tapplication/zip\t-\t-\t-",
        ],
        {"src": "10.20.14.181", "dest": "203.0.113.221", "site": "drop.example.net", "archives": 2},
    ),
    "detect_snicat_sni_exfiltration": (
        "zeek:ssl",
        [
            f"179594280{number}.5\tCb{number}\t10.20.14.182\t5100{number}\t203.0.113.222\t443\tTLSv12\t-\t-\t"
            f"{command}-3uTNEIzWoMCMXo4Q.n.example.net\tF\t-\t-\tF"
            for number, command in enumerate(["LIST", "SIZE", "ALIVE"])
        ],
        {"src": "10.20.14.182", "dest": "203.0.113.222", "cover_name": "n.example.net", "commands": 3},
    ),
}


@pytest.mark.parametrize("stem", TABLES)
def test_tables_of_zeek_are_read_as_its_json_is(stem: str, tmp_path: Path) -> None:
    sourcetype, lines, expected = TABLES[stem]
    path = tmp_path / "zeek.log"
    path.write_text("".join(line + "\n" for line in lines))
    setting = AddOns(PACK)
    setting.apps = ("vendors", "zeek")
    entry = next(entry for entry in PACK.detections if entry.stem == stem)
    root = open_root([path])
    file = EventFile(path, sourcetype, sourcetype, "", "main")
    source = FileSource([file], setting.knowledge, clock=0.0, lookups=setting.lookups, root=root)
    (row,) = search(entry.model.search, source, setting.macros, 1795946400.0).rows
    root.close()
    setting.close()
    assert {name: row[name] for name in expected} == expected
