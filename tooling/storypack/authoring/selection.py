"""`--only`: which objects of a pack a command works on.

NAME            a name, a file's stem or path, or a glob over them (`aws_*`)
story:NAME      a story and its detections
changed         what git says was changed since the last commit; changed:REF since the branch left REF
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from storypack.pack.pack import Entry, Pack


class SelectionError(ValueError):
    """What was asked for cannot be chosen: it names nothing, or git cannot tell."""


def chosen_files(pack: Pack, only: Sequence[str]) -> frozenset[str] | None:
    """Paths (in the pack) of the files that `--only` names; None = all. Raises SelectionError for a name of nothing."""
    if not only:
        return None
    files: set[str] = set()
    for which in only:
        files |= _files_named(pack, which)
    return frozenset(files)


def _files_named(pack: Pack, which: str) -> set[str]:
    kind, _, rest = which.partition(":")
    if kind == "changed":
        return _with_users(pack, changed_files(pack.root, rest))
    if kind == "story":
        stories = [entry for entry in pack.stories if _matches(entry, rest)]
        if not stories:
            raise SelectionError(_unknown("story", rest, (entry.name for entry in pack.stories)))
        members = [member for entry in stories for member in pack.detections_of(entry.name)]
        return {entry.path for entry in stories} | {entry.path for entry in members}
    found = {entry.path for entry in pack.entries() if _matches(entry, which)}
    found |= {path for path in pack.broken if fnmatchcase(Path(path).stem, which) or path == which}
    if not found:
        raise SelectionError(_unknown("object", which, (entry.name for entry in pack.entries())))
    return found


def _matches(entry: Entry[Any], which: str) -> bool:
    wanted = which.casefold()
    return any(fnmatchcase(text.casefold(), wanted) for text in (entry.name, entry.stem, entry.path))


def _unknown(kind: str, name: str, known: Iterable[str]) -> str:
    from storypack.spelling import did_you_mean

    hint = did_you_mean(name, known)
    return f"--only: the pack has no {kind} '{name}'" + (f"; {hint}" if hint else "")


def _with_users(pack: Pack, changed: set[str]) -> set[str]:
    """Changed files and the searches that a change reaches: through a macro, a lookup, a data source, a schedule, the
    events of a test, the settings, or a detection that a correlation builds on."""
    if pack.settings_source.path in changed:
        return changed | {entry.path for entry in pack.entries()}
    reached = set(changed)
    todo = [entry.name for entry in pack.macros if entry.path in changed]
    for lookup in _changed_lookups(pack, changed):
        named = re.compile(rf"(?<![\w-]){re.escape(lookup)}(?![\w-])")
        reached |= {entry.path for entry in pack.searches if named.search(entry.model.search)}
        reached |= {entry.path for entry in pack.investigations if any(map(named.search, entry.model.texts))}
        todo += [entry.name for entry in pack.macros if named.search(entry.model.definition)]
    reached |= _users_of_macros(pack, todo)
    sources = {entry.name for entry in pack.data_sources if entry.path in changed}
    schedules = {name for name, entry in pack.schedule_named.items() if entry.path in changed}
    for hunt in pack.investigations:
        data = {item.data for test in hunt.model.tests for item in test.attack_data}
        if data & changed or sources & set(hunt.model.data_source):
            reached.add(hunt.path)
    for entry in pack.searches:
        data = {item.data for test in entry.model.tests for item in test.attack_data}
        schedule = entry.model.schedule or pack.default_schedule(entry.model)
        if data & changed or sources & set(entry.model.data_sources) or schedule in schedules:
            reached.add(entry.path)
    stanzas = [pack.stanza(entry) for entry in pack.searches if entry.path in reached]
    reached |= {entry.path for entry in pack.searches if any(stanza in entry.model.search for stanza in stanzas)}
    return reached


def _changed_lookups(pack: Pack, changed: set[str]) -> set[str]:
    """Names of the lookups whose YAML or CSV changed."""
    found = set()
    for entry in pack.lookups:
        table = PurePosixPath(entry.path).with_name(getattr(entry.model, "filename", None) or f"{entry.stem}.csv")
        if {entry.path, table.as_posix()} & changed:
            found.add(entry.name)
    return found


def _users_of_macros(pack: Pack, names: Sequence[str]) -> set[str]:
    """Files of whatever calls one of these macros, itself or through others."""
    found: set[str] = set()
    todo, seen = list(names), set()
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        for user in pack.users_of_macro(name):
            found.add(user.path)
            if user.kind == "macros":
                todo.append(user.name)
    return found


def changed_files(root: Path, since: str = "") -> set[str]:
    """Files of the pack that differ from the last commit, or from where the branch left `since`; new ones included."""
    if since.startswith("-"):  # git would take it for an option
        raise SelectionError(f"--only: '{since}' is not a branch or commit")
    base = _git(root, "merge-base", since, "HEAD").strip() if since else "HEAD"
    listed = _git(root, "diff", "--name-only", "--relative", "-z", base, "--")
    listed += _git(root, "ls-files", "--others", "--exclude-standard", "-z")
    return {path for path in listed.split("\0") if path}


def _git(root: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, check=True)
    except FileNotFoundError as error:
        raise SelectionError("--only changed needs git, which is not installed") from error
    except subprocess.CalledProcessError as error:
        said = error.stderr.strip().splitlines()
        raise SelectionError(f"--only changed: git says: {said[0] if said else 'no'}") from error
    return done.stdout
