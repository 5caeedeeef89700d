"""What `app/` of a pack adds to the generated files: conf templates, menu, dashboards, icons, README.

    app/default/<name>.conf.j2        merged over the generated conf of that name, setting by setting
    app/metadata/default.meta.j2      the same for default.meta
    app/default/data/ui/nav/default.xml.j2   the menu
    app/dashboards/<name>.json        a Dashboard Studio definition, becomes the view <name>
    app/static/*.png                  icons, copied
    app/README.md.j2                  the README inside the app

Other files (sources of icons, notes) stay out of the package.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import TypeVar

from storypack.app_build.dashboards import view
from storypack.app_build.errors import APP_FILE, UNUSED, BuildError, FileFault, issue
from storypack.app_build.nav import navigation
from storypack.app_build.templates import render_conf, render_text, render_xml
from storypack.conf import Conf
from storypack.issue import Issue, Location, Severity
from storypack.pack.files import readable
from storypack.pack.names import RESERVED

_README = b"# {{ title }}\n\n{{ description }}\n\nVersion {{ version }}\n"
_PNG = b"\x89PNG\r\n\x1a\n"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_CONF = re.compile(r"default/[^/]+\.conf\.j2|metadata/default\.meta\.j2")
_PARTS = ("default/", "metadata/", "dashboards/", "static/", "lookups/", "bin/", "local/")  # of an app
_MARKED = ("macros", "transforms", "collections")  # AppInspect: no settings for all apps in these
Made = TypeVar("Made")
NAV = "default/data/ui/nav/default.xml"


def constant_confs(app_files: Mapping[str, bytes], values: Mapping[str, object]) -> dict[str, Conf]:
    """Path in the app (`default/app.conf`) to the settings that `app/` adds there."""
    paths = [path for path in sorted(app_files) if _CONF.fullmatch(path)]
    made = _each(paths, app_files, lambda path, text: _for_this_app(path, render_conf(text, values)))
    return {path.removesuffix(".j2"): conf for path, conf in made.items()}


def _for_this_app(path: str, conf: Conf) -> Conf:
    if PurePosixPath(path).name.removesuffix(".conf.j2") in _MARKED:
        for stanza in conf.stanzas:
            if stanza.name in RESERVED:
                raise FileFault(f"[{stanza.name}] would change settings of every app", 0, "use another stanza")
    return conf


def dashboards(app_files: Mapping[str, bytes], values: Mapping[str, str]) -> dict[str, str]:
    """Name of a view to its XML."""
    paths = [path for path in sorted(app_files) if _is_dashboard(path)]
    made = _each(paths, app_files, lambda _, text: view(text, values))
    return {PurePosixPath(path).stem: xml for path, xml in made.items()}


def menu(app_files: Mapping[str, bytes], values: Mapping[str, object], views: Sequence[str]) -> str:
    """The XML of the menu: the pack's own, or one with its dashboards and what every app has."""
    template = f"{NAV}.j2"
    if template not in app_files:
        return navigation(views)
    return _each([template], app_files, lambda _, text: render_xml(text, values))[template]


def readme(app_files: Mapping[str, bytes], values: Mapping[str, object]) -> str:
    """The README of the app."""
    template = "README.md.j2"
    files = {template: _README, **app_files}
    return _each([template], files, lambda _, text: render_text(text, values))[template]


def icons(app_files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Path in the app to the picture."""
    icons = {path: data for path, data in app_files.items() if _is_icon(path)}
    wrong = [path for path, data in icons.items() if not data.startswith(_PNG)]
    if wrong:
        raise BuildError([_issue(path, FileFault("it is no PNG picture")) for path in sorted(wrong)])
    return icons


def misnamed(app_files: Iterable[str]) -> Iterator[Issue]:
    """Files that would go into the app, under names that not every system and no URL can carry."""
    for path in sorted(app_files):
        used = _is_dashboard(path) or _is_icon(path) or _CONF.fullmatch(path)
        if used and not _NAME.fullmatch(PurePosixPath(path).name):
            fault = FileFault("its name may hold only letters, digits, - _ and .", 0, "rename it")
            yield _issue(path, fault)


def unused(app_files: Iterable[str]) -> Iterator[Issue]:
    """Files that lie where the app's own files are, and are not put into it."""
    for path in sorted(app_files):
        used = _is_dashboard(path) or _is_icon(path) or _CONF.fullmatch(path) or path == f"{NAV}.j2"
        if not used and path.startswith(_PARTS):
            place = Location(readable(f"app/{path}"))
            cure = "a conf is default/<name>.conf.j2, a dashboard dashboards/<name>.json, an icon static/<name>.png"
            yield Issue(UNUSED, Severity.WARNING, "the file is not put into the app", place, cure=cure)


def _is_dashboard(path: str) -> bool:
    return PurePosixPath(path).match("dashboards/*.json")


def _is_icon(path: str) -> bool:
    return PurePosixPath(path).match("static/*.png")


def _each(paths: Sequence[str], files: Mapping[str, bytes], make: Callable[[str, str], Made]) -> dict[str, Made]:
    """What `make` makes of the path and text of each file of `app/`. What is wrong with any: an issue at its line."""
    made, wrong = {}, []
    for path in paths:
        try:
            made[path] = make(path, files[path].decode("utf-8"))
        except UnicodeDecodeError as error:
            line = files[path].count(b"\n", 0, error.start) + 1
            wrong.append(_issue(path, FileFault(f"it is not UTF-8: {error.reason}", line, "save it as UTF-8")))
        except FileFault as fault:
            wrong.append(_issue(path, fault))
    if wrong:
        raise BuildError(wrong)
    return made


def _issue(path: str, fault: FileFault) -> Issue:
    file = readable(f"app/{path}")
    return issue(APP_FILE, f"the file cannot be used: {fault.message}", file, fault.cure, fault.line, fault.column)
