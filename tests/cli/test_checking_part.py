"""`--only NAME` reads little more than the detection, and says of it what it says with the whole pack in hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from storypack.checks.cache import store_of
from storypack.cli import checking
from storypack.cli.checking import checked
from storypack.pack.part import MOST, load_part
from tests.checks.example_pack import HUNT, MACRO, ODD, RISK, SHARE, STORY, TODAY, variant, write

BROKEN = b"name: Odd Upload\nid: 00000000-0000-4000-8000-000000000003\nversion: [\n"


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("home")))


def detections_read(folder: Path, name: str) -> list[str] | None:
    """The detections that are read for one name; None if that is the whole pack."""
    loaded = load_part(folder, lambda *texts: name in texts)
    return None if loaded is None else [entry.path for entry in loaded.pack.detections]


def test_of_detections_that_do_not_matter_only_the_head_is_read(tmp_path: Path) -> None:
    folder = write(tmp_path, variant({ODD: {"version": 0}}))
    for name in ("Share Leaves", "share_leaves", SHARE):
        assert detections_read(folder, name) == [SHARE]
    loaded = load_part(folder, lambda *texts: "Share Leaves" in texts)
    assert loaded is not None
    assert loaded.pack.unread is not None
    assert loaded.pack.unread.macros == {
        "exf_odd_upload_filter",
        "exf_hunt_for_long_names_filter",
        "exf_much_risk_filter",
    }
    assert [entry.path for entry in loaded.pack.macros] == ["macros/exf_between.yml", MACRO]


@pytest.mark.parametrize(
    "other",
    [
        {"id": "00000000-0000-4000-8000-000000000002"},
        {"name": "Share Leaves"},
        {"name": "share  leaves"},
    ],
)
def test_detections_of_one_name_or_id_are_read(other: dict[str, Any], tmp_path: Path) -> None:
    assert detections_read(write(tmp_path, variant({ODD: other})), SHARE) == [SHARE, ODD]


@pytest.mark.parametrize(
    "head",
    [
        "name: >-\n  Share\n  Leaves\nid: 1\n",
        "name: Share\n  Leaves\nid: a\n",
        'name: "Share Leaves"\nid: a\n',
        "'name': Share Leaves\nid: a\n",
        "name: Share Leaves # so\nid: a\n",
        "name: 'It''s'\nid: a\n",
        "name: &a Share Leaves\nid: a\n",
        "name: Sh\u00e4re\nid: a\n",
        "name: true\nid: a\n",
        "name: 12\nid: a\n",
        "name: a\nname: Share Leaves\nid: a\n",
        "name: a\r\nid: a\r\n",
        "id: a\n",
        "{name: Share Leaves}\n",
        "\nname: a\nid: a\n",
        "name: a \nid: a\n",
    ],
)
def test_a_head_in_another_form_is_no_head(head: str, tmp_path: Path) -> None:
    folder = write(tmp_path, variant({ODD: (head + "version: 1\n").encode()}))
    loaded = load_part(folder, lambda *texts: "Share Leaves" in texts)
    assert loaded is not None
    assert loaded.pack.unread is not None
    assert "exf_odd_upload_filter" not in loaded.pack.unread.macros


def test_where_much_is_wanted_the_whole_pack_is_read(tmp_path: Path) -> None:
    copies = {f"detections/web/copy_{number}.yml": variant({})[ODD] for number in range(MOST)}
    for number, (path, data) in enumerate(copies.items()):
        copies[path] = {**data, "name": f"Copy {number}", "id": f"00000000-0000-4000-9000-{number:012}"}
    folder = write(tmp_path, {**variant({}), **copies})
    assert load_part(folder, lambda name, stem, path: name.startswith("Copy") or path == ODD) is None
    assert load_part(folder, lambda name, stem, path: name.startswith("Copy")) is not None


EDITS: dict[str, tuple[dict[str, Any], bool]] = {
    # what is edited; whether little is read
    "nothing": ({}, True),
    "a fault of its own": ({SHARE: {"finding.entity.score": 900, "silence": [{"rule": "SP125", "reason": "x"}]}}, True),
    "a fault in its search": ({SHARE: {"search": "`exf_cloud` | stats count by"}}, True),
    "the id of another": ({SHARE: {"id": "00000000-0000-4000-8000-000000000003"}}, True),
    "the name of another": ({SHARE: {"name": "Odd Upload"}}, True),
    "the filter of another": ({SHARE: {"search": "`exf_cloud` | `exf_odd_upload_filter`"}}, False),
    "the filter of a broken one": (
        {SHARE: {"search": "`exf_cloud` | `exf_odd_upload_filter`"}, ODD: BROKEN},
        False,
    ),
    "the id of a broken one": ({SHARE: {"id": "00000000-0000-4000-8000-000000000003"}, ODD: BROKEN}, True),
    "a filter that is misspelt": ({SHARE: {"search": "`exf_cloud` | `exf_odd_uplaod_filter`"}}, False),
    "a story that is misspelt": ({SHARE: {"analytic_story": ["Leaving Dat"]}}, True),
    "a successor": (
        {
            SHARE: {
                "status": "deprecated",
                "deprecation_info": {
                    "reason": "Old.",
                    "removed_in_version": "2.0.0",
                    "replacement_content": ["Odd Uplaod"],
                },
            }
        },
        False,
    ),
    "a macro that is broken": ({MACRO: b"name: ["}, True),
    "a silence for all": (
        {"storypack.yml": {"silence": [{"rule": "SP152", "reason": "x", "objects": ["Odd Upload"]}]}},
        True,
    ),
    "no such file": ({SHARE: b"\xff"}, False),
}


@pytest.mark.parametrize("edit", EDITS)
def test_what_is_said_of_a_detection_is_what_the_whole_pack_says(edit: str, tmp_path: Path) -> None:
    edits, little = EDITS[edit]
    folder = write(tmp_path / "pack", variant(edits))
    whole = checked(folder, (), TODAY, None)[0]
    expected = [issue for issue in whole.issues if issue.location.file == SHARE]
    part = checking._checked_part(folder, (SHARE,), TODAY, None)
    assert (part is not None) == little
    assert part is None or part[0].issues == expected
    for store in (None, store_of(folder), store_of(folder)):
        assert checked(folder, (SHARE,), TODAY, store)[0].issues == expected
    assert checked(folder, (), TODAY, store_of(folder))[0] == whole  # nothing is kept that is true of a part only


@pytest.mark.parametrize("only", [(STORY,), (SHARE, STORY), ("story:Leaving Data",), ("*",), ("exf_cloud",)])
def test_other_objects_are_checked_with_the_whole_pack(only: tuple[str, ...], tmp_path: Path) -> None:
    folder = write(tmp_path, variant({RISK: {"version": 0}, MACRO: {"version": 0}}))
    if all(":" not in which for which in only):
        assert checking._checked_part(folder, only, TODAY, None) is None
    whole, part = checked(folder, (), TODAY, None)[0], checked(folder, only, TODAY, None)[0]
    assert part.issues == [issue for issue in whole.issues if issue.location.file in part.files]


def test_several_detections_can_be_asked_about(tmp_path: Path) -> None:
    folder = write(tmp_path, variant({RISK: {"version": 0}, HUNT: {"version": 0}}))
    part = checking._checked_part(folder, ("Much*", HUNT), TODAY, None)
    assert part is not None
    assert sorted(part[0].files) == [RISK, HUNT]
    assert [issue.location.file for issue in part[0].issues if issue.rule == "SP104"] == [RISK, HUNT]
