"""Whose settings hold for an event."""

from __future__ import annotations

from pathlib import Path

import pytest

from storypack.conf import read
from storypack.engine.knowledge.apps import KnowledgeError, load_knowledge
from storypack.engine.knowledge.props import settings_for

from .add_on import AddOn

PROPS = """\
[default]
a = default
b = default
[x]
b = type
c = type
d = type
[(?::){0}x:*]
c = pattern
[host::web*]
c = host
d = host
[source::.../log/*.log]
d = source
e = pattern
[source::/var/log/web.log]
e = literal
"""


@pytest.mark.parametrize(
    ("origin", "settings"),
    [
        (("y", "", ""), {"a": "default", "b": "default"}),
        (("x", "", ""), {"a": "default", "b": "type", "c": "type", "d": "type"}),
        (("x:y", "", ""), {"a": "default", "b": "default", "c": "pattern"}),
        (("x", "", "WEB01"), {"a": "default", "b": "type", "c": "host", "d": "host"}),
        (
            ("x", "/var/log/web.log", "web01"),
            {"a": "default", "b": "type", "c": "host", "d": "source", "e": "literal"},
        ),
        (("x", "/var/log/app.log", ""), {"a": "default", "b": "type", "c": "type", "d": "source", "e": "pattern"}),
        (("x", "/var/log/deep/app.log", ""), {"a": "default", "b": "type", "c": "type", "d": "type"}),
    ],
)
def test_source_over_host_over_sourcetype_over_default(origin: tuple[str, str, str], settings: dict[str, str]) -> None:
    assert settings_for(read(PROPS.encode()), *origin) == settings


def test_of_two_patterns_the_first_by_name_wins_unless_one_has_priority() -> None:
    text = "[source::...z...]\nk = z\n[source::...a...]\nk = a\n"
    assert settings_for(read(text.encode()), "x", "a to z", "") == {"k": "a"}
    text += "priority = 0\n[source::...t...]\nk = t\npriority = 5\n"
    assert settings_for(read(text.encode()), "x", "a to z", "")["k"] == "t"


@pytest.mark.parametrize(
    ("pattern", "source", "fits"),
    [
        ("/a/*/c", "/a/b/c", True),
        ("/a/*/c", "/a/b/b/c", False),
        ("/a/.../c", "/a/b/b/c", True),
        ("(a|b).log", "b.log", True),
        ("a.log", "aXlog", False),  # a dot is a dot
        ("a+b(c", "a+b(c", False),  # brackets that do not match fit nothing, and harm nothing
        ("WinEventLog:*", "WinEventLog:Security", True),
    ],
)
def test_patterns_of_sources(pattern: str, source: str, fits: bool) -> None:
    found = settings_for(read(f"[source::{pattern}]\nk = 1\n".encode()), "x", source, "")
    assert bool(found) is fits


def test_local_wins_over_default_and_the_last_add_on_over_the_first(ta: AddOn, tmp_path: Path) -> None:
    ta.conf("props", "[x]\nEVAL-a = 1\nEVAL-b = 1\nEVAL-c = 1\n").conf("props", "[x]\nEVAL-b = 2\n", "local")
    other = AddOn(tmp_path / "other").conf("props", "[x]\nEVAL-c = 0\nEVAL-d = 0\n")
    row = {"a": 1, "b": 2, "c": 1, "d": 0}
    assert ta.rows("table a b c d", ["event"], more=[other.folder]) == [row]


def test_an_add_on_wins_over_what_is_built_in(ta: AddOn) -> None:
    event = {"eventTime": "2026-11-20T10:00:00Z", "eventName": "X", "sourceIPAddress": "192.0.2.1"}
    ta.conf("props", '[aws:cloudtrail]\nEVAL-user = "mine"\n')
    assert ta.rows("table user src", [event], sourcetype="aws:cloudtrail") == [{"user": "mine", "src": "192.0.2.1"}]


def test_a_folder_that_is_no_add_on(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="is no add-on"):
        load_knowledge([tmp_path])


def test_strange_files_are_errors_with_a_name(ta: AddOn) -> None:
    ta.conf("transforms", "[t]\nfilename = t.csv\nmax_matches = many\nmin_matches = -1\n")
    (ta.folder / "lookups").mkdir()
    (ta.folder / "lookups" / "t.csv").write_bytes(b"a,b\n\xff\xfe,1\n")
    with pytest.raises(KnowledgeError, match=r"cannot read the lookup table .*t\.csv"):
        ta.rows("lookup t a", ["x"])
