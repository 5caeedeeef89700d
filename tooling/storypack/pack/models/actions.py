"""Alert actions: what Splunk does with the rows of a search beside the findings (an e-mail, a ticket, a webhook)."""

from __future__ import annotations

from typing import Annotated, Literal

from storypack.pack.models.base import matching

ActionName = Annotated[str, matching(r"^[A-Za-z][A-Za-z0-9_]*$", "letters, digits and _, as in snow_incident", 60)]
ParameterName = Annotated[str, matching(r"^[A-Za-z_][A-Za-z0-9_.]*$", "letters, digits, _ and .", 100)]
ParameterValue = str | int | float | bool

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
