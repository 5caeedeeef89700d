"""The Common Information Model (8.5): data models, their datasets, and the fields that each has or inherits.

In a search a field of a dataset is written with the lineage of the dataset that owns it: `All_Changes.user`, but
`All_Changes.Account_Management.src_user`. Constraint texts are SPL over tags.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from storypack.reference.data_files import names, read_json

FILES = "cim"

# Models of the Common Information Model or the platform that the bundled reference does not hold: their fields are
# not checked.
_OTHER_MODELS = """
    Application_State Change_Analysis Compute_Inventory Databases Domain_Analysis Event_Signatures Identity_Management
    Incident_Management Interprocess_Messaging JVM Performance Splunk_Audit Splunk_CIM_Validation Threat_Intelligence
    Ticket_Management UEBA Vulnerabilities internal_audit_logs internal_server
"""
OTHER_MODELS = frozenset(_OTHER_MODELS.split())


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a dataset. `fill` is what the model puts in when an event has no value; `values` the known ones."""

    name: str
    lineage: str
    type: str
    required: bool = False
    calculated: bool = False
    multivalue: bool = False
    enrichment: bool = False
    fill: str | int | None = None
    values: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The name in `tstats`: `Processes.process_name`."""
        return f"{self.lineage}.{self.name}"


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset with all its fields, inherited ones included.

    `constraints` are the searches of the root, …, this dataset: an event must match them all. `base_search` is set
    instead for a root dataset that is a search.
    """

    model: str
    name: str
    lineage: str
    parent: str | None
    tags: tuple[str, ...]
    constraints: tuple[str, ...]
    base_search: str | None
    fields: Mapping[str, Field] = field(repr=False)

    @property
    def path(self) -> str:
        """The name after `datamodel=`: `Network_Traffic.All_Traffic`."""
        return f"{self.model}.{self.lineage}"


@dataclass(frozen=True, slots=True)
class DataModel:
    """A data model and its datasets by name; parents come before children."""

    name: str
    version: str
    datasets: Mapping[str, Dataset] = field(repr=False)

    @property
    def roots(self) -> tuple[Dataset, ...]:
        return tuple(dataset for dataset in self.datasets.values() if dataset.parent is None)


@cache
def model_names() -> tuple[str, ...]:
    """Names of all bundled data models, sorted."""
    return tuple(sorted(_file_of()))


def model(name: str) -> DataModel | None:
    """The data model of this name (names have case, as in Splunk), or None."""
    return _read(_file_of()[name]) if name in _file_of() else None


def models() -> Iterator[DataModel]:
    """All data models."""
    for name in model_names():
        yield _read(_file_of()[name])


def dataset(path: str) -> Dataset | None:
    """The dataset of `Model.Dataset`, `Model.Lineage.Of.Dataset`, or of `Model` alone when it has one root."""
    model_name, _, rest = path.partition(".")
    owner_model = model(model_name)
    if owner_model is None:
        return None
    if not rest:
        return owner_model.roots[0] if len(owner_model.roots) == 1 else None
    by_name = owner_model.datasets.get(rest.rpartition(".")[2])
    return by_name if by_name and rest in (by_name.name, by_name.lineage) else None


def find_field(model_name: str, path: str) -> Field | None:
    """The field that a search of this data model means by `path` (`Processes.user`, `All_Traffic.src`), or None.

    A field may be asked for through a child of its owner: `All_Changes.Account_Management.user` is
    `All_Changes.user`.
    """
    lineage, _, name = path.rpartition(".")
    owner_model = model(model_name)
    if owner_model is None or not lineage:
        return None
    owner = owner_model.datasets.get(lineage.rpartition(".")[2])
    return owner.fields.get(name) if owner and owner.lineage == lineage else None


@cache
def lookups() -> Mapping[str, Mapping[str, Any]]:
    """The CIM add-on's lookup contents by name: `values` of a `field`, or `entries` by `key`."""
    return {raw["name"]: raw for raw in read_json("cim_lookups.json")["lookups"]}


@cache
def _file_of() -> dict[str, str]:
    # The file's stem is the model's name in lower case; reading only the head of each keeps one model cheap.
    special = {"dlp": "DLP"}
    return {special.get(stem, stem.title()): stem for stem in names(FILES)}


@cache
def _read(stem: str) -> DataModel:
    raw = read_json(FILES, f"{stem}.json")
    datasets: dict[str, Dataset] = {}
    for entry in raw["datasets"]:
        parent = datasets[entry["parent"]] if entry["parent"] else None
        lineage = f"{parent.lineage}.{entry['name']}" if parent else entry["name"]
        own = {item["name"]: _field(item, lineage) for item in entry["fields"]}
        constraint = (entry["constraint"],) if "constraint" in entry else ()
        datasets[entry["name"]] = Dataset(
            model=raw["model"],
            name=entry["name"],
            lineage=lineage,
            parent=entry["parent"],
            tags=tuple(entry.get("tags", ())),
            constraints=(parent.constraints if parent else ()) + constraint,
            base_search=entry.get("search") or (parent.base_search if parent else None),
            fields={**(parent.fields if parent else {}), **own},
        )
    return DataModel(raw["model"], raw["version"], datasets)


def _field(raw: dict[str, Any], lineage: str) -> Field:
    return Field(
        name=raw["name"],
        lineage=lineage,
        type=raw.get("type", "string"),
        required=bool(raw.get("required")),
        calculated=bool(raw.get("calculated")),
        multivalue=bool(raw.get("multivalue")),
        enrichment=bool(raw.get("enrichment")),
        fill=raw.get("fill"),
        values=tuple(str(value) for value in raw.get("values", ())),
    )
