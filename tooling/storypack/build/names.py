"""How content is called in the app: one place for every stanza name that carries the pack's prefix."""

from __future__ import annotations

from storypack.pack.models import Baseline, Detection, Investigation, Settings


def detection_stanza(settings: Settings, detection: Detection) -> str:
    """`EXF - Name - Rule`: Enterprise Security takes what ends in `- Rule` for a detection."""
    return f"{settings.stanza_prefix} - {detection.name} - Rule"


def baseline_stanza(settings: Settings, baseline: Baseline) -> str:
    return f"{settings.stanza_prefix} - {baseline.name} - Baseline"


def step_stanza(settings: Settings, investigation: Investigation, number: int) -> str:
    """The saved search of an investigation's step; `number` counts from 1."""
    return f"{settings.stanza_prefix} - {investigation.name} - Step {number}"


def story_name(settings: Settings, name: str) -> str:
    """A story as Enterprise Security shows it; the prefix keeps it apart from stories of other apps."""
    return f"{settings.stanza_prefix} - {name}"
