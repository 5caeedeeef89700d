"""Splunk Cloud's side of an upload, on one port: splunk.com's login, AppInspect's API, and the stack's ACS.

Real clients find these under api.splunk.com, appinspect.splunk.com and admin.splunk.com; here the paths alone tell
them apart. The package that ACS gets must be one whose vetting succeeded, byte for byte, and an install goes on for
some looks at it before it is done.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from marked_secrets import new_secret
from splunkd import packages
from splunkd.json_form import dumps
from splunkd.layers import App
from splunkd.listener import Plain
from splunkd.shapes import Refused
from splunkd.state import State

JSON = "application/json"


@dataclass
class Vetting:
    """One AppInspect run: whose package, and how many looks it still takes."""

    checksum: str
    tags: tuple[str, ...]
    polls: int
    failures: int


@dataclass
class Acs:
    """A stack `stack` ("victoria" or "classic"), its token, and a splunk.com account. `vetting_failures` makes the next
    vettings fail, `install_fails` the next install."""

    state: State
    stack: str = "example-stack"
    experience: str = "victoria"
    username: str = "user@example.com"
    password: str = field(default_factory=new_secret)
    token: str = field(default_factory=lambda: f"eyJhY3Mi.{new_secret(40)}")
    appinspect_tokens: set[str] = field(default_factory=set)
    vettings: dict[str, Vetting] = field(default_factory=dict)
    installs: dict[str, dict[str, Any]] = field(default_factory=dict)
    vetting_polls: int = 2
    install_polls: int = 1
    vetting_failures: int = 0
    install_fails: bool = False

    @property
    def secrets(self) -> list[str]:
        return [self.password, self.token, *self.appinspect_tokens]

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Plain:
        """The answer to a request."""
        parts = urlsplit(target)
        path = tuple(part for part in parts.path.split("/") if part)
        try:
            if path == ("2.0", "rest", "login", "splunk"):
                return self._login(headers)
            if path[:2] == ("v1", "app"):
                return self._appinspect(method, path[2:], headers, body)
            if path[1:3] == ("adminconfig", "v2") and path[:1] == (self.stack,):
                return self._acs(method, path[3:], parse_qs(parts.query), headers, body)
        except Refused as refused:
            return refusal(refused.status, refused.text)
        return refusal(404, "not found")

    # --- splunk.com and AppInspect ------------------------------------------------------------------------------

    def _login(self, headers: Mapping[str, str]) -> Plain:
        scheme, _, secret = headers.get("authorization", "").partition(" ")
        try:
            name, _, password = base64.b64decode(secret, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            name = password = ""
        if scheme.lower() != "basic" or (name, password) != (self.username, self.password):
            return _json({"status_code": 401, "status": "error", "msg": "Failed to authenticate user"}, 401)
        token = f"eyJhcHBpbnNwZWN0.{new_secret(40)}"
        self.appinspect_tokens.add(token)
        user = {"name": "Example", "email": self.username, "username": name, "groups": []}
        return _json({"status_code": 200, "status": "success", "msg": "ok", "data": {"token": token, "user": user}})

    def _appinspect(self, method: str, path: tuple[str, ...], headers: Mapping[str, str], body: bytes) -> Plain:
        if headers.get("authorization", "").partition(" ")[2] not in self.appinspect_tokens:
            raise Refused(401, "Not authorized")
        if path == ("validate",) and method == "POST":
            return self._validate(headers, body)
        found = self.vettings.get(path[-1]) if len(path) > 1 else None
        if found is None or method != "GET":
            raise Refused(404, "Package not found")
        if path[:2] == ("validate", "status"):
            found.polls -= 1
            status = "PROCESSING" if found.polls > 0 else "SUCCESS"
            info = {"error": 0, "failure": found.failures, "skipped": 0, "manual_check": 0, "not_applicable": 100,
                    "warning": 3, "success": 150}  # fmt: skip
            extra = {"info": info} if found.polls <= 0 else {}
            return _json({"request_id": path[-1], "status": status, "links": [], **extra})
        if path[:1] == ("report",):
            if found.polls > 0:
                raise Refused(404, "Report not ready")
            checks = [{"name": "check_example", "result": "failure", "messages": [{"message": "An example failure."}]}]
            group = {"name": "example", "checks": checks[: found.failures]}
            summary = {"failure": found.failures, "error": 0, "warning": 3, "success": 150}
            return _json({"request_id": path[-1], "reports": [{"groups": [group]}], "summary": summary})
        raise Refused(404, "not found")

    def _validate(self, headers: Mapping[str, str], body: bytes) -> Plain:
        form = multipart(headers, body)
        if "app_package" not in form:
            raise Refused(400, "app_package is missing")
        package = form["app_package"][-1]
        _app_of(self.state, package)
        tags = tuple(tag.decode() for value in form.get("included_tags", []) for tag in value.split(b","))
        key = secrets.token_hex(16)
        failures, self.vetting_failures = self.vetting_failures, 0
        self.vettings[key] = Vetting(_checksum(package), tags, self.vetting_polls, failures)
        links = [
            {"rel": "status", "href": f"/v1/app/validate/status/{key}"},
            {"rel": "report", "href": f"/v1/app/report/{key}"},
        ]
        return _json({"request_id": key, "message": "Validation request submitted.", "links": links})

    # --- the stack ----------------------------------------------------------------------------------------------

    def _acs(self, method: str, path: tuple[str, ...], query: Mapping[str, list[str]], headers: Mapping[str, str],
             body: bytes) -> Plain:  # fmt: skip
        if headers.get("authorization") != f"Bearer {self.token}":
            raise Refused(401, "unauthorized")
        if path == ("status",):
            return _json({"infrastructure": {"status": "Ready"}, "messages": {"type": "info", "text": ""}})
        victoria = self.experience == "victoria"
        if path[:1] != ("apps",) or (victoria and path[1:2] != ("victoria",)):
            raise Refused(404, "not found")
        rest = path[2:] if victoria else path[1:]
        if not rest:
            if method == "POST":
                return self._install(headers, body, victoria)
            apps = [self._describe(name) for name in sorted(self.installs)]
            return _json({"apps": apps[int(query.get("offset", ["0"])[0]) :][: int(query.get("count", ["100"])[0])]})
        if rest[0] not in self.installs:
            raise Refused(404, f"App {rest[0]} not found")
        if method == "DELETE":
            del self.installs[rest[0]]
            self.state.apps.apps.pop(rest[0], None)
            return _json({}, 200)
        return _json(self._describe(rest[0], look=True))

    def _install(self, headers: Mapping[str, str], body: bytes, victoria: bool) -> Plain:
        if headers.get("acs-legal-ack") != "Y":
            raise Refused(400, "The ACS-Legal-Ack header must be Y.")
        if victoria:
            package, token = body, headers.get("x-splunk-authorization", "")
        else:
            form = multipart(headers, body)
            package, token = form.get("package", [b""])[-1], form.get("token", [b""])[-1].decode()
        if token not in self.appinspect_tokens:
            raise Refused(403, "The AppInspect token is not valid.")
        if not any(
            v.checksum == _checksum(package) and not v.failures and v.polls <= 0 for v in self.vettings.values()
        ):
            raise Refused(400, "The package has not passed vetting.")
        app = _app_of(self.state, package)
        version = app.default.get("app", {}).get("launcher", {}).get("version", "")
        old = self.installs.get(app.id)
        if old and _version(version) < _version(old["version"]):
            raise Refused(400, f"App {app.id} is installed in a higher version.")
        self.installs[app.id] = {"version": version, "label": app.id, "polls": self.install_polls, "package": package,
                                 "fails": self.install_fails}  # fmt: skip
        self.install_fails = False
        return _json(self._describe(app.id), 202 if victoria else 200)

    def _describe(self, name: str, look: bool = False) -> dict[str, Any]:
        held = self.installs[name]
        if look:
            held["polls"] -= 1
        status = "processing"
        if held["polls"] <= 0:
            status = "failed" if held["fails"] else "installed"
            if status == "installed" and held["package"]:
                packages.install_bytes(self.state, held["package"])
                held["package"] = b""
        return {"appID": name, "name": name, "label": held["label"], "version": held["version"], "status": status}


def refusal(status: int, text: str) -> Plain:
    """An error as ACS words it."""
    return _json({"code": f"{status}-error", "message": text}, status)


def multipart(headers: Mapping[str, str], body: bytes) -> dict[str, list[bytes]]:
    """The parts of a multipart form by name; Refused (400) when it is none."""
    kind = headers.get("content-type", "")
    if not kind.startswith("multipart/form-data"):
        raise Refused(400, "The body must be multipart/form-data.")
    message = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
    form: dict[str, list[bytes]] = {}
    for part in message.get_payload() if message.is_multipart() else []:
        if isinstance(part, Message):
            name = part.get_param("name", header="content-disposition")
            payload = part.get_payload(decode=True)
            form.setdefault(str(name), []).append(payload if isinstance(payload, bytes) else b"")
    return form


def _app_of(state: State, package: bytes) -> App:
    """The app in a package; Refused (400) when it cannot be read."""
    path = Path(state.root) / "upload.tar.gz"
    path.write_bytes(package)
    try:
        return packages.load(path)
    finally:
        path.unlink()


def _checksum(package: bytes) -> str:
    return hashlib.sha256(package).hexdigest()


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdigit())


def _json(value: Any, status: int = 200) -> Plain:
    return Plain(status, dumps(value), JSON)
