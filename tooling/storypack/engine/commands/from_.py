"""from. Search Reference: "from"."""

from __future__ import annotations

from storypack.engine.commands.datamodel import find_dataset
from storypack.engine.commands.registry import generating
from storypack.engine.commands.savedsearch import saved_search
from storypack.engine.compile.datasets import dataset_rows
from storypack.engine.errors import NotSupported
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.spl import tree


@generating("from")
def from_(node: tree.From, rows: Relation | None, session: Session) -> Relation:
    """The rows of a dataset (fields without its name before them), a lookup, or a saved search."""
    match node.kind.lower():
        case "datamodel":
            return dataset_rows(find_dataset(node.dataset, session), session, flat=True)
        case "lookup" | "inputlookup":
            lookup = tree.Inputlookup(tree.Word(node.dataset))
            return session.subsearch(tree.Pipeline((lookup,), True))
        case "savedsearch" | "report":
            return saved_search(node.dataset, session)
        case _:
            raise NotSupported("dataset type", node.kind)
