"""The table of content kinds, and what other stages register under its names."""

from __future__ import annotations

from dataclasses import fields

import pytest

from storypack.app_build.content import AppContent
from storypack.authoring.skeletons import SKELETONS
from storypack.pack.kinds import BY_FOLDER, BY_NAME, KINDS, SETTINGS, ContentKind
from storypack.pack.models import CsvLookup, ExternalLookup, Macro


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_each_kind_is_known_where_it_is_needed(kind: ContentKind) -> None:
    assert kind.conf or (kind.folder in {field.name for field in fields(AppContent)}) >= kind.in_app
    assert kind.in_app >= bool(kind.conf)
    assert set(kind.adapter().json_schema()) & {"properties", "oneOf"}


def test_no_name_stands_for_two() -> None:
    assert len(BY_NAME) == len(KINDS) + 2  # settings and overlays
    assert len(BY_FOLDER) == len(KINDS) + 1
    assert SETTINGS.name not in {kind.name for kind in KINDS}
    assert set(SKELETONS) <= {kind.name for kind in KINDS}


def test_the_data_tell_the_model() -> None:
    lookup = BY_NAME["lookup"]
    assert lookup.model({"lookup_type": "external"}) is ExternalLookup
    assert lookup.model({}) is CsvLookup
    assert BY_NAME["macro"].model({"lookup_type": "external"}) is Macro
