"""Which settings hold for an event, and the fields that an index adds."""

from __future__ import annotations

import pytest

from storypack.engine.errors import SearchError

from .indexed import Indexed

MASK = "SEDCMD-a = s/x/{}/"


@pytest.mark.parametrize(
    ("props", "event"),
    [
        ("[default]\nSEDCMD-a = s/x/default/\n", "default"),
        ("[default]\nSEDCMD-a = s/x/default/\n[x]\nSEDCMD-a = s/x/type/\n", "type"),
        ("[host::web1]\nSEDCMD-a = s/x/host/\n[x]\nSEDCMD-a = s/x/type/\n", "host"),
        ("[host::WEB*]\nSEDCMD-a = s/x/host/\n[x]\nSEDCMD-a = s/x/type/\n", "host"),
        (
            "[host::web1]\nSEDCMD-a = s/x/host/\npriority = 1000\n[source::...raw.log]\nSEDCMD-a = s/x/source/\n",
            "source",
        ),
        ("[source::/var/log/*]\nSEDCMD-a = s/x/a/\n[source::/var/log/raw.log]\nSEDCMD-a = s/x/exact/\n", "exact"),
        (
            "[source::/var/log/*]\nSEDCMD-a = s/x/high/\npriority = 200\n"
            "[source::/var/log/raw.log]\nSEDCMD-a = s/x/exact/\n",
            "high",
        ),
        ("[source::/var/*/raw.log]\nSEDCMD-a = s/x/b/\n[source::/var/*/*.log]\nSEDCMD-a = s/x/a/\n", "a"),
        ("[source::.../raw.log(.\\d+)?]\nSEDCMD-a = s/x/expression/\n", "expression"),
        ("[source::...(raw|cooked).log]\nSEDCMD-a = s/x/either/\n", "either"),
        ("[source::/var/*.log]\nSEDCMD-a = s/x/no/\n", "x"),  # a star stops at a slash
        ("[x]\nSEDCMD-a = s/x/type/\n[source::...raw.log]\nSEDCMD-b = s/type/both/\n", "both"),
    ],
)
def test_precedence(indexed: Indexed, props: str, event: str) -> None:
    indexed.conf("props", props)
    assert indexed.rows("_raw", "x") == [{"_raw": event}]


def test_settings_of_several_stanzas_merge(indexed: Indexed) -> None:
    indexed.conf("props", "[x]\nTRUNCATE = 4\n[source::...raw.log]\nSEDCMD-a = s/b/c/\n")
    assert indexed.rows("_raw", "abbbbbb") == [{"_raw": "acbb"}]


def test_a_stanza_for_a_source_names_the_source_type(indexed: Indexed) -> None:
    indexed.conf("props", "[source::...raw.log]\nsourcetype = y\n[y]\nSEDCMD-a = s/x/y/\n")
    assert indexed.rows("sourcetype, _raw", "x", sourcetype="") == [{"sourcetype": "y", "_raw": "y"}]
    assert indexed.rows("sourcetype, _raw", "x", sourcetype="x") == [{"sourcetype": "x", "_raw": "x"}]


def test_a_renamed_source_type_keeps_its_settings_for_the_index(indexed: Indexed) -> None:
    indexed.conf("props", "[x]\nrename = y\nSEDCMD-a = s/a/b/\nEXTRACT-a = (?<old>\\w)\n[y]\nEXTRACT-a = (?<new>\\w)\n")
    assert indexed.rows("sourcetype, _sourcetype, old, new", "a") == [
        {"sourcetype": "y", "_sourcetype": "x", "new": "b"}
    ]


@pytest.mark.parametrize(
    ("raw", "punct"),
    [
        ('a=1 "b"\t[c]\n-d', '=_""t[]-'),
        ("2026-11-20T10:00:00Z x", "--::_"),
        (":" * 60, ":" * 50),
    ],
)
def test_punct(indexed: Indexed, raw: str, punct: str) -> None:
    indexed.conf("props", "[x]\nSHOULD_LINEMERGE = true\n")
    assert indexed.rows("punct", raw) == [{"punct": punct}]
    indexed.conf("props", "[x]\nSHOULD_LINEMERGE = true\nANNOTATE_PUNCT = false\n")
    assert indexed.rows("punct", raw) == [{}]


def test_what_the_index_holds_of_every_event(indexed: Indexed) -> None:
    """tstats needs no data model for it."""
    raw = "2026-11-20T10:00:00Z x\n2026-11-20T11:00:00Z y\n z\n"
    indexed.conf("props", "[x]\nSHOULD_LINEMERGE = true\n")
    found = indexed.search("| tstats count where index=main by punct, linecount | sort linecount", raw).rows
    assert found == [
        {"punct": "--::_", "linecount": 1, "count": 1},
        {"punct": "--::__", "linecount": 2, "count": 1},
    ]
    (row,) = indexed.search("| tstats count where index=main by date_month, date_wday, date_mday", raw).rows
    assert row == {"date_month": "november", "date_wday": "friday", "date_mday": 20, "count": 2}


def test_lines_are_counted(indexed: Indexed) -> None:
    indexed.conf("props", "[x]\nSHOULD_LINEMERGE = true\n")
    assert indexed.rows("linecount", "a\nb\nc\n") == [{"linecount": 3}]


def test_terms_by_a_prefix(indexed: Indexed) -> None:
    """Search Reference, tstats: PREFIX takes apart the terms between major breakers, which the index has in small
    letters; an event counts once for each."""
    raw = "user=Kim kb=5\nx,user=kim;kb=7\nuser=lee%20kb=2 user=max\nxuser=no user=\n"
    assert indexed.search("| tstats count sum(PREFIX(kb=)) AS kb where index=main by PREFIX(user=)", raw).rows == [
        {"user=": "kim", "count": 2, "kb": 12},
        {"user=": "lee", "count": 1, "kb": 2},
        {"user=": "max", "count": 1, "kb": 2},
    ]
    with pytest.raises(SearchError, match="no term of the index holds a blank"):
        indexed.search("| tstats count where index=main by PREFIX(a user=)", raw)
    with pytest.raises(SearchError, match="not in a data model"):
        indexed.search("| tstats count from datamodel=Web.Web by PREFIX(user=)", raw)
