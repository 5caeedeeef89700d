"""analyticstories.conf: the stories for Enterprise Security's use case library.

The format is that of `analyticstories.conf.spec`, which ships with Enterprise Security (SA-ThreatIntelligence).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from storypack.conf import Stanza, json_text, tidy
from storypack.pack.models import Baseline, Detection, Investigation, Settings, Story

STORY = "analytic_story://"
SEARCH = "savedsearch://"


def story_stanza(settings: Settings, story: Story, searches: Sequence[str]) -> Stanza:
    """One story; `searches` are the stanza names of its detections, baselines and investigations."""
    maintainer = {
        "company": tidy(settings.company or ""),
        "email": tidy(settings.email or ""),
        "name": tidy(story.author),
    }
    return Stanza(
        f"{STORY}{settings.story_title(story.name)}",
        {
            "category": story.category[0],
            "last_updated": story.modification_date.isoformat(),
            "version": str(story.version),
            "references": json_text(story.references),
            "maintainers": json_text([maintainer]),
            "spec_version": "3",
            "searches": json_text(list(searches)),
            "description": tidy(story.description),
            "narrative": tidy(story.narrative),
        },
    )


def detection_stanza(name: str, detection: Detection, annotations: str, technologies: Iterable[str]) -> Stanza:
    """What the library shows of a detection; `name` is its saved search."""
    return Stanza(
        f"{SEARCH}{name}",
        {
            "type": "detection",
            "asset_type": tidy(detection.asset_type),
            "confidence": "medium",
            "explanation": tidy(detection.description),
            "how_to_implement": tidy(detection.how_to_implement),
            "annotations": annotations,
            "known_false_positives": tidy(detection.known_false_positives),
            "providing_technologies": _or_null(technologies),
        },
    )


def baseline_stanza(name: str, baseline: Baseline, technologies: Iterable[str]) -> Stanza:
    """What the library shows of a baseline."""
    return Stanza(
        f"{SEARCH}{name}",
        {
            "type": "support",
            "explanation": tidy(baseline.description),
            "how_to_implement": tidy(baseline.how_to_implement),
            "known_false_positives": tidy(baseline.known_false_positives),
            "providing_technologies": _or_null(technologies),
        },
    )


def step_stanza(name: str, investigation: Investigation, number: int) -> Stanza:
    """What the library shows of an investigation's step; `number` counts from 1."""
    step = investigation.steps[number - 1]
    inputs = f"It needs {', '.join(investigation.input_names)}." if investigation.inputs else "It needs no input."
    return Stanza(
        f"{SEARCH}{name}",
        {
            "type": "investigation",
            "explanation": tidy(f"{step.name}: {step.description}"),
            "how_to_implement": tidy(f"{inputs} {step.interpretation or ''}"),
            "known_false_positives": "",
            "providing_technologies": "null",
        },
    )


def _or_null(technologies: Iterable[str]) -> str:
    """A JSON list, or the word null: an empty list breaks the library's page."""
    names = sorted(set(technologies))
    return json_text(names) if names else "null"
