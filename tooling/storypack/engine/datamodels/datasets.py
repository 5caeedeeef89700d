"""A dataset of the bundled data models as SPL."""

from __future__ import annotations

import re
from functools import cache

from storypack.engine.datamodels.calculated import assignments
from storypack.engine.source import ModelDataset
from storypack.reference import cim
from storypack.spl import parse

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
    computed = assignments(dataset)
    # Side by side: each expression sees the event's own values, none of the others' results.
    evals = "".join(f"\n| eval __new_{field}={text}" for field, text in computed)
    renames = ", ".join(f"__new_{field} AS {field}" for field, _ in computed)
    text = f"search {search or '*'}{evals}" + (f"\n| rename {renames}" if renames else "")
    fields = {field.path: field.name for field in dataset.fields.values()}
    for field in dataset.fields.values():  # a child's search may name an inherited field by its own lineage
        fields.setdefault(f"{dataset.lineage}.{field.name}", field.name)
    fields.update({name: name for name in _SHARED})
    return ModelDataset(dataset.path, dataset.lineage, parse(text), fields)


def _bare(text: str) -> str:
    """A constraint without the macro by which a site narrows the indexes."""
    return _INDEXES.sub("", text).strip()
