"""A detection: a search, what its rows mean in Enterprise Security, and the tests that show it works."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from storypack.pack.models.base import Model, Text, matching
from storypack.pack.models.search import Search

DetectionType = Literal["TTP", "Anomaly", "Hunting", "Correlation"]
Category = Literal["application", "cloud", "endpoint", "network", "web", "deprecated"]
Severity = Literal["informational", "low", "medium", "high", "critical"]
PeriodText = Annotated[str, matching(r"^[0-9]+[smhd]?$", "a number and s, m, h or d, as in 3600s")]


class FindingEntity(Model):
    """Whom a finding is about. `score` runs from 0 to 100."""

    field: Text
    type: Text
    score: int


class Finding(Model):
    """The finding (a notable, before Enterprise Security 8) that each row becomes.

    Correlations of older formats name no entity; others need one, and `checks/` says so.
    """

    title: Text
    entity: FindingEntity | None = None
    severity: Severity | None = Field(default=None, description="If not the one that the entity's score stands for")


class IntermediateFindingEntity(FindingEntity):
    """Whom an intermediate finding (a risk event) is about, and the sentence that it says."""

    message: Text


class IntermediateFindings(Model):
    """The intermediate findings that each row adds."""

    entities: list[IntermediateFindingEntity] = Field(min_length=1)


class ThreatObject(Model):
    """A field that holds something of the attacker's."""

    field: Text
    type: Text


class Drilldown(Model):
    """A search that an analyst can start from a finding."""

    name: Text
    search: Text
    earliest_offset: str = "$info_min_time$"
    latest_offset: str = "$info_max_time$"


class Throttling(Model):
    """After a row, stay silent for `period` about rows with the same values in `fields`."""

    fields: list[Text] = Field(min_length=1)
    period: PeriodText


class Detection(Search):
    """A detection of the pack. Which of the findings a `type` needs or forbids is checked by `checks/`."""

    type: DetectionType
    data_source: list[str] = Field(description="Names of data sources; `A AND B` where the search needs both")
    finding: Finding | None = None
    intermediate_findings: IntermediateFindings | None = None
    threat_objects: list[ThreatObject] = Field(default_factory=list)
    drilldown_searches: list[Drilldown] = Field(default_factory=list)
    next_steps: Text | None = None
    throttling: Throttling | None = None
    analytic_story: list[str]
    asset_type: Text
    mitre_attack_id: list[str] = Field(default_factory=list)
    cve: list[str] = Field(default_factory=list)
    threat_group: list[str] = Field(default_factory=list)
    baselines: list[str] = Field(default_factory=list)
    category: Category

    def searches(self) -> Iterator[tuple[str, str]]:
        """The search, and those of the drilldowns."""
        yield "search", self.search
        for number, drilldown in enumerate(self.drilldown_searches):
            yield f"drilldown_searches.{number}.search", drilldown.search

    @property
    def entities(self) -> list[FindingEntity]:
        """The finding's entity and those of the intermediate findings, in this order."""
        own: list[FindingEntity] = [self.finding.entity] if self.finding and self.finding.entity else []
        return own + list(self.intermediate_findings.entities if self.intermediate_findings else [])
