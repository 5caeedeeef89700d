"""What the rules found, as the store keeps it between runs."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from storypack import plugins, store
from storypack.issue import Issue, Location, Severity
from storypack.store import Store

# What the results depend on beside the pack: these stages, and libraries whose answers are in the results.
STAGES = ("app_build", "checks", "conf", "world", "pack", "spl", "reference")
_LIBRARIES = ("pcre2", "rapidfuzz", "pydantic", "PyYAML", "cronsim", "Jinja2")

Row = list[str | int]


@cache
def tool_digest() -> str:
    """A digest of all that decides what the rules find, beside the pack."""
    return store.tool_digest(STAGES, _LIBRARIES, (plugins.RULES,))


def store_of(root: Path, chosen: Path | None = None) -> Store:
    """Where the results for a pack are kept: in its own folder, or in the one that the user chose."""
    return Store.of(root, tool_digest(), chosen)


def row_of(issue: Issue) -> Row:
    """An issue as plain data."""
    place = issue.location
    text: Row = [issue.rule, issue.severity.value, issue.message, place.file, place.line, place.column]
    return [*text, issue.key, issue.cure]


def issue_of(row: Any) -> Issue:
    """The issue of `row_of`. Raises ValueError for anything else."""
    match row:
        case [str(rule), str(severity), str(message), str(file), int(line), int(column), str(key), str(cure)]:
            return Issue(rule, Severity(severity), message, Location(file, line, column), key, cure)
    raise ValueError("this is no issue")
