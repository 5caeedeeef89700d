"""The same events and search on the instance and on the embedded engine."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from deploy.site import connect
from splunkd import Splunkd
from storypack.deploy.errors import DeployError, Refused, Unreachable
from storypack.deploy.hec import Collector, Event, check_index
from storypack.deploy.remote_search import (
    NotComparable,
    Remote,
    compare_test,
    difference,
    narrowed,
    remove_events,
    run_remote,
    send_and_wait,
)
from storypack.deploy.secret import Secret
from storypack.pack.load import load_pack
from storypack.spl.macros import definitions
from storypack.testing.run import plan_tests
from storypack.testing.setting import Setting

ROOT = Path(__file__).parents[2]
MACROS = definitions({"exf_web": {"definition": "(index=* sourcetype=web)"}, "drop": {"definition": "search NOT a=1"}})


def collector(splunkd: Splunkd, token: str | None = None) -> Collector:
    return Collector(
        splunkd.hec_url, Secret(token or splunkd.hec_token), str(splunkd.ca_file), sleep=lambda seconds: None
    )


def remote(splunkd: Splunkd, remove: bool = False) -> Remote:
    splunkd.state.indexes.add("lab")
    return Remote(connect(splunkd), collector(splunkd), "lab", remove=remove, wait=1.0)


def test_events_arrive_marked_and_can_be_found_and_removed(splunkd: Splunkd) -> None:
    here = remote(splunkd)
    splunkd.admin.roles = ("admin", "can_delete")
    splunkd.state.add_event('{"a": 1}', index="lab", sourcetype="web", time=1000.0)
    events = [Event(f'{{"a": {number}}}', 1000.0 + number, "web", "s", "h") for number in range(50)]
    send_and_wait(here, events, "r1")
    ours = [event for event in splunkd.state.events if event["fields"].get("storypack_run") == "r1"]
    assert len(ours) == 50 and {(event["index"], event["host"], event["source"]) for event in ours} == {
        ("lab", "h", "s")
    }
    spl = narrowed("`exf_web` a<10 | stats count", MACROS, {"exf_web"}, "lab", "r1")
    assert run_remote(here.connection, "search", spl, None, None)[0]["count"] == "10"
    remove_events(here, "r1")
    assert len(splunkd.state.events) == 1
    here.connection.close()


def test_a_refused_token_or_index_is_said(splunkd: Splunkd) -> None:
    events = [Event("x", time.time(), "web")]
    with pytest.raises(Refused, match="index"):
        collector(splunkd).send(events, "nowhere", "r")
    with pytest.raises(Refused, match="is the token right"):
        collector(splunkd, "11111111-1111-4111-8111-111111111111").send(events, "main", "r")
    refusing = Collector("https://127.0.0.1:1", Secret("x"), str(splunkd.ca_file), sleep=lambda seconds: None)
    with pytest.raises(Unreachable):
        refusing.send(events, "main", "r")
    for name in ("a b", "A", '"x', ""):
        with pytest.raises(DeployError, match="is no index"):
            check_index(name)


def test_a_search_is_narrowed_to_its_events() -> None:
    only = 'index="lab" storypack_run::r'
    assert (
        narrowed("a=1 OR b=2 | `drop`", MACROS, {"exf_web"}, "lab", "r") == f"search {only} a=1 OR b=2 | search NOT a=1"
    )
    inner = narrowed("| union [search `exf_web`] | head 1", MACROS, {"exf_web"}, "lab", "r")
    assert inner == f"| union [search ({only} (index=* sourcetype=web))] | head 1"
    with pytest.raises(NotComparable):
        narrowed("| tstats count from datamodel=Web", MACROS, {"exf_web"}, "lab", "r")


@pytest.mark.parametrize(
    ("here", "there", "why"),
    [
        ([{"a": 1, "b": None}], [{"a": "1", "c": "more"}], ""),
        ([{"a": 1}, {"a": 2}], [{"a": "2"}, {"a": "1"}], ""),
        ([{"_time": 1767225600.0}], [{"_time": "2026-01-01T00:00:00.000+00:00"}], ""),
        ([{"a": ["x", "y"]}], [{"a": ["y", "x"]}], ""),
        ([{"index": "main", "_raw": "x"}], [{"index": "lab", "_raw": "y"}], ""),
        ([{"a": 1}], [], "1 rows here, 0 there"),
        ([{"a": 1}], [{"a": "2"}], "a is 1 here, '2' there"),
        ([{"a": "x"}], [{"a": "X"}], "a is 'x' here, 'X' there"),
        ([{"a": 1}, {"a": 1}], [{"a": "1"}, {"a": "2"}], "a is 1 here, '2' there"),
        ([{"_time": 1767225600.0}], [{"_time": "2026-01-01T01:00:00.000+00:00"}], "_time is"),
    ],
)
def test_differences(here: list[dict[str, object]], there: list[dict[str, object]], why: str) -> None:
    found = difference(here, there)
    assert found == why if not why.startswith("_time") else found.startswith(why)


def test_the_packs_tests_agree_and_a_changed_instance_is_noticed(splunkd: Splunkd) -> None:
    setting = Setting(load_pack(ROOT).pack)
    try:
        planned = plan_tests(setting.pack, ["detections/cloud/aws_disable_bucket_versioning.yml"])
        here = remote(splunkd, remove=False)
        found = [compare_test(here, one, setting, f"r{number}") for number, one in enumerate(planned)]
        assert found and {one.outcome for one in found} == {"agrees"}, found
        assert any(one.here for one in found)
        splunkd.state.canned.append((r"eventName", [{"user": "somebody else"}]))
        found = [compare_test(here, one, setting, f"s{number}") for number, one in enumerate(planned)]
        assert any(one.outcome == "differs" and one.why for one in found)
        here.connection.close()
    finally:
        setting.close()
