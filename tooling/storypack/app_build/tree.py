"""The app as a tree of files, `{path below the app's folder: bytes}`. A pure function of the content."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath
from xml.etree import ElementTree

from storypack.app_build import app_template
from storypack.app_build.annotations import TacticsOf
from storypack.app_build.app_conf import app_conf, custom
from storypack.app_build.app_files import NAV, constant_confs, dashboards, icons, menu, readme
from storypack.app_build.confs import ConfFile, conf_files
from storypack.app_build.content import EPOCH, AppContent
from storypack.app_build.content_version import content_version
from storypack.app_build.dashboards import dashboard, plain_view, simple_view
from storypack.app_build.detections_lookup import detections_csv, detections_file, detections_lookup_name
from storypack.app_build.errors import NOT_CARRIED, BuildError, issue
from storypack.app_build.health_searches import freshness, lookup_rows
from storypack.app_build.investigations import definition, view_name
from storypack.app_build.lookups import lookup_file
from storypack.app_build.manifest import manifest
from storypack.app_build.metadata import default_meta
from storypack.app_build.names import dashboard_view, detection_stanza
from storypack.app_build.sandbox import plain
from storypack.app_build.server_conf import server_conf
from storypack.app_build.watched import Watched
from storypack.conf import Conf, ConfError, faults, merge, write
from storypack.issue import Issue
from storypack.pack.kinds import KINDS
from storypack.pack.models import CsvLookup, ExternalLookup, Investigation
from storypack.pack.names import RESERVED

Tree = dict[str, bytes]
OVERLAYS = "overlays.json"
"""What the site changed in the pack: the app says so itself, whoever has it."""


@dataclass(frozen=True, slots=True)
class App:
    """A built app: its files, and how many of each thing are in it."""

    files: Tree
    counts: Mapping[str, int]


def app_tree(content: AppContent, tactics_of: TacticsOf) -> App:
    """The app of a pack. `BuildError` names every text that conf cannot carry, with its file."""
    generated = conf_files(content, tactics_of)
    written = _written(generated)
    values = template_values(content)
    views = all_views(content)
    files: dict[str, str] = {f"default/data/ui/views/{name}.xml": xml for name, xml in views.items()}
    files[NAV] = app_template.menu(content.template) or menu(content.app_files, values, list(views))
    files["README.md"] = readme(content.app_files, values)
    files["app.manifest"] = manifest(content.settings, content.newest, "LICENSE" if content.license else None)
    if content.overlays:
        files[OVERLAYS] = json.dumps([asdict(each) for each in content.overlays], indent=2, ensure_ascii=False) + "\n"
    if content.detections:
        files[f"lookups/{detections_file(content)}"] = detections_csv(content.settings, content.detections, tactics_of)
    tree: Tree = {path: _utf8(path, text) for path, text in files.items()}
    tree |= app_template.copied(content.template) | icons(content.app_files) | lookups(content)
    if content.license:
        tree["LICENSE"] = content.license
    tree |= _conf_texts(content, generated, written, values, tree)
    return App(dict(sorted(tree.items())), counts(content))


def counts(content: AppContent) -> dict[str, int]:
    """How many of each kind the app has."""
    return {kind.folder: len(content.of(kind)) for kind in KINDS if kind.in_app}


def all_views(content: AppContent) -> dict[str, str]:
    """Name of a view to its XML: what a template folder has, dashboards of `app/` and of the pack, investigations."""
    views = app_template.views(content.template) | dashboards(content.app_files, dashboard_values(content))
    files = {file.path: file.data for file in content.definitions.values()}
    themes = {
        content.definitions[each.id].path: each.theme for each in content.dashboards if each.id in content.definitions
    }

    def made(path: str, text: str) -> str:
        return simple_view(text) if path.endswith(".xml") else plain_view(text, themes[path])

    for path, xml in app_template.made_of(files, sorted(files), "", made).items():
        views[dashboard_view(content.settings, PurePosixPath(path).stem)] = xml
    return views | {view_name(each): _investigation_view(content, each) for each in content.investigations}


def lookups(content: AppContent) -> Tree:
    """The CSV files, and the models of the Machine Learning Toolkit."""
    models = {f"lookups/{name}": data for name, data in content.models.items()}
    return models | {
        f"lookups/{lookup_file(content.settings, lookup)}": content.csv[lookup.name]
        for lookup in content.lookups
        if isinstance(lookup, CsvLookup) and lookup.name in content.csv
    }


def dashboard_values(content: AppContent) -> dict[str, str]:
    """What `@name@` stands for in a dashboard."""
    plain = {macro.name for macro in content.macros if not macro.arguments and "|" not in macro.definition}
    macro_of = {source.name: source.macro for source in content.data_sources if source.macro in plain}
    needed = Counter(
        macro
        for detection in content.detections
        for macro in {macro_of.get(name) for name in detection.data_sources}
        if macro
    )
    settings = content.settings
    return {
        "app": settings.app_id,
        "prefix": settings.stanza_prefix,
        "title": settings.title,
        "lookup": detections_lookup_name(settings),
        "freshness": freshness(needed),
        "lookups": lookup_rows(each.name for each in content.lookups if not isinstance(each, ExternalLookup)),
    }


def template_values(content: AppContent, read: set[str] | None = None) -> dict[str, object]:
    """What the templates of `app/` can use: texts, numbers, lists and dictionaries, no objects of ours. `read` gets the
    keys of detections that they look at."""
    settings, watch = content.settings, set() if read is None else read
    return {
        "app_id": settings.app_id,
        "title": settings.title,
        "version": settings.version,
        "author": settings.author,
        "description": settings.description.strip(),
        "prefix": settings.stanza_prefix,
        "macro_prefix": settings.macro_prefix,
        "released": content.newest.isoformat(),
        "stories": [{"name": settings.story_title(each.name), "story": plain(each)} for each in content.stories],
        "detections": [
            {"name": detection_stanza(settings, each), "detection": Watched(plain(each), watch)}
            for each in content.detections
        ],
        "investigations": [{"view": view_name(each), "investigation": plain(each)} for each in content.investigations],
        "macros": plain(content.macros),
        "lookups": plain(content.lookups),
    }


def _investigation_view(content: AppContent, investigation: Investigation) -> str:
    try:
        return dashboard(definition(investigation), {})
    except ElementTree.ParseError as error:
        message = "its name or description has a control character, which the XML of its dashboard cannot hold"
        raise BuildError([issue(NOT_CARRIED, message, content.origin(investigation), "leave it out")]) from error


def _written(generated: list[ConfFile]) -> dict[str, str]:
    """The texts of generated confs, by path. `BuildError` for all that cannot be carried."""
    texts, issues = {}, []
    for file in generated:
        issues += _reserved(file)
        try:
            texts[f"default/{file.name}.conf"] = write(file.conf)
        except ConfError:
            issues += _issues(file)
    if issues:
        raise BuildError(sorted(issues, key=lambda each: each.sort_key))
    return texts


def _conf_texts(
    content: AppContent, generated: list[ConfFile], written: Mapping[str, str], values: dict[str, object], rest: Tree
) -> Tree:
    """Every conf as text: generated ones first, then what `app/` lays over them. `written` = texts of the former."""
    overlays = app_template.confs(content.template)
    for path, conf in constant_confs(content.app_files, values).items():
        overlays[path] = merge(overlays[path], conf) if path in overlays else conf
    brought = (PurePosixPath(path).stem for path in sorted(overlays) if path.startswith("default/"))
    names = dict.fromkeys((*(file.name for file in generated), "content-version", *brought))
    ours = sorted(custom(names))
    confs = {f"default/{file.name}.conf": file.conf for file in generated}
    confs["default/server.conf"] = server_conf(ours)
    confs["default/content-version.conf"] = content_version(content.settings)
    confs["metadata/default.meta"] = default_meta()
    texts = {
        path: written[path].encode() if path in written and path not in overlays else _text(conf, path, overlays)
        for path, conf in confs.items()
    }
    for path in overlays.keys() - confs.keys() - {"default/app.conf"}:
        texts[path] = _text(Conf(), path, overlays)
    build = build_number(content, rest | texts)
    texts["default/app.conf"] = _text(app_conf(content.settings, build, ours), "default/app.conf", overlays)
    return texts


def build_number(content: AppContent, files: Tree) -> int:
    """A positive number that follows from the content: it changes with any byte, and grows with the newest date."""
    digest = hashlib.sha256()
    for path, data in sorted(files.items()):
        digest.update(b"%d %s %d " % (len(path.encode()), path.encode(), len(data)) + data)
    days = max((content.newest - EPOCH).days, 0)
    return days * 100_000 + int.from_bytes(digest.digest()[:8], "big") % 99_999 + 1


def _text(conf: Conf, path: str, overlays: Mapping[str, Conf]) -> bytes:
    origin = f"app/{path}.j2" if path in overlays else "storypack.yml"
    whole = merge(conf, overlays[path]) if path in overlays else conf
    try:
        return write(whole).encode()
    except ConfError as error:
        issues = [issue(NOT_CARRIED, _shown(fault), origin, fault.cure) for fault in faults(whole)]
        raise BuildError(issues) from error


def _issues(file: ConfFile) -> list[Issue]:
    """What of a generated conf cannot be carried, at the content file that it comes from."""
    return [
        issue(
            NOT_CARRIED,
            f"{file.name}.conf {_shown(fault)}",
            file.origins.get(fault.stanza) or "storypack.yml",
            fault.cure,
        )
        for fault in faults(file.conf)
    ]


def _reserved(file: ConfFile) -> list[Issue]:
    """Stanzas of a generated conf that would set what is not the app's."""
    return [
        issue(NOT_CARRIED, f"the name {name} would change settings of every app", origin, "choose another name")
        for name, origin in file.origins.items()
        if name in RESERVED
    ]


def _utf8(path: str, text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        message = f"{path} would hold U+{ord(text[error.start]):04X}, which no file can carry"
        raise BuildError([issue(NOT_CARRIED, message, "storypack.yml", "leave it out")]) from error


def _shown(fault: ConfError) -> str:
    return f"[{fault.stanza}] {fault.key}".rstrip() + f": {fault.reason}"
