"""A dataset of an add-on's data model as SPL: its constraints and calculations, from the root down."""

from __future__ import annotations

import re
from dataclasses import replace

from storypack.engine.datamodels.addon import AddOnDataset, AddOnModel
from storypack.engine.datamodels.calculations import word
from storypack.engine.datamodels.datasets import SHARED
from storypack.engine.source import ModelDataset, ModelMember


def add_on_dataset(model: AddOnModel, name: str) -> ModelDataset | None:
    """The dataset of a model by its name or lineage; by an empty name all root datasets; None if there is none."""
    if name:
        dataset = model.find(name)
        return None if dataset is None else _model_dataset(model, dataset)
    roots = [_model_dataset(model, root) for root in model.roots]
    return replace(roots[0], others=tuple(roots[1:])) if roots else None


def _model_dataset(model: AddOnModel, dataset: AddOnDataset) -> ModelDataset:
    fields: dict[str, str] = {name: name for name in SHARED}
    hidden: set[str] = set()
    for part in model.line(dataset):
        declared = [(one.path, one.name, one.hidden) for one in part.fields]
        declared += [(f"{part.lineage}.{name}", name, hides) for c in part.calculations for name, hides, _ in c.fields]
        for path, name, hides in declared:
            fields[path] = name
            if hides:
                hidden.add(path)
    for path, name in list(fields.items()):  # an inherited field may be named by the child's own lineage
        if path != name:
            fields.setdefault(f"{dataset.lineage}.{name}", name)
    members = [
        ModelMember(below.lineage, model.datasets[below.parent].lineage, below.name, _condition(below, fields))
        for below in model.below(dataset)
    ]
    search = _search(model, dataset, fields)
    return ModelDataset(
        f"{model.name}.{dataset.lineage}",
        dataset.lineage,
        search,
        fields,
        hidden=frozenset(hidden),
        members=tuple(members),
        strict=model.strict,
    )


def _search(model: AddOnModel, dataset: AddOnDataset, fields: dict[str, str]) -> str:
    """The text of the search that gives a dataset's events."""
    root, *children = model.line(dataset)
    if root.grouped:
        stages = [*_grouped(model, root, fields)]
    elif root.base:
        stages = [root.base if root.base.startswith("|") else f"search {root.base.removeprefix('search ')}"]
        stages += [f"search {condition}" for condition in [_condition(root, fields)] if condition != "*"]
    else:
        stages = [f"search {_condition(root, fields)}"]
    stages += _calculated(root)
    for child in children:
        stages += [f"search {_condition(child, fields)}", *_calculated(child)]
    return " | ".join(stages)


def _calculated(dataset: AddOnDataset) -> list[str]:
    required = [word(name) for c in dataset.calculations for name, _, required in c.fields if required]
    return [*(c.spl for c in dataset.calculations), *(f"search {name}=*" for name in required)]


def _grouped(model: AddOnModel, root: AddOnDataset, fields: dict[str, str]) -> list[str]:
    """The events of the datasets that a dataset of transactions groups, as transactions."""
    parts = [part for name in root.grouped if (part := model.find(name))]
    if len(parts) == 1:
        return [_search(model, parts[0], fields), root.transaction]
    conditions = [" ".join(f"({_condition(one, fields)})" for one in model.line(part)) for part in parts]
    return ["search " + " OR ".join(f"({one})" for one in conditions or ["*"]), root.transaction]


def _condition(dataset: AddOnDataset, fields: dict[str, str]) -> str:
    """What an event must fulfil to belong to a dataset, given that it belongs to its parent. A required field must have
    a value."""
    required = [f"{word(field.name)}=*" for field in dataset.fields if field.required]
    texts = [f"({_short(text, fields)})" for text in dataset.constraints]
    return " ".join([*texts, *required]) or "*"


def _short(text: str, fields: dict[str, str]) -> str:
    """A constraint in which inherited fields are named as the events name them."""
    paths = sorted((path for path, name in fields.items() if path != name), key=len, reverse=True)
    if not paths:
        return text
    pattern = re.compile(rf"(?<![\w.])({'|'.join(map(re.escape, paths))})(?![\w.])")
    return pattern.sub(lambda found: fields[found[1]], text)
