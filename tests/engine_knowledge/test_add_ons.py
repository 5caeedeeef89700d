"""Several add-ons on a search head, and the built-in knowledge below them or not."""

from __future__ import annotations

from pathlib import Path

import pytest

from storypack.engine.knowledge.apps import AddOns, load_knowledge

from .add_on import AddOn


@pytest.fixture
def other(tmp_path: Path) -> AddOn:
    (tmp_path / "more").mkdir()
    return AddOn(tmp_path / "more")


def warnings(*add_ons: AddOn) -> tuple[str, ...]:
    for number, add_on in enumerate(add_ons):
        add_on.folder = add_on.folder.rename(add_on.folder.with_name(f"TA-{'abc'[number]}"))
    return load_knowledge([add_on.folder for add_on in add_ons]).warnings


def test_stanzas_of_one_name_that_differ_are_warned_of(ta: AddOn, other: AddOn) -> None:
    ta.conf("transforms", "[data]\nREGEX = a\n[same]\nREGEX = s\n[own]\nREGEX = o\n").conf("props", "[x]\nEVAL-a = 1\n")
    other.conf("transforms", "[data]\nREGEX = b\n[same]\nREGEX = s\n").conf("props", "[x]\nEVAL-b = 1\n")
    assert warnings(ta, other) == (
        "TA-a and TA-b both export transforms.conf [data] with different settings; on a search head only one of the "
        "two holds for both, here that of TA-b",
    )


def test_a_setting_of_a_source_type_that_both_make(ta: AddOn, other: AddOn) -> None:
    ta.conf("props", "[x]\nEVAL-a = 1\nEVAL-c = 1\n")
    other.conf("props", "[x]\nEVAL-b = 1\nEVAL-c = 2\n")
    (warning,) = warnings(ta, other)
    assert "both export props.conf [x]" in warning


@pytest.mark.parametrize(
    ("meta", "warned"),
    [
        ("[]\nexport = system\n", True),
        ("[]\nexport = none\n", False),
        ("[]\naccess = read : [ * ]\n", False),
        ("[]\nexport = system\n[transforms]\nexport = none\n", False),
        ("[transforms/data]\nexport = system\n", True),
    ],
)
def test_what_is_not_exported_does_not_clash(ta: AddOn, other: AddOn, meta: str, warned: bool) -> None:
    for add_on, pattern in ((ta, "a"), (other, "b")):
        add_on.conf("transforms", f"[data]\nREGEX = {pattern}\n")
    (ta.folder / "metadata").mkdir()
    (ta.folder / "metadata" / "default.meta").write_text(meta, encoding="utf-8")
    assert bool(warnings(ta, other)) is warned


def test_the_built_in_knowledge_can_be_left_out(ta: AddOn) -> None:
    ta.conf("props", "[aws:cloudtrail]\nKV_MODE = json\n")
    assert "EVAL-vendor_product" in AddOns((ta.folder,)).knowledge().props["aws:cloudtrail"].settings
    alone = AddOns((ta.folder,), builtin=False).knowledge()
    assert [stanza.name for stanza in alone.props] == ["aws:cloudtrail"]
    assert "EVAL-vendor_product" not in alone.props["aws:cloudtrail"].settings
