"""Three states of a value made one: nothing that one side changed is lost, and what both changed is a conflict."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storypack.authoring.upstreams.merge import ABSENT, Conflict, Merged, merge
from storypack.authoring.upstreams.rows import merged_rows
from storypack.authoring.upstreams.text import merged_text
from storypack.pack.yaml import parse

BASE: dict[str, Any] = {
    "name": "Disk Copied Away",
    "version": 3,
    "search": "index=main | where count > 20",
    "finding": {"title": "$user$", "entity": {"field": "user", "type": "user", "score": 60}},
    "mitre_attack_id": ["T1537", "T1048"],
    "tests": [{"name": "Fires", "expected_results": 1}, {"name": "Silent", "expected_results": 0}],
}


def changed(**values: Any) -> dict[str, Any]:
    return {**copy.deepcopy(BASE), **values}


def conflicts(merged: Merged) -> list[str]:
    return [conflict.place for conflict in merged.conflicts]


def test_each_side_s_changes_are_taken() -> None:
    ours = changed(finding={"title": "$user$", "entity": {"field": "user", "type": "user", "score": 40}})
    theirs = changed(search="index=main | where count > 25", version=4)
    theirs["finding"]["title"] = "$user$ copied a disk"
    merged = merge(BASE, ours, theirs)
    assert merged.conflicts == ()
    assert merged.value["finding"] == {
        "title": "$user$ copied a disk",
        "entity": {"field": "user", "type": "user", "score": 40},
    }
    assert (merged.value["search"], merged.value["version"]) == (theirs["search"], 4)
    assert set(merged.taken) == {"search", "version", "finding.title"}


def test_what_both_changed_is_a_conflict_until_somebody_decides() -> None:
    ours, theirs = changed(search="index=ours"), changed(search="index=theirs")
    merged = merge(BASE, ours, theirs)
    assert merged.conflicts == (Conflict("search", BASE["search"], "index=ours", "index=theirs"),)
    assert merge(BASE, ours, theirs, lambda _: "theirs").value["search"] == "index=theirs"
    assert merge(BASE, ours, theirs, lambda _: "ours").value["search"] == "index=ours"
    assert merge(BASE, ours, ours).conflicts == ()


def test_items_of_lists_are_merged_by_their_names() -> None:
    ours, theirs = changed(), changed()
    ours["tests"][1]["expected_results"] = 2
    ours["tests"].append({"name": "Ours", "expected_results": 5})
    theirs["tests"].insert(0, {"name": "Theirs", "expected_results": 7})
    theirs["tests"][1]["expected_results"] = 3
    theirs["mitre_attack_id"] = ["T1048", "T1567"]
    merged = merge(BASE, ours, theirs)
    assert merged.conflicts == ()
    assert [(test["name"], test["expected_results"]) for test in merged.value["tests"]] == [
        ("Theirs", 7), ("Fires", 3), ("Silent", 2), ("Ours", 5),
    ]  # fmt: skip
    assert merged.value["mitre_attack_id"] == ["T1048", "T1567"]


@pytest.mark.parametrize(
    ("ours", "theirs", "place"),
    [
        ({"tests": [BASE["tests"][0]]}, {"tests": [BASE["tests"][0], {"name": "Silent", "n": 1}]}, "tests[Silent]"),
        ({"arguments": ["x", "b"]}, {"arguments": ["y", "b"]}, "arguments"),
        ({"tests": [{"a": 1}]}, {"tests": [{"b": 1}]}, "tests"),
        ({"new": 1}, {"new": 2}, "new"),
        ({"new": True}, {"new": 1}, "new"),
        ({"mitre_attack_id": "T1537"}, {"mitre_attack_id": []}, "mitre_attack_id"),
    ],
)
def test_conflicts_are_named_as_people_name_places(ours: dict[str, Any], theirs: dict[str, Any], place: str) -> None:
    assert conflicts(merge(BASE, changed(**ours), changed(**theirs))) == [place]


def test_a_key_that_one_side_changed_and_the_other_removed_is_a_conflict() -> None:
    theirs = changed(search="index=theirs")
    ours = {key: value for key, value in BASE.items() if key != "search"}
    (conflict,) = merge(BASE, ours, theirs).conflicts
    assert (conflict.ours, conflict.theirs) == (ABSENT, "index=theirs")
    assert "search" not in merge(BASE, ours, theirs, lambda _: "ours").value
    assert "search" not in merge(BASE, theirs, ours, lambda _: "theirs").value
    assert "search" not in merge(BASE, ours, BASE).value


def test_of_two_versions_the_higher_counts() -> None:
    merged = merge(
        changed(modification_date="2026-01-01"),
        changed(version=5, modification_date="2026-02-01"),
        changed(version=4, modification_date="2026-03-01"),
    )
    assert merged.conflicts == ()
    assert (merged.value["version"], merged.value["modification_date"]) == (5, "2026-03-01")


# --- whatever both sides do

KEYS = ("a", "b", "c", "d")
SCALARS = st.sampled_from(["x", "y", 1, 2, True, None])
ITEMS = st.lists(
    st.fixed_dictionaries({"name": st.sampled_from("pqrs"), "n": SCALARS}),
    max_size=4,
    unique_by=lambda item: item["name"],
)
VALUES = st.recursive(
    SCALARS | ITEMS | st.lists(st.sampled_from(["T1", "T2", "T3"]), unique=True),
    lambda inner: st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    max_leaves=6,
)
OBJECTS = st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=4)


def leaves(value: Any, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """Each scalar by its place; of lists each item by what tells it apart."""
    if isinstance(value, dict) and value:
        return {place: leaf for key, item in value.items() for place, leaf in leaves(item, (*path, str(key))).items()}
    if isinstance(value, list) and value:
        keyed = [(item["name"] if isinstance(item, dict) else str(item), item) for item in value]
        return {place: leaf for key, item in keyed for place, leaf in leaves(item, (*path, f"[{key}]")).items()}
    return {path: (type(value).__name__, value)}


@settings(max_examples=150, deadline=None, derandomize=True)
@given(OBJECTS, OBJECTS, OBJECTS)
def test_no_edit_of_either_side_is_lost(base: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    merged = merge(base, ours, theirs)
    if merged.conflicts:
        return
    result, was = leaves(merged.value), leaves(base)
    for side in (leaves(ours), leaves(theirs)):
        for place in side.keys() | was.keys():
            if side.get(place) != was.get(place) and not _covered(place, side, was):
                assert result.get(place) == side.get(place), (place, base, ours, theirs, merged.value)


def _covered(place: tuple[str, ...], side: dict[tuple[str, ...], Any], was: dict[tuple[str, ...], Any]) -> bool:
    """Whether an empty object or list stands for the place on one of them: then what is inside says it."""
    return any(place[:cut] in side or place[:cut] in was for cut in range(len(place))) or any(
        len(other) > len(place) and other[: len(place)] == place for other in (*side, *was)
    )


@settings(max_examples=100, deadline=None, derandomize=True)
@given(OBJECTS, OBJECTS)
def test_one_side_alone_and_both_alike_never_conflict(base: dict[str, Any], other: dict[str, Any]) -> None:
    for merged in (merge(base, other, base), merge(base, base, other), merge(base, other, other)):
        assert merged.conflicts == ()
        assert merged.value == other


@settings(max_examples=100, deadline=None, derandomize=True)
@given(OBJECTS, OBJECTS, OBJECTS)
def test_edits_of_different_keys_never_conflict(
    base: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any]
) -> None:
    left = {f"left_{key}": value for key, value in base.items()}
    right = {f"right_{key}": value for key, value in base.items()}
    our_left = {f"left_{key}": value for key, value in ours.items()}
    their_right = {f"right_{key}": value for key, value in theirs.items()}
    merged = merge(left | right, our_left | right, left | their_right)
    assert merged.conflicts == ()
    assert merged.value == our_left | their_right


# --- as text

OURS_TEXT = """\
# Tuned here
name: Disk Copied Away
version: 3
search: |
  index=main   # ours
  | where count > 20
finding:
  title: $user$
  entity: {field: user, type: user, score: 40}  # less at this site
tests:
- name: Fires
  # the old events
  expected_results: 1
- name: Silent
  expected_results: 0
"""


def test_the_text_keeps_comments_and_takes_theirs_as_it_stands() -> None:
    base_text = OURS_TEXT.replace("  # less at this site", "").replace("40", "60").replace("# Tuned here\n", "")
    their_text = base_text.replace("version: 3", "version: 4  # see the notes").replace(
        "tests:\n", "tests:\n- name: New\n  expected_results: 9\n"
    )
    their_text = their_text.replace("finding:\n", "description: >-\n  A long\n  text.\nfinding:\n")
    base, ours, theirs = (parse(text)[0] for text in (base_text, OURS_TEXT, their_text))
    merged = merge(base, ours, theirs)
    assert merged.conflicts == ()
    expected = OURS_TEXT.replace("version: 3", "version: 4  # see the notes")
    expected = expected.replace("finding:\n", "description: >-\n  A long\n  text.\nfinding:\n")
    expected = expected.replace("tests:\n", "tests:\n- name: New\n  expected_results: 9\n")
    text = merged_text(OURS_TEXT, their_text, merged)
    assert parse(text)[0] == merged.value
    assert text.replace("- {name: New, expected_results: 9}", "- name: New\n  expected_results: 9") == expected


# --- rows of a CSV


def test_rows_are_merged_by_their_first_column() -> None:
    base = "account,owner\n1,Backup\n2,Lab\n3,Old\n"
    ours = 'account,owner\n"1","Backup"\n2,Lab of ours\n3,Old\n9,Ours\n'
    theirs = "account,owner\n1,Backup\n2,Lab\n4,New\n"
    assert merged_rows(base, ours, theirs, lambda _: None) == (
        'account,owner\n"1","Backup"\n2,Lab of ours\n4,New\n9,Ours\n', ()
    ) or merged_rows(base, ours, theirs, lambda _: None) == (
        'account,owner\n"1","Backup"\n2,Lab of ours\n9,Ours\n4,New\n', ()
    )  # fmt: skip
    result = merged_rows(base, ours, base.replace("Lab", "Laboratory"), lambda _: None)
    assert result is not None
    assert [conflict.place for conflict in result[1]] == ["row[2].cells.owner"]


@pytest.mark.parametrize(
    "theirs", ["account,owner,since\n1,Backup,2020\n", "account,owner\n1,a\n1,b\n", "", 'account,owner\n1,"a\nb"\n']
)
def test_other_columns_and_two_rows_of_one_key_are_no_rows_to_merge(theirs: str) -> None:
    base = "account,owner\n1,Backup\n"
    assert merged_rows(base, base + "2,Lab\n", theirs, lambda _: None) is None
