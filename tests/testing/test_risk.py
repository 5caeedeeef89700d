"""Correlations: the risk that the pack's own detections would write."""

from __future__ import annotations

from typing import Any

from storypack.hunting.risk import fill
from storypack.pack.load import load_pack
from storypack.testing.feeding import RiskOfTests, risk_events
from storypack.testing.plan import plan_tests
from storypack.testing.results import Outcome
from storypack.testing.run import made_ready, run_test
from storypack.testing.setting import Setting

from .small_pack import SmallPack, event, search_test

COPY = "`ex_audit` action=copy | stats values(src) as src count by user | `ex_copied_filter`"
SEND = "`ex_audit` action=send | stats count by user | `ex_sent_filter`"
TWO_KINDS = (
    "| tstats sum(All_Risk.calculated_risk_score) as score dc(All_Risk.search_name) as kinds"
    " values(All_Risk.risk_message) as message values(All_Risk.annotations.mitre_attack.mitre_tactic) as tactic"
    " values(All_Risk.threat_object) as threat_object from datamodel=Risk.All_Risk"
    ' where All_Risk.risk_object_type="user" by All_Risk.risk_object'
    " | where kinds>1 | `ex_both_filter`"
)


def risky(score: int, message: str) -> dict[str, Any]:
    return {
        "type": "Anomaly",
        "finding": None,
        "intermediate_findings": {
            "entities": [{"field": "user", "type": "user", "score": score, "message": message}],
        },
        "threat_objects": [{"field": "src", "type": "ip_address"}],
        "mitre_attack_id": ["T1537"],
    }


def detections(pack: SmallPack) -> None:
    pack.schedule("default_anomaly", "-70m@m", "-10m@m")
    pack.schedule("default_correlation", "-24h@m", "now")
    for name, search, score, message in (
        ("Copied", COPY, 30, "$user$ copied $count$ disks from $src$"),
        ("Sent", SEND, 50, "$user$ sent $what$"),
    ):
        keys = {key: value for key, value in risky(score, message).items() if value is not None}
        pack.detection(name, search, **{"finding": None, **keys})


EVENTS = [
    event(0, user="kim", action="copy", src="192.0.2.1"),
    event(1, user="kim", action="copy", src="192.0.2.2"),
    event(2, user="kim", action="send"),
    event(3, user="lee", action="send"),
]


def test_risk_of_several_detections_adds_up(pack: SmallPack) -> None:
    detections(pack)
    row = {
        "All_Risk.risk_object": "kim",
        "score": 80,
        "kinds": 2,
        "message": ["kim copied 2 disks from 192.0.2.1, 192.0.2.2", "kim sent $what$"],
        "tactic": "exfiltration",
        "threat_object": ["192.0.2.1", "192.0.2.2"],
    }
    pack.detection(
        "Both", TWO_KINDS, search_test("Both", EVENTS, expected_results=1, expected_rows=[row]), type="Correlation"
    )
    result = pack.only()
    assert result.outcome is Outcome.PASSED, result.failure


def test_one_kind_is_not_enough_and_who_wrote_is_said(pack: SmallPack) -> None:
    detections(pack)
    pack.detection("Both", TWO_KINDS, search_test("Both", EVENTS[2:], expected_results=1), type="Correlation")
    result = pack.only()
    assert result.failure is not None
    assert "risk events written: 2 by EX - Sent - Rule" in result.failure.reasons
    assert "no risk events by EX - Copied - Rule" in result.failure.reasons


def test_a_correlation_hears_only_the_detections_that_it_names(pack: SmallPack) -> None:
    detections(pack)
    search = TWO_KINDS.replace("where All", 'where All_Risk.search_name="EX - Sent - Rule" All', 1)
    pack.detection("Both", search, search_test("Both", EVENTS, expected_results=0), type="Correlation")
    assert pack.only().outcome is Outcome.PASSED


def test_a_name_that_no_detection_has_is_said(pack: SmallPack) -> None:
    detections(pack)
    search = TWO_KINDS.replace(
        "where All", 'where All_Risk.search_name IN ("EX - Sent - Rule", "EX - Lost - Rule") All', 1
    )
    pack.detection("Both", search, search_test("Both", EVENTS, expected_results=1), type="Correlation")
    result = pack.only()
    assert result.failure is not None
    assert any(
        "EX - Lost - Rule, and no detection of the pack is called that" in line for line in result.failure.reasons
    )


def test_the_risk_index_can_be_searched_beside_the_events(pack: SmallPack) -> None:
    detections(pack)
    search = (
        '(index=risk search_name=*) OR (`ex_audit`) | stats count(eval(index=="risk")) as risk '
        'count(eval(index=="main")) as events values(annotations.mitre_attack.mitre_technique_id) as id'
        " | `ex_both_filter`"
    )
    rows = [{"risk": 3, "events": 4, "id": "T1537"}]
    pack.detection("Both", search, search_test("Both", EVENTS, expected_rows=rows), type="Correlation")
    result = pack.only()
    assert result.outcome is Outcome.PASSED, result.failure


def test_the_tests_of_a_correlation_get_the_risk_that_each_gets_alone(pack: SmallPack) -> None:
    detections(pack)
    pack.write("macros/ex_least.yml", {**pack.common("ex_least"), "definition": "1"})
    keys = {key: value for key, value in risky(10, "$user$").items() if value is not None}
    pack.detection("Many", "`ex_audit` | stats count by user | where count>=`ex_least` | `ex_many_filter`", **keys)
    pack.detection("Wrong", "`ex_audit` | nosuchcommand | `ex_wrong_filter`", **keys)
    search = "index=risk | stats count values(search_name) as names max(_time) as last | `ex_both_filter`"
    pack.detection(
        "Both",
        search,
        search_test("All", EVENTS),
        search_test("Few", EVENTS[2:], now="2026-11-21T09:00:00Z"),
        search_test("Macro", EVENTS, macros={"ex_least": "2"}),
        search_test("Other", [event(0, user="kim", action="look")], expected_results=1),
        type="Correlation",
    )
    loaded = load_pack(pack.folder).pack
    setting = Setting(loaded)
    planned = plan_tests(loaded)
    with made_ready(planned, setting) as ready:
        assert isinstance(ready, RiskOfTests)
        risk = [ready.of(test.number) for test in planned]
        results = [run_test(test, setting, ready) for test in planned]
    (correlation,) = (entry for entry in loaded.detections if entry.name == "Both")
    for number, test in enumerate(correlation.model.tests):
        assert risk[number] == risk_events(correlation, test, setting)
        alone = run_test(planned[number], setting)
        assert (results[number].rows, results[number].notes) == (alone.rows, alone.notes)
    setting.close()
    assert [len(each.rows) for each in risk] == [5, 4, 4, 1]
    assert all(["EX - Wrong" in problem for problem in each.problems] == [True] for each in risk)


def test_tokens_are_filled() -> None:
    assert fill("$user$ and\n  $gone$", {"user": ["a", "b"]}) == "a, b and $gone$"
