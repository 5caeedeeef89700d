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

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import TypeVar
from xml.etree import ElementTree

import jinja2

from storypack.build.dashboards import dashboard
from storypack.build.errors import APP_FILE, BuildError, issue
from storypack.build.nav import navigation
from storypack.build.templates import render_conf, render_text, render_xml
from storypack.conf import Conf, ConfError

_README = b"# {{ title }}\n\n{{ description }}\n\nVersion {{ version }}\n"
Made = TypeVar("Made")
NAV = "default/data/ui/nav/default.xml"
_WRONG = (ConfError, jinja2.TemplateError, ElementTree.ParseError, json.JSONDecodeError, UnicodeDecodeError, KeyError)


def constant_confs(app_files: Mapping[str, bytes], values: Mapping[str, object]) -> dict[str, Conf]:
    """Path in the app (`default/app.conf`) to the settings that `app/` adds there."""
    return {
        path.removesuffix(".j2"): _placed(path, data, lambda text: render_conf(text, values))
        for path, data in sorted(app_files.items())
        if path.endswith((".conf.j2", ".meta.j2"))
    }


def dashboards(app_files: Mapping[str, bytes], values: Mapping[str, str]) -> dict[str, str]:
    """Name of a view to its XML."""
    return {
        PurePosixPath(path).stem: _placed(path, data, lambda text: dashboard(json.loads(text), values))
        for path, data in sorted(app_files.items())
        if PurePosixPath(path).match("dashboards/*.json")
    }


def menu(app_files: Mapping[str, bytes], values: Mapping[str, object], views: Sequence[str]) -> str:
    """The XML of the menu: the pack's own, or one with its dashboards and what every app has."""
    template = f"{NAV}.j2"
    if template not in app_files:
        return navigation(views)
    return _placed(template, app_files[template], lambda text: render_xml(text, values))


def readme(app_files: Mapping[str, bytes], values: Mapping[str, object]) -> str:
    """The README of the app."""
    template = "README.md.j2"
    return _placed(template, app_files.get(template, _README), lambda text: render_text(text, values))


def icons(app_files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Path in the app to the picture."""
    return {path: data for path, data in app_files.items() if PurePosixPath(path).match("static/*.png")}


def _placed(path: str, data: bytes, make: Callable[[str], Made]) -> Made:
    """What `make` makes of the text of a file of `app/`; what is wrong with the file becomes an issue of it."""
    try:
        return make(data.decode("utf-8"))
    except _WRONG as error:
        message = " ".join(str(error).split()) or type(error).__name__
        raise BuildError([issue(APP_FILE, f"the file cannot be used: {message}", f"app/{path}")]) from error
