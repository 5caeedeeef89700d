"""Searches that an analyst starts from a finding: the author's own, or sensible ones."""

from __future__ import annotations

from storypack.conf import tidy
from storypack.pack.models import Detection

SEARCH_PLACEHOLDER = "%original_detection_search%"


def drilldowns(detection: Detection) -> list[dict[str, str]]:
    """`drilldown_searches` of a finding. In the author's own, `%original_detection_search%` becomes the search."""
    search = tidy(detection.search)
    if not detection.drilldown_searches:
        return _generated(detection, search)
    return [
        {
            "name": tidy(drilldown.name),
            "search": tidy(drilldown.search).replace(SEARCH_PLACEHOLDER, search),
            "earliest_offset": drilldown.earliest_offset,
            "latest_offset": drilldown.latest_offset,
        }
        for drilldown in detection.drilldown_searches
    ]


def _generated(detection: Detection, search: str) -> list[dict[str, str]]:
    """The rows behind the finding, and what else is known of whom it is about.

    The time range is that of the run (`$info_min_time$`). `|s` quotes the value of a token, so none can end the string.
    """
    if not detection.entities:
        return []
    field = detection.entities[0].field
    return [
        {
            "name": f"Rows of this detection for ${field}$",
            "search": f"{search}\n| search {field}=${field}|s$",
            "earliest_offset": "$info_min_time$",
            "latest_offset": "$info_max_time$",
        },
        {
            "name": f"Risk of ${field}$ in the week up to the finding",
            "search": (
                f"| from datamodel:Risk.All_Risk | search risk_object=${field}|s$ "
                "| stats count sum(calculated_risk_score) as risk_score values(risk_message) as risk_message "
                "min(_time) as first_time max(_time) as last_time by source "
                "| sort 0 - risk_score | convert ctime(first_time) ctime(last_time)"
            ),
            "earliest_offset": "1w",
            "latest_offset": "$info_max_time$",
        },
    ]
