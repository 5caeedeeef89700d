"""Faults on demand: what goes wrong, and with which request.

    splunkd.faults.add(Fault("cut", nth=3, matches=writes, after_bytes=40, effect=True))

A fault hits the nth request (counted from when it was added) that `matches`, and `times` - 1 matching ones after it:

    expire     401, and all session keys are void (bearer tokens get the 401, and work again afterwards)
    throttle   429, with Retry-After when `retry_after` is given; no effect
    busy       503; no effect
    answer     `status` with `body` (splunkd's own form of a message unless given); `effect` says whether the request
               had done its work all the same. `stale`: it did, on disk; what is shown stays as it was until a _reload
               or the next write
    cut        the connection is cut after `after_bytes` bytes of the answer (0 = before its first byte);
               `effect` says whether the request had done its work before
    late       the answer comes after `seconds`; the request has done its work at once
    restart    the connection is cut as with `cut`; sessions are lost; then `refused` connections are closed as they
               come, and `unavailable` requests get 503, before the server is back
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from splunkd.request_log import is_reading

Kind = Literal["expire", "throttle", "busy", "answer", "cut", "late", "restart"]


@dataclass(frozen=True)
class Seen:
    """What a fault can look at. `port` is management, hec or acs."""

    number: int
    port: str
    method: str
    path: str


def any_request(seen: Seen) -> bool:
    return True


def writes(seen: Seen) -> bool:
    """Requests that may change something."""
    return seen.method != "GET" and not is_reading(seen.path)


def reads(seen: Seen) -> bool:
    """Requests that change nothing."""
    return not writes(seen)


def path_has(text: str) -> Callable[[Seen], bool]:
    """Requests with this text in their (decoded) path."""
    return lambda seen: text in seen.path


@dataclass(frozen=True)
class Fault:
    """One fault; see the list above."""

    kind: Kind
    nth: int = 1
    matches: Callable[[Seen], bool] = any_request
    times: int = 1
    after_bytes: int = 0
    effect: bool = True
    status: int = 500
    body: bytes | None = None
    stale: bool = False
    seconds: float = 5.0
    retry_after: int | None = None
    refused: int = 1
    unavailable: int = 1

    def __str__(self) -> str:
        detail = {
            "answer": f" {self.status}",
            "cut": f" after {self.after_bytes} bytes",
            "late": f" {self.seconds:g}s",
            "restart": f" refused={self.refused} unavailable={self.unavailable}",
        }
        return self.kind + detail.get(self.kind, "")


@dataclass
class _Armed:
    fault: Fault
    matched: int = 0
    fired: int = 0


@dataclass
class Faults:
    """The faults that wait for their request."""

    _armed: list[_Armed] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, *faults: Fault) -> None:
        with self._lock:
            self._armed += [_Armed(fault) for fault in faults]

    def clear(self) -> None:
        with self._lock:
            self._armed.clear()

    @property
    def waiting(self) -> list[Fault]:
        """Faults that have not hit as often as they should."""
        return [armed.fault for armed in self._armed if armed.fired < armed.fault.times]

    def pick(self, seen: Seen) -> Fault | None:
        """The fault for this request. Each fault counts every request that it matches; the first one due is taken, and
        others that are due wait for their next request."""
        hit: Fault | None = None
        with self._lock:
            for armed in self._armed:
                if armed.fired >= armed.fault.times or not armed.fault.matches(seen):
                    continue
                armed.matched += 1
                if hit is None and armed.matched >= armed.fault.nth:
                    armed.fired += 1
                    hit = armed.fault
        return hit


@dataclass
class Down:
    """A restart that is going on: how many connections are still refused, how many requests answered 503."""

    refused: int = 0
    unavailable: int = 0
