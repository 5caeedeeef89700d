"""fields. Search Reference: "fields"."""

from __future__ import annotations

from collections.abc import Iterable

from storypack.engine.commands.names import matches, matching
from storypack.engine.commands.registry import command
from storypack.engine.relation import Relation
from storypack.engine.session import Session
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


@command("fields")
def fields(node: tree.Fields, rows: Relation, session: Session) -> Relation:
    """Keep (or with `-` remove) fields; `_time` and `_raw` stay unless they are removed by name."""
    patterns = field_names(node.fields)
    if node.remove:
        return rows.drop(lambda name: any(_removes(pattern, name) for pattern in patterns))
    return rows.keep(dict.fromkeys([*chosen(patterns, rows), *_ALWAYS]))


def _removes(pattern: str, name: str) -> bool:
    return matches(pattern, name) and (pattern.startswith("_") or not name.startswith("_"))
