"""A data source: one kind of event, as precisely as a detection needs it named."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from storypack.pack.models.base import Content, Model, Text


class SupportedAddOn(Model):
    """An add-on that knows this data."""

    name: Text
    url: Text
    version: Text
    app: Text | None = Field(default=None, description="Folder name of the add-on, such as Splunk_TA_aws")


class FieldMapping(Model):
    """How fields of the raw event are called in a data model."""

    data_model: Literal["cim", "ocsf", "custom_cim"]
    data_set: Text | None = None
    mapping: dict[str, str]


class LogSourceConversion(Model):
    """How fields of this data source are called in a comparable one."""

    data_source: Text
    mapping: dict[str, str]


class DataSource(Content):
    """A data source: which sourcetype and source its events have, and what finds them."""

    source: Text
    sourcetype: Text
    macro: Text | None = Field(default=None, description="The macro that finds these events, such as exf_cloudtrail")
    mitre_components: list[str] = Field(default_factory=list)
    separator: str | None = Field(default=None, description="The field that tells event kinds of this sourcetype apart")
    separator_value: str | None = None
    configuration: str | None = None
    supported_TA: list[SupportedAddOn] = Field(default_factory=list)
    fields: list[str] | None = None
    output_fields: list[str] = Field(default_factory=list)
    field_mappings: list[FieldMapping] | None = None
    convert_to_log_source: list[LogSourceConversion] = Field(default_factory=list)
    example_log: str | None = None
