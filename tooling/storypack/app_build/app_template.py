"""What `app_template/` of contentctl holds is carried into the app, as contentctl copies it.

    default/<name>.conf                 laid over the generated conf of that name, setting by setting
    metadata/default.meta               the same for default.meta
    default/data/ui/views/<name>.xml    a view, as it is
    default/data/ui/nav/default.xml     the menu, as it is
    default/data/ui/panels/<name>.xml   a panel, as it is
    default/data/models/<name>.json     a data model
    static/*.png, lookups/*             copied

Programs (bin/), and what else may lie there, stay out; `left_out` names them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import TypeVar

from storypack.app_build.content import TemplateFolder
from storypack.app_build.dashboards import simple_view
from storypack.app_build.errors import APP_FILE, UNUSED, BuildError, FileFault, issue
from storypack.conf import Conf, faults, read
from storypack.issue import Issue, Location, Severity
from storypack.pack.files import readable
from storypack.pack.names import RESERVED

Made = TypeVar("Made")
NAV = "default/data/ui/nav/default.xml"
_OF_EVERY_APP = ("macros", "transforms", "collections")  # AppInspect: no settings for all apps in these
_COPIED = (
    *("static/*.png", "lookups/*.csv", "lookups/*.mlmodel"),
    *("default/data/models/*.json", "default/data/ui/panels/*.xml"),
)
_WRITTEN_ANEW = ("default/app.conf", "default/server.conf", "default/content-version.conf")


def confs(template: TemplateFolder) -> dict[str, Conf]:
    """Path in the app to the settings that the template adds there; nothing for a file of comments."""
    return {path: conf for path, conf in _each(template, _is_conf, _conf).items() if conf.stanzas}


def views(template: TemplateFolder) -> dict[str, str]:
    """Name of a view to its XML."""
    made = _each(template, _is_view, lambda _, text: simple_view(text))
    return {PurePosixPath(path).stem: xml for path, xml in made.items()}


def menu(template: TemplateFolder) -> str | None:
    """The XML of the menu, if the template has one."""
    return _each(template, lambda path: path == NAV, lambda _, text: _plain_xml(text)).get(NAV)


def copied(template: TemplateFolder) -> dict[str, bytes]:
    """Icons, lookup files, panels and data models."""
    _each(template, lambda path: _match(path, "default/data/ui/panels/*.xml"), lambda _, text: _panel(text))
    _each(template, lambda path: _match(path, "default/data/models/*.json"), lambda _, text: _json(text))
    return {path: data for path, data in template.files.items() if _is_copied(path)}


def left_out(template: TemplateFolder) -> Iterator[Issue]:
    """A note for each file that the app does not get."""
    for path in sorted(template.files):
        if not (_is_conf(path) or _is_view(path) or _is_copied(path) or path == NAV):
            place = Location(readable(f"{template.path}/{path}"))
            yield Issue(UNUSED, Severity.NOTE, "the file is not put into the app", place)


def _match(path: str, pattern: str) -> bool:
    return len(PurePosixPath(path).parts) == len(PurePosixPath(pattern).parts) and PurePosixPath(path).match(pattern)


def _is_conf(path: str) -> bool:
    return (_match(path, "default/*.conf") and path not in _WRITTEN_ANEW) or path == "metadata/default.meta"


def _is_view(path: str) -> bool:
    return _match(path, "default/data/ui/views/*.xml")


def _is_copied(path: str) -> bool:
    return any(_match(path, pattern) for pattern in _COPIED)


def _conf(path: str, text: str) -> Conf:
    conf = read(text)
    marked = PurePosixPath(path).stem in _OF_EVERY_APP
    stanzas = tuple(stanza for stanza in conf.stanzas if not (marked and stanza.name in RESERVED))
    for fault in faults(Conf(stanzas)):
        raise FileFault(f"[{fault.stanza}] {fault.key}: {fault.reason}", 0, fault.cure)
    return Conf(stanzas)


def _plain_xml(text: str) -> str:
    return simple_view(text, roots=("nav",))


def _panel(text: str) -> str:
    return simple_view(text, roots=("panel",))


def _json(text: str) -> None:
    try:
        json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FileFault(f"it is not JSON: {error}") from error


def _each(template: TemplateFolder, fits: Callable[[str], bool], make: Callable[[str, str], Made]) -> dict[str, Made]:
    """What `make` makes of path and text of each file that fits. What is wrong with any: an issue."""
    return made_of(template.files, [path for path in sorted(template.files) if fits(path)], template.path, make)


def made_of(
    files: Mapping[str, bytes], paths: list[str], folder: str, make: Callable[[str, str], Made]
) -> dict[str, Made]:
    """What `make` makes of path and text of each of these files. `BuildError` with an issue for each that is wrong."""
    made, wrong = {}, []
    for path in paths:
        place = readable(f"{folder}/{path}" if folder else path)
        try:
            made[path] = make(path, files[path].decode("utf-8").removeprefix("\ufeff"))
        except UnicodeDecodeError as error:
            wrong.append(issue(APP_FILE, f"the file is not UTF-8: {error.reason}", place, "save it as UTF-8"))
        except FileFault as fault:
            message = f"the file cannot be used: {fault.message}"
            wrong.append(issue(APP_FILE, message, place, fault.cure, fault.line, fault.column))
    if wrong:
        raise BuildError(wrong)
    return made
