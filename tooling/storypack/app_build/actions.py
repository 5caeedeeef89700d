"""Alert actions in savedsearches.conf: the pack's, the schedule's and the search's own, the last one counts."""

from __future__ import annotations

import re
from collections.abc import Mapping

from storypack.conf import boolean, tidy
from storypack.pack.models import Baseline, Detection, Schedule, Settings
from storypack.pack.models.actions import PLACEHOLDERS, ParameterValue
from storypack.reference.alert_actions import parameter_key

_PLACE = re.compile(r"%([a-z_]+)%")


def in_force(
    settings: Settings, search: Detection | Baseline, schedule: Schedule
) -> dict[str, Mapping[str, ParameterValue]]:
    """Actions by name with their parameters. Those of the whole pack are for detections."""
    of_pack = settings.actions if isinstance(search, Detection) else {}
    merged = {**of_pack, **schedule.actions, **search.actions}
    return {name: parameters for name, parameters in merged.items() if parameters is not False}


def alert_actions(settings: Settings, search: Detection | Baseline, schedule: Schedule) -> dict[str, str]:
    """The keys `action.NAME` and their parameters. `%name%` and the like become what the search says of itself."""
    values: dict[str, str] = {}
    for name, parameters in in_force(settings, search, schedule).items():
        values[f"action.{name}"] = boolean(True)
        for key, value in parameters.items():
            values[parameter_key(name, key)] = _text(value, search)
    return values


def _text(value: ParameterValue, search: Detection | Baseline) -> str:
    if isinstance(value, bool):
        return boolean(value)

    def filled(place: re.Match[str]) -> str:
        return str(getattr(search, place[1], place[0])) if place[1] in PLACEHOLDERS else place[0]

    return tidy(_PLACE.sub(filled, str(value)))
