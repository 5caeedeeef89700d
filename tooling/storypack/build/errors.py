"""What a build refuses, as issues with the content file that it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from storypack.issue import Issue, Location, Severity

NOT_CARRIED: Final = "SP901"  # a text that conf cannot carry, a stanza that is there twice
APP_FILE: Final = "SP902"  # a file of app/ that cannot be used


class BuildError(Exception):
    """The app cannot be built. `issues` has everything that stands in the way."""

    def __init__(self, issues: Sequence[Issue]) -> None:
        super().__init__(f"{len(issues)} problems: {issues[0].message}" if issues else "the app cannot be built")
        self.issues = tuple(issues)


def issue(rule: str, message: str, file: str, cure: str = "") -> Issue:
    return Issue(rule, Severity.ERROR, message, Location(file), cure=cure)
