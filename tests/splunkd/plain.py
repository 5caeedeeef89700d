"""A request without splunk-sdk, for tests that look at the bytes of an answer, or at what the SDK would not send."""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode


@dataclass(frozen=True)
class Asked:
    """An answer, whatever its status."""

    status: int
    body: bytes
    headers: Mapping[str, str]

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def message(self) -> str:
        """The first message of a JSON answer."""
        return str(self.json["messages"][0]["text"])

    @property
    def names(self) -> list[str]:
        """The names of a JSON feed's entries."""
        return [entry["name"] for entry in self.json["entry"]]


def ask(url: str, method: str = "GET", form: Mapping[str, str] | None = None, *, context: ssl.SSLContext,
        headers: Mapping[str, str] | None = None, body: bytes | None = None,
        timeout: float = 10.0) -> Asked:  # fmt: skip
    """Send a request: `form` as the query of a GET or DELETE, and as the body of a POST that has no `body`."""
    if form and (method != "POST" or body is not None):
        url += "?" + urlencode(form)
    elif form:
        body = urlencode(form).encode()
    request = urllib.request.Request(url, body, dict(headers or {}), method=method)
    try:
        with urllib.request.urlopen(request, context=context, timeout=timeout) as answer:
            return Asked(answer.status, answer.read(), dict(answer.headers))
    except urllib.error.HTTPError as error:
        with error:
            return Asked(error.code, error.read(), dict(error.headers))
