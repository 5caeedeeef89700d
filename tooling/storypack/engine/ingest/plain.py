"""Settings that leave lines as they are, so that DuckDB may read a large file."""

from __future__ import annotations

from storypack.engine.ingest.breaking import is_default
from storypack.engine.ingest.merging import is_merging
from storypack.engine.ingest.settings import Settings


def is_plain(settings: Settings) -> bool:
    """Whether events are lines as they stand, of which DuckDB can read the times and cut what is too long."""
    if is_merging(settings) or not is_default(settings):
        return False
    classes = [*settings.classes("SEDCMD"), *settings.classes("TRANSFORMS"), *settings.classes("RULESET")]
    others = ("INDEXED_EXTRACTIONS", "CHARSET", "DATETIME_CONFIG", "MAX_DAYS_AGO", "MAX_DAYS_HENCE")
    return not classes and not any(settings.text(key) for key in others)
