"""Loading: a folder of YAML into a `Pack`, and everything that is wrong with its files as issues.

A file that is wrong is left out and all others are still read. `load_file` takes and gives plain data that can be sent
to worker processes.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from storypack.issue import Issue, Location, Severity
from storypack.pack import rules
from storypack.pack.adapters import adapt, app_settings
from storypack.pack.explain import issues_of
from storypack.pack.files import SETTINGS_FILE, Found, find_files, read_file
from storypack.pack.models.base import Model
from storypack.pack.models.baseline import Baseline
from storypack.pack.models.data_source import DataSource
from storypack.pack.models.detection import Detection
from storypack.pack.models.investigation import Investigation
from storypack.pack.models.lookup import LOOKUP, CsvLookup, ExternalLookup, KvStoreLookup
from storypack.pack.models.macro import Macro
from storypack.pack.models.schedule import NamedSchedule
from storypack.pack.models.settings import Settings
from storypack.pack.models.story import Story
from storypack.pack.pack import Entry, Pack
from storypack.pack.source import SourceFile, path_text
from storypack.pack.yaml import Problem, YamlError, decode, parse


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of content: how its data becomes a model. `folder` is also the name of the pack's attribute."""

    folder: str
    validate: Callable[[Any], Model]
    model: Callable[[dict[str, Any]], type[BaseModel]]


def _lookup_model(data: dict[str, Any]) -> type[BaseModel]:
    by_type: dict[object, type[BaseModel]] = {"csv": CsvLookup, "kvstore": KvStoreLookup, "external": ExternalLookup}
    return by_type.get(str(data.get("lookup_type")), CsvLookup)


def _simple(folder: str, model: type[Model]) -> Kind:
    return Kind(folder, model.model_validate, lambda data: model)


KINDS: Final = {
    kind.folder: kind
    for kind in (
        _simple("stories", Story),
        _simple("detections", Detection),
        _simple("macros", Macro),
        Kind("lookups", LOOKUP.validate_python, _lookup_model),
        _simple("data_sources", DataSource),
        _simple("baselines", Baseline),
        _simple("investigations", Investigation),
        _simple("schedules", NamedSchedule),
    )
}
# contentctl 5 keeps schedules in deployments/.
KINDS_IN_FOLDERS: Final = {**{folder: folder for folder in KINDS}, "deployments": "schedules"}
_SETTINGS_KIND: Final = _simple("settings", Settings)
_NO_SETTINGS: Final = Settings(
    app_id="unnamed_app", title="Unnamed", version="0.0.0", author="unknown", description="-", stanza_prefix="PACK"
)


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


def load_pack(folder: Path) -> Loaded:
    """The pack in `folder`, which may be anybody's: nothing outside it is read, nothing in it is executed.

    Never raises for what the folder holds; a folder that is no pack gives an issue (SP011).
    """
    settings, settings_source, issues = load_settings(folder)
    found, stray = find_files(folder, KINDS_IN_FOLDERS)
    results = [load_file(folder, item) for item in found]
    return link(folder, settings, settings_source, results, [*issues, *stray])


def link(
    folder: Path, settings: Settings, settings_source: SourceFile, results: list[FileResult], issues: list[Issue]
) -> Loaded:
    """A pack of what became of its files, in the order in which they are given."""
    entries: dict[str, list[Entry[Any]]] = {name: [] for name in KINDS}
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
    if settings_source.path != SETTINGS_FILE:
        settings = _with_default_schedules(settings, [entry.name for entry in entries["schedules"]])
    pack = Pack(
        root=folder,
        settings=settings,
        settings_source=settings_source,
        broken=tuple(broken),
        **{name: tuple(items) for name, items in entries.items()},
    )
    read = [result.found.path for result in results]
    files = (settings_source.path, *read) if settings_source.text else tuple(read)
    return Loaded(pack, sorted(issues, key=lambda issue: issue.sort_key), files, sources)


def load_settings(folder: Path) -> tuple[Settings, SourceFile, list[Issue]]:
    """The pack's settings, or stand-ins with the issue that says why."""
    file = next((name for name in (SETTINGS_FILE, *app_settings.FILES) if os.path.lexists(folder / name)), None)
    if file is None:
        issue = Issue(
            rules.NO_SETTINGS,
            Severity.ERROR,
            f"there is no {SETTINGS_FILE} in this folder, so it is not a pack",
            Location(SETTINGS_FILE),
            cure="run this in the pack's folder, or name that with --pack",
        )
        return _NO_SETTINGS, SourceFile(SETTINGS_FILE, ""), [issue]
    source, data, issues = _read(folder, file)
    if data is None:
        return _NO_SETTINGS, source, issues
    if file != SETTINGS_FILE:
        data = app_settings.settings_of(file, data)
        message = f"the settings come from {file}; other tools' settings do not say all"
        cure = f"write a {SETTINGS_FILE}"
        issues.append(Issue(rules.OLDER_FORMAT, Severity.NOTE, message, Location(file), cure=cure))
    model, wrong = _validated(_SETTINGS_KIND, data, source)
    return (model if isinstance(model, Settings) else _NO_SETTINGS), source, [*issues, *wrong]


def _with_default_schedules(settings: Settings, names: list[str]) -> Settings:
    chosen = app_settings.default_schedules(names)
    return settings.model_copy(update={"schedules": settings.schedules.model_copy(update=chosen)})


def load_file(folder: Path, found: Found) -> FileResult:
    """One file of the pack, read and checked for its shape."""
    source, data, issues = _read(folder, found.path)
    if data is None:
        return FileResult(found, source, None, tuple(issues))
    path = PurePosixPath(found.path)
    adapted = adapt(found.kind, data, path.stem, path.parent.name)
    if adapted is not None:
        data = adapted.data
        source = SourceFile(source.path, source.text, tuple(adapted.moved))
        for note in adapted.notes:
            where = source.location(note.path)
            message = f"older format: {note.message}"
            key = path_text(note.path)
            severity = Severity.WARNING if note.decide else Severity.NOTE
            issues.append(Issue(rules.OLDER_FORMAT, severity, message, where, key, note.cure))
    model, wrong = _validated(KINDS[found.kind], data, source)
    issues += wrong
    # A file with an error is left out even if a model could be made of it: which of two equal keys did it mean?
    usable = model is not None and all(issue.severity is not Severity.ERROR for issue in issues)
    return FileResult(found, source, Entry(found.kind, model, source) if usable and model else None, tuple(issues))


def _read(folder: Path, path: str) -> tuple[SourceFile, dict[str, Any] | None, list[Issue]]:
    raw = read_file(folder, path)
    if isinstance(raw, Issue):
        return SourceFile(path, ""), None, [raw]
    text = raw.decode("utf-8", errors="replace")
    source = SourceFile(path, text)
    try:
        data, problems = parse(decode(raw))
    except YamlError as error:
        return source, None, [_problem_issue(error.problem, source)]
    return source, data, [_problem_issue(problem, source) for problem in problems]


def _problem_issue(problem: Problem, source: SourceFile) -> Issue:
    return Issue(problem.rule, Severity.ERROR, problem.message, source.at(problem.index), cure=problem.cure)


def _validated(kind: Kind, data: dict[str, Any], source: SourceFile) -> tuple[Model | None, list[Issue]]:
    try:
        return kind.validate(data), []
    except ValidationError as error:
        return None, list(issues_of(error, kind.model(data), data, source))
