"""From a loaded pack to what a build needs: the only file of this folder that reads a disk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from storypack.app_build.app_files import misnamed
from storypack.app_build.content import EPOCH, AppContent, DashboardFile, TemplateFolder
from storypack.app_build.errors import APP_FILE, BuildError, issue
from storypack.app_build.lookups import model_file
from storypack.issue import Issue
from storypack.opening import open_plain
from storypack.pack.files import readable
from storypack.pack.kinds import KINDS
from storypack.pack.models import CsvLookup, ModelLookup, Schedule
from storypack.pack.models.base import Model
from storypack.pack.models.dashboard import BODIES
from storypack.pack.overlays.record import records
from storypack.pack.pack import Entry, Pack, holds
from storypack.pack.yaml import MAX_BYTES
from storypack.reference.attack import technique

M = TypeVar("M", bound=Model)

TEMPLATE = "app_template"
LICENSE_FILES = ("LICENSE", "LICENSE.txt", "LICENSE.md")


def app_content(pack: Pack) -> AppContent:
    """The content of a pack, by name. `BuildError` for a CSV or a schedule that is not there."""
    problems: list[Issue] = []
    content = gathered(pack, problems)
    if problems:
        raise BuildError(sorted(problems, key=lambda each: each.sort_key))
    return content


def gathered(pack: Pack, problems: list[Issue]) -> AppContent:
    """The content of a pack; what cannot be read is left out, and said in `problems`."""
    origins = {id(entry.model): entry.path for entry in pack.entries()}
    macros = []
    for stanza, macro in sorted(pack.all_macros().items()):
        written = pack.macro_named.get(stanza)
        macros.append(macro)
        origins[id(macro)] = written.path if written else ""
    return AppContent(
        settings=pack.settings,
        detections=_sorted(pack.detections),
        stories=_sorted(pack.stories),
        baselines=_sorted(pack.baselines),
        investigations=_sorted(pack.investigations) if pack.settings.build.include_investigations else (),
        macros=tuple(macros),
        lookups=_sorted(pack.lookups),
        dashboards=_sorted(pack.dashboards),
        data_sources=_sorted(pack.data_sources),
        others={kind.folder: _sorted(pack.of(kind)) for kind in KINDS if kind.conf},
        schedules=_schedules(pack, problems),
        csv=_csv(pack, problems),
        models=_models(pack, problems),
        definitions=_definitions(pack, problems),
        template=_template(pack, problems),
        app_files=_app_files(pack.root, problems),
        license=_license(pack.root),
        newest=max((getattr(entry.model, "modification_date", EPOCH) for entry in pack.entries()), default=EPOCH),
        overlays=tuple(records(pack)),
        origins=origins,
    )


def tactics_of(technique_id: str) -> tuple[str, ...]:
    """Short names of a technique's tactics; none for an unknown id."""
    known = technique(technique_id)
    return known.tactics if known else ()


def _sorted(entries: Iterable[Entry[M]]) -> tuple[M, ...]:
    return tuple(entry.model for entry in sorted(entries, key=lambda entry: (entry.name, entry.path)))


def _schedules(pack: Pack, problems: list[Issue]) -> dict[str, Schedule]:
    schedules = {}
    for entry in pack.searches:
        schedule = pack.schedule_of(entry.model)
        if schedule is None:
            problems.append(issue(APP_FILE, "its schedule is not in schedules/", entry.path))
        else:
            schedules[entry.model.id] = schedule
    return schedules


def _csv(pack: Pack, problems: list[Issue]) -> dict[str, bytes]:
    paths = ((entry, pack.csv_path(entry)) for entry in pack.lookups if holds(entry, CsvLookup))
    return dict(_read_beside(pack.root, paths, "CSV", problems))


def _models(pack: Pack, problems: list[Issue]) -> dict[str, bytes]:
    """The models of the Machine Learning Toolkit, under the names that it looks for."""
    paths = ((entry, pack.model_path(entry)) for entry in pack.lookups if holds(entry, ModelLookup))
    return {model_file(name): data for name, data in _read_beside(pack.root, paths, "model", problems)}


def _read_beside(
    root: Path, paths: Iterable[tuple[Entry[Any], Path]], what: str, problems: list[Issue]
) -> Iterator[tuple[str, bytes]]:
    """The name of each lookup and the bytes of its file; a problem for each that cannot be read."""
    for entry, path in paths:
        data = _bytes(root, path)
        if data is None:
            problems.append(issue(APP_FILE, f"its {what} {path.name} cannot be read", entry.path))
        else:
            yield entry.name, data


def _definitions(pack: Pack, problems: list[Issue]) -> dict[str, DashboardFile]:
    definitions = {}
    for entry in pack.dashboards:
        path = pack.dashboard_path(entry)
        data = _bytes(pack.root, path, MAX_BYTES + 1) if path is not None else None
        if path is None or data is None or len(data) > MAX_BYTES:
            bodies = " or ".join(f"{entry.stem}{suffix}" for suffix in BODIES)
            message = f"there is no {bodies} beside it that can be read"
            problems.append(issue(APP_FILE, message, entry.path, "put the dashboard's definition there"))
        else:
            definitions[entry.model.id] = DashboardFile(path.relative_to(pack.root).as_posix(), data)
    return definitions


def has_template(pack: Pack) -> bool:
    """Whether contentctl would copy something into the app."""
    return bool(_template_path(pack))


def _template_path(pack: Pack) -> str:
    start = f"{pack.settings.content_folder}/" if pack.settings.content_folder else ""
    return next((path for path in (f"{start}{TEMPLATE}", TEMPLATE) if (pack.root / path).is_dir()), "")


def _template(pack: Pack, problems: list[Issue]) -> TemplateFolder:
    """What contentctl would copy into the app."""
    path = _template_path(pack)
    return TemplateFolder(path, _files(pack.root, path, problems) if path else {})


def _app_files(root: Path, problems: list[Issue]) -> dict[str, bytes]:
    """What is in `app/`, by path below it; hidden files and files of editors stay out."""
    files = _files(root, "app", problems)
    problems += misnamed(files)
    return files


def _files(root: Path, name: str, problems: list[Issue]) -> dict[str, bytes]:
    folder, files = root / name, {}
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if path.is_dir() or any(part.startswith(".") for part in relative.parts) or path.name.endswith(("~", ".pyc")):
            continue
        data = _bytes(root, path, MAX_BYTES + 1)
        if data is None or len(data) > MAX_BYTES:
            large = f"the file is larger than {MAX_BYTES // 1024 // 1024} MiB"
            message = "the file cannot be read" if data is None else large
            problems.append(issue(APP_FILE, message, readable(f"{name}/{relative.as_posix()}")))
        else:
            files[relative.as_posix()] = data
    return files


def _license(root: Path) -> bytes | None:
    for name in LICENSE_FILES:
        if (data := _bytes(root, root / name)) is not None:
            return data
    return None


def _bytes(root: Path, path: Path, most: int = -1) -> bytes | None:
    """A regular file of the pack, so many bytes of it at most; None for anything else, a link that leads out of the
    pack included."""
    try:
        with open_plain(path, root) as handle:
            return handle.read(most)
    except OSError:
        return None
