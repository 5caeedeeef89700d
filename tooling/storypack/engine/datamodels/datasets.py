"""A dataset of the bundled data models as SPL."""

from __future__ import annotations

import re
from functools import cache

from storypack.engine.datamodels.calculated import assignments
from storypack.engine.source import ModelDataset
from storypack.reference import cim
from storypack.spl import parse, parse_expression

_INDEXES = re.compile(r"\(?\s*`cim_\w+_indexes`\s*\)?")
_SHARED = ("_time", "_raw", "host", "source", "sourcetype", "index")


@cache
def model_dataset(name: str) -> ModelDataset | None:
    """The dataset `Endpoint.Processes`, `Change.All_Changes.Account_Management`, or a model's only root by the model's
    name; None if the bundled models have no such dataset."""
    dataset = cim.dataset(name)
    if dataset is None:
        return None
    search = " ".join(f"({_bare(text)})" for text in dataset.constraints if _bare(text))
    if dataset.base_search is not None:
        search = _bare(dataset.base_search) + (f" | search {search}" if search else "")
    fields = {field.path: field.name for field in dataset.fields.values()}
    for field in dataset.fields.values():  # a child's search may name an inherited field by its own lineage
        fields.setdefault(f"{dataset.lineage}.{field.name}", field.name)
    fields.update({name: name for name in _SHARED})
    computed = {name: parse_expression(text) for name, text in assignments(dataset)}
    return ModelDataset(dataset.path, dataset.lineage, parse(f"search {search or '*'}"), fields, computed)


def _bare(text: str) -> str:
    """A constraint without the macro by which a site narrows the indexes."""
    return _INDEXES.sub("", text).strip()
