"""What is wrong with a pack: one `Issue` per problem, each with a place and, where possible, a cure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad an issue is. Only `ERROR` makes a command fail (exit code 1)."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a file of the pack. Line and column count from 1; 0 = the file as a whole."""

    file: str  # POSIX path relative to the pack's folder
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}:{self.column}" if self.column else f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Issue:
    """One problem. `rule` is the stable id of a rule in the catalogue (`SP101`); `key` the YAML key path."""

    rule: str
    severity: Severity
    message: str
    location: Location
    key: str = ""
    cure: str = ""

    @property
    def sort_key(self) -> tuple[Location, str, str]:
        return (self.location, self.rule, self.message)
