"""An investigation: the ordered steps of a hunt, each with its question and its search."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from storypack.pack.models.base import Content, Model, Text


class Step(Model):
    """One step: what is asked, how it is searched for, and what an answer means."""

    name: Text
    description: Text
    search: Text | None = None
    interpretation: Text | None = Field(default=None, description="What the result says, and what to do with it")
    earliest_time: Text | None = None
    latest_time: Text | None = None


class Investigation(Content):
    """Steps in the order in which an analyst takes them. `inputs` are the tokens that searches use, as in `$user$`."""

    status: Literal["production", "experimental", "deprecated"]
    analytic_story: list[str]
    detections: list[str] = Field(default_factory=list)
    data_source: list[str] = Field(default_factory=list)
    mitre_attack_id: list[str] = Field(default_factory=list)
    inputs: list[Text] = Field(default_factory=list)
    steps: list[Step] = Field(min_length=1)
