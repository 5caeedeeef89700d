"""Content that another app brings: named, not shipped, and checked as the settings declare it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from storypack.app_build.from_pack import app_content, tactics_of
from storypack.app_build.tree import app_tree
from storypack.pack.load import load_pack
from tests.checks.example_pack import ODD, SETTINGS, SHARE, check, variant, write

MAIL = {"name": "Mail", "sourcetype": "mail:log", "fields": ["recipient", "user"]}
OTHERS: Mapping[str, Any] = {"external_content.1": {"app": "ESCU", "stories": ["Data Theft"], "data_sources": [MAIL]}}


def found(folder: Path, edits: Mapping[str, Any]) -> dict[str, str]:
    checked = check(folder, {SETTINGS: OTHERS, **edits})
    return {issue.rule: issue.message for issue in checked.issues}


def test_the_fields_and_the_sourcetype_that_are_declared_are_asked_for(tmp_path: Path) -> None:
    search = "`exf_cloud` recipiant=x | stats count by user | `exf_odd_upload_filter`"
    issues = found(tmp_path, {ODD: {"data_source": ["Mail"], "search": search}})
    assert "recipient" in issues["SP338"] or "recipiant" in issues["SP338"]
    assert "'cloud:api'" in issues["SP177"]
    assert "SP163" not in issues


@pytest.mark.parametrize("story", ["Data Theft", "Leaving Data"])
def test_the_story_of_another_app_keeps_its_name(tmp_path: Path, story: str) -> None:
    folder = write(tmp_path, variant({SETTINGS: OTHERS, SHARE: {"analytic_story": ["Data Theft", "Leaving Data"]}}))
    files = app_tree(app_content(load_pack(folder).pack), tactics_of).files
    written = "Data Theft" if story == "Data Theft" else "EX - Leaving Data"
    assert f'"{written}"' in files["default/savedsearches.conf"].decode()
    stories = files["default/analyticstories.conf"].decode()
    assert "[analytic_story://EX - Leaving Data]" in stories
    assert "[analytic_story://Data Theft]" not in stories


def test_a_search_asks_for_the_name_that_the_other_app_gives(tmp_path: Path) -> None:
    text = (
        '| tstats count from datamodel=Risk.All_Risk where All_Risk.analyticstories="EX - Data Theft" by All_Risk.user'
    )
    issues = found(tmp_path, {ODD: {"search": f"{text} | `exf_odd_upload_filter`"}})
    assert "'Data Theft'" in issues["SP189"]
