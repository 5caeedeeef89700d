"""A baseline: a scheduled search that learns what is normal and writes it to a lookup."""

from __future__ import annotations

from pydantic import Field

from storypack.pack.models.base import Text
from storypack.pack.models.search import Search


class Baseline(Search):
    """A baseline search. `lookup` names the lookup that it feeds; detections name the baseline."""

    known_false_positives: str = ""
    lookup: Text | None = Field(default=None, description="The lookup that this search feeds")
    analytic_story: list[str] = Field(default_factory=list)
