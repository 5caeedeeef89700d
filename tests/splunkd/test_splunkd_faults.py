"""Each fault strikes the request that it is meant for, with or without the request's effect, and is logged."""

from __future__ import annotations

import http.client
import ssl
import time
from collections.abc import Callable

import pytest
from splunklib.binding import AuthenticationError, HTTPError

from splunkd import Fault, Splunkd, path_has, reads, writes

SEARCHES = "/servicesNS/nobody/search/saved/searches"
BROKEN = (OSError, http.client.HTTPException)  # URLError, ssl.SSLError and time-outs are OSErrors


def create(splunkd: Splunkd, name: str) -> int:
    return splunkd.ask("POST", SEARCHES, {"name": name, "search": "index=main"}, timeout=5).status


def stored(splunkd: Splunkd) -> list[str]:
    return sorted(splunkd.state.app("search").local.get("savedsearches", {}))


@pytest.mark.parametrize(("kind", "status"), [("throttle", 429), ("busy", 503), ("expire", 401)])
def test_a_refusal_strikes_the_nth_request_once(splunkd: Splunkd, kind: str, status: int) -> None:
    splunkd.faults.add(Fault(kind, nth=2, matches=writes))  # type: ignore[arg-type]
    assert create(splunkd, "A") == 201
    assert splunkd.ask("GET", SEARCHES).status == 200  # no write, not counted
    assert create(splunkd, "B") == status
    assert create(splunkd, "C") == 201
    assert stored(splunkd) == ["A", "C"]
    assert [one.fault for one in splunkd.log if one.fault] == [kind]
    assert splunkd.faults.waiting == []


def test_an_expired_session_is_gone_for_good(splunkd: Splunkd) -> None:
    service = splunkd.connect(app="search")
    splunkd.faults.add(Fault("expire"))
    for _ in range(2):
        with pytest.raises(AuthenticationError):
            service.saved_searches.list()
    service.login()
    assert service.saved_searches.list() == []


def test_retry_after_is_sent_when_asked_for(splunkd: Splunkd) -> None:
    splunkd.faults.add(Fault("throttle", retry_after=7), Fault("throttle", nth=2))
    assert splunkd.ask("GET", SEARCHES).headers["Retry-After"] == "7"
    assert "Retry-After" not in splunkd.ask("GET", SEARCHES).headers


@pytest.mark.parametrize("after_bytes", [0, 1, 600])
@pytest.mark.parametrize("effect", [True, False])
def test_a_cut_connection_with_and_without_effect(splunkd: Splunkd, after_bytes: int, effect: bool) -> None:
    before = splunkd.state.dump()
    splunkd.faults.add(Fault("cut", matches=writes, after_bytes=after_bytes, effect=effect))
    with pytest.raises(BROKEN):
        create(splunkd, "A")
    assert stored(splunkd) == (["A"] if effect else [])
    assert effect or splunkd.state.dump() == before
    assert create(splunkd, "A") == (409 if effect else 201)
    (cut,) = (one for one in splunkd.log if one.fault)
    assert (cut.status, cut.effect, cut.fault) == (0, effect, f"cut after {after_bytes} bytes")


def test_a_cut_among_the_headers_looks_like_an_answer_without_a_body(splunkd: Splunkd) -> None:
    """http.client takes what it has of the headers for all of them: a client must not trust the status alone."""
    splunkd.faults.add(Fault("cut", after_bytes=60, effect=False))
    found = splunkd.ask("POST", SEARCHES, {"name": "A", "search": "index=main"})
    assert (found.status, found.body) == (201, b"")
    assert stored(splunkd) == []


def test_the_sdk_sees_a_cut_as_a_broken_connection(splunkd: Splunkd) -> None:
    service = splunkd.connect(app="search")
    splunkd.faults.add(Fault("cut", nth=1, matches=writes), Fault("cut", nth=2, matches=writes, after_bytes=300))
    for _ in range(2):
        with pytest.raises(BROKEN):
            service.saved_searches.create("A", "index=main")
    with pytest.raises(HTTPError) as caught:
        service.saved_searches.create("A", "index=main")
    assert caught.value.status == 409


def test_a_late_answer_comes_after_the_write(splunkd: Splunkd) -> None:
    splunkd.faults.add(Fault("late", seconds=30, matches=writes))
    start = time.monotonic()
    with pytest.raises(TimeoutError):
        splunkd.connect(app="search", timeout=0.5).saved_searches.create("A", "index=main")
    assert time.monotonic() - start < 10
    assert stored(splunkd) == ["A"]
    assert create(splunkd, "B") == 201  # the others are answered meanwhile


@pytest.mark.parametrize("effect", [True, False])
def test_a_restart_in_the_middle(splunkd: Splunkd, effect: bool) -> None:
    service = splunkd.connect(app="search")
    splunkd.faults.add(Fault("restart", matches=writes, effect=effect, refused=2, unavailable=1))
    with pytest.raises(BROKEN):
        service.saved_searches.create("A", "index=main")
    for _ in range(2):
        with pytest.raises(BROKEN):
            service.saved_searches.list()
    with pytest.raises(HTTPError) as caught:
        service.saved_searches.list()
    assert caught.value.status == 503
    with pytest.raises(AuthenticationError):
        service.saved_searches.list()
    service.login()
    assert [one.name for one in service.saved_searches.list()] == (["A"] if effect else [])
    assert splunkd.log.count(matches=lambda one: one.fault == "restarting: refused") == 2


def test_faults_choose_by_path_and_repeat(splunkd: Splunkd) -> None:
    splunkd.faults.add(Fault("busy", matches=path_has("macros"), times=2), Fault("throttle", matches=reads, nth=3))
    macros = "/servicesNS/nobody/search/configs/conf-macros"
    statuses = [splunkd.ask("GET", path).status for path in (SEARCHES, macros, macros, macros)]
    assert statuses == [200, 503, 503, 429]  # the third read had another fault; the fourth takes what is due
    assert splunkd.ask("GET", SEARCHES).status == 200


def test_the_collector_and_the_cloud_have_faults_as_well(splunkd: Splunkd) -> None:
    from splunkd.plain import ask

    splunkd.faults.add(Fault("busy", matches=lambda seen: seen.port == "hec"))
    splunkd.faults.add(Fault("throttle", matches=lambda seen: seen.port == "acs", retry_after=1))
    hec = ask(splunkd.hec_url + "/services/collector/health", context=splunkd.context())
    acs = ask(splunkd.acs_url + "/2.0/rest/login/splunk", context=splunkd.context())
    assert (hec.status, hec.json["code"]) == (503, 9)
    assert (acs.status, acs.json["code"]) == (429, "429-error")


# --- it ends by itself ------------------------------------------------------------------------------------------


def gone(call: Callable[[], object]) -> bool:
    try:
        call()
    except (*BROKEN, ssl.SSLError):
        return True
    return False


def test_the_lifetime_ends_it() -> None:
    with Splunkd(lifetime=0.3) as splunkd:
        context, port = splunkd.context(), splunkd.port
        assert splunkd.running
        deadline = time.monotonic() + 10
        while splunkd.running and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not splunkd.running
        time.sleep(0.3)

        def connect() -> None:
            connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=2, context=context)
            try:
                connection.request("GET", "/services/server/info")
                connection.getresponse()
            finally:
                connection.close()

        assert gone(connect)


def test_too_many_requests_end_it() -> None:
    with Splunkd(max_requests=3) as splunkd:
        statuses = [splunkd.ask("GET", SEARCHES).status for _ in range(4)]
        assert statuses == [200, 200, 200, 503]
        assert not splunkd.running


def test_two_run_side_by_side() -> None:
    with Splunkd() as one, Splunkd() as other:
        assert one.port != other.port
        assert one.password != other.password
        create(one, "A")
        assert (stored(one), stored(other)) == (["A"], [])
    assert not one.root.exists()
