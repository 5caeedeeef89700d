"""AppInspect's API and ACS: a package is vetted, then installed on the stack."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from splunkd import Splunkd
from splunkd.example_app import package
from splunkd.plain import Asked, ask


def call(splunkd: Splunkd, method: str, path: str, body: bytes | None = None, **headers: Any) -> Asked:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return ask(splunkd.acs_url + path, method, context=splunkd.context(), headers=given, body=body)


def login(splunkd: Splunkd) -> str:
    secret = base64.b64encode(f"{splunkd.acs.username}:{splunkd.acs.password}".encode()).decode()
    found = call(splunkd, "GET", "/2.0/rest/login/splunk", Authorization=f"Basic {secret}")
    return str(found.json["data"]["token"])


def form(**parts: bytes) -> tuple[bytes, str]:
    lines = b"".join(
        b'--edge\r\nContent-Disposition: form-data; name="%s"; filename="f"\r\n\r\n%s\r\n' % (name.encode(), value)
        for name, value in parts.items()
    )
    return lines + b"--edge--\r\n", "multipart/form-data; boundary=edge"


def vet(splunkd: Splunkd, token: str, data: bytes) -> tuple[str, dict[str, Any]]:
    body, kind = form(app_package=data, included_tags=b"private_victoria")
    bearer = f"Bearer {token}"
    request = call(splunkd, "POST", "/v1/app/validate", body, Authorization=bearer, Content_Type=kind).json[
        "request_id"
    ]
    statuses = []
    while "SUCCESS" not in statuses:
        status = call(splunkd, "GET", f"/v1/app/validate/status/{request}", Authorization=bearer).json
        statuses.append(status["status"])
    assert statuses == ["PROCESSING", "SUCCESS"]
    return request, status["info"]


def apps(splunkd: Splunkd, *, victoria: bool = True) -> str:
    return f"/{splunkd.acs.stack}/adminconfig/v2/apps" + ("/victoria" if victoria else "")


def test_a_vetted_package_is_installed(splunkd: Splunkd, tmp_path: Path) -> None:
    token, data = login(splunkd), package(tmp_path).read_bytes()
    request, info = vet(splunkd, token, data)
    assert info["failure"] == 0
    stack: dict[str, Any] = {
        "Authorization": f"Bearer {splunkd.acs.token}",
        "ACS_Legal_Ack": "Y",
        "X_Splunk_Authorization": token,
    }
    assert call(splunkd, "GET", f"/v1/app/report/{request}", Authorization=f"Bearer {token}").status == 200
    made = call(splunkd, "POST", apps(splunkd), data, **stack)
    assert (made.status, made.json["status"]) == (202, "processing")
    assert "an_app" not in splunkd.state.apps.apps
    described = call(splunkd, "GET", f"{apps(splunkd)}/an_app", **stack).json
    assert (described["status"], described["version"]) == ("installed", "1.0.0")
    assert splunkd.state.merged("an_app", "savedsearches", "A")["description"] == "1.0.0"
    assert [app["appID"] for app in call(splunkd, "GET", apps(splunkd), **stack).json["apps"]] == ["an_app"]
    assert call(splunkd, "DELETE", f"{apps(splunkd)}/an_app", **stack).status == 200
    assert call(splunkd, "GET", f"{apps(splunkd)}/an_app", **stack).status == 404


def test_a_classic_stack_takes_a_form(splunkd: Splunkd, tmp_path: Path) -> None:
    splunkd.acs.experience = "classic"
    token, data = login(splunkd), package(tmp_path).read_bytes()
    vet(splunkd, token, data)
    body, kind = form(token=token.encode(), package=data)
    stack: dict[str, Any] = {"Authorization": f"Bearer {splunkd.acs.token}", "ACS_Legal_Ack": "Y", "Content_Type": kind}
    assert call(splunkd, "POST", apps(splunkd, victoria=False), body, **stack).status == 200


def test_what_the_cloud_refuses(splunkd: Splunkd, tmp_path: Path) -> None:
    assert call(splunkd, "GET", "/2.0/rest/login/splunk", Authorization="Basic eDp5").status == 401
    assert call(splunkd, "POST", "/v1/app/validate", b"x", Authorization="Bearer x").status == 401
    token, data = login(splunkd), package(tmp_path).read_bytes()
    stack: dict[str, Any] = {
        "Authorization": f"Bearer {splunkd.acs.token}",
        "ACS_Legal_Ack": "Y",
        "X_Splunk_Authorization": token,
    }
    assert call(splunkd, "POST", apps(splunkd), data, **stack).json["message"] == "The package has not passed vetting."
    splunkd.acs.vetting_failures = 1
    _, info = vet(splunkd, token, data)
    assert info["failure"] == 1
    assert call(splunkd, "POST", apps(splunkd), data, **stack).status == 400
    vet(splunkd, token, data)
    assert call(splunkd, "POST", apps(splunkd), data + b"x", **stack).status == 400
    assert call(splunkd, "POST", apps(splunkd), data, **{**stack, "ACS_Legal_Ack": "N"}).status == 400
    assert call(splunkd, "POST", apps(splunkd), data, **{**stack, "Authorization": "Bearer x"}).status == 401
    assert call(splunkd, "POST", apps(splunkd), data, **{**stack, "X_Splunk_Authorization": "x"}).status == 403
    assert call(splunkd, "GET", "/other-stack/adminconfig/v2/apps", **stack).status == 404


@pytest.mark.parametrize("fails", [False, True])
def test_an_install_may_fail_later(splunkd: Splunkd, tmp_path: Path, fails: bool) -> None:
    token, data = login(splunkd), package(tmp_path).read_bytes()
    vet(splunkd, token, data)
    splunkd.acs.install_fails = fails
    stack: dict[str, Any] = {
        "Authorization": f"Bearer {splunkd.acs.token}",
        "ACS_Legal_Ack": "Y",
        "X_Splunk_Authorization": token,
    }
    call(splunkd, "POST", apps(splunkd), data, **stack)
    described = call(splunkd, "GET", f"{apps(splunkd)}/an_app", **stack).json
    assert described["status"] == ("failed" if fails else "installed")
    assert ("an_app" in splunkd.state.apps.apps) is not fails
