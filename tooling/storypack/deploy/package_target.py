"""The whole package on an instance: from a path on the server's disk, or through Splunk Cloud's ACS.

For Splunk Cloud a package is vetted by AppInspect first, and ACS takes only what was vetted, byte for byte ("Manage
private apps in Splunk Cloud Platform", Admin Config Service Manual).
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

from storypack.splunkd.answers import decoded, mapping, objects, text, whole
from storypack.splunkd.connection import FAILURES, Connection
from storypack.splunkd.errors import DeployError, Refused, Uncertain, Unreachable
from storypack.splunkd.reasons import bad_certificate, failure_reason, no_json
from storypack.splunkd.secret import Secret, basic, one_line
from storypack.splunkd.transport import REDIRECTS, TooLarge, Transport, retry_after, tls_context

APPS = "/services/apps/local"
LARGEST_ANSWER = 64 << 20  # bytes, of a service of Splunk Cloud; AppInspect's reports have less than one million
MOST_CHECKS = 50  # of a report that refuses a package, in the message
Progress = Callable[[str], None]
_AGAINST = ("error", "failure", "manual_check")  # results of AppInspect with which ACS takes no package
_ACS_APPS = "/adminconfig/v2/apps"


# --- a path on the server -----------------------------------------------------------------------------------------


def install_from_path(connection: Connection, app: str, version: str, path: str) -> str:
    """Install or upgrade from a package that lies on the server. What to do next ("" or a restart).

    The file is not sent: `path` is one of the server's. After a lost answer the instance is asked for its version.
    """
    if not path.startswith("/"):
        raise DeployError(f"{path} is no absolute path on the server")
    body = {"name": path, "filename": "true", "update": "true", "explicit_appname": app}
    for _ in range(connection.target.retries + 1):
        try:
            connection.post(APPS, body)
            break
        except Uncertain as lost:
            time.sleep(lost.wait)
            if installed_version(connection, app) == version:
                break
    installed = installed_version(connection, app)
    if installed != version:
        raise DeployError(
            f"{app} is installed in version {installed or 'none'}, not {version}", "is it the right package?"
        )
    return "Splunk must be restarted" if _restart_needed(connection) else ""


def installed_version(connection: Connection, app: str) -> str:
    """The version of an app on the instance; "" when it is not installed."""
    try:
        entries = connection.get(f"{APPS}/{quote(app, safe='')}").get("entry", [])
    except Refused as refusal:
        if refusal.status == 404:
            return ""
        raise
    return str(entries[0].get("content", {}).get("version", "")) if entries else ""


def _restart_needed(connection: Connection) -> bool:
    try:
        connection.get("/services/messages/restart_required")
    except Refused:
        return False
    return True


# --- Splunk Cloud ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cloud:
    """A stack and who we are: its token for ACS, a splunk.com account for AppInspect. `poll` in seconds."""

    stack: str
    token: Secret
    username: str
    password: Secret
    classic: bool = False
    login_url: str = "https://api.splunk.com"
    inspect_url: str = "https://appinspect.splunk.com"
    acs_url: str = "https://admin.splunk.com"
    ca: str | None = None
    timeout: float = 60.0
    poll: float = 10.0
    longest: float = 3600.0


@dataclass(slots=True)
class CloudClient:
    """The three services behind a private app."""

    cloud: Cloud
    progress: Progress
    sleep: Callable[[float], None] = lambda seconds: time.sleep(seconds)
    _transport: Transport = field(init=False)

    def __post_init__(self) -> None:
        self._transport = Transport(self.cloud.timeout, tls_context(self.cloud.ca, False), LARGEST_ANSWER)

    def deploy(self, app: str, package: bytes, file_name: str, version: str = "") -> str:
        """Vet, upload, and wait until the stack has it, in this version if one is given. The installed version."""
        self.progress("logging in to splunk.com")
        token = self._login()
        self.progress("sending the package to AppInspect")
        self._vetted(token, package, file_name)
        self.progress(f"uploading to {self.cloud.stack}")
        try:
            self._upload(token, package, file_name)
        except Unreachable:
            self.progress("no answer came; looking whether the stack has it")
            if self._described(app).get("version") != version:
                raise
        return self._installed(app, version)

    def _login(self) -> Secret:
        headers = {"Authorization": f"Basic {basic(self.cloud.username, self.cloud.password).reveal()}"}
        answer = self._call("GET", f"{self.cloud.login_url}/2.0/rest/login/splunk", headers)
        data = mapping("/2.0/rest/login/splunk", "data", answer.get("data"))
        token = Secret(text("/2.0/rest/login/splunk", "data.token", data.get("token")))
        if not token:
            raise DeployError("splunk.com's answer to the login has no token")
        return token

    def _vetted(self, token: Secret, package: bytes, file_name: str) -> None:
        """Have the package checked; `DeployError` with the failed checks unless it passes."""
        base = f"{self.cloud.inspect_url}/v1/app"
        auth = {"Authorization": f"Bearer {token.reveal()}"}
        tag = b"private_classic" if self.cloud.classic else b"private_victoria"
        body, kind = multipart({"app_package": (file_name, package), "included_tags": ("", tag)})
        answer = self._call("POST", f"{base}/validate", {**auth, "Content-Type": kind}, body)
        request = text("/v1/app/validate", "request_id", answer.get("request_id"))
        if not request:
            raise DeployError("AppInspect's answer has no request_id")
        path, answer, status = "/v1/app/validate/status", {}, ""
        for waited in self._waiting("AppInspect"):
            answer = self._call("GET", f"{base}/validate/status/{quote(request, safe='')}", auth)
            status = text(path, "status", answer.get("status"))
            if status in ("SUCCESS", "FAILURE", "ERROR"):
                break
            self.progress(f"AppInspect: {one_line(status.lower())} ({waited:.0f} s)")
        info = mapping(path, "info", answer.get("info"))
        counts = {name: whole(path, f"info.{name}", info.get(name, 0)) for name in _AGAINST}
        bad = {name: count for name, count in counts.items() if count}
        if status != "SUCCESS" or bad:
            report = self._call(
                "GET", f"{base}/report/{quote(request, safe='')}", {**auth, "Content-Type": "application/json"}
            )
            raise DeployError(
                "AppInspect refuses the package: "
                + (", ".join(f"{n} {name}" for name, n in bad.items()) or f"its status is {status}")
                + "".join(f"\n  {line}" for line in _failed_checks(report))
            )

    def _upload(self, token: Secret, package: bytes, file_name: str) -> None:
        headers = {"Authorization": f"Bearer {self.cloud.token.reveal()}", "ACS-Legal-Ack": "Y"}
        if self.cloud.classic:
            body, kind = multipart({"token": ("", token.reveal().encode()), "package": (file_name, package)})
            self._call("POST", self._apps(), {**headers, "Content-Type": kind}, body)
        else:
            headers |= {
                "X-Splunk-Authorization": token.reveal(),
                "Content-Type": "application/x-www-form-urlencoded",
            }
            self._call("POST", self._apps(), headers, package)

    def _installed(self, app: str, version: str) -> str:
        """Wait until the stack has the app. What it says of the version before the upgrade is no answer."""
        for waited in self._waiting("the stack"):
            answer = self._described(app)
            installed = text(_ACS_APPS, "version", answer.get("version"))
            status = text(_ACS_APPS, "status", answer.get("status"))
            if status == "installed" and version in ("", installed):
                return one_line(installed)
            if status == "failed":
                raise DeployError(f"{self.cloud.stack} could not install {app}", "its ACS log says why")
            self.progress(f"{self.cloud.stack}: {one_line(status) or 'waiting'} ({waited:.0f} s)")
        raise AssertionError("waiting ends by itself")

    def _described(self, app: str) -> dict[str, Any]:
        """What the stack says of the app; nothing as long as it does not list it."""
        headers = {"Authorization": f"Bearer {self.cloud.token.reveal()}"}
        try:
            return self._call("GET", f"{self._apps()}/{quote(app, safe='')}", headers)
        except Refused as refusal:
            if refusal.status != 404:
                raise
            return {}

    def _apps(self) -> str:
        tail = "apps" if self.cloud.classic else "apps/victoria"
        return f"{self.cloud.acs_url}/{quote(self.cloud.stack, safe='')}/adminconfig/v2/{tail}"

    def _waiting(self, who: str) -> Any:
        """Seconds waited so far, again and again until `longest`. What answers took counts as waiting."""
        begun, slept, waited = time.monotonic(), 0.0, 0.0
        while waited <= self.cloud.longest:
            yield waited
            self.sleep(self.cloud.poll)
            slept += self.cloud.poll
            waited = max(slept, time.monotonic() - begun)
        raise Unreachable(f"{who} was not ready after {self.cloud.longest:.0f} seconds")

    def _call(self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"") -> dict[str, Any]:
        """One request; repeated on 429 and 503, and, if it only reads, when no answer came."""
        attempt = 0
        while True:
            wait = min(2.0**attempt, 60.0)
            try:
                answer = self._transport(url, {"method": method, "headers": list(headers.items()), "body": body})
            except ssl.SSLCertVerificationError as error:
                raise bad_certificate(url, error) from error
            except FAILURES as error:
                if method != "GET" or attempt >= 4 or isinstance(error, TooLarge):
                    raise Unreachable(f"{url}: {failure_reason(error)}") from error
            else:
                data = answer["body"].read()
                if answer["status"] not in (429, 503) or attempt >= 4:
                    return _checked(answer["status"], data, url)
                wait = retry_after(answer["headers"], wait)
            self.sleep(wait)
            attempt += 1


def _checked(status: int, data: bytes, url: str) -> dict[str, Any]:
    """A service's answer, an object of JSON. `Refused` with its reason, `Unreachable` where somebody else answers."""
    answer = decoded(data, unique=True)
    if status in REDIRECTS:
        raise Refused(status, f"HTTP {status} for {url}: it names another address, to which nothing is sent")
    if status >= 400:
        given = [answer.get(key) for key in ("message", "description", "msg")] if answer else []
        words = [one_line(word) for word in given if isinstance(word, str) and word.strip()]
        raise Refused(status, f"HTTP {status} for {url}: {words[0] if words else 'no reason given'}")
    if answer is None:
        raise Unreachable(f"{url}: {no_json(urlsplit(url).path, data)}", "is it the service, and no proxy in between?")
    return answer


def _failed_checks(report: Mapping[str, Any]) -> list[str]:
    def parts(of: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
        return objects("/v1/app/report", name, of.get(name, []))

    def word(of: Mapping[str, Any], name: str) -> str:
        return one_line(text("/v1/app/report", name, of.get(name)))

    failures = [
        (check, message)
        for app in parts(report, "reports")
        for group in parts(app, "groups")
        for check in parts(group, "checks")
        if check.get("result") in ("failure", "error", "manual_check")
        for message in parts(check, "messages")
    ]
    lines = [f"{word(check, 'name')}: {word(message, 'message')}" for check, message in failures[:MOST_CHECKS]]
    more = len(failures) - MOST_CHECKS
    return lines + ([f"and {more} more"] if more > 0 else [])


def multipart(parts: Mapping[str, tuple[str, bytes]]) -> tuple[bytes, str]:
    """A form with files: `{field: (file name or "", bytes)}`. The body and its content type."""
    import secrets

    boundary = secrets.token_hex(16)
    chunks = []
    for name, (file_name, data) in parts.items():
        head = f'Content-Disposition: form-data; name="{name}"'
        if file_name:
            head += f'; filename="{file_name}"\r\nContent-Type: application/octet-stream'
        chunks.append(f"--{boundary}\r\n{head}\r\n\r\n".encode() + data + b"\r\n")
    return b"".join(chunks) + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"
