"""Release notes, and their place in a change log."""

from __future__ import annotations

import datetime as dt

import pytest

from storypack.authoring.releasing.compare import Change, Release
from storypack.authoring.releasing.notes import inserted, notes
from storypack.authoring.releasing.settings import SettingsError, with_version

DAY = dt.date(2026, 11, 30)
RELEASE = Release(
    new=(Change("data_source", "Cloud *API*"),),
    changed=(
        Change("detection", "Goes", "Went", ("search", "time window"), (1, 1)),
        Change("macro", "m", what=("definition",), versions=(2, 3)),
    ),
    deprecated=(Change("detection", "Old", replacements=("New", "Newer"), removed_in="3.0.0", reason="Too\nloud"),),
    removed=(Change("story", "Gone"),),
    revised=(),
)


def test_a_section_says_what_changed_and_what_takes_its_place() -> None:
    assert notes(RELEASE, "2.0.0", DAY) == (
        "## 2.0.0 (2026-11-30)\n\n"
        "### New\n\n- data source **Cloud \\*API\\***\n\n"
        "### Changed\n\n"
        "- detection **Goes**: search, time window, name (was Went) (version 1, as before)\n"
        "- macro **m**: definition (version 2 to 3)\n\n"
        "### Deprecated\n\n- detection **Old**, to go with 3.0.0; use **New**, **Newer**: Too loud\n\n"
        "### Removed\n\n- story **Gone**\n"
    )


def test_a_release_without_changes_says_so() -> None:
    assert notes(Release((), (), (), (), ()), "1.0.1", DAY) == "## 1.0.1 (2026-11-30)\n\nNo content differs.\n"


NEW = "## 2.0.0 (2026-11-30)\n\nNew.\n"


@pytest.mark.parametrize(
    ("log", "after"),
    [
        ("", f"# Changes\n\n{NEW}"),
        ("# History\n\n## 1.0.0\n\nFirst.\n", f"# History\n\n{NEW}\n## 1.0.0\n\nFirst.\n"),
        ("# History\n", f"# History\n\n{NEW}"),
        ("## 2.0.0 (old)\n\nOld.\n\n## [1.0.0]\n\nFirst.\n", f"{NEW}\n## [1.0.0]\n\nFirst.\n"),
        ("# H\n\n## 3.0.0\n\nX\n\n## 2.0.0\n\nOld.\n", f"# H\n\n## 3.0.0\n\nX\n\n{NEW}"),
    ],
)
def test_a_log_has_one_section_per_version_the_newest_first(log: str, after: str) -> None:
    assert inserted(log, NEW) == after
    assert inserted(after, NEW) == after


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("app_id: a\nversion: 1.0.0  # ours\ntitle: x\n", "app_id: a\nversion: 1.1.0  # ours\ntitle: x\n"),
        ("version: '1.0.0'\r\napp_id: a\r\n", "version: '1.1.0'\r\napp_id: a\r\n"),
        (
            '{app_id: a, version: "1.0.0", build: {version: 3}}\n',
            '{app_id: a, version: "1.1.0", build: {version: 3}}\n',
        ),
    ],
)
def test_nothing_but_the_version_changes(text: str, after: str) -> None:
    assert with_version(text, "1.1.0") == after


@pytest.mark.parametrize("text", ["app_id: a\n", "", "version: |\n  1.0.0\n", "version: [1]\n"])
def test_settings_without_a_version_are_left_as_they_are(text: str) -> None:
    with pytest.raises(SettingsError):
        with_version(text, "1.1.0")
