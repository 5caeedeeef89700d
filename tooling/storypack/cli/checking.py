"""What the checks find in a pack, or in what `--only` names of it, or beyond what it had before a change."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from storypack import plugins
from storypack.app_build.watched import ALL
from storypack.authoring.changes import Changes
from storypack.authoring.selection import (
    SelectionError,
    changes_since,
    chosen_files,
    is_name,
    is_named,
    starts_of_changes,
)
from storypack.checks import baseline, edited, snapshot
from storypack.checks.cache import tool_digest
from storypack.checks.run import Checked, run_checks
from storypack.checks.snapshot import Edit, Snapshot
from storypack.cli.options import chosen, no_pack
from storypack.issue import Issue
from storypack.opening import real
from storypack.pack.load import Loaded, load_pack
from storypack.pack.pack import Pack
from storypack.pack.part import Head, load_part
from storypack.scratch import scratch
from storypack.store import Store, digest

_BASE = "base.json"
"""What the store calls the result for the pack before it was changed."""


def checked(
    pack: Path,
    only: Sequence[str],
    today: dt.date,
    store: Store | None,
    since: str = "",
    edit: Edit | None = None,
) -> tuple[Snapshot, Mapping[str, str]]:
    """What the checks find, and the text of each file that was read and has an issue.

    With `changed` in `only`, these are the issues of the files that it names, and of all others those that are new.
    `since` = the branch or commit that versions are compared with. `edit` = what was kept of the pack before an edit.
    """
    if edit is not None and (after := _after(pack, today, edit)) is not None:
        return after
    if only and not since and all(map(is_name, only)):
        part = _checked_part(pack, only, today, store)
        if part is not None:
            return part
    loaded = load_pack(pack, store)
    if not loaded.files:
        raise no_pack(pack)
    files = chosen(loaded.pack, only)
    earlier = pack_at(loaded.pack, since, "--since") if since else None
    read: set[str] = set()
    result = _run(loaded, today, store, _enough(loaded, files, only), earlier, read)
    if files is None:
        outsides = edited.outsides(loaded.pack) if store and not read & {edited.SEARCH, ALL} else {}
        silenced_in = Counter(issue.location.file for issue in result.silenced)
        found = Snapshot(result.issues, loaded.files, len(result.silenced), silenced_in, outsides)
        return found, _texts(loaded, result.issues)
    elsewhere = [issue for issue in result.issues if issue.location.file not in files]
    new = {id(issue) for since in starts_of_changes(only) for issue in _new_since(loaded.pack, since, elsewhere, store)}
    return _about(loaded, result, files, new)


def _about(
    loaded: Loaded, result: Checked, files: Collection[str], new: Collection[int] = ()
) -> tuple[Snapshot, Mapping[str, str]]:
    """What is said of some files, and issues whose id() is in `new`."""
    issues = [issue for issue in result.issues if issue.location.file in files or id(issue) in new]
    silenced = [issue for issue in result.silenced if issue.location.file in files]
    read = [path for path in loaded.files if path in files]
    return Snapshot(issues, read, len(silenced)), _texts(loaded, issues)


def _after(pack: Path, today: dt.date, edit: Edit) -> tuple[Snapshot, Mapping[str, str]] | None:
    """What is said of a pack after an edit that changed nothing but searches of detections, and of these nothing that
    matters to other objects. None if it was another edit."""
    before, changed = edit.before, edit.changed
    if not changed <= before.outsides.keys() or plugins.offered(plugins.RULES):
        return None
    heads = {path: Head(path, outside.name, outside.id) for path, outside in before.outsides.items()}
    loaded = load_part(pack, lambda name, stem, path: path in changed, heads)
    if loaded is None or loaded.pack.unread is None:
        return None
    lookups = edited.lookup_names(loaded.pack)
    now = {e.path: edited.outside_of(e, lookups) for e in loaded.pack.detections if e.path in changed}
    if now != {path: before.outsides[path] for path in changed}:
        return None
    result = _run(loaded, today, None, changed)
    if loaded.pack.unread.asked:
        return None
    about, texts = _about(loaded, result, changed)
    others = [issue for issue in before.issues if issue.location.file not in changed]
    silenced_in = Counter({path: count for path, count in before.silenced_in.items() if path not in changed})
    silenced_in.update(issue.location.file for issue in result.silenced if issue.location.file in changed)
    issues = sorted([*others, *about.issues], key=lambda issue: issue.sort_key)
    return Snapshot(issues, before.files, silenced_in.total(), silenced_in, before.outsides), texts


def _checked_part(
    pack: Path, only: Sequence[str], today: dt.date, store: Store | None
) -> tuple[Snapshot, Mapping[str, str]] | None:
    """What is said of some detections, by reading little more than them. None where that would not do: something else
    is asked about, or what is to be said depends on all detections."""
    if plugins.offered(plugins.RULES):  # they may ask anything
        return None
    loaded = load_part(pack, lambda *texts: any(is_named(texts, which) for which in only))
    if loaded is None or loaded.pack.unread is None:
        return None
    try:
        files = chosen_files(loaded.pack, only) or frozenset()
    except SelectionError:
        return None
    if not files or not files <= {entry.path for entry in loaded.pack.detections}:
        return None
    result = _run(loaded, today, store, files)
    return None if loaded.pack.unread.asked else _about(loaded, result, files)


def _enough(loaded: Loaded, files: frozenset[str] | None, only: Sequence[str]) -> frozenset[str] | None:
    """The files to check where only these are asked about; None = all. The settings and the app depend on all, and so
    does what is new since a change."""
    if files is None or starts_of_changes(only):
        return None
    content = files - {overlay.path for overlay in loaded.pack.overlays}
    return content if content <= {entry.path for entry in loaded.pack.entries()} else None


def pack_at(pack: Pack, since: str, option: str) -> Pack:
    """The pack as it was where the branch left `since`. Its files are gone: it is for comparing what they said."""
    changed = changes_since(pack, since, option)
    if changed.base is None:
        return replace(pack, content={})
    with _at_base(pack, changed) as loaded:
        return loaded.pack


def _run(
    loaded: Loaded,
    today: dt.date,
    store: Store | None,
    only: frozenset[str] | None = None,
    earlier: Pack | None = None,
    read: set[str] | None = None,
) -> Checked:
    app = _of_app(loaded, read) if only is None else ()
    return run_checks(loaded.pack, today, [*loaded.issues, *app], store, only, earlier)


def _of_app(loaded: Loaded, read: set[str] | None) -> Sequence[Issue]:
    from storypack.app_build.check import app_issues  # brings the template engine

    return app_issues(loaded.pack, read)


@contextmanager
def _at_base(pack: Pack, changed: Changes) -> Iterator[Loaded]:
    """The pack before it was changed, in files that go away."""
    with scratch() as folder:
        base = folder / (real(pack.root).name or "pack")  # settings may be made up from the name
        changed.write_base(base)
        yield load_pack(base)


def _new_since(pack: Pack, since: str, issues: Sequence[Issue], store: Store | None) -> Sequence[Issue]:
    """Those of the issues that the pack did not have before it was changed."""
    changed = changes_since(pack, since, "--only changed")
    if not issues or changed.base is None:
        return issues
    today = dt.date.today()
    state = digest(changed.state(), today.isoformat(), tool_digest())
    before = snapshot.load(store, state, _BASE)
    if before is None:
        with _at_base(pack, changed) as loaded:
            result = _run(loaded, today, replace(store, keeps=False) if store else None)
        before = Snapshot(result.issues, loaded.files, len(result.silenced))
        snapshot.save(store, state, before, _BASE)
    return baseline.compare(issues, Counter(map(baseline.mistake, before.issues))).new


def _texts(loaded: Loaded, issues: Sequence[Issue]) -> Mapping[str, str]:
    """The text of each file that has an issue, as it was read."""
    wanted = {issue.location.file for issue in issues}
    texts = {path: source.text for path, source in loaded.sources.items()}
    return texts | {path: text for path, text in loaded.pack.texts().items() if path in wanted}
