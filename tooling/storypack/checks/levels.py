"""What each issue weighs in this pack: `profile` and `levels` of its settings.

In a pack of profile `compatible`, as every repository in another tool's format is, what this house asks for is a note.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from storypack.checks.catalogue import Context, Rule, add, rules
from storypack.issue import Issue, Severity
from storypack.pack.models.settings import Settings
from storypack.spelling import did_you_mean

WRONG_LEVEL = Rule(
    "SP116",
    "Level of a rule that has none",
    Severity.ERROR,
    "A misspelt id or glob changes nothing, and its author believes that it does. Rules that guard the build stay "
    "errors.",
    "levels: [{rule: SP999, level: note}]",
    "Use an id of docs/rules.md, and globs of files that are there.",
    final=True,
)


def apply_levels(context: Context, issues: Iterable[Issue]) -> tuple[list[Issue], list[Issue]]:
    """The issues at their levels, with those about the levels themselves; and those that a level switches off."""
    known = rules()
    levels = [(level, _globs(level.files)) for level in context.settings.levels]
    lenient = context.settings.profile == "compatible"
    left: list[Issue] = []
    off: list[Issue] = []
    for issue in issues:
        rule = known.get(issue.rule)
        severity: Severity | None = issue.severity
        if lenient and rule is not None and rule.policy:
            severity = Severity.NOTE
        for level, fits in levels:
            if level.rule == issue.rule and not (rule and rule.final) and fits(issue.location.file):
                severity = None if level.level == "off" else Severity(level.level)
        if severity is None:
            off.append(issue)
        else:
            left.append(issue if severity is issue.severity else replace(issue, severity=severity))
    return [*left, *_wrong(context, known)], off


def in_the_way(settings: Settings, issues: Iterable[Issue]) -> list[Issue]:
    """The errors that keep the app from being built: all, but in a compatible pack only those that no app can hold.

    Another tool's repository has others, and that tool ships them.
    """
    errors = [issue for issue in issues if issue.severity is Severity.ERROR]
    if settings.profile == "house":
        return errors
    known = rules()
    return [issue for issue in errors if known[issue.rule].final]


def _wrong(context: Context, known: dict[str, Rule]) -> Iterator[Issue]:
    source = context.pack.settings_source
    files = [entry.path for entry in context.pack.entries()]
    for number, level in enumerate(context.settings.levels):
        message, cure, key = "", "", "rule"
        rule = known.get(level.rule)
        if rule is None:
            message, cure = f"there is no rule {level.rule}", did_you_mean(level.rule, known)
        elif rule.final:
            message, cure = f"{rule.id} ({rule.title}) is an error everywhere", "mend what it complains about"
        elif level.files and not any(map(_globs(level.files), files)):
            message, key = f"no file of the pack is called {' or '.join(level.files)}", "files"
        if message:
            place = source.location(("levels", number, key))
            yield Issue(WRONG_LEVEL.id, WRONG_LEVEL.severity, message, place, f"levels[{number}].{key}", cure)


def _globs(patterns: Sequence[str]) -> Callable[[str], bool]:
    """Whether a path fits one of the globs, or there is none. `*` stops at a slash, `**` does not."""
    if not patterns:
        return lambda path: True
    compiled = re.compile("|".join(map(_regex, patterns)))
    return lambda path: compiled.fullmatch(path) is not None


def _regex(pattern: str) -> str:
    """The regular expression of a glob.

    >>> _regex("detections/**"), _regex("*.yml")
    ('detections/.*', '[^/]*\\\\.yml')
    """
    pieces = re.split(r"(\*\*/?|\*|\?)", pattern)
    spoken = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return "".join(spoken.get(piece, re.escape(piece)) for piece in pieces)


add(WRONG_LEVEL)
