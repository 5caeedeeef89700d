"""Settings of lookups in transforms.conf, by the command, by an expression, and automatically."""

from __future__ import annotations

import gzip

import pytest

from storypack.engine import SearchError
from storypack.engine.knowledge.apps import KnowledgeError

from .add_on import AddOn

EVENTS = [
    {"time": "2026-11-20T09:00:00Z", "k": "a"},
    {"time": "2026-11-20T10:00:00Z", "k": "a"},
    {"time": "2026-11-20T11:10:00Z", "k": "a"},
    {"time": "2026-11-20T11:20:00Z", "k": "b"},
]
TABLE = "k,at,v\na,2026-11-20 10:00:00,old\na,2026-11-20 11:00:00,new\na,never,no time\n"


@pytest.fixture
def timed(ta: AddOn) -> AddOn:
    ta.lookup("t.csv", TABLE)
    stanza = "filename = t.csv\ntime_field = at\ntime_format = %Y-%m-%d %H:%M:%S\n"
    ta.conf(
        "transforms",
        f"[t]\n{stanza}"
        f"[near]\n{stanza}max_offset_secs = 300\n"
        f"[far]\n{stanza}min_offset_secs = 600\n"
        f"[all]\n{stanza}max_matches = 10\n"
        f"[filled]\n{stanza}min_matches = 1\ndefault_match = none\n",
    )
    return ta


@pytest.mark.parametrize(
    ("lookup", "expected"),
    [
        ("t", [None, "old", "new", None]),
        ("near", [None, "old", None, None]),
        ("far", [None, None, "new", None]),
        ("all", [None, "old", ["new", "old"], None]),
        ("filled", ["none", "old", "new", "none"]),
        ("t.csv", [["old", "new", "no time"]] * 3 + [None]),
    ],
)
def test_a_lookup_that_is_bound_to_times(timed: AddOn, lookup: str, expected: list[object]) -> None:
    """transforms.conf: time_field, time_format, min_offset_secs, max_offset_secs; the nearest row before the event."""
    rows = timed.rows(f"lookup {lookup} k OUTPUT v | sort 0 _time | table v", EVENTS)
    assert [row.get("v") for row in rows] == expected


def test_it_is_bound_to_times_when_automatic(timed: AddOn) -> None:
    timed.conf("props", "[x]\nLOOKUP-v = t k OUTPUT v\n")
    rows = timed.rows("sort 0 _time | table v", EVENTS)
    assert [row.get("v") for row in rows] == [None, "old", "new", None]


def test_an_expression_has_no_time(timed: AddOn) -> None:
    with pytest.raises(SearchError, match="`t` is bound to times: use the command `lookup`"):
        timed.rows('eval r=lookup("t", json_object("k", k), json_array("v"))', EVENTS)


def test_an_automatic_lookup_of_several_values_gives_several(ta: AddOn) -> None:
    ta.lookup("u.csv", "k,v\na,1\nb,2\n").conf("transforms", "[u]\nfilename = u.csv\n")
    ta.conf("props", '[x]\nKV_MODE = json\nEVAL-m = split(k, ";")\nLOOKUP-v = u k AS m OUTPUT v\n')
    assert ta.value("v", {"k": "a;b"}) == ["1", "2"]


@pytest.mark.parametrize("key", ["LOOKUP-v", "LOOKUP_v", "LOOKUPv", "lookup-v", "lookup_v", "Lookup-v"])
def test_the_name_of_an_automatic_lookup_is_spelled_in_many_ways(ta: AddOn, key: str) -> None:
    """props.conf.spec: LOOKUP-<class>."""
    ta.lookup("u.csv", "k,v\na,1\n").conf("transforms", "[u]\nfilename = u.csv\n")
    ta.conf("props", f"[x]\nKV_MODE = json\n{key} = u k OUTPUT v\n")
    assert ta.value("v", {"k": "a"}) == "1"
    ta.conf("props", f"[x]\n{key} =\n", "local")
    assert ta.value("v", {"k": "a"}) is None


def test_a_transform_that_is_switched_off(ta: AddOn) -> None:
    ta.conf("props", "[x]\nREPORT-a = one, two\n")
    ta.conf("transforms", "[one]\nREGEX = a:(?<v>\\w)\n[two]\nREGEX = b:(?<v>\\w)\n")
    assert ta.value("v", "a:1 b:2") == "1"
    ta.conf("transforms", "[one]\ndisabled = true\n", "local")
    assert ta.value("v", "a:1 b:2") == "2"


def test_a_packed_table(ta: AddOn) -> None:
    """transforms.conf.spec, filename: a table may be a `.csv.gz`."""
    ta.lookup("u.csv", "k,v\na,1\n").conf("transforms", "[u]\nfilename = u.csv.gz\n")
    folder = ta.folder / "lookups"
    (folder / "u.csv.gz").write_bytes(gzip.compress((folder / "u.csv").read_bytes()))
    (folder / "u.csv").unlink()
    ta.conf("props", "[x]\nKV_MODE = json\nLOOKUP-v = u k OUTPUT v\n")
    assert ta.value("v", {"k": "a"}) == "1"
    (folder / "u.csv.gz").write_bytes(b"k,v\na,1\n")
    with pytest.raises(KnowledgeError, match="cannot read the lookup table"):
        ta.value("v", {"k": "a"})
