"""What `validate` found, as every format needs it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from storypack.issue import Issue, Severity


class RuleText(Protocol):
    """What a report says about a rule; `checks.catalogue.Rule` is one."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def severity(self) -> Severity: ...
    @property
    def why(self) -> str: ...
    @property
    def example(self) -> str: ...
    @property
    def cure(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Results:
    """Issues in order, of so many files. `sources` holds the text of files that have issues (may lack some).

    `checked` names the files that were read; `silenced` counts the issues that the pack silences with a reason,
    `accepted` those of a baseline.
    """

    issues: Sequence[Issue]
    checked: Sequence[str]
    silenced: int = 0
    accepted: int = 0
    sources: Mapping[str, str] = field(default_factory=dict)
    rules: Mapping[str, RuleText] = field(default_factory=dict)

    def count(self, severity: Severity) -> int:
        return sum(issue.severity is severity for issue in self.issues)

    def title(self, rule: str) -> str:
        """The rule's title, or its id if the catalogue does not have it."""
        return self.rules[rule].title if rule in self.rules else rule


def relocated(issues: Sequence[Issue], base: str) -> list[Issue]:
    """The same issues with file names that start from where the user is, not from the pack's folder."""
    if base in ("", "."):
        return list(issues)
    return [
        replace(issue, location=replace(issue.location, file=f"{base.rstrip('/')}/{issue.location.file}"))
        for issue in issues
    ]


def plural(number: int, noun: str) -> str:
    """`1 error`, `2 errors`, `3 detections`, `2 entries`."""
    if number == 1:
        return f"1 {noun}"
    return f"{number:,} {noun[:-1] + 'ies' if noun.endswith('ry') else noun + 's'}"
