"""datamodel. Search Reference: "datamodel"."""

from __future__ import annotations

from dataclasses import replace

from storypack.engine.commands.options import flag, options_of, words_of
from storypack.engine.commands.registry import generating
from storypack.engine.compile.datasets import dataset_rows
from storypack.engine.errors import NotSupported, SearchError
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.engine.source import ModelDataset
from storypack.reference import cim
from storypack.spl import tree

QUOTES = "\"'"


def find_dataset(name: str, session: Session) -> ModelDataset:
    """A dataset of a data model. SearchError where there is none, NotSupported where its model is not bundled."""
    found = session.source.datamodel(name.strip(QUOTES))
    if found is None:
        model = name.strip(QUOTES).partition(".")[0]
        if model in cim.OTHER_MODELS:
            raise NotSupported("data model", model, "its definition is not bundled")
        raise SearchError(f"there is no data model dataset `{name}`")
    return found


@generating("datamodel")
def datamodel(node: tree.Plain, rows: Relation | None, session: Session) -> Relation:
    """`datamodel Model Dataset search|flat|acceleration_search`: the dataset's events."""
    words = words_of(node.words)
    if len(words) < 3:
        raise NotSupported("command", "datamodel", "without `search` it shows a model's JSON")
    model, name, mode, *_ = words
    dataset = find_dataset(f"{model}.{name}", session)
    strict = options_of(node.options).get("strict_fields")
    if strict is not None:
        dataset = replace(dataset, strict=flag(strict))
    if mode in ("search", "acceleration_search"):
        return dataset_rows(dataset, session)
    if mode in ("flat", "search_flat"):
        return dataset_rows(dataset, session, flat=True)
    raise NotSupported("datamodel mode", mode)
