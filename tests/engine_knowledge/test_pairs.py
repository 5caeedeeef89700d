"""Names and values that Splunk takes from the text, by itself or by a transform, as Splunk 10.4 was seen to do it."""

from __future__ import annotations

from typing import Any

import pytest

from .add_on import AddOn


@pytest.mark.parametrize(
    ("event", "fields"),
    [
        ("3com=switch", {"com": "switch"}),  # digits in front go
        ("__id=4", {"id": "4"}),
        ("cache.hit=1 cache_hit=2", {"cache_hit": "1"}),  # cleaned; the first of equal names wins
        ("content-type=text", {"content_type": "text"}),
        ("9=a __=b ok=c", {"ok": "c"}),  # nothing is left of the name
        ("dst:port=443", {"port": "443"}),  # a colon ends what stands before it
        ('left= right="x y" both=z', {"right": "x y", "both": "z"}),  # an empty value swallows nothing
        ('none="" blank="  " some=1', {"some": "1"}),
        ('quote="he said \\"no\\" twice" next=1', {"quote": "he said \\", "next": "1"}),
        ("query=a=b&c=d", {"query": "a=b", "c": "d"}),
        ("size=1 size=2", {"size": "1"}),
        ('pad="  apples " last=1', {"pad": "apples", "last": "1"}),
        ("who = kim where = there", {"who": "kim", "where": "there"}),
    ],
)
def test_automatic_pairs(ta: AddOn, event: str, fields: dict[str, str]) -> None:
    (row,) = ta.rows("fields - _* | fields *", [event])
    own = {"host", "source", "sourcetype", "index", "eventtype", "tag", "linecount", "punct"}
    assert {name: value for name, value in row.items() if name not in own} == fields


@pytest.mark.parametrize(
    ("settings", "event", "field", "value"),
    [
        ("KV_TRIM_SPACES = false", 'pad="  apples "', "pad", "  apples "),
        ("KV_MODE = auto_escaped", r'quote="he said \"no\" twice"', "quote", 'he said "no" twice'),
        ("KV_MODE = multi", "a=1 b=2", "a", None),
        ("AUTO_KV_JSON = false", {"a": "1"}, "a", None),
        ("AUTO_KV_JSON = false", {"note": "k=v"}, "k", "v"),
        ("KV_MODE = json\nAUTO_KV_JSON = false", {"a": "1"}, "a", "1"),  # no effect there
        ("KV_MODE = auto", {"a": {"b.c": {"d": [{"e.f": "x"}]}}}, "a.b.c.d{}.e.f", "x"),
        ("KV_MODE = json", {"a": {"b.c": "x"}}, "a.b.c", "x"),
        ("KV_MODE = json", {"a.b": {"c": "x"}}, "a.b.c", "x"),
        ("KV_MODE = json", {"a": [{"b.c": 1}, {"b.c": 2}]}, "a{}.b.c", ["1", "2"]),
        ("KV_MODE = json", {"a": {"b": {"c": {"d": "x"}}}}, "a.b.c.d", "x"),
        ("KV_MODE = json", {"a.b": {"c.d": "x"}}, "a.b.c.d", "x"),
        ("KV_MODE = json", {"a": {"b.c": [{"d": "x"}, {"d": "y"}]}}, "a.b.c{}.d", ["x", "y"]),
        ("KV_MODE = json", {"a.b": {"c": {"d": {"e": {"f": "x"}}}}}, "a.b.c.d.e.f", "x"),
        ("KV_MODE = json", {"a": {"b.c": {"d": 1}}}, "a.b.c", None),  # an object is no value
        ("KV_MODE = xml", "<r><a><b>1</b></a></r>", "r.a.b", "1"),
    ],
)
def test_modes(ta: AddOn, settings: str, event: Any, field: str, value: object) -> None:
    ta.conf("props", f"[x]\n{settings}\n")
    assert ta.value(field, event) == value


def test_lines_of_json_among_others(ta: AddOn) -> None:
    lines: list[Any] = ["user=kim a=1", "user=lee a=2", {"user": "max", "list": [1, 2]}, "plain"]
    assert ta.rows("stats values(user) AS user values(list{}) AS list", lines) == [
        {"user": ["kim", "lee", "max"], "list": ["1", "2"]}
    ]
    mostly = [{"user": "max"}, {"user": "zoe"}, {"user": "ann"}, "user=kim"]
    assert ta.rows("stats values(user) AS user", mostly) == [{"user": ["ann", "kim", "max", "zoe"]}]


@pytest.mark.parametrize(
    ("transform", "event", "field", "value"),
    [
        # $0 is no group
        ("REGEX = (\\w+)-(\\w+)\nFORMAT = whole::$0 left::$1", "ab-cd", "whole", None),
        ("REGEX = (\\w+)-(\\w+)\nFORMAT = whole::$0 left::$1", "ab-cd", "left", "ab"),
        ("REGEX = (\\w+)-(\\w+)\nFORMAT = third::$3 left::$1", "ab-cd", "left", "ab"),
        # all before the first pair separator is the name
        ('DELIMS = ";", "="', "2026-11-20T10:00:00Z dst=a;src=b", "T10_00_00Z_dst", "a"),
        ('DELIMS = ";", "="', "2026-11-20T10:00:00Z dst=a;src=b", "src", "b"),
        ('DELIMS = ";", "="\nCLEAN_KEYS = 0', "x-y=a;2z=b", "x-y", "a"),
        ('DELIMS = ";", "="\nCLEAN_KEYS = 0', "x-y=a;2z=b", "2z", "b"),
        ('DELIMS = ";", "="\nKEEP_EMPTY_VALS = true', "a=;b=2", "a", None),
        ('DELIMS = ";", "="', "a=1;a=2", "a", "1"),
        ('DELIMS = ";", "="\nMV_ADD = true', "a=1;a=2", "a", ["1", "2"]),
        ('DELIMS = ";", "="', 'a="1;2";b=3', "a", "1;2"),
        ('DELIMS = ";", "="', "a=x=y;b=3", "a", "x=y"),
        ('DELIMS = "|"', "a|1|b|2", "b", "2"),  # names and values take turns
        ('DELIMS = ", "\nFIELDS = one, two, "number three"', "a, b, c", "number three", "c"),
        (
            'DELIMS = " "\nFIELDS = "verb" "rule name"  "from"',
            "DROP egress 192.0.2.7",
            "verb",
            "DROP",
        ),  # blanks between
        ('DELIMS = " "\nFIELDS = "verb" "rule name"  "from"', "DROP egress 192.0.2.7", "rule name", "egress"),
        ('DELIMS = " "\nFIELDS = verb rule, from', "DROP egress 192.0.2.7", "from", "192.0.2.7"),
        ('DELIMS = ","\nFIELDS = one, two, three', 'a,"b,c",d', "two", "b,c"),
        ('DELIMS = ","\nFIELDS = one, two, three', "a,,d", "three", "d"),
        ('DELIMS = ","\nFIELDS = one, two, three', "a,,d", "two", None),
        ('DELIMS = "\\t"\nFIELDS = one, two', "a b\tc", "two", "c"),
        # without MV_ADD the first match wins
        ("REGEX = n=(?<n>\\d)\nREPEAT_MATCH = true", "n=1 n=2", "n", "1"),
        ("REGEX = (\\w)=(\\d)\nFORMAT = $1::$2\nREPEAT_MATCH = true", "n=1 n=2", "n", "1"),
        ("REGEX = n=(\\d) m=(\\d)\nFORMAT = n::$1 n::$2\nMV_ADD = 1", "n=1 m=2 n=3 m=4", "n", ["1", "2", "3", "4"]),
        # names and values by groups
        ("REGEX = (?<_KEY_1>[\\w-]+)=>(?<_VAL_1>\\w+)", "x-a=>1 b=>2", "x_a", "1"),
        ("REGEX = (?<_KEY_1>[\\w-]+)=>(?<_VAL_1>\\w+)", "x-a=>1 b=>2", "b", "2"),
        ("REGEX = (?<_VAL_v>\\w+)<=(?<_KEY_v>\\w+)\nMV_ADD = true", "1<=a 2<=a", "a", ["1", "2"]),
        ("REGEX = (\\w+):(\\w+):(\\w+):(\\w+)\nFORMAT = $1::$2 $3::$4", "a:1:b:2", "b", "2"),
        ("REGEX = (\\d+) (\\w+)\nFORMAT = $2::$1", "7 apples 8 pears", "pears", "8"),
        ("REGEX = (\\w+) seen\nFORMAT = $1::yes", "kim seen lee seen", "lee", "yes"),
        ("REGEX = <(\\w+)>([^<]*)</\\1>\nFORMAT = $1::$2", "<a>1</a><b>2</b>", "b", "2"),
        ('REGEX = id (\\d+)\nFORMAT = "the id"::$1', "id 7", "the id", "7"),
        ("REGEX = (\\w+)=(\\w*)\nFORMAT = $1::$2\nKEEP_EMPTY_VALS = true", "a= b=1", "a", ""),
    ],
)
def test_transforms(ta: AddOn, transform: str, event: str, field: str, value: object) -> None:
    ta.conf("props", "[x]\nKV_MODE = none\nREPORT-a = some\n").conf("transforms", f"[some]\n{transform}\n")
    quoted = f'"{field}"' if not field.isidentifier() else field
    assert ta.rows(f"table {quoted}", [event]) == [{} if value is None else {field: value}]


def test_values_add_to_those_of_earlier_steps(ta: AddOn) -> None:
    """transforms.conf.spec, MV_ADD: what the extractor does when it finds a field that already exists."""
    ta.conf("props", "[x]\nKV_MODE = none\nEXTRACT-a = first (?<ip>\\S+)\nREPORT-a = more, other\n")
    ta.conf("transforms", "[more]\nREGEX = then (?<ip>\\S+)\nMV_ADD = true\n[other]\nREGEX = last (?<ip>\\S+)\n")
    assert ta.value("ip", "first 1 then 2 then 3 last 4") == ["1", "2", "3"]
    assert ta.value("ip", "then 2 last 4") == "2"
    assert ta.value("ip", "last 4") == "4"


def test_inline_names_and_values(ta: AddOn) -> None:
    ta.conf("props", "[x]\nKV_MODE = none\nEXTRACT-a = (?<_KEY_1>\\w+)~(?<_VAL_1>\\w+)\n")
    assert ta.rows("table a b", ["a~1 b~2"]) == [{"a": "1", "b": "2"}]


def test_an_extraction_sees_no_automatic_field(ta: AddOn) -> None:
    ta.conf(
        "props",
        "[x]\nEXTRACT-a = (?<digit>\\d) in auto\nEXTRACT-b = (?<sign>\\w) in late\nEXTRACT-c = (?<late>l\\w+)\n",
    )
    assert ta.rows("table digit sign late", ["auto=7 later"]) == [{"late": "later"}]


def test_a_sourcetype_is_renamed(ta: AddOn) -> None:
    """props.conf.spec, rename: searches find the new name, and its settings are used."""
    ta.conf("props", '[old]\nrename = new\nEVAL-which = "old"\n[new]\nEVAL-which = "new"\n')
    assert ta.rows("search sourcetype=old", ["a"], sourcetype="old") == []
    found = ta.rows("search sourcetype=new | table sourcetype _sourcetype which", ["a"], sourcetype="old")
    assert found == [{"sourcetype": "new", "_sourcetype": "old", "which": "new"}]
