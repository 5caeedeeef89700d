"""What all content shares: strict, frozen models that refuse unknown keys, and the fields of every content file.

The models check the shape of one object: which keys there are and what type each value has. Whether a value makes
sense (a score of 900, an unknown technique, a cron that never fires) is a matter of `checks/`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from storypack.pack.names import NAME_MAX, NAME_MEANING, NAME_PATTERN

_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def _date(value: Any) -> Any:
    if isinstance(value, str):
        if not _ISO_DATE.fullmatch(value):
            raise PydanticCustomError("iso_date", "is not a date; write year-month-day, as in 2026-11-22")
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            raise PydanticCustomError("iso_date", "is not a day that exists") from None
    return value


def matching(pattern: str, meaning: str, max_length: int = NAME_MAX) -> BeforeValidator:
    """A validator for text of a fixed alphabet whose error says in words what may be in it."""
    compiled = re.compile(pattern)

    def check(value: Any) -> Any:
        if isinstance(value, str):
            if len(value) > max_length:
                raise PydanticCustomError(
                    "too_long",
                    "has {length} characters; at most {limit} are allowed",
                    {"length": len(value), "limit": max_length},
                )
            if not compiled.fullmatch(value):
                raise PydanticCustomError("characters", "may hold only {meaning}", {"meaning": meaning})
        return value

    return BeforeValidator(check)


Name = Annotated[str, matching(NAME_PATTERN, NAME_MEANING)]
Date = Annotated[dt.date, BeforeValidator(_date)]
Text = Annotated[str, StringConstraints(min_length=1)]
Uuid = Annotated[
    str,
    StringConstraints(to_lower=True, pattern=r"^[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$"),
]
RuleId = Annotated[str, matching(r"^SP\d{3}$", "SP and three digits, as in SP104")]
Product = Literal[
    "Splunk Enterprise",
    "Splunk Enterprise Security",
    "Splunk Cloud",
    "Splunk Behavioral Analytics",
]
SecurityDomain = Literal["access", "audit", "endpoint", "identity", "network", "threat"]


class Model(BaseModel):
    """Base of everything that is read from a file: strict types, no unknown keys, frozen."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Silenced(Model):
    """A rule that is switched off for this object, and why."""

    rule: RuleId
    reason: Text


class Content(Model):
    """The keys of every content file."""

    name: Name
    id: Uuid = Field(description="UUID of this object; it never changes and no other object has it")
    version: int = Field(description="Counts up with every change, from 1")
    creation_date: Date
    modification_date: Date
    author: Text
    description: Text
    references: list[str] = Field(default_factory=list, description="URLs of further reading")
    silence: list[Silenced] = Field(default_factory=list, description="Rules switched off for this object")

    def searches(self) -> Iterator[tuple[str, str]]:
        """Key (`steps.0.search`) and text of each whole search. Here: that of the key `search`, if the kind has it."""
        text = getattr(self, "search", None)
        if isinstance(text, str):
            yield "search", text


class DeprecationInfo(Model):
    """When deprecated content goes away, why, and what takes its place."""

    reason: Text
    removed_in_version: Text
    replacement_content: list[str] = Field(default_factory=list)
