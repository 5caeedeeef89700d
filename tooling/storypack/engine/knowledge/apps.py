"""The knowledge of add-ons: conf files of `default/` and `local/`, lookup tables of `lookups/`.

Admin Manual: "Configuration file precedence". Between apps the search-time order is by name, later names winning;
here the order in which they are given, the last one winning.
"""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import Literal

from storypack.conf import Conf, merge, read
from storypack.csvtext import csv_rows
from storypack.engine.datamodels.addon import AddOnModel, ModelError, read_model
from storypack.engine.errors import EngineError
from storypack.engine.events.packed import Gzip, UnpacksToTooMuch, buffered
from storypack.engine.knowledge.clashes import clashing
from storypack.engine.source import MAX_OFFSET, TIME_FORMAT, LookupTable
from storypack.opening import inside, read_plain
from storypack.spl.macros import MacroDefinition
from storypack.truth import CONF

BUILTIN = Path(__file__).parent / "builtin"
FILES = ("props", "transforms", "eventtypes", "tags", "macros")


class KnowledgeError(EngineError):
    """An add-on's folder that cannot be read, or a setting in it that means nothing."""


@dataclass(frozen=True, slots=True)
class AddOns:
    """The folders of the add-ons that are read, and whether the built-in knowledge stands below them. Without it a
    search finds what the add-ons give, and no more."""

    folders: tuple[Path, ...] = ()
    builtin: bool = True

    def knowledge(self) -> Knowledge:
        """What they know. Raises KnowledgeError."""
        return load_knowledge(self.folders, builtin=self.builtin)


@dataclass(frozen=True)
class Knowledge:
    """The merged confs of all apps, and the folders in which their lookup tables lie (the last one first). `warnings` =
    what the apps do to one another; `own_props` = props.conf without the built-in one."""

    props: Conf = field(default_factory=Conf)
    transforms: Conf = field(default_factory=Conf)
    eventtypes: Conf = field(default_factory=Conf)
    tags: Conf = field(default_factory=Conf)
    macros: Conf = field(default_factory=Conf)
    lookup_folders: tuple[Path, ...] = ()
    models: Mapping[str, AddOnModel] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    own_props: Conf = field(default_factory=Conf)

    def macro_definitions(self) -> dict[str, MacroDefinition]:
        """The search macros of the add-ons, by stanza name."""
        found = {}
        for stanza in self.macros:
            args = tuple(arg.strip() for arg in stanza.get("args").split(",") if arg.strip())
            iseval = CONF.is_true(stanza.get("iseval"))
            name = stanza.name.partition("(")[0]
            found[stanza.name] = MacroDefinition(name, args, stanza.get("definition"), iseval=iseval)
        return found

    def lookup(self, name: str) -> LookupTable | None:
        """A lookup by its transforms.conf stanza or its file name; None if there is no such table."""
        settings: Mapping[str, str] = {}
        if name in self.transforms:
            settings = self.transforms[name].settings
        filename = settings.get("filename", name)
        for folder in self.lookup_folders:
            path = folder / Path(filename).name
            if path.exists():
                return read_table(name, path, settings, folder.parent)
        return None


BUILTIN_ONLY = AddOns()


def load_knowledge(apps: Iterable[Path] = (), *, builtin: bool = True) -> Knowledge:
    """The built-in knowledge with add-ons' folders above it. Raises KnowledgeError."""
    add_ons = list(apps)
    folders = ([BUILTIN] if builtin else []) + add_ons
    for folder in folders:
        if not (folder / "default").is_dir() and not (folder / "local").is_dir():
            raise KnowledgeError(f"{folder} is no add-on: it has neither a default/ nor a local/ folder")
    layers = {name: [_layer(folder, name) for folder in folders] for name in FILES}
    confs = {name: merge(*layers[name]) for name in FILES}
    confs["transforms"] = _enabled(confs["transforms"])
    lookup_folders = tuple(folder / "lookups" for folder in reversed(folders))
    own = [
        (folder, {name: layers[name][at] for name in FILES}) for at, folder in enumerate(folders) if folder in add_ons
    ]
    clashes = itertools.chain.from_iterable(clashing(*pair) for pair in itertools.combinations(own, 2))
    models, unread = _models(folders)
    return Knowledge(
        **confs,
        lookup_folders=lookup_folders,
        models=models,
        warnings=(*clashes, *unread),
        own_props=merge(*(confs_of["props"] for _, confs_of in own)),
    )


def _models(folders: Sequence[Path]) -> tuple[dict[str, AddOnModel], list[str]]:
    """The data models of all apps by name, one that is given twice being the last one's; and a warning for each that
    cannot be read, which costs the others nothing."""
    settings = merge(*(_layer(folder, "datamodels") for folder in folders))
    models: dict[str, AddOnModel] = {}
    unread: list[str] = []
    for folder in folders:
        for part in ("default", "local"):
            for path in sorted((folder / part / "data" / "models").glob("*.json")):
                strict = settings[path.stem].get("strict_fields") if path.stem in settings else ""
                try:
                    text = read_plain(path, folder)
                    models[path.stem] = read_model(path.stem, text, strict=CONF.is_true(strict or "true"))
                except (OSError, ModelError) as error:
                    why = getattr(error, "strerror", None) or error
                    unread.append(f"the data model {path} is left out, since it cannot be read: {why}")
    return models, unread


def _enabled(conf: Conf) -> Conf:
    """A conf without the stanzas that are switched off."""
    return Conf(tuple(stanza for stanza in conf if not CONF.is_true(stanza.get("disabled"))))


def _layer(folder: Path, name: str) -> Conf:
    found = [_read(path) for part in ("default", "local") if (path := folder / part / f"{name}.conf").exists()]
    return merge(*found)


@cache
def _read_builtin(path: Path) -> Conf:
    return read(path.read_bytes())


def _read(path: Path) -> Conf:
    if path.is_relative_to(BUILTIN):
        return _read_builtin(path)
    try:
        return read(read_plain(path, path.parents[1]))
    except (OSError, ValueError) as error:
        raise KnowledgeError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}") from error


def read_table(name: str, path: Path, settings: Mapping[str, str], root: Path | None = None) -> LookupTable:
    """A CSV lookup table with the settings of its transforms.conf stanza; see `read_rows`. Raises KnowledgeError."""
    fields, rows = read_rows(path, root)
    return LookupTable(
        name,
        fields,
        rows,
        match_types(settings.get("match_type", "")),
        case_sensitive=not CONF.is_false(settings.get("case_sensitive_match", "")),
        min_matches=_whole(settings.get("min_matches", "")) or 0,
        max_matches=_whole(settings.get("max_matches", "")),
        default_match=settings.get("default_match", ""),
        time_field=settings.get("time_field", "").strip(),
        time_format=settings.get("time_format", "").strip() or TIME_FORMAT,
        min_offset=float(_whole(settings.get("min_offset_secs", "")) or 0),
        max_offset=float(_whole(settings.get("max_offset_secs", "")) or MAX_OFFSET),
    )


def read_rows(path: Path, root: Path | None = None) -> tuple[tuple[str, ...], list[dict[str, str]]]:
    """Header and rows of a CSV (`.csv`, or `.csv.gz`), which must lie below `root`, if that is given; what a short row
    lacks is empty. Raises KnowledgeError."""
    try:
        header, *rows = [row for row in csv_rows(_unpacked(path, root).decode("utf-8-sig")) if row] or [[]]
    except (OSError, UnicodeDecodeError, UnpacksToTooMuch, csv.Error) as error:
        why = getattr(error, "strerror", None) or error
        raise KnowledgeError(f"cannot read the lookup table {path}: {why}") from error
    return tuple(header), [dict(zip_longest(header, row[: len(header)], fillvalue="")) for row in rows]


def _unpacked(path: Path, root: Path | None) -> bytes:
    if path.suffix != ".gz":
        return read_plain(path, root)
    with buffered(Gzip(path if root is None else inside(root, path))) as file:
        return file.read()


def _whole(text: str) -> int | None:
    """A number of a setting; one that is none counts as absent."""
    return int(text) if text.strip().isdecimal() else None


def match_types(text: str) -> dict[str, Literal["WILDCARD", "CIDR"]]:
    """`WILDCARD(a), CIDR(b)` as a mapping of field to kind; EXACT ones are left out."""
    found: dict[str, Literal["WILDCARD", "CIDR"]] = {}
    for part in text.split(","):
        kind, _, rest = part.strip().partition("(")
        name = rest.rstrip(") ")
        if kind.upper() == "WILDCARD":
            found[name] = "WILDCARD"
        elif kind.upper() == "CIDR":
            found[name] = "CIDR"
    return found
