"""rename. Search Reference: "rename"."""

from __future__ import annotations

from storypack.engine.commands.names import matching, star_name
from storypack.engine.commands.registry import command
from storypack.engine.errors import SearchError
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.spl import tree


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
