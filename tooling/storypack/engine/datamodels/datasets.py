"""A dataset of the bundled data models as SPL."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

from storypack.engine.datamodels.calculated import assignments
from storypack.engine.source import ModelDataset, ModelMember
from storypack.reference import cim
from storypack.spl import parse, parse_expression

_INDEXES = re.compile(r"\(?\s*`cim_\w+_indexes`\s*\)?")
SHARED = ("_time", "_raw", "host", "source", "sourcetype", "index")


@cache
def model_dataset(name: str) -> ModelDataset | None:
    """The dataset `Endpoint.Processes`, `Change.All_Changes.Account_Management`, or a all roots of a model by the
    model's name; None if the bundled models have no such dataset."""
    model = cim.model(name)
    if model is not None and len(model.roots) > 1:
        first, *others = [_model_dataset(root) for root in model.roots]
        return replace(first, others=tuple(others))
    dataset = cim.dataset(name)
    return None if dataset is None else _model_dataset(dataset)


def _model_dataset(dataset: cim.Dataset) -> ModelDataset:
    search = " ".join(f"({_bare(text)})" for text in dataset.constraints if _bare(text))
    if dataset.base_search is not None:
        search = _bare(dataset.base_search) + (f" | search {search}" if search else "")
    fields = {field.path: field.name for field in dataset.fields.values()}
    for field in dataset.fields.values():  # a child's search may name an inherited field by its own lineage
        fields.setdefault(f"{dataset.lineage}.{field.name}", field.name)
    fields.update({name: name for name in SHARED})
    computed = {name: parse_expression(text) for name, text in assignments(dataset)}
    pipeline = parse(f"search {search or '*'}")
    return ModelDataset(dataset.path, dataset.lineage, pipeline, fields, computed, members=_members(dataset))


def _members(dataset: cim.Dataset) -> tuple[ModelMember, ...]:
    """The datasets below a dataset."""
    model = cim.model(dataset.model)
    found = []
    for other in model.datasets.values() if model else ():
        if other.lineage.startswith(f"{dataset.lineage}.") and other.parent:
            parent = model.datasets[other.parent]  # type: ignore[union-attr]
            own = [f"({_bare(text)})" for text in other.constraints[len(parent.constraints) :] if _bare(text)]
            found.append(ModelMember(other.lineage, parent.lineage, other.name, " ".join(own) or "*"))
    return tuple(found)


def _bare(text: str) -> str:
    """A constraint without the macro by which a site narrows the indexes."""
    return _INDEXES.sub("", text).strip()
