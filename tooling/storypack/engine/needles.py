"""Literal needles: texts of which one at least stands in every event that a search can match."""

from __future__ import annotations

from collections.abc import Sequence

from storypack.engine.knowledge.fields import OriginFields
from storypack.engine.knowledge.origins import Origin
from storypack.spl import tree


def needle_sql(terms: Sequence[tree.Term | None], origin: Origin, fields: OriginFields) -> str:
    """A condition on `_raw` that holds for every event that any of the terms can match; empty if there is none."""
    return ""
