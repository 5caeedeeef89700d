"""Logging in, tokens, and TLS."""

from __future__ import annotations

import base64
import ssl
import urllib.error

import pytest
from splunklib import client
from splunklib.binding import AuthenticationError

from splunkd import Splunkd
from splunkd.plain import ask

CONTEXT = "/services/authentication/current-context"


def who(splunkd: Splunkd, authorization: str) -> tuple[int, str]:
    found = splunkd.ask("GET", CONTEXT, {"output_mode": "json"}, headers={"Authorization": authorization})
    return found.status, found.json["entry"][0]["content"]["username"] if found.status == 200 else found.message


def test_a_password_gives_a_session_key(splunkd: Splunkd) -> None:
    given = {"username": splunkd.username, "password": splunkd.password}
    found = splunkd.ask("POST", "/services/auth/login", {**given, "output_mode": "json"})
    assert who(splunkd, f"Splunk {found.json['sessionKey']}") == (200, "admin")
    assert "Set-Cookie" not in found.headers
    with_cookie = splunkd.ask("POST", "/services/auth/login", {**given, "cookie": "1"})
    assert with_cookie.headers["Set-Cookie"].startswith(f"splunkd_{splunkd.port}=")
    assert "<sessionKey>" in with_cookie.text


def test_the_sdk_logs_in_by_cookie_token_and_basic(splunkd: Splunkd) -> None:
    assert splunkd.connect().has_cookies()
    assert splunkd.connect(splunkToken=splunkd.token).info["version"]
    assert splunkd.connect(basic=True).info["version"]
    key = next(iter(splunkd.state.sessions))
    assert splunkd.connect(token=key).info["version"]


def test_wrong_credentials_are_401(splunkd: Splunkd) -> None:
    with pytest.raises(AuthenticationError, match="Login failed"):
        client.connect(host=splunkd.host, port=splunkd.port, username="admin", password="wrong")
    wrong = base64.b64encode(b"admin:wrong").decode()
    for authorization in ("Splunk nothing", "Bearer nothing"):
        assert who(splunkd, authorization) == (401, "call not properly authenticated")
    for authorization in ("", f"Basic {wrong}", "Basic %%%"):
        assert who(splunkd, authorization) == (401, "Unauthorized")
    login = "/services/auth/login?output_mode=json"
    assert splunkd.ask("POST", login, {"username": "admin"}).status == 400
    refused = splunkd.ask("POST", login, {"username": "admin", "password": "wrong"})
    assert refused.json["messages"][0]["code"] == "incorrect_username_or_password"


def test_a_lost_session_is_401_and_autologin_mends_it(splunkd: Splunkd) -> None:
    service, patient = splunkd.connect(), splunkd.connect(autologin=True)
    splunkd.state.expire_sessions()
    with pytest.raises(AuthenticationError):
        service.saved_searches.list()
    assert patient.saved_searches.list() == []
    assert splunkd.connect(splunkToken=splunkd.token).saved_searches.list() == []


def test_the_certificate_is_refused_by_who_does_not_know_its_authority(splunkd: Splunkd) -> None:
    with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
        ask(splunkd.url + CONTEXT, context=ssl.create_default_context())


def test_a_token_is_made_over_rest(splunkd: Splunkd) -> None:
    splunkd.state.add_user("reader", "user")
    path, given = "/services/authorization/tokens", {"output_mode": "json", "name": "reader", "audience": "tests"}
    made = splunkd.ask("POST", path, given).json["entry"][0]
    assert who(splunkd, f"Bearer {made['content']['token']}") == (200, "reader")
    listed = splunkd.ask("GET", path, {"output_mode": "json"})
    assert made["name"] in listed.names
    assert made["content"]["token"] not in listed.text
    bearer = {"Authorization": f"Bearer {made['content']['token']}"}
    assert splunkd.ask("POST", path, given, headers=bearer).status == 403
    assert splunkd.ask("POST", path, {**given, "name": "stranger"}).status == 400


def test_no_secret_is_in_the_log(splunkd: Splunkd) -> None:
    splunkd.connect().saved_searches.create("A", "index=main")
    text = splunkd.log.text()
    assert "auth/login" in text
    assert not [secret for secret in splunkd.secrets if secret in text]
