"""savedsearches.conf: one stanza per detection, baseline and step of an investigation.

Keys follow savedsearches.conf.spec of Splunk Enterprise and, for `action.correlationsearch`, `action.notable` and
`action.risk`, what Enterprise Security 7 and 8 read.
"""

from __future__ import annotations

from typing import Any

from storypack.app_build.actions import alert_actions
from storypack.app_build.annotations import TacticsOf, annotations_json, metadata_json
from storypack.app_build.cron import stagger
from storypack.app_build.findings import notable, risk
from storypack.app_build.names import baseline_stanza, detection_stanza, step_stanza
from storypack.conf import Stanza, boolean, tidy
from storypack.pack.models import Baseline, Detection, Investigation, Schedule, Settings


def detection_search(
    settings: Settings,
    detection: Detection,
    schedule: Schedule,
    tactics_of: TacticsOf,
    dashboards: list[dict[str, Any]],
) -> Stanza:
    """The saved search of a detection. It ships disabled unless the detection says otherwise. `dashboards` are those
    that its findings lead to."""
    name = detection_stanza(settings, detection)
    values = {
        "action.correlationsearch.enabled": boolean(True),
        "action.correlationsearch.detection_type": "ebd",
        "action.correlationsearch.label": name,
        "action.correlationsearch.annotations": annotations_json(settings, detection, tactics_of),
        "action.correlationsearch.metadata": metadata_json(detection),
    }
    values |= notable(detection, dashboards) | risk(detection) | throttle(detection)
    values |= {
        "alert.track": boolean(False),
        "counttype": "number of events",
        "relation": "greater than",
        "quantity": "0",
    }
    values |= alert_actions(settings, detection, schedule)
    values |= _scheduled(settings, detection, schedule)
    return Stanza(name, values)


def baseline_search(settings: Settings, baseline: Baseline, schedule: Schedule) -> Stanza:
    """The saved search of a baseline: it writes its lookup itself, so no action is set but those that it asks for."""
    values = alert_actions(settings, baseline, schedule) | _scheduled(settings, baseline, schedule)
    return Stanza(baseline_stanza(settings, baseline), values)


def investigation_searches(settings: Settings, investigation: Investigation) -> list[Stanza]:
    """A saved search per step that has a search. They are run by hand, with `| savedsearch "..." user=...`."""
    stanzas = []
    for number, step in enumerate(investigation.steps, start=1):
        if step.search:
            values = {
                "description": tidy(f"{step.name}: {step.description}"),
                "disabled": boolean(False),
                "enableSched": boolean(False),
                "search": tidy(step.search),
                "dispatch.earliest_time": step.earliest_time or "-7d@d",
                "dispatch.latest_time": step.latest_time or "now",
                "request.ui_dispatch_app": settings.app_id,
            }
            stanzas.append(Stanza(step_stanza(settings, investigation, number), values))
    return stanzas


def throttle(detection: Detection) -> dict[str, str]:
    """Suppression per entity, which works only when each row is an alert of its own (digest mode off)."""
    throttling = detection.throttling
    if throttling is None:
        return {"alert.digest_mode": boolean(True)}
    return {
        "alert.digest_mode": boolean(False),
        "alert.suppress": boolean(True),
        "alert.suppress.fields": ",".join(throttling.fields),
        "alert.suppress.period": _period(throttling.period),
    }


def _scheduled(settings: Settings, search: Detection | Baseline, schedule: Schedule) -> dict[str, str]:
    """What every scheduled search has: text, time window, cron; continuous, so that no window is ever left out."""
    cron = " ".join(schedule.cron_schedule.split())
    values = {
        "description": _description(search),
        "disabled": boolean(not search.enabled_by_default),
        "enableSched": boolean(True),
        "cron_schedule": stagger(cron, search.id) if settings.build.stagger_minutes else cron,
        "dispatch.earliest_time": schedule.earliest_time,
        "dispatch.latest_time": schedule.latest_time,
        "realtime_schedule": boolean(False),
        "schedule_window": str(schedule.schedule_window),
        "request.ui_dispatch_app": settings.app_id,
    }
    if schedule.allow_skew:
        values["allow_skew"] = str(schedule.allow_skew)
    return values | {"search": tidy(search.search)}


def _description(search: Detection | Baseline) -> str:
    text = tidy(search.description)
    if search.deprecation_info is None:
        return text
    gone = search.deprecation_info
    return f"DEPRECATED, to be removed in {tidy(gone.removed_in_version)}: {tidy(gone.reason)}\n\n{text}"


def _period(text: str) -> str:
    """A suppression period as Enterprise Security takes it: seconds, minutes or hours, never days or a bare number.

    >>> _period("3600"), _period("90m"), _period("2d")
    ('3600s', '90m', '48h')
    """
    if text.isdecimal():
        return f"{text}s"
    if text.endswith("d"):
        return f"{int(text[:-1]) * 24}h"
    return text
