"""A lookup: a CSV file beside the YAML, a KV store collection, or an external command."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, NonNegativeInt, Tag, TypeAdapter

from storypack.pack.models.base import Content, Text, matching
from storypack.pack.names import LOOKUP_MEANING, LOOKUP_PATTERN

LookupName = Annotated[str, matching(LOOKUP_PATTERN, LOOKUP_MEANING)]
MatchType = Annotated[
    str, matching(r"^(?:WILDCARD|CIDR|EXACT)\([^()]+\)$", "WILDCARD(field), CIDR(field) or EXACT(field)")
]
CsvName = Annotated[str, matching(r"^[A-Za-z0-9_-]+\.csv$", "the name of a .csv file beside the YAML")]
ModelName = Annotated[str, matching(r"^[A-Za-z0-9_.-]+\.mlmodel$", "the name of a .mlmodel file beside the YAML")]
FieldType = Literal["string", "number", "bool", "time", "cidr"]


class BaseLookup(Content):
    """What all lookups share; the keys are those of transforms.conf."""

    name: LookupName
    match_type: list[MatchType] = Field(default_factory=list)
    min_matches: NonNegativeInt | None = None
    max_matches: NonNegativeInt | None = None
    default_match: str | None = None
    case_sensitive_match: bool | None = None


class CsvLookup(BaseLookup):
    """A lookup in a CSV file. Without `filename` the file has the YAML's name and the suffix .csv."""

    lookup_type: Literal["csv"]
    filename: CsvName | None = None
    dated_file: bool = Field(default=True, description="false = the file keeps its name in the app")
    fields: list[str] = Field(default_factory=list, description="Columns that the CSV must have, in order")


class KvStoreLookup(BaseLookup):
    """A lookup in a KV store collection, which has the lookup's name unless `collection` says otherwise."""

    lookup_type: Literal["kvstore"]
    fields: list[Text] = Field(min_length=1)
    field_types: dict[str, FieldType] = Field(default_factory=dict)
    collection: LookupName | None = None
    filter: Text | None = None


class ExternalLookup(BaseLookup):
    """A lookup that another app brings, or that a command of it answers. It is used, never written."""

    lookup_type: Literal["external"]
    fields: list[str] = Field(default_factory=list)
    app: Text | None = Field(default=None, description="The app that brings it")
    external_cmd: Text | None = None


class ModelLookup(BaseLookup):
    """A model that the Machine Learning Toolkit has fitted: a file beside the YAML. Without `filename` it has the
    YAML's name and the suffix .mlmodel. Searches `apply` it; nothing looks it up."""

    lookup_type: Literal["mlmodel"]
    filename: ModelName | None = None
    fields: list[str] = Field(default_factory=list)


Lookup = CsvLookup | KvStoreLookup | ExternalLookup | ModelLookup


def _kind(value: Any) -> Any:
    return value.get("lookup_type") if isinstance(value, dict) else getattr(value, "lookup_type", None)


LOOKUP: TypeAdapter[Lookup] = TypeAdapter(
    Annotated[
        Annotated[CsvLookup, Tag("csv")]
        | Annotated[KvStoreLookup, Tag("kvstore")]
        | Annotated[ExternalLookup, Tag("external")]
        | Annotated[ModelLookup, Tag("mlmodel")],
        Discriminator(_kind),
    ]
)
