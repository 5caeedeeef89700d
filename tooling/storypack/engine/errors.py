"""What a search can fail with. A user never sees DuckDB's own errors."""

from __future__ import annotations

import re


class EngineError(Exception):
    """A search could not be run. `stage` is the pipe stage (from 1) and command that failed, where known."""

    def __init__(self, message: str, stage: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.stage = stage

    def __str__(self) -> str:
        return f"{self.stage}: {self.message}" if self.stage else self.message


class NotSupported(EngineError):
    """Valid in Splunk, not in this engine. `name` is the command or function, `kind` which of the two it is."""

    def __init__(self, kind: str, name: str, why: str = "") -> None:
        super().__init__(f"{kind} `{name}` is not supported" + (f": {why}" if why else ""))
        self.kind = kind
        self.name = name


class SearchError(EngineError):
    """The search is wrong, or went wrong while it ran: Splunk, too, would refuse it."""


class Apart(Exception):
    """Runs of a search differ in more than a statement over all of them allows for (`together.py`); this is no fault,
    they are to be searched one by one."""


class OutOfMemory(EngineError):
    """A search, or the reading of its events, needs more memory than it may use."""

    def __init__(self, stage: str = "") -> None:
        super().__init__("the search needs more memory than it may use", stage)


class UnreadableFile(EngineError):
    """A file of events that cannot be opened or decompressed."""


class UnreadableEvents(EngineError):
    """DuckDB cannot read a file of events itself, since its bytes are not what they should be."""


_REFUSED = re.compile(r"executing the UDF: Refused: (.*)")
_KIND = re.compile(r"^[A-Z][\w ]* (?:Error|Exception): ")


def message_for_user(error: str) -> str:
    """What a user is told of an error inside DuckDB: what a function of ours refused, or that the fault is ours."""
    refused = _REFUSED.search(error)
    if refused:
        return refused[1]
    reason = _KIND.sub("", error.split("\n", 1)[0])
    return f"the engine cannot run this, and should be able to say why; please report it with this reason: {reason}"
