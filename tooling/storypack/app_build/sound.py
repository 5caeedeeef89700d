"""The part of a pack that can be built when some of it cannot: objects with errors, and what needs them, stay out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from storypack.app_build.errors import BuildError
from storypack.app_build.from_pack import app_content, tactics_of
from storypack.app_build.tree import app_tree
from storypack.issue import Issue, Severity
from storypack.pack.files import SUFFIXES
from storypack.pack.kinds import KINDS
from storypack.pack.pack import Pack

Check = Callable[[Pack], Sequence[Issue]]


@dataclass(frozen=True, slots=True)
class Sound:
    """The sound part; the files that are left out, each with its first error; and errors that this cannot mend."""

    pack: Pack
    left_out: Mapping[str, Issue]
    errors: tuple[Issue, ...]


def sound_part(pack: Pack, check: Check, loading: Sequence[Issue]) -> Sound:
    """Leave out files with errors until there is none. `check` gives the issues of a pack, `loading` has the loader's.

    A file that could not be read is no longer there for others: what calls its macro is left out, too.
    """
    left_out: dict[str, Issue] = {}
    for issue in loading:
        if issue.severity is Severity.ERROR and issue.location.file in pack.broken:
            left_out.setdefault(issue.location.file, issue)
    pack = replace(pack, broken=())
    while errors := _errors(pack, check):
        if left_out:
            # Settings that name what was left out (a silence of it, its level) do no harm.
            errors = [issue for issue in errors if issue.location.file != pack.settings_source.path]
        files = {entry.path for entry in pack.entries()}
        bad: dict[str, Issue] = {}
        for issue in errors:
            for path in (*_files_of(issue), *_changed_by(issue, pack)):
                if path in files:
                    bad.setdefault(path, issue)
        if not bad:
            return Sound(pack, left_out, tuple(errors))
        left_out |= bad
        pack = _without(pack, set(bad))
    return Sound(pack, left_out, ())


def _errors(pack: Pack, check: Check) -> list[Issue]:
    """What `check` finds, or else what stands in the way of the build itself."""
    errors = [issue for issue in check(pack) if issue.severity is Severity.ERROR]
    if not errors:
        try:
            app_tree(app_content(pack), tactics_of)
        except BuildError as error:
            return list(error.issues)
    return errors


def _files_of(issue: Issue) -> Iterator[str]:
    """The file of an issue, and the YAML beside it: that of a CSV, a dashboard's definition."""
    yield issue.location.file
    for suffix in SUFFIXES:
        if PurePosixPath(issue.location.file).suffix:
            yield str(PurePosixPath(issue.location.file).with_suffix(suffix))


def _changed_by(issue: Issue, pack: Pack) -> Iterator[str]:
    """The objects that an overlay changes, if that is where the issue is."""
    for entry in pack.entries():
        if entry.overlaid and any(file.path == issue.location.file for file in entry.overlaid.files):
            yield entry.path


def _without(pack: Pack, paths: set[str]) -> Pack:
    kept = {kind.folder: tuple(entry for entry in pack.of(kind) if entry.path not in paths) for kind in KINDS}
    return replace(pack, content=kept)
