"""Loading: a folder of YAML into a `Pack`, and everything that is wrong with its files as issues.

A file that is wrong is left out and all others are still read. All of it is done in this process: plain data and
models are dearer to send than to make.
"""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any, Final

from pydantic import ValidationError

from storypack.conf import read as read_conf
from storypack.issue import Issue, Location, Severity
from storypack.opening import real
from storypack.pack import rules
from storypack.pack.adapters import CURRENT, Note, adapt, app_settings
from storypack.pack.explain import issues_of, unknown_keys, without
from storypack.pack.files import SETTINGS_FILE, Found, elsewhere, find_files, other_folders, read_file
from storypack.pack.kept import keep_files, kept_files
from storypack.pack.kinds import BY_FOLDER, KINDS, OVERLAY, SETTINGS, ContentKind, content_folders
from storypack.pack.models.base import Model
from storypack.pack.models.settings import ExternalContent, Settings
from storypack.pack.pack import Entry, Pack
from storypack.pack.read import Read
from storypack.pack.source import SourceFile, path_text
from storypack.pack.unread import Unread
from storypack.pack.yaml import Problem, YamlError, decode, parse
from storypack.store import Store

MOST: Final = 50  # mistakes of one file that are shown: nobody reads more, and nobody waits for them


_SEARCHES: Final = frozenset(kind.folder for kind in KINDS if kind.has_search)
_STAND_INS: Final = {
    "app_id": "unnamed_app",
    "title": "Unnamed",
    "version": "0.0.0",
    "author": "unknown",
    "description": "-",
    "stanza_prefix": "PACK",
}
_NO_SETTINGS: Final = Settings.model_validate(_STAND_INS)
_REQUIRED: Final = frozenset(_STAND_INS)
_WRITE_SETTINGS: Final = f"say what differs in a {SETTINGS_FILE}; the rest stays in force"


@dataclass(frozen=True, slots=True)
class FileResult:
    """What came of one file: the entry, unless errors kept it from becoming one, and issues either way."""

    found: Found
    source: SourceFile
    entry: Entry[Model] | None
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True, slots=True)
class Loaded:
    """A pack and the issues of its files, sorted. `files` names all that were read, broken ones included.

    `sources` has the files that have issues, by path, for whoever shows the lines.
    """

    pack: Pack
    issues: list[Issue]
    files: tuple[str, ...]
    sources: dict[str, SourceFile] = field(repr=False, default_factory=dict)


def load_pack(folder: Path, store: Store | None = None) -> Loaded:
    """The pack in `folder`, which may be anybody's: nothing outside it is read, nothing in it is executed.

    `store` = where the data of unchanged files is taken from, and kept.

    Never raises for what the folder holds; a folder that is no pack gives an issue (SP011).
    """
    settings, settings_source, issues = load_settings(folder)
    found, stray = find_files(folder, {**content_folders(settings.content_folder), OVERLAY.folder: OVERLAY.folder})
    reads = _read_or_kept(folder, found, store)
    results = [_modelled(item, reads.popleft()) for item in found]  # lets each file's data go as soon as it can
    if settings_source.text and not any(item.kind in _SEARCHES for item in found):
        issues.append(_no_content(folder, settings, settings_source))
    if settings.profile == "compatible":
        settings = _with_template(folder, settings)
        issues += _left_out(folder, settings, settings_source)
    return link(folder, settings, settings_source, results, [*issues, *stray])


def read_and_modelled(folder: Path, found: list[Found]) -> list[FileResult]:
    """What becomes of some files of a pack."""
    return [_modelled(item, read_content(folder, item)) for item in found]


def link(
    folder: Path,
    settings: Settings,
    settings_source: SourceFile,
    results: list[FileResult],
    issues: list[Issue],
    unread: Unread | None = None,
) -> Loaded:
    """A pack of what became of its files, in the order in which they are given."""
    entries: dict[str, list[Entry[Any]]] = {kind.folder: [] for kind in (*KINDS, OVERLAY)}
    sources = {settings_source.path: settings_source} if issues else {}
    broken = []
    for result in results:
        if result.entry is not None:
            entries[result.found.kind].append(result.entry)
        else:
            broken.append(result.found.path)
        if result.issues:
            issues = [*issues, *result.issues]
            sources[result.source.path] = result.source
    settings = _with_default_schedules(settings, entries["schedules"])
    overlays = entries.pop(OVERLAY.folder)
    shipped = Pack(
        root=folder,
        settings=settings,
        settings_source=settings_source,
        content={folder: tuple(items) for folder, items in entries.items()},
        broken=tuple(broken),
        unread=unread,
    )
    pack, misfits = _overlaid(shipped, overlays)
    issues = [*issues, *misfits]
    sources |= {overlay.path: overlay.source for overlay in overlays if misfits}
    read = [result.found.path for result in results]
    files = (settings_source.path, *read) if settings_source.text else tuple(read)
    return Loaded(pack, sorted(issues, key=lambda issue: issue.sort_key), files, sources)


def _overlaid(pack: Pack, overlays: list[Entry[Any]]) -> tuple[Pack, list[Issue]]:
    if not overlays:
        return pack, []
    from storypack.pack.overlays.overlay import overlaid  # few packs have any

    return overlaid(pack, overlays)


def load_settings(folder: Path) -> tuple[Settings, SourceFile, list[Issue]]:
    """The pack's settings, or stand-ins with the issue that says why.

    The settings of another tool are in force where there is no storypack.yml, or one that only adds to them.
    """
    own = _read(folder, SETTINGS_FILE) if os.path.lexists(folder / SETTINGS_FILE) else None
    if own is not None and (own.data is None or own.data.keys() >= _REQUIRED):
        return _checked_settings(own, own.data, own.issues)
    older = next((name for name in app_settings.FILES if os.path.lexists(folder / name)), None)
    if older is None and own is not None:
        return _checked_settings(own, own.data, own.issues)
    if older is None:
        issue = Issue(
            rules.NO_SETTINGS,
            Severity.ERROR,
            f"there is no {SETTINGS_FILE} in this folder, so it is not a pack",
            Location(SETTINGS_FILE),
            cure="run this in the pack's folder, or name that with --pack",
        )
        return _NO_SETTINGS, SourceFile(SETTINGS_FILE, ""), [issue]
    read = _read(folder, older)
    if read.data is None:
        return _NO_SETTINGS, read.source, [*(own.issues if own else ()), *read.issues]
    data, notes = app_settings.settings_of(older, read.data, real(folder).name)
    message = f"the settings come from {older}; other tools' settings do not say all"
    issues = [*read.issues, Issue(rules.OLDER_FORMAT, Severity.NOTE, message, Location(older), cure=_WRITE_SETTINGS)]
    issues += [_note_issue(note, read.source) for note in notes]
    if own is None or own.data is None:
        return _checked_settings(read, data, issues)
    return _checked_settings(own, {**data, **own.data}, [*own.issues, *issues], Location(older))


def _checked_settings(
    read: Read, data: dict[str, Any] | None, issues: list[Issue], other: Location | None = None
) -> tuple[Settings, SourceFile, list[Issue]]:
    """Settings of this data. `other` = the place of what the file that was read does not say itself."""
    if data is None:
        return _NO_SETTINGS, read.source, issues
    model, wrong = _validated(SETTINGS, data, read.source)
    settings = model if isinstance(model, Settings) else _what_is_right(data, wrong)
    if other is not None and read.data is not None:
        said = read.data
        wrong = [issue if _first_key(issue) in said else replace(issue, location=other) for issue in wrong]
    return settings, read.source, [*issues, *wrong]


def _with_template(folder: Path, settings: Settings) -> Settings:
    """Settings that know the macros and lookups which an app_template brings along: searches may use them."""
    names = {}
    for conf in ("macros", "transforms"):
        path = str(PurePosixPath(settings.content_folder, "app_template/default", f"{conf}.conf"))
        raw = read_file(folder, path) if os.path.lexists(folder / path) else b""
        names[conf] = [stanza.name for stanza in read_conf(raw)] if isinstance(raw, bytes) else []
    if not any(names.values()):
        return settings
    brought = ExternalContent(app="app_template", macros=names["macros"], lookups=names["transforms"])
    return settings.model_copy(update={"external_content": [*settings.external_content, brought]})


def _left_out(folder: Path, settings: Settings, source: SourceFile) -> Iterator[Issue]:
    """That other folders of another tool's repository hold what may be content, and are not read."""
    known = {*content_folders(), "app_template", "app"} | (set() if settings.content_folder else {OVERLAY.folder})
    for name, count in other_folders(folder, settings.content_folder, known):
        shown = f"{settings.content_folder}/{name}" if settings.content_folder else name
        files = "1 file" if count == 1 else f"{count} files"
        message = f"{shown}/ is left out: nothing of it ({files}) is checked or goes into the app"
        yield Issue(rules.LEFT_OUT, Severity.NOTE, message, Location(source.path))


def _no_content(folder: Path, settings: Settings, source: SourceFile) -> Issue:
    """That there is nothing to build, and where it may lie instead."""
    start = f"{settings.content_folder}/" if settings.content_folder else ""
    message = f"no detections under {start}detections/, nor any other searches"
    other = elsewhere(folder, "detections")
    cure = f"content_folder: {other}" if other else "write a first one, or name another folder with --pack"
    return Issue(rules.NO_CONTENT, Severity.ERROR, message, Location(source.path), cure=cure)


def _first_key(issue: Issue) -> str:
    return re.split(r"[.\[]", issue.key)[0]


def _what_is_right(data: dict[str, Any], wrong: list[Issue]) -> Settings:
    """Settings with stand-ins for what is wrong or missing, lest one wrong version make every search an error, too."""
    keys = {_first_key(issue) for issue in wrong}
    right = {key: value for key, value in data.items() if key not in keys}
    try:
        return Settings.model_validate({**_STAND_INS, **right})
    except ValidationError:
        return _NO_SETTINGS


def _with_default_schedules(settings: Settings, schedules: list[Entry[Any]]) -> Settings:
    """Settings with the schedules that say for which type of search they are; those that the settings name stay."""
    names = {entry.name: entry.model.default_for for entry in schedules}
    chosen = app_settings.default_schedules(names, by_name=settings.profile == "compatible")
    if not chosen:
        return settings
    said = settings.schedules.model_fields_set
    update = {kind: name for kind, name in chosen.items() if kind not in said}
    return settings.model_copy(update={"schedules": settings.schedules.model_copy(update=update)})


def _read_or_kept(folder: Path, found: list[Found], store: Store | None) -> deque[Read]:
    """The files in their order: those that the store has, and all others read."""
    known = kept_files(folder, found, store) if store else {}
    reads = deque(known.get(item.path) or read_content(folder, item) for item in found)
    if store:
        keep_files(found, reads, known, store)
    return reads


def read_content(folder: Path, found: Found) -> Read:
    """One file of content, in the current format: plain data, which another process can send back."""
    read = _read(folder, found.path)
    if read.data is None:
        return read
    path = PurePosixPath(found.path)
    adapted = adapt(found.kind, read.data, path.stem, path.parent.name)
    if adapted is None:
        return read
    source = SourceFile(read.source.path, read.source.text, tuple(adapted.moved))
    older = adapted.version < CURRENT
    issues = [*read.issues, *(_note_issue(note, source, older=older) for note in adapted.notes)]
    return Read(source, adapted.data, issues, adapted.version)


def _note_issue(note: Note, source: SourceFile, *, older: bool = True) -> Issue:
    """A note of an adapter at its place."""
    where, key = source.location(note.path), path_text(note.path)
    message = f"older format: {note.message}" if older and not note.contradiction else note.message
    return Issue(note.rule, note.severity, message, where, key, note.cure)


def _modelled(found: Found, read: Read) -> FileResult:
    """One file of content, checked for its shape."""
    if read.data is None:
        return FileResult(found, read.source, None, tuple(read.issues))
    model, wrong = _validated(BY_FOLDER[found.kind], read.data, read.source, read.version)
    issues = (*read.issues, *wrong)
    # A file with an error is left out even if a model could be made of it: which of two equal keys did it mean?
    usable = model is not None and all(issue.severity is not Severity.ERROR for issue in issues)
    return FileResult(found, read.source, Entry(found.kind, model, read.source) if usable and model else None, issues)


def _read(folder: Path, path: str) -> Read:
    raw = read_file(folder, path)
    if isinstance(raw, Issue):
        return Read(SourceFile(path, ""), None, [raw])
    source = SourceFile(path, raw.decode("utf-8", errors="replace"))
    try:
        data, problems = parse(decode(raw))
    except YamlError as error:
        return Read(source, None, [_problem_issue(error.problem, source)])
    issues = [_problem_issue(problem, source) for problem in problems[:MOST]]
    return Read(source, data, [*issues, *_more(len(problems), issues)])


def _problem_issue(problem: Problem, source: SourceFile) -> Issue:
    return Issue(problem.rule, Severity.ERROR, problem.message, source.at(problem.index), cure=problem.cure)


_FIRST_TYPES = ("batch", "streaming")
"""How searches run, which public detections had as their type until 2020."""


def _validated(
    kind: ContentKind, data: dict[str, Any], source: SourceFile, version: int = CURRENT
) -> tuple[Model | None, list[Issue]]:
    """The model of the data, and what is wrong with it. Older formats took any key: there, those that nothing reads
    are warnings, and an error says of which age the file is."""
    try:
        model: Model = kind.adapter().validate_python(data)
        return model, []
    except ValidationError as error:
        issues = list(islice(issues_of(error, kind.model(data), data, source), MOST))
        if version == CURRENT:
            return None, [*issues, *_more(error.error_count(), issues)]
        unread = [_unread(issue) for issue in issues if issue.rule == rules.UNKNOWN_KEY]
        if unread:
            model_or_none, others = _validated(kind, without(data, unknown_keys(error, data)), source, version)
            return model_or_none, [*unread, *others]
        is_first = data.get("type") in _FIRST_TYPES
        age = " (a file from before contentctl)" if is_first else f" (read as a file of contentctl {version})"
        return None, [replace(issue, message=f"{issue.message}{age}") for issue in issues]


def _unread(issue: Issue) -> Issue:
    message = f"{issue.message}: nothing reads it, so it is left out"
    cure = issue.cure if issue.cure.startswith("did you mean") else "remove it"
    return replace(issue, severity=Severity.WARNING, message=message, cure=cure)


def _more(count: int, issues: list[Issue]) -> Iterator[Issue]:
    """What to say of the mistakes that are too many to be shown one by one."""
    if count > len(issues) >= MOST:
        message = f"there are more mistakes in this file; the first {MOST} are shown"
        yield replace(issues[-1], message=message, cure="mend those that are shown, and look again")
