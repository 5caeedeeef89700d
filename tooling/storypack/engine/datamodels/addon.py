"""The data models of add-ons: `default/data/models/NAME.json` with its settings in `datamodels.conf`.

Knowledge Manager Manual: "About data models", "Add fields to data model datasets"; datamodels.conf.spec. The keys of
the JSON are those that Splunk's own editor writes and that the REST endpoint `datamodel/model` shows.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any

from storypack.engine.datamodels.calculations import Calculation, calculation, word

BASES = ("BaseEvent", "BaseSearch", "BaseTransaction")
"""What stands above a root dataset; fields that such an owner has are named without a lineage."""


class ModelError(ValueError):
    """A model's text that is no data model; the message says why."""


@dataclass(frozen=True, slots=True)
class AddOnField:
    """A field that the events of a dataset have by themselves. `owner` = the lineage of the dataset that declares it,
    empty for a field of every event."""

    name: str
    owner: str = ""
    required: bool = False
    hidden: bool = False

    @property
    def path(self) -> str:
        """The name in a search: `Door.colour`."""
        return f"{self.owner}.{self.name}" if self.owner else self.name


@dataclass(frozen=True, slots=True)
class AddOnDataset:
    """A dataset as its model declares it, without what it inherits. `base` is the search of a root dataset that is one,
    `grouped` and `by` those of a root dataset of transactions."""

    name: str
    parent: str
    lineage: str
    constraints: tuple[str, ...] = ()
    fields: tuple[AddOnField, ...] = ()
    calculations: tuple[Calculation, ...] = ()
    base: str = ""
    grouped: tuple[str, ...] = ()
    transaction: str = ""


@dataclass(frozen=True, slots=True)
class AddOnModel:
    """A data model: its datasets by name, parents before children. `strict` = searches see its own fields only."""

    name: str
    datasets: Mapping[str, AddOnDataset]
    strict: bool = True

    @property
    def roots(self) -> list[AddOnDataset]:
        return [dataset for dataset in self.datasets.values() if not dataset.parent]

    def find(self, name: str) -> AddOnDataset | None:
        """A dataset by its name or its lineage."""
        dataset = self.datasets.get(name.rpartition(".")[2])
        return dataset if dataset and name in (dataset.name, dataset.lineage) else None

    def line(self, dataset: AddOnDataset) -> list[AddOnDataset]:
        """The dataset behind all above it, the root first."""
        line = [dataset]
        while line[0].parent:
            line.insert(0, self.datasets[line[0].parent])
        return line

    def below(self, dataset: AddOnDataset) -> list[AddOnDataset]:
        """All datasets below one, parents before children."""
        return [other for other in self.datasets.values() if other.lineage.startswith(f"{dataset.lineage}.")]


def read_model(name: str, text: str | bytes, *, strict: bool = True) -> AddOnModel:
    """A data model out of its JSON. Raises ModelError."""
    try:
        raw = json.loads(text)
        objects = {entry["objectName"]: entry for entry in raw["objects"]}
    except (ValueError, RecursionError) as error:
        raise ModelError(f"it is no JSON: {error}") from error
    except (TypeError, KeyError) as error:
        raise ModelError("it is no data model: it needs `objects`, each with an `objectName`") from error
    below = {f"{negation}{key}" for key in objects for negation in ("is_", "is_not_")}
    datasets: dict[str, AddOnDataset] = {}
    while objects:
        ready = [key for key, entry in objects.items() if _parent(entry) in ("", *datasets)]
        if not ready:
            key, entry = next(iter(objects.items()))
            raise ModelError(f"the parent `{_parent(entry)}` of its dataset `{key}` is missing, or below it")
        for key in ready:
            try:
                datasets[key] = _dataset(objects.pop(key), datasets, below)
            except (TypeError, KeyError, AttributeError) as error:
                raise ModelError(f"its dataset `{key}` is incomplete: {error}") from error
    return AddOnModel(name, datasets, strict)


def _parent(entry: Mapping[str, Any]) -> str:
    parent = str(entry.get("parentName") or "")
    return "" if parent in BASES else parent


def _dataset(entry: Mapping[str, Any], above: Mapping[str, AddOnDataset], below: Set[str]) -> AddOnDataset:
    """A dataset as it is declared. What counts events, or says to which of the datasets `below` one belongs (`is_X`,
    declared as a boolean or a count), no event holds by itself."""
    name, parent = str(entry["objectName"]), _parent(entry)
    lineage = f"{above[parent].lineage}.{name}" if parent else name
    calculations = [calculation(raw) for raw in entry.get("calculations") or ()]
    options = {"maxpause": entry.get("transactionMaxPause"), "maxspan": entry.get("transactionMaxTimeSpan")}
    by = " ".join(map(word, entry.get("groupByFields") or ()))
    return AddOnDataset(
        name,
        parent,
        lineage,
        tuple(text for raw in entry.get("constraints") or () if (text := str(raw["search"]).strip())),
        tuple(
            _field(raw, lineage)
            for raw in entry.get("fields") or ()
            if raw.get("type") not in _COUNTS and raw["fieldName"] not in below
        ),
        tuple(calculations),
        str(entry.get("baseSearch") or "").strip(),
        tuple(entry.get("objectsToGroup") or ()),
        " ".join(["transaction", by, *(f"{key}={value}" for key, value in options.items() if value)]),
    )


_COUNTS = ("objectCount", "childCount")


def _field(raw: Mapping[str, Any], lineage: str) -> AddOnField:
    owner = "" if raw.get("owner") in BASES else lineage
    return AddOnField(str(raw["fieldName"]), owner, bool(raw.get("required")), bool(raw.get("hidden")))
