"""lookups/: the CSV files, under names that carry the date of their content."""

from __future__ import annotations

import datetime as dt

from storypack.pack.models import CsvLookup, Settings

_MODEL = "__mlspl_"


def lookup_file(settings: Settings, lookup: CsvLookup) -> str:
    """The name of the CSV in the app, `exf_scanners_20261122.csv`.

    An upgrade leaves a lookup file alone that a search head already has (Splunk Cloud always, a deployer by default:
    `deployer_lookups_push_mode`). Only under a new name does new content arrive. Searches use the definition, never the
    file, so they do not notice.
    """
    stem = (lookup.filename or lookup.name).removesuffix(".csv")
    return dated_file(settings, stem, lookup.modification_date) if lookup.dated_file else f"{stem}.csv"


def dated_file(settings: Settings, stem: str, date: dt.date) -> str:
    """`stem_20261122.csv`, or `stem.csv` where the pack's settings say so."""
    return f"{stem}_{date:%Y%m%d}.csv" if settings.build.date_lookup_files else f"{stem}.csv"


def model_file(name: str) -> str:
    """The name of a model's file in lookups/: the Machine Learning Toolkit looks for this prefix.

    >>> model_file("dns_names"), model_file("__mlspl_dns_names")
    ('__mlspl_dns_names.mlmodel', '__mlspl_dns_names.mlmodel')
    """
    return f"{_MODEL}{name.removeprefix(_MODEL)}.mlmodel"
