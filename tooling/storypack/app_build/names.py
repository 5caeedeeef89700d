"""How content is called in the app."""

from __future__ import annotations

from storypack.pack.models import Baseline, Detection, Investigation, Settings
from storypack.pack.names import prefixed, search_of_step, search_stanza


def detection_stanza(settings: Settings, detection: Detection) -> str:
    """`EXF - Name - Rule`: Enterprise Security takes what ends in `- Rule` for a detection."""
    return search_stanza(settings.stanza_prefix, detection.name)


def baseline_stanza(settings: Settings, baseline: Baseline) -> str:
    """`EXF - Name`: nothing that Enterprise Security would take for a detection."""
    return prefixed(settings.stanza_prefix, baseline.name)


def step_stanza(settings: Settings, investigation: Investigation, number: int) -> str:
    """The saved search of an investigation's step; `number` counts from 1."""
    return search_of_step(settings.stanza_prefix, investigation.name, number)


def dashboard_view(settings: Settings, stem: str) -> str:
    """The name of a dashboard's view, from its file's name. contentctl puts the prefix in front."""
    if settings.profile != "compatible":
        return stem
    return f"{settings.stanza_prefix}__{stem}".lower().replace(" ", "_")
