"""What a build refuses, as issues with the content file that it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from storypack.issue import Issue, Location, Severity

NOT_CARRIED: Final = "SP901"  # a text that conf cannot carry, a stanza that is there twice
APP_FILE: Final = "SP902"  # a file of app/ that cannot be used
UNUSED: Final = "SP903"  # a file of app/ that looks like a part of the app, and is none


class BuildError(Exception):
    """The app cannot be built. `issues` has everything that stands in the way."""

    def __init__(self, issues: Sequence[Issue]) -> None:
        super().__init__(f"{len(issues)} problems: {issues[0].message}" if issues else "the app cannot be built")
        self.issues = tuple(issues)


class FileFault(Exception):
    """What is wrong with the text of a file of `app/`, at which line of it (0 = the file as a whole), and the cure."""

    def __init__(self, message: str, line: int = 0, cure: str = "", column: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column
        self.cure = cure


def issue(rule: str, message: str, file: str, cure: str = "", line: int = 0, column: int = 0) -> Issue:
    return Issue(rule, Severity.ERROR, message, Location(file, line, column or min(line, 1)), cure=cure)
