"""A baseline: the issues that a pack had when somebody began to look, which are accepted until they are mended.

A file of JSON lines, one for each rule, file, key and message, sorted, so that two branches that mend different things
merge. Where in the file an issue stands does not matter; how often it is there does.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from storypack.issue import Issue, Severity
from storypack.opening import read_plain

Mistake = tuple[str, str, str, str]
"""Rule, file, key, message."""

_MAX_BYTES = 64 * 1024 * 1024
_CONFLICT = ("<<<<<<<", "=======", ">>>>>>>")
_KEYS = ("rule", "file", "key", "message")


class BaselineError(ValueError):
    """The file is no baseline, and why."""


@dataclass(frozen=True, slots=True)
class Compared:
    """Issues that are new, the number of accepted ones, and the baseline that would do: what it says of files that were
    not looked at, and what is still there of the rest."""

    new: Sequence[Issue]
    accepted: int
    left: Counter[Mistake]


def mistake(issue: Issue) -> Mistake:
    """What an issue is, wherever its line has moved."""
    return issue.rule, issue.location.file, issue.key, issue.message


def of(issues: Iterable[Issue]) -> Counter[Mistake]:
    """The baseline that accepts these issues. Notes need none: they fail nothing."""
    return Counter(mistake(issue) for issue in issues if issue.severity is not Severity.NOTE)


def compare(issues: Sequence[Issue], baseline: Counter[Mistake], files: Iterable[str] | None = None) -> Compared:
    """The issues against a baseline. `files` = those that were looked at, if not all were.

    Of an issue that is there more often than the baseline accepts, the last ones are new.
    """
    free = Counter(baseline)
    new = []
    for issue in issues:
        key = mistake(issue)
        if free[key] > 0:
            free[key] -= 1
        else:
            new.append(issue)
    seen = None if files is None else set(files)
    gone = Counter({key: count for key, count in free.items() if seen is None or key[1] in seen})
    left = baseline - gone
    return Compared(new, len(issues) - len(new), left)


def read(path: Path) -> Counter[Mistake]:
    """The baseline in a file. Raises BaselineError with the line, and OSError."""
    found: Counter[Mistake] = Counter()
    try:
        text = read_plain(path, limit=_MAX_BYTES).decode("utf-8")
    except UnicodeDecodeError as error:
        raise BaselineError("it is no UTF-8") from error
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError) as error:
            conflict = "; two versions of it were not merged" if line.startswith(_CONFLICT) else ""
            raise BaselineError(f"line {number} is no JSON{conflict}") from error
        match entry:
            case {
                "rule": str(rule),
                "file": str(file),
                "key": str(key),
                "message": str(message),
                "count": int(count),
            } if count > 0:
                found[rule, file, key, message] += count
            case _:
                raise BaselineError(f"line {number} is no issue of a baseline")
    return found


def text(baseline: Counter[Mistake]) -> str:
    """The file's content."""
    kept = sorted((key, count) for key, count in baseline.items() if count > 0)
    rows = [{**dict(zip(_KEYS, key, strict=True)), "count": count} for key, count in kept]
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
