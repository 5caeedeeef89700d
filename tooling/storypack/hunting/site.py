"""What a site has set: its allow lists, indexes, domains, accounts and networks.

A folder of CSV files that are named like lookups of the pack, and a `macros.conf`; as well the folder of an app with
`lookups/`, `default/` and `local/`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from storypack.conf import merge, read
from storypack.engine.knowledge.apps import Knowledge, KnowledgeError, read_rows
from storypack.engine.source import LookupTable
from storypack.opening import read_plain
from storypack.spl.macros import MacroDefinition


@dataclass(frozen=True)
class Site:
    """Lookups and macros that stand above the pack's, and what in the folder has no effect."""

    lookups: Mapping[str, LookupTable] = field(default_factory=dict)
    macros: Mapping[str, MacroDefinition] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def load_site(folder: Path, macros: Mapping[str, MacroDefinition], lookups: Mapping[str, LookupTable]) -> Site:
    """What a folder sets of these macros and lookups. A lookup keeps its settings, and gets the file's rows. Raises
    KnowledgeError."""
    notes = []
    tables = {}
    for path in sorted({*folder.glob("*.csv"), *folder.glob("lookups/*.csv")}):
        known = lookups.get(path.stem) or lookups.get(path.name)
        if known is None:
            notes.append(f"{path}: no search knows a lookup {path.stem}, so the file has no effect")
            continue
        fields, rows = read_rows(path)
        missing = [name for name in known.fields if name not in fields]
        if missing:
            notes.append(f"{path}: it lacks the columns {', '.join(missing)}")
        tables[path.stem] = replace(known, fields=tuple(fields), rows=rows, fault="")
    set_macros = _macros(folder)
    for name in set_macros:
        if name not in macros:
            notes.append(f"macros.conf: no search knows the macro {name}, so it has no effect")
    if not tables and not set_macros:
        raise KnowledgeError(f"{folder} sets nothing: it holds neither a lookup's CSV nor a macros.conf")
    return Site(tables, set_macros, tuple(notes))


def _macros(folder: Path) -> dict[str, MacroDefinition]:
    paths = [place / "macros.conf" for place in (folder / "default", folder, folder / "local")]
    try:
        confs = [read(read_plain(path)) for path in paths if path.is_file()]
    except OSError as error:
        raise KnowledgeError(f"cannot read {error.filename}: {error.strerror}") from error
    return Knowledge(macros=merge(*confs)).macro_definitions()
