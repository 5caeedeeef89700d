"""Whatever answers in the place of splunkd, of the event collector or of Splunk Cloud's services: every client ends in
one line, without a secret, in bounded time and memory."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any
from urllib.parse import quote, quote_plus, urlsplit

import pytest

from marked_secrets import has_secret, new_secret
from odd_answers import ODD, SHAPES, Script, replaced, server
from storypack.deploy.package_target import Cloud, CloudClient
from storypack.remote.hec import Collector, CollectorTarget, Event
from storypack.splunkd import transport
from storypack.splunkd.connection import Connection, Target
from storypack.splunkd.credentials import Credentials
from storypack.splunkd.errors import DeployError, Refused, Uncertain
from storypack.splunkd.secret import Secret, basic, one_line

Sleep = Callable[[float], None]
TIMEOUT = 0.05


def no_sleep(seconds: float) -> None:
    assert 0 <= seconds <= transport.LONGEST_WAIT


def send(port: int) -> object:
    target = CollectorTarget(f"http://127.0.0.1:{port}", timeout=TIMEOUT, retries=2, backoff=0.0)
    collector = Collector(target, Secret(new_secret()), no_sleep)
    try:
        return collector.send([Event("x", 1.5, "main", "plain")], 0.0)
    finally:
        collector.close()


def install(port: int) -> str:
    return cloud(f"http://127.0.0.1:{port}").deploy("app", b"package", "app.tar.gz", "1.0.0")


@cache  # a client reads the system's authorities, which takes its time
def cloud(url: str) -> CloudClient:
    given = (Secret(new_secret()), "user@example.com", Secret(new_secret() + "+/ ="))
    where = Cloud("stack", *given, login_url=url, inspect_url=url, acs_url=url, timeout=TIMEOUT, longest=30.0)
    return CloudClient(where, show, no_sleep)


def show(line: str) -> None:
    assert line.isprintable() and len(line) < 500 and not has_secret(line)


def splunkd(port: int) -> Connection:
    target = Target("127.0.0.1", port, scheme="http", timeout=TIMEOUT, retries=1, backoff=0.0)
    return Connection(target, Credentials(token=Secret(new_secret())), no_sleep)


def log_in(port: int) -> object:
    target = Target("127.0.0.1", port, scheme="http", timeout=TIMEOUT, retries=1, backoff=0.0)
    credentials = Credentials(username="kim", password=Secret(new_secret() + '+/ "='))
    return Connection(target, credentials, no_sleep).get("/services/x")


CLIENTS: dict[str, Callable[[int], object]] = {
    "collector": send,
    "cloud": install,
    "read": lambda port: splunkd(port).get("/services/x")["entry"],
    "write": lambda port: splunkd(port).post("/services/x", {"password": "a b"})["entry"],
    "login": log_in,
}


def check(error: DeployError) -> None:
    text = str(error)
    assert text.isprintable() and len(text) < 600, text[:2000]
    assert not has_secret(text)


@pytest.mark.parametrize("client", CLIENTS)
def test_every_client_stands_every_server(client: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "TIMEOUTS", 2)
    monkeypatch.setattr(transport, "LARGEST", 300_000)
    current: Script = ODD["closes"]
    with server(lambda *given: current(*given)) as port:
        for name, current in ODD.items():  # noqa: B007 - the server reads it
            try:
                outcome = CLIENTS[client](port)
            except DeployError as error:
                check(error)
            except KeyError:  # an object without what was asked for, which is for the reader to say
                assert client in ("read", "write"), name
            else:
                pytest.fail(f"{client} takes {name} for a success: {outcome!r}")


# --- one answer of several is odd -----------------------------------------------------------------------------------

CHECK = {"name": "c", "result": "failure", "messages": [{"message": "m"}]}
CLOUD = {
    "/2.0/rest/login/splunk": {"status_code": 200, "data": {"token": "eyJ.example", "user": {"name": "Kim"}}},
    "/v1/app/validate": {"request_id": "1-2", "message": "submitted", "links": [{"rel": "status", "href": "/x"}]},
    "/v1/app/validate/status/1-2": {"request_id": "1-2", "status": "SUCCESS", "info": {"error": 0, "failure": 0}},
    "/v1/app/report/1-2": {"reports": [{"groups": [{"checks": [CHECK]}]}]},
    "/stack/adminconfig/v2/apps/victoria": {"appID": "app", "status": "installed"},
    "/stack/adminconfig/v2/apps/victoria/app": {"name": "app", "status": "installed", "version": "1.0.0"},
}  # fmt: skip
COLLECTOR = {
    "/services/collector/event": {"text": "Success", "code": 0, "ackId": 1},
    "/services/collector/ack": {"acks": {"1": True}},
}


def scripted(answers: Mapping[str, Any], statuses: Mapping[str, int]) -> Callable[..., dict[str, Any]]:
    """A transport whose server gives each path its answer."""

    def call(url: str, message: dict[str, Any]) -> dict[str, Any]:
        path = urlsplit(url).path
        body = json.dumps(answers.get(path, [])).encode()
        return {"status": statuses.get(path, 200), "reason": "", "headers": [], "body": io.BytesIO(body)}

    return call


def send_scripted(transport: Callable[..., Any]) -> object:
    COLLECTOR_CLIENT._transport = transport  # type: ignore[assignment]
    return COLLECTOR_CLIENT.send([Event("x", 1.5, "main", "plain")], 0.0)


def install_scripted(transport: Callable[..., Any]) -> str:
    client = cloud("https://cloud.example.com")
    client._transport = transport  # type: ignore[assignment]
    return client.deploy("app", b"package", "app.tar.gz", "1.0.0")


COLLECTOR_CLIENT = Collector(CollectorTarget("http://127.0.0.1:1", retries=1, backoff=0.0), Secret("t"), no_sleep)


@pytest.mark.parametrize("path", [*CLOUD, *COLLECTOR])
@pytest.mark.parametrize("status", [200, 400])
def test_each_answer_of_each_shape(path: str, status: int) -> None:
    run, answers = (install_scripted, CLOUD) if path in CLOUD else (send_scripted, COLLECTOR)
    refused = {"/v1/app/validate/status/1-2": {"status": "FAILURE", "info": {"failure": 1}}} if "report" in path else {}
    if not refused:
        run(scripted(answers, {}))  # the answers as they should be
    unread = path.endswith("victoria") and status == 200  # only that it is an object
    fine = count = 0
    for shape in replaced(answers[path], SHAPES):
        count += 1
        try:
            run(scripted({**answers, **refused, path: shape}, {path: status}))
        except DeployError as error:
            lines = str(error).split("\n")
            assert len(lines) <= 1 + (path.startswith("/v1/app/") and "refuses" in lines[0])
            assert all(line.isprintable() and len(line) < 600 for line in lines)
        else:
            fine += 1
    assert len(SHAPES) <= count and (unread or fine < count)


def test_what_is_odd_after_the_events_were_sent_is_uncertain() -> None:
    for shape in ({"text": "x"}, {"code": 5}, {"code": True}, {"code": 0, "ackId": "x"}, {"status": "ok"}):
        with pytest.raises(Uncertain):
            send_scripted(scripted({**COLLECTOR, "/services/collector/event": shape}, {}))
    for acks in ([], {"1": "false"}, {"1": 1}, "x"):
        with pytest.raises(Uncertain, match="acks must be"):
            send_scripted(scripted({**COLLECTOR, "/services/collector/ack": {"acks": acks}}, {}))


def test_a_redirect_is_no_success_of_an_upload() -> None:
    with pytest.raises(Refused, match="names another address"):
        install_scripted(scripted(CLOUD, {"/stack/adminconfig/v2/apps/victoria": 302}))


def test_a_report_without_end_is_cut() -> None:
    long = {**CHECK, "name": "c" * 900, "messages": [{"message": "m\nn" * 900}] * 900}
    report = {"/v1/app/report/1-2": {"reports": [{"groups": [{"checks": [long]}]}]}}
    refused = {"/v1/app/validate/status/1-2": {"status": "ERROR", "info": {}}}
    with pytest.raises(DeployError, match=r"its status is ERROR\n(.*\n){50}  and 850 more$"):
        install_scripted(scripted({**CLOUD, **refused, **report}, {}))


def test_half_of_a_secret_is_none_that_is_shown() -> None:
    secret = Secret(new_secret() + ' +"/\t&')
    forms = (secret.reveal(), quote(secret.reveal(), safe=""), quote_plus(secret.reveal()), json.dumps(secret.reveal()))
    for form in (*forms, basic("kim", secret).reveal()):
        for before in range(250, 300):
            assert not has_secret(one_line("x" * before + form))
