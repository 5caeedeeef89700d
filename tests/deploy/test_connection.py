"""Who we are, whom we trust, and when something is tried again."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from deploy.site import APP, connect
from splunkd import Fault, Splunkd
from storypack.deploy.instance import read_instance
from storypack.splunkd.connection import Connection, Target, ns
from storypack.splunkd.credentials import Credentials, find_credentials, find_secret
from storypack.splunkd.errors import DeployError, Refused, Uncertain, Unreachable
from storypack.splunkd.secret import Secret


def test_a_secret_shows_itself_only_when_asked() -> None:
    secret = Secret("hunter2")
    for shown in (
        repr(secret),
        str(secret),
        f"{secret}",
        f"{secret:>20}",
        repr(Credentials(password=secret)),
        f"{[secret]}",
    ):
        assert "hunter2" not in shown
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    assert secret.reveal() == "hunter2" and not Secret("")


@pytest.mark.parametrize("kind", ["token", "session_key", "password"])
def test_each_way_in(splunkd: Splunkd, kind: str) -> None:
    if kind == "token":
        credentials = Credentials(token=Secret(splunkd.token))
    elif kind == "session_key":
        splunkd.connect()
        credentials = Credentials(session_key=Secret(next(iter(splunkd.state.sessions))))
    else:
        credentials = Credentials(username=splunkd.username, password=Secret(splunkd.password))
    connection = Connection(Target(splunkd.host, splunkd.port, ca=str(splunkd.ca_file)), credentials)
    assert read_instance(connection).guid
    connection.close()


def test_wrong_credentials_are_said_once_and_without_them(splunkd: Splunkd) -> None:
    wrong = Credentials(username=splunkd.username, password=Secret("not-the-password"))
    connection = Connection(Target(splunkd.host, splunkd.port, ca=str(splunkd.ca_file)), wrong)
    with pytest.raises(Refused, match="expired") as caught:
        read_instance(connection)
    assert caught.value.status == 401 and "not-the-password" not in str(caught.value)
    assert len(splunkd.log) == 1


def test_credentials_come_from_environment_then_file_then_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    (tmp_path / ".env").write_text("STORYPACK_SPLUNK_TOKEN='from$file'\nSTORYPACK_SPLUNK_HEC_TOKEN=hec\n")
    environment = {"STORYPACK_SPLUNK_USERNAME": "u", "STORYPACK_SPLUNK_PASSWORD": "p"}
    found = find_credentials(environment, tmp_path, "h")
    assert (found.username, found.password.reveal(), found.source) == ("u", "p", "environment")
    found = find_credentials({"STORYPACK_SPLUNK_USERNAME": "u"}, tmp_path, "h")
    assert (found.token.reveal(), found.source) == ("from$file", ".env")
    assert find_secret("HEC_TOKEN", {}, tmp_path).reveal() == "hec"
    (tmp_path / ".env").unlink()
    with pytest.raises(DeployError, match="STORYPACK_SPLUNK_TOKEN"):
        find_credentials({}, tmp_path, "h")
    asked: list[bool] = []
    found = find_credentials({}, tmp_path, "h", lambda question, hidden: asked.append(hidden) or "x")
    assert (found.username, found.password.reveal(), asked) == ("x", "x", [False, True])


def test_the_keyring_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import keyring

    monkeypatch.setattr(keyring, "get_password", lambda service, name: "t" if name == "token@h" else None)
    assert find_credentials({}, tmp_path, "h").token.reveal() == "t"


def test_a_certificate_of_nobody_we_trust_is_refused(splunkd: Splunkd) -> None:
    connection = connect(splunkd, ca=None)
    with pytest.raises(DeployError, match="--ca FILE"):
        read_instance(connection)
    assert len(splunkd.log) == 0
    assert read_instance(connect(splunkd, ca=None, insecure=True)).guid


def test_a_certificate_for_another_name_is_refused(splunkd: Splunkd) -> None:
    target = Target("127.0.0.2", splunkd.port, ca=str(splunkd.ca_file), retries=0)
    with pytest.raises(DeployError):
        read_instance(Connection(target, Credentials(token=Secret("x"))))


def test_an_unreadable_authority_is_said(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    with pytest.raises(DeployError, match="cannot read the certificates"):
        Connection(Target("127.0.0.1", ca=str(tmp_path / "ca.pem")), Credentials(token=Secret("x")))


def test_reads_are_tried_again_with_growing_pauses(splunkd: Splunkd) -> None:
    pauses: list[float] = []
    target = Target(splunkd.host, splunkd.port, ca=str(splunkd.ca_file), backoff=1.0)
    connection = Connection(target, Credentials(token=Secret(splunkd.token)), pauses.append)
    splunkd.faults.add(Fault("busy", times=2), Fault("cut", nth=3), Fault("throttle", nth=4, retry_after=7))
    assert read_instance(connection).guid
    assert pauses == [1.0, 2.0, 4.0, 7.0]
    splunkd.faults.add(Fault("busy", times=9))
    with pytest.raises(Unreachable, match="503"):
        read_instance(connection)


def test_nothing_waits_for_ever(splunkd: Splunkd) -> None:
    splunkd.faults.add(Fault("late", seconds=5.0))
    with pytest.raises(Unreachable, match="no answer in time"):
        read_instance(connect(splunkd, timeout=0.2, retries=0))


@pytest.mark.parametrize("status", ["forbidden", "missing", "bad"])
def test_a_refusal_is_final(splunkd: Splunkd, status: str) -> None:
    splunkd.state.add_user("limited", "user")
    user = splunkd.state.users["limited"]
    connection = Connection(
        Target(splunkd.host, splunkd.port, ca=str(splunkd.ca_file)),
        Credentials(username="limited", password=Secret(user.password)),
    )
    read_instance(connection)
    since = len(splunkd.log)
    app = "search" if status != "missing" else APP
    body = {"name": "x", "search": "index=main"} | ({"foo": "bar"} if status == "bad" else {})
    with pytest.raises(Refused) as caught:
        connection.post(ns(app, "saved/searches"), body)
    assert caught.value.status == {"forbidden": 403, "missing": 404, "bad": 400}[status]
    assert len(splunkd.log) - since == 1
    connection.close()


def test_a_write_without_an_answer_is_not_sent_again_here(splunkd: Splunkd) -> None:
    connection = connect(splunkd, timeout=0.5)
    read_instance(connection)
    for fault in (Fault("cut"), Fault("busy"), Fault("late", seconds=5.0)):
        splunkd.faults.add(fault)
        since = len(splunkd.log)
        with pytest.raises(Uncertain):
            connection.post(ns("search", "configs/conf-macros"), {"name": f"m{fault.kind}", "definition": "x"})
        assert splunkd.log.count("POST", "conf-macros", since=since) == 1
    connection.close()


def test_names_with_slashes_and_the_like_survive_the_path(splunkd: Splunkd) -> None:
    connection = connect(splunkd)
    for name in ("a/b", "c d+e", "analytic_story://É & Co?", "m(2)"):
        connection.post(ns("search", "configs/conf-x"), {"name": name, "k": "1"})
        connection.post(ns("search", "configs/conf-x", name), {"k": "2"})
        assert splunkd.state.local("search", "x", name)["k"] == "2"
    connection.close()
