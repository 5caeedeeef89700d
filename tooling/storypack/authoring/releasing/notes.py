"""Release notes in Markdown, and their place in a change log."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from storypack.authoring.releasing.compare import Change, Release

_HEADING = re.compile(r"^## +\[?([^\s\]]+)", re.MULTILINE)
_MARKUP = re.compile(r"([\\`*_\[\]<>#|])")


def notes(release: Release, version: str, day: dt.date) -> str:
    """The section of one version, from its heading to a line break."""
    parts: tuple[tuple[str, Sequence[Change], Callable[[Change], str]], ...] = (
        ("New", release.new, _name),
        ("Changed", release.changed, _changed),
        ("Deprecated", release.deprecated, _leaving),
        ("Removed", release.removed, _leaving),
        ("Described anew, and the same in what it does", release.revised, _name),
    )
    lines = [f"## {version} ({day})"]
    for title, changes, text in parts:
        if changes:
            lines += ["", f"### {title}", "", *(f"- {text(change)}" for change in changes)]
    if release.is_empty:
        lines += ["", "No content differs."]
    return "\n".join(lines) + "\n"


def inserted(log: str, section: str) -> str:
    """A change log with the section of one version put before the others, or in the place of the one it had."""
    version = next(_versions(section))[1]
    starts = [*_versions(log), (len(log), "")]
    for (start, name), (end, _) in pairwise(starts):
        if name == version:
            rest = log[end:]
            return log[:start] + section + ("\n" if rest else "") + rest
    at = starts[0][0]
    head = log[:at] if log.strip() else "# Changes\n\n"
    rest = log[at:]
    return head + ("" if head.endswith("\n\n") or not head else "\n") + section + ("\n" if rest else "") + rest


def _versions(log: str) -> Iterator[tuple[int, str]]:
    """Where each section begins, and its version."""
    return ((match.start(), match[1]) for match in _HEADING.finditer(log))


def _name(change: Change) -> str:
    return f"{change.kind.replace('_', ' ')} **{_plain(change.name)}**"


def _changed(change: Change) -> str:
    what = [*change.what, *([f"name (was {_plain(change.old_name)})"] if change.old_name else [])]
    if change.by_overlay:
        return f"{_name(change)}: {', '.join(what)} (by an overlay)"
    before, after = change.versions or (0, 0)
    versions = f" (version {before} to {after})" if before != after else f" (version {after}, as before)"
    return f"{_name(change)}: {', '.join(what)}{versions}"


def _leaving(change: Change) -> str:
    text = _name(change)
    if change.removed_in:
        text += f", to go with {_plain(change.removed_in)}"
    if change.replacements:
        text += f"; use {', '.join(f'**{_plain(name)}**' for name in change.replacements)}"
    return text + (f": {_plain(change.reason)}" if change.reason else "")


def _plain(text: str) -> str:
    """Text as Markdown shows it letter by letter, on one line."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))
