"""What a search may refer to: macros and lookups, of the pack and of the apps that it counts on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import PurePosixPath
from typing import TypeGuard
from weakref import WeakKeyDictionary

from storypack.checks.context import Context
from storypack.checks.lookups import read_table
from storypack.pack.models import CsvLookup, DataSource, KvStoreLookup, Lookup
from storypack.pack.unread import PartOfMacros
from storypack.reference import cim
from storypack.reference.add_ons import Gap, gaps
from storypack.spl.fields import Tables
from storypack.spl.macros import MacroDefinition
from storypack.world import shipped


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """`macros` by stanza; those of other apps, whose definitions nobody knows, stay calls. `lookups` by each name that
    a search may use, with their columns; no columns = unknown. `files` are CSVs of the pack that have another name in
    the app, with their lookups. `source_fields` are the fields of each data source that lists any,
    `source_gaps` those that its add-on gives to none of its events."""

    macros: Mapping[str, MacroDefinition]
    lookups: Mapping[str, tuple[str, ...]]
    own_lookups: frozenset[str] = field(default=frozenset())
    files: Mapping[str, str] = field(default_factory=dict)
    source_fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    source_gaps: Mapping[str, tuple[Gap, ...]] = field(default_factory=dict)

    @property
    def tables(self) -> Tables:
        """The same for whoever works out fields."""
        return Tables(self.lookups, dataset_fields)


@cache
def dataset_fields(path: str) -> tuple[str, ...]:
    """The fields of a dataset and its children as tstats knows them; none for one that the reference does not hold."""
    dataset = cim.dataset(path)
    model = cim.model(dataset.model) if dataset else None
    if dataset is None or model is None:
        return ()
    children = [each for each in model.datasets.values() if f"{each.lineage}.".startswith(f"{dataset.lineage}.")]
    return tuple(sorted({known.path for each in children for known in each.fields.values()}))


_worlds: WeakKeyDictionary[Context, World] = WeakKeyDictionary()


def world_of(context: Context) -> World:
    """The world of a pack's searches, made when it is first asked for: it takes a look at every object."""
    if context not in _worlds:
        _worlds[context] = _world_of(context)
    return _worlds[context]


def _world_of(context: Context) -> World:
    own = {
        stanza: MacroDefinition(body.name, tuple(body.arguments), body.definition, body.iseval)
        for stanza, body in context.pack.all_macros().items()
    }
    foreign = dict(_foreign_macros(context))
    lookups: dict[str, tuple[str, ...]] = {name: tuple(sorted(cols)) for name, cols in shipped.lookups().items()}
    lookups |= dict.fromkeys(context.external_lookups, ())
    lookups |= {PurePosixPath(path).stem: () for path in context.pack.broken if path.startswith("lookups/")}
    mine = {lookup.name: _columns(lookup, context) for lookup in context.lookups}
    csvs = {lookup.filename or f"{lookup.name}.csv": lookup for lookup in context.lookups if _is_csv(lookup)}
    files = {file: lookup.name for file, lookup in csvs.items()}
    dates = context.settings.build.date_lookup_files
    mine |= {file: mine[lookup.name] for file, lookup in csvs.items() if not (dates and lookup.dated_file)}
    macros: Mapping[str, MacroDefinition] = {**shipped.macros(), **foreign, **own}
    if context.pack.unread is not None:
        macros = PartOfMacros(macros, context.pack.unread)
    return World(
        macros,
        {**lookups, **mine},
        frozenset(mine),
        files,
        {source.name: tuple(source.fields) for source in context.settings.external_data_sources}
        | {entry.name: tuple(entry.model.fields or ()) for entry in context.pack.data_sources},
        {entry.name: _gaps(entry.model) for entry in context.pack.data_sources},
    )


def _gaps(source: DataSource) -> tuple[Gap, ...]:
    apps = [add_on.app for add_on in source.supported_TA if add_on.app]
    return tuple(gap for app in apps for gap in gaps(app, source.sourcetype, source.separator_value))


def _is_csv(lookup: Lookup) -> TypeGuard[CsvLookup]:
    return isinstance(lookup, CsvLookup)


def _foreign_macros(context: Context) -> Iterator[tuple[str, MacroDefinition]]:
    """Macros that storypack.yml says others bring, and those in files that could not be read: they stay calls."""
    for app in context.settings.external_content:
        for stanza in app.macros:
            yield stanza, MacroDefinition(stanza.partition("(")[0], iseval=True)
    for path in context.pack.broken:
        if path.startswith("macros/"):
            name = PurePosixPath(path).stem
            for stanza in (name, *(f"{name}({count})" for count in range(1, 6))):
                yield stanza, MacroDefinition(name, iseval=True)


def _columns(lookup: Lookup, context: Context) -> tuple[str, ...]:
    """The columns of a lookup: as the CSV has them, else as the file says."""
    if isinstance(lookup, CsvLookup):
        path = context.inside(context.pack.csv_path(context.entry(lookup)).relative_to(context.root).as_posix())
        if path is not None:
            status = path.stat()
            table = read_table(path, status.st_mtime_ns, status.st_size)
            if table.header and not table.problem:
                return table.header
    if isinstance(lookup, KvStoreLookup):
        return (*lookup.fields, "_key")
    return tuple(lookup.fields)
