"""Alert actions: what Splunk does with the rows of a search beside the findings (an e-mail, a ticket, a webhook)."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from storypack.pack.models.base import matching

ActionName = Annotated[str, matching(r"^[A-Za-z][A-Za-z0-9_]*$", "letters, digits and _, as in snow_incident", 60)]
ParameterName = Annotated[str, matching(r"^[A-Za-z_][A-Za-z0-9_.]*$", "letters, digits, _ and .", 100)]
_CONTINUED = re.compile(r"\\\s*(?:\r?\n|$)")


def _carried(value: Any) -> Any:
    if isinstance(value, str) and _CONTINUED.search(value):
        raise PydanticCustomError("characters", "has a line that ends in a backslash, which a conf file cannot carry")
    return value


ParameterValue = Annotated[str, BeforeValidator(_carried)] | int | float | bool

Actions = dict[ActionName, dict[ParameterName, ParameterValue] | Literal[False]]
"""Actions by name, each with its parameters as savedsearches.conf calls them; False switches one off that the schedule
or the pack has."""

PLACEHOLDERS = frozenset(
    (
        *("name", "description", "type", "author", "id", "version", "status", "search", "security_domain"),
        *("asset_type", "how_to_implement", "known_false_positives"),
    )
)
"""What `%name%` may name in a parameter: keys of the search, filled in when the app is built."""
