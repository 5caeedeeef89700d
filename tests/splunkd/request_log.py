"""What was asked of the instance, one line per request, in order. No argument's value, header or body is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Logged:
    """One request. `port` is management, hec or acs; `status` 0 when no answer was sent; `effect` whether it did
    what it asked for; `fault` names the fault that hit it."""

    number: int
    port: str
    method: str
    path: str
    arguments: tuple[str, ...] = ()
    status: int = 0
    user: str = ""
    fault: str = ""
    effect: bool = True

    def __str__(self) -> str:
        tail = f"  [{self.fault}{'' if self.effect else ', no effect'}]" if self.fault else ""
        return f"{self.number:5} {self.port:10} {self.method:6} {self.path} {self.status or 'cut'}{tail}"


@dataclass
class RequestLog:
    """The requests so far."""

    entries: list[Logged] = field(default_factory=list)

    def add(self, logged: Logged) -> None:
        self.entries.append(logged)

    def __iter__(self) -> Iterator[Logged]:
        return iter(list(self.entries))

    def __len__(self) -> int:
        return len(self.entries)

    def count(
        self, method: str = "", path: str = "", matches: Callable[[Logged], bool] | None = None, since: int = 0
    ) -> int:
        """How many requests from number `since` on had this method, this text in their path, and fit `matches`."""
        return sum(
            1
            for one in self
            if one.number > since
            and (not method or one.method == method)
            and path in one.path
            and (matches is None or matches(one))
        )

    def writes(self, since: int = 0) -> list[Logged]:
        """The requests that may have changed something: no GET, no login, no search job."""
        return [one for one in self if one.number > since and one.method != "GET" and not is_reading(one.path)]

    def text(self) -> str:
        return "\n".join(map(str, self))


def is_reading(path: str) -> bool:
    """Whether a POST to this path only reads."""
    return any(part in path for part in ("/auth/login", "/search/jobs", "/search/v2/", "/_reload"))
