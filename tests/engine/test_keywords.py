"""Keywords with wildcards, which are looked for without a pattern of breakers where nothing depends on breakers."""

from __future__ import annotations

import pytest

from storypack.engine import run_search

RAWS = ["eventName=DeleteBucket", "undeleted/x", "ÜBERGRÖSSE 5", "a.b(c)", "nothing"]


@pytest.mark.parametrize(
    ("spl", "expected"),
    [
        ("*Delete*", RAWS[:2]),
        ("*delete", []),
        ("delete*", RAWS[:1]),
        ("*größe*", []),
        ("*übergrö*", RAWS[2:3]),
        ('"*.b(*"', RAWS[3:4]),
        ("CASE(*Delete*)", RAWS[:1]),
        ("TERM(*delete*)", RAWS[:2]),
        ("*de*te*", RAWS[:2]),
    ],
)
def test_keywords(spl: str, expected: list[str]) -> None:
    rows = run_search(f"search {spl} | table _raw", [{"_raw": raw} for raw in RAWS])
    assert [row["_raw"] for row in rows] == expected
