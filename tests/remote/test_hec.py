"""Events by HEC: batches, refusals, acknowledgement, and what happens when nobody knows."""

from __future__ import annotations

import pytest

from remote.place import Place, event, raws
from splunkd import Fault
from splunkd.faults import path_has
from storypack.remote.hec import MAX_EVENTS, Collector, CollectorTarget
from storypack.splunkd.errors import DeployError, Refused, Uncertain, Unreachable
from storypack.splunkd.secret import Secret

collects = path_has("/services/collector/event")


def test_an_event_arrives_as_it_is(place: Place) -> None:
    raw = 'ä "quoted"\nsecond line\t\\'
    assert place.collector.send([event(raw, 1_767_225_600.123456, fields={"a": ["1", "2"]})], 1) == 1
    (found,) = place.events
    assert found["event"] == raw and found["time"] == 1_767_225_600.123456
    assert (found["sourcetype"], found["source"], found["host"]) == ("plain", "s", "h")
    assert found["fields"] == {"a": ["1", "2"]}


def test_batches(place: Place) -> None:
    told: list[int] = []
    count = 2 * MAX_EVENTS + 5
    assert place.collector.send((event(f"e{n}") for n in range(count)), 1, told.append) == count
    assert told == [MAX_EVENTS, 2 * MAX_EVENTS, count]
    assert raws(place.events) == [f"e{n}" for n in range(count)]
    place.collector.send([event("x" * 700_000), event("y" * 700_000)], 1)
    assert place.splunkd.log.count("POST", "collector/event") == 5


def test_what_the_collector_refuses(place: Place) -> None:
    with pytest.raises(Refused, match=r"Incorrect index.*allow the token") as caught:
        place.collector.send([event("x"), event("y", index="none")], 1)
    assert caught.value.status == 400 and "event 2 of its batch" in str(caught.value)
    with pytest.raises(Refused, match="Invalid token"):
        place.collector_of("no-token").send([event("x")], 1)
    place.splunkd.state.hec_tokens[place.splunkd.hec_token]["disabled"] = True
    with pytest.raises(Refused, match="Token disabled"):
        place.collector.send([event("x")], 1)


def test_acknowledged_by_the_indexers(place: Place) -> None:
    collector = place.collector_of(place.splunkd.state.add_hec_token("acks", ack=True))
    assert collector.send([event(f"{n}") for n in range(MAX_EVENTS + 1)], 1) == MAX_EVENTS + 1
    assert place.splunkd.log.count("POST", "collector/ack") == 1
    collector.close()


@pytest.mark.parametrize("fault", [Fault("busy", matches=collects, times=3), Fault("throttle", matches=collects)])
def test_a_busy_collector_gets_it_again(place: Place, fault: Fault) -> None:
    place.splunkd.faults.add(fault)
    assert place.collector.send([event("x")], 1) == 1
    assert raws(place.events) == ["x"]


def test_one_that_stays_busy(place: Place) -> None:
    place.splunkd.faults.add(Fault("busy", matches=collects, times=99))
    with pytest.raises(Refused, match="HTTP 503"):
        place.collector.send([event("x")], 1)
    assert place.events == []


@pytest.mark.parametrize("effect", [True, False])
def test_a_lost_answer_is_not_sent_again_blindly(place: Place, effect: bool) -> None:
    place.splunkd.faults.add(Fault("cut", matches=collects, effect=effect))
    with pytest.raises(Uncertain):
        place.collector.send([event("x")], 1)
    assert len(place.events) == int(effect)


def test_a_late_answer_is_a_lost_one(place: Place) -> None:
    target = CollectorTarget(place.splunkd.hec_url, ca=str(place.splunkd.ca_file), timeout=0.3)
    place.splunkd.faults.add(Fault("late", matches=collects, seconds=3))
    with pytest.raises(Uncertain):
        Collector(target, Secret(place.splunkd.hec_token)).send([event("x")], 1)


def test_nobody_there_and_nobody_known(place: Place) -> None:
    away = Collector(CollectorTarget("https://127.0.0.1:1", retries=1, backoff=0.01), Secret("t"))
    with pytest.raises(Unreachable, match="--hec-url"):
        away.send([event("x")], 1)
    stranger = Collector(CollectorTarget(place.splunkd.hec_url), Secret(place.splunkd.hec_token))
    with pytest.raises(DeployError, match=r"certificate.*--ca"):
        stranger.send([event("x")], 1)
    with pytest.raises(DeployError, match="cannot read the certificates"):
        Collector(CollectorTarget("https://x.example.com", ca="/nowhere.pem"), Secret("t"))


def test_the_token_is_told_nowhere(place: Place) -> None:
    assert place.splunkd.hec_token not in repr(place.collector) + repr(vars(place.collector))
