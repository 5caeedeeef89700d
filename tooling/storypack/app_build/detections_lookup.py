"""The lookup of the app's own detections: dashboards and analysts join it to findings by the name of the search."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from storypack.app_build.annotations import TacticsOf
from storypack.app_build.content import AppContent
from storypack.app_build.lookups import dated_file
from storypack.app_build.names import detection_stanza
from storypack.pack.models import Detection, Settings
from storypack.pack.names import catalogue_lookup

COLUMNS = (
    "search",
    "name",
    "id",
    "version",
    "type",
    "status",
    "story",
    "technique",
    "tactic",
    "data_source",
    "asset_type",
)


def detections_lookup_name(settings: Settings) -> str:
    """Name of the lookup definition: `exf_detections`."""
    return catalogue_lookup(settings.macro_prefix)


def detections_file(content: AppContent) -> str:
    """Name of its CSV, which carries the date of the newest content."""
    return dated_file(content.settings, detections_lookup_name(content.settings), content.newest)


def detections_csv(settings: Settings, detections: Iterable[Detection], tactics_of: TacticsOf) -> str:
    """CSV text, one row per detection; several values in a cell are separated by `|`."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for each in detections:
        tactics = [tactic for technique in each.mitre_attack_id for tactic in tactics_of(technique)]
        row = (
            detection_stanza(settings, each),
            each.name,
            each.id,
            str(each.version),
            each.type,
            each.status,
            _several(settings.story_title(story) for story in each.analytic_story),
            _several(each.mitre_attack_id),
            _several(tactics),
            _several(each.data_sources),
            each.asset_type,
        )
        writer.writerow(" ".join(cell.split()) for cell in row)
    return out.getvalue()


def _several(values: Iterable[str]) -> str:
    return "|".join(dict.fromkeys(value.replace("|", "/") for value in values))
