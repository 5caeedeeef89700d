"""However many tests, runs and stages ask for a search: its text is expanded once, and read once."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest

from storypack.checks.run import run_checks
from storypack.pack.load import load_pack
from storypack.spl import macros, parser
from storypack.spl.memory import forget

from .small_pack import SmallPack, event, search_test

SEARCH = "`ex_audit` action=copy | stats count by user | where count>=2 | `ex_disk_filter`"
BORDER = [event(60 * 49, user="kim", action="copy"), event(60 * 51, user="kim", action="copy")]
RUNS = ["2026-11-20T13:00:00Z", "2026-11-20T14:00:00Z"]


def test_a_search_is_expanded_and_read_once(pack: SmallPack, monkeypatch: pytest.MonkeyPatch) -> None:
    expanded, read = Counter[str](), Counter[str]()
    expand, parse = macros._Expansion.author, parser._parse

    def count_expansion(self: macros._Expansion, text: str) -> None:
        expanded[text] += 1
        expand(self, text)

    def count_reading(text: str) -> object:
        read[text] += 1
        return parse(text)

    monkeypatch.setattr(macros._Expansion, "author", count_expansion)
    monkeypatch.setattr(parser, "_parse", count_reading)
    forget()
    for name in ("Disk", "Other Disk"):
        pack.detection(
            name,
            SEARCH,
            search_test("Runs", BORDER, runs=RUNS, expected_results=0),
            search_test("Once", BORDER, expected_results=1),
        )
    loaded = load_pack(pack.folder)
    run_checks(loaded.pack, dt.date(2026, 11, 22))
    assert [result.count for result in pack.run()] == [0, 1, 0, 1]
    assert expanded[SEARCH] == 1
    assert max(read.values()) == 1, read
    assert any("stats count by user" in text for text in read)
