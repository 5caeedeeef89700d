"""SEDCMD: `_raw` is changed before it is stored, and fields with it."""

from __future__ import annotations

import pytest

from storypack.engine.ingest.edits import commands
from storypack.engine.ingest.settings import Settings

from .indexed import Indexed


@pytest.mark.parametrize(
    ("props", "raw", "event"),
    [
        (r"SEDCMD-a = s/password=\S+/password=#/g", "password=one password=two", "password=# password=#"),
        (r"SEDCMD-a = s/password=\S+/password=#/", "password=one password=two", "password=# password=two"),
        (r"SEDCMD-a = s/(\d+)-(\d+)/\2-\1/", "10-20 x", "20-10 x"),
        ("SEDCMD-a = y/abc/ABC/", "aabbccd", "AABBCCd"),
        ("SEDCMD-a = s/a/b/g y/b/c/", "aab", "ccc"),
        ("SEDCMD-b = s/b/c/\nSEDCMD-a = s/a/b/\nSEDCMD-B = s/a/d/", "a", "d"),  # ASCII order: B, a, b
        ("SEDCMD-a = s#/var/log#/x#", "/var/log/a", "/x/a"),
    ],
)
def test_scripts(indexed: Indexed, props: str, raw: str, event: str) -> None:
    assert indexed.raws(props, raw) == [event]


def test_fields_come_from_what_is_left(indexed: Indexed) -> None:
    indexed.conf("props", "[x]\nSEDCMD-a = s/password=\\S+/password=masked/\n")
    assert indexed.rows("password", "password=secret user=kim") == [{"password": "masked"}]


def test_a_script_that_is_none_is_told() -> None:
    warnings: list[str] = []
    settings = Settings({"SEDCMD-a": "s/(/x/", "SEDCMD-b": "nothing", "SEDCMD-c": "s/a/b/"}, warnings.append)
    assert commands(settings) == ("s/a/b/",)
    assert [warning.split(" ")[0] for warning in warnings] == ["SEDCMD-a", "SEDCMD-b"]
