"""TRANSFORMS: what changes events, sends them elsewhere, copies and drops them."""

from __future__ import annotations

from typing import Any

import pytest

from .indexed import Indexed

AT = "2026-11-20T10:00:00Z"


def rows(indexed: Indexed, transforms: str, raw: str, fields: str = "_raw", **origin: Any) -> list[dict[str, Any]]:
    """The fields of the events after the transforms, whose stanzas run in the order of the text."""
    names = ", ".join(line[1:-1] for line in transforms.splitlines() if line.startswith("["))
    indexed.conf("props", f"[x]\nSHOULD_LINEMERGE = false\nTRANSFORMS-all = {names}\n").conf("transforms", transforms)
    return indexed.rows(fields, raw, **origin)


@pytest.mark.parametrize(
    ("transform", "raw", "event"),
    [
        (r"REGEX = user=(\w+)" + "\nDEST_KEY = _raw\nFORMAT = who=$1", "a user=kim b", "who=kim"),
        (r"REGEX = ^(.*)secret(.*)$" + "\nDEST_KEY = _raw\nFORMAT = $1###$2", "a secret b", "a ### b"),
        ("REGEX = x\nDEST_KEY = _raw\nFORMAT = tail $0", "abcx", "tail abcx"),
        ("REGEX = never\nDEST_KEY = _raw\nFORMAT = y\nDEFAULT_VALUE = nothing", "abc", "nothing"),
        ("REGEX = never\nDEST_KEY = _raw\nFORMAT = y", "abc", "abc"),
        (r"REGEX = marker=(\w+)" + "\nLOOKAHEAD = 12\nDEST_KEY = _raw\nFORMAT = $1", "abc marker=near", "n"),
        (
            r"REGEX = marker=(\w+)" + "\nLOOKAHEAD = 6\nDEST_KEY = _raw\nFORMAT = $1",
            "abc marker=near",
            "abc marker=near",
        ),
    ],
)
def test_the_event_is_replaced(indexed: Indexed, transform: str, raw: str, event: str | None) -> None:
    assert rows(indexed, f"[t]\n{transform}\n", raw) == [{"_raw": raw if event is None else event}]


def test_a_match_lies_within_4096_characters(indexed: Indexed) -> None:
    transform = "[t]\nREGEX = (end\\w*)\nDEST_KEY = _raw\nFORMAT = $1\n"
    assert rows(indexed, transform, " " * 4_092 + "ending") == [{"_raw": "endi"}]


def test_a_later_transform_sees_what_the_one_before_made(indexed: Indexed) -> None:
    text = "[b]\nREGEX = one\nDEST_KEY = _raw\nFORMAT = two\n[a]\nREGEX = two\nDEST_KEY = _raw\nFORMAT = three\n"
    assert rows(indexed, text, "one") == [{"_raw": "three"}]


def test_classes_run_in_ascii_order(indexed: Indexed) -> None:
    indexed.conf("props", "[x]\nTRANSFORMS-b = second\nTRANSFORMS-a = first\n")
    indexed.conf(
        "transforms",
        "[first]\nREGEX = one\nDEST_KEY = _raw\nFORMAT = two\n[second]\nREGEX = two\nDEST_KEY = _raw\nFORMAT = three\n",
    )
    assert indexed.rows("_raw", "one") == [{"_raw": "three"}]


@pytest.mark.parametrize(
    ("transform", "fields", "found"),
    [
        ("REGEX = user=(\\w+)\nFORMAT = who::$1\nWRITE_META = true", "who", {"who": "kim"}),
        ("REGEX = user=(\\w+)\nWRITE_META = true", "t", {"t": "kim"}),
        ("REGEX = user=(?<who>\\w+)\nWRITE_META = true", "who", {"who": "kim"}),
        ("REGEX = user=(\\w+) id=(\\d+)\nFORMAT = a::$1 b::$2\nWRITE_META = true", "a, b", {"a": "kim", "b": "7"}),
        ('REGEX = (user)=(\\w+)\nFORMAT = $1::"$2 x"\nWRITE_META = true', "user", {"user": "kim x"}),
        ("REGEX = (\\w)=\\w+\nREPEAT_MATCH = true\nFORMAT = key::$1\nWRITE_META = true", "key", {"key": ["r", "d"]}),
        ("REGEX = never(x)\nFORMAT = a::$1\nDEFAULT_VALUE = a::none\nWRITE_META = true", "a", {"a": "none"}),
        (
            "REGEX = user=(\\w+)\nDEST_KEY = MetaData:Sourcetype\nFORMAT = sourcetype::y",
            "sourcetype",
            {"sourcetype": "y"},
        ),
        ("REGEX = user=(\\w+)\nDEST_KEY = MetaData:Host\nFORMAT = host::$1", "host", {"host": "kim"}),
        ("REGEX = user=(\\w+)\nDEST_KEY = MetaData:Source\nFORMAT = source::$1", "source", {"source": "kim"}),
        ("REGEX = user\nDEST_KEY = _MetaData:Index\nFORMAT = other", "index", {"index": "other"}),
        (
            "SOURCE_KEY = MetaData:Host\nREGEX = ^host::(\\w+)\nFORMAT = from::$1\nWRITE_META = true",
            "from",
            {"from": "web1"},
        ),
        ("REGEX = user\nDEST_KEY = queue\nFORMAT = nullQueue", "_raw", None),
    ],
)
def test_destinations(indexed: Indexed, transform: str, fields: str, found: dict[str, Any] | None) -> None:
    expected = [] if found is None else [found]
    assert rows(indexed, f"[t]\n{transform}\n", "user=kim id=7", fields) == expected


def test_all_but_some_are_dropped(indexed: Indexed) -> None:
    text = (
        "[none]\nREGEX = .\nDEST_KEY = queue\nFORMAT = nullQueue\n"
        "[keep]\nREGEX = ERROR\nDEST_KEY = queue\nFORMAT = indexQueue\n"
    )
    assert rows(indexed, text, f"{AT} INFO a\n{AT} ERROR b\n") == [{"_raw": f"{AT} ERROR b"}]
    assert "1 of 2 events in raw.log went into the null queue" in indexed.notes


def test_the_search_settings_are_those_of_the_new_source_type(indexed: Indexed) -> None:
    indexed.conf("props", "[x]\nTRANSFORMS-a = t\n[y]\nEXTRACT-a = user=(?<who>\\w+)\n")
    indexed.conf("transforms", "[t]\nREGEX = user\nDEST_KEY = MetaData:Sourcetype\nFORMAT = sourcetype::y\n")
    found = indexed.rows("sourcetype, who", f"{AT} user=kim\n2026-11-20T10:00:01Z other\n")
    assert found == [{"sourcetype": "y", "who": "kim"}, {"sourcetype": "x"}]


def test_a_copy_goes_through_the_settings_of_its_own_source_type(indexed: Indexed) -> None:
    indexed.conf("props", "[x]\nTRANSFORMS-a = t\n[copy]\nSEDCMD-a = s/kim/#/\n")
    indexed.conf("transforms", "[t]\nREGEX = (.*)\nDEST_KEY = _raw\nFORMAT = copy of $1\nCLONE_SOURCETYPE = copy\n")
    found = indexed.search("table sourcetype, _raw | sort sourcetype", "user=kim").rows
    assert found == [
        {"sourcetype": "copy", "_raw": "copy of user=#"},
        {"sourcetype": "x", "_raw": "user=kim"},
    ]


def test_a_copy_of_the_event_as_it_stands(indexed: Indexed) -> None:
    """Without DEST_KEY and WRITE_META the transform only copies what REGEX matches."""
    indexed.conf("props", "[x]\nSHOULD_LINEMERGE = false\nTRANSFORMS-a = t\n[copy]\nSEDCMD-a = s/pw=\\S+/pw=#/\n")
    indexed.conf("transforms", "[t]\nREGEX = pw=\nCLONE_SOURCETYPE = copy\n")
    found = indexed.search("table sourcetype, _raw | sort sourcetype, _raw", "kim pw=abc\nlee\n")
    assert found.rows == [
        {"sourcetype": "copy", "_raw": "kim pw=#"},
        {"sourcetype": "x", "_raw": "kim pw=abc"},
        {"sourcetype": "x", "_raw": "lee"},
    ]
    assert not any("transform t" in warning for warning in found.warnings)


def test_the_host_of_a_line_of_syslog(indexed: Indexed) -> None:
    """`syslog-host` is a transform that Splunk ships; add-ons name it."""
    indexed.conf("props", "[x]\nSHOULD_LINEMERGE = false\nTRANSFORMS = syslog-host\n")
    raw = "Nov 20 10:00:00 fw1.example.com sshd[4]: a\nNov 20 10:00:01 local0.info [web2] b\nno host\n"
    hosts = [row["host"] for row in indexed.search("table host, _raw", raw).rows]
    assert sorted(hosts) == ["fw1.example.com", "web1", "web2"]


@pytest.mark.parametrize(
    ("text", "fields", "found"),
    [
        ('INGEST_EVAL = size=len(_raw), big=if(size>3, "yes", "no")', "size, big", {"size": "8", "big": "yes"}),
        ('INGEST_EVAL = _raw=replace(_raw, "kim", "#")', "_raw", {"_raw": "user=#"}),
        ('INGEST_EVAL = sourcetype="y", index="other"', "sourcetype, index", {"sourcetype": "y", "index": "other"}),
        ('INGEST_EVAL = source="y", host=upper(host)', "source, host", {"source": "y", "host": "WEB1"}),
        ("INGEST_EVAL = _time=1795168800", "_time", {"_time": 1_795_168_800}),
        ('INGEST_EVAL = a="1", a="2", b="1", b:="2", c="1", c:=null()', "a, b, c", {"a": ["1", "2"], "b": "2"}),
        ('INGEST_EVAL = queue=if(match(_raw, "user"), "nullQueue", queue)', "_raw", None),
        ('INGEST_EVAL = a=mvindex(split("x,y", ","), 1)', "a", {"a": "y"}),
    ],
)
def test_ingest_eval(indexed: Indexed, text: str, fields: str, found: dict[str, Any] | None) -> None:
    expected = [] if found is None else [found]
    assert rows(indexed, f"[t]\n{text}\n", "user=kim", fields) == expected


def test_expressions_and_patterns_alternate(indexed: Indexed) -> None:
    text = (
        "[one]\nREGEX = user=(\\w+)\nFORMAT = who::$1\nWRITE_META = true\n"
        '[two]\nINGEST_EVAL = _raw="who is ".who\n'
        "[three]\nREGEX = who is (\\w+)\nFORMAT = again::$1\nWRITE_META = true\n"
    )
    assert rows(indexed, text, "user=kim", "again") == [{"again": "kim"}]


def test_processing_stops(indexed: Indexed) -> None:
    text = '[one]\nINGEST_EVAL = a="1"\nSTOP_PROCESSING_IF = a=="1"\n[two]\nINGEST_EVAL = b="2"\n'
    assert rows(indexed, text, "x", "a, b") == [{"a": "1"}]


@pytest.mark.parametrize(
    ("transform", "warning"),
    [
        ("REGEX = (\nDEST_KEY = _raw", "REGEX has no effect"),
        ("DEST_KEY = _raw", "has neither REGEX nor INGEST_EVAL"),
        ("REGEX = a", "has neither DEST_KEY nor WRITE_META"),
        ("REGEX = a\nDEST_KEY = _TCP_ROUTING\nFORMAT = x", "DEST_KEY = _TCP_ROUTING has no effect"),
        ("INGEST_EVAL = a=nofunction(1)", "a is left out"),
        ("INGEST_EVAL = nothing", "'nothing' is no assignment"),
    ],
)
def test_what_can_do_nothing_is_told(indexed: Indexed, transform: str, warning: str) -> None:
    indexed.conf("props", "[x]\nTRANSFORMS-a = t, missing\n").conf("transforms", f"[t]\n{transform}\n")
    warnings = indexed.search("table _raw", "abc").warnings
    assert any("x: transform t" in one and warning in one for one in warnings)
    assert any("x: there is no transform missing" in one for one in warnings)


def test_events_of_one_second_stand_in_the_order_of_the_file(indexed: Indexed) -> None:
    """Newest first, whatever source types and hosts the transforms give them."""
    indexed.conf("props", "[x]\nSHOULD_LINEMERGE = false\nTRANSFORMS-a = t\n")
    indexed.conf("transforms", "[t]\nREGEX = type=(\\w)\nDEST_KEY = MetaData:Sourcetype\nFORMAT = sourcetype::$1\n")
    raw = "".join(f"{AT} type={kind} n={number}\n" for number, kind in enumerate("bab", 1))
    found = indexed.search("table sourcetype, n", raw).rows
    assert [(row["sourcetype"], row["n"]) for row in found] == [("b", "3"), ("a", "2"), ("b", "1")]
