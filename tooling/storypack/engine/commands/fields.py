"""fields, table, rename: which columns there are, and in which order (Search Reference: fields, table, rename)."""

from __future__ import annotations

from collections.abc import Iterable

from storypack.engine.commands.names import matches, matching, star_name
from storypack.engine.commands.registry import command
from storypack.engine.errors import SearchError
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.engine.sql import NULL
from storypack.spl import tree

_ALWAYS = ("_time", "_raw")


def field_names(fields: Iterable[tree.Field | tree.MacroCall | tree.Word]) -> list[str]:
    """The names in a command's list; commas are no names."""
    return [field.text if isinstance(field, tree.Word) else field.name for field in fields]


def chosen(patterns: list[str], rows: Relation) -> list[str]:
    """The fields that the patterns name, in their order; a plain name also where no row has it."""
    names = rows.all_names() if any("*" in pattern for pattern in patterns) else []
    found: dict[str, None] = {}
    for pattern in patterns:
        found.update(dict.fromkeys(matching(pattern, names) if "*" in pattern else [pattern]))
    return list(found)


@command("table")
def table(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """Only these columns, in this order; one that no row has stays, empty."""
    names = chosen(field_names(node.words), rows)
    missing = {name for name in names if rows.find(name) is None}
    if missing:
        rows = rows.extend("table", dict.fromkeys(sorted(missing), NULL))
    return rows.keep(names)


@command("fields")
def fields(node: tree.Fields, rows: Relation, session: Session) -> Relation:
    """Keep (or with `-` remove) fields; `_time` and `_raw` stay unless they are removed by name."""
    patterns = field_names(node.fields)
    if node.remove:
        return rows.drop(lambda name: any(_removes(pattern, name) for pattern in patterns))
    return rows.keep(dict.fromkeys([*chosen(patterns, rows), *_ALWAYS]))


def _removes(pattern: str, name: str) -> bool:
    return matches(pattern, name) and (pattern.startswith("_") or not name.startswith("_"))


@command("rename")
def rename(node: tree.Rename, rows: Relation, session: Session) -> Relation:
    """Fields under other names, one pair after the other."""
    for pair in node.pairs:
        if isinstance(pair, tree.MacroCall):
            raise SearchError(f"macro `{pair.name}` is not defined")
        source, target = pair[0].name, pair[1].name
        if "*" in source:
            renames = {name: star_name(source, target, name) for name in matching(source, rows.all_names())}
        else:
            renames = {source: target}
        rows = rows.rename(renames)
    return rows
