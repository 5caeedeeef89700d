"""Formats of time and printf, addresses, pairs, paths: the Python functions by themselves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storypack.engine.udf.json import extract, steps
from storypack.engine.udf.json_changes import append, delete, set_
from storypack.engine.udf.keyvalue import keyvalue
from storypack.engine.udf.network import cidr
from storypack.engine.udf.numbers import figures, span, time_span
from storypack.engine.udf.printf import printf
from storypack.engine.udf.registry import Refused
from storypack.engine.udf.spath import flatten, spath
from storypack.engine.udf.text import commands, duration, tonumber
from storypack.engine.udf.timeformat import strftime, strftime_sql, strptime

NOW = 1709210096.0  # 2024-02-29T12:34:56Z, a Thursday


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("%c", "Thu Feb 29 12:34:56 2024"),
        ("%+", "Thu Feb 29 12:34:56 UTC 2024"),
        ("%x %X %D %R %r", "02/29/24 12:34:56 02/29/24 12:34 12:34:56 PM"),
        ("%U %W %V %u %w %C %g", "08 09 09 4 4 20 24"),
        ("%:::z %::z %Ez", "+00 +00:00:00 +0"),
        ("%n%t%%%q", "\n\t%%q"),
        ("%1N%2N%3Q%N", "778787787000000"),
    ],
)
def test_strftime(form: str, text: str) -> None:
    assert strftime(NOW + 0.787, form) == text


def test_strftime_limits() -> None:
    assert strftime(None, "%F") is None
    assert strftime(float("nan"), "%F") is None
    assert strftime(1e18, "%F") is None
    assert strftime(-1.0, "%F %T") == "1969-12-31 23:59:59"
    assert strftime(0.9999999, "%T.%6N") == "00:00:01.000000"


def test_plain_formats_are_left_to_duckdb() -> None:
    assert strftime_sql("x", "%F %T") == "spl_strftime_alike(x, '%Y-%m-%d %H:%M:%S')"
    assert strftime_sql("x", "%s").startswith("spl_strftime(")
    assert strftime_sql("x", "100%").startswith("spl_strftime(")


@given(st.integers(0, 4_000_000_000))
def test_strptime_reads_strftime(epoch: int) -> None:
    for form in ("%Y-%m-%d %H:%M:%S", "%d/%b/%Y:%I:%M:%S %p", "%s", "%Y %j %T", "%A, %B %e %Y %k:%M:%S %Z%z", "%c"):
        assert strptime(strftime(float(epoch), form), form, NOW) == epoch, form


@pytest.mark.parametrize(
    ("text", "form", "epoch"),
    [
        ("2024-02-29 12:34:56 and more", "%F %T", NOW),
        ("  2024-02-29   12:34:56", "%F %T", NOW),
        ("20240229123456", "%Y%m%d%H%M%S", NOW),
        ("29feb2024", "%d%b%Y", 1709164800),
        ("12/31/99", "%m/%d/%y", 946598400),
        ("Feb 29 12:34:56", "%b %d %H:%M:%S", NOW),
        ("2024-02-29 12:34:56.123456789", "%F %T.%9N", NOW + 0.123456789),
        ("2024-02-29T04:34:56-08", "%FT%T%z", NOW),
        ("12:00 AM", "%I:%M %p", 1709164800),
        ("2024-02-29 25:00", "%F %H:%M", None),
        ("2024-13-01", "%F", None),
        ("2024-02-29", "%F %T", None),
        ("2024-02-29 XYZ", "%F %Z", None),
        ("x", "%q", None),
    ],
)
def test_strptime(text: str, form: str, epoch: float | None) -> None:
    assert strptime(text, form, NOW) == (pytest.approx(epoch) if epoch is not None else None)


@pytest.mark.parametrize(
    ("form", "args", "text"),
    [
        ("%-6s|%6s|", ["ab", "ab"], "ab    |    ab|"),
        ("%06.2f", ["-3.14159"], "-03.14"),
        ("%+.1e", ["12345"], "+1.2e+04"),
        ("% d", ["5"], " 5"),
        ("%.3d", ["7"], "007"),
        ("%#o %#X", ["8", "255"], "010 0XFF"),
        ("%.2a", ["1"], "0x1.00p+0"),
        ("%*s|", ["-5", "x"], "x    |"),
        ("%'.2f", ["1234567.891"], "1,234,567.89"),
        ("%s", [None], ""),
        ("%d", ["x"], "0"),
        ("%n", ["1"], None),
        ("%d %d", ["1"], None),
        ("%99999999d", ["1"], None),
    ],
)
def test_printf(form: str, args: list[str | None], text: str | None) -> None:
    assert printf(form, args) == text


@pytest.mark.parametrize(
    ("network", "ip", "inside"),
    [
        ("10.0.0.0/8", "10.255.0.1", True),
        ("10.1.2.3/8", "10.9.9.9", True),
        ("192.0.2.1", "192.0.2.1", True),
        ("2001:db8::/32", "2001:0DB8:1::1", True),
        ("10.0.0.0/8", "::ffff:10.0.0.1", False),
        ("10.0.0.0/33", "10.0.0.1", False),
        ("10.0.0.0/8", "010.0.0.1", False),
        ("10.0.0.0/8", "10.0.0", False),
        (None, "10.0.0.1", None),
    ],
)
def test_cidr(network: str | None, ip: str, inside: bool | None) -> None:
    assert cidr(network, ip) is inside


def test_paths() -> None:
    assert steps("a.b{}.c{2}{}") == ("a", "b", None, "c", 2, None)
    assert steps("{0}") == (0,)
    text = '{"a": [{"b": 1.50, "c": null}, {"b": "x"}], "t": true, "n": 12345678901234567890}'
    assert spath(text, "a{}.b") == ["1.5", "x"]
    assert spath(text, "a{0}.c") == ["null"]
    assert spath(text, "a") == ['[{"b":1.5,"c":null},{"b":"x"}]']
    assert spath(text, "n") == ["12345678901234567890"]
    assert spath(text, "none") is None
    assert spath("{broken", "a") is None
    assert extract(text, ["a{}.b"]) == '[1.5,"x"]'
    assert extract("[" * 100_000, ["{}"]) is None
    assert flatten(text) == {
        "a{}.b": ["1.5", "x"],
        "a{}.c": ["null"],
        "t": ["true"],
        "n": ["12345678901234567890"],
    }


def test_xml() -> None:
    text = '<E xmlns="urn:x"><S><P Name="p"/><T>5</T></S><D><V k="a">1</V><V k="b"> 2 </V></D></E>'
    assert spath(text, "E.D.V") == ["1", "2"]
    assert spath(text, "E.D.V{2}") == ["2"]
    assert spath(text, "E.D.V{@k}") == ["a", "b"]
    assert spath(text, "E.D.V{2}{@k}") == ["b"]
    assert spath(text, "E.S.P{@Name}") == ["p"]
    assert spath(text, "X.S") is None
    assert flatten(text) == {
        "E.S.P{@Name}": ["p"],
        "E.S.T": ["5"],
        "E.D.V{@k}": ["a", "b"],
        "E.D.V": ["1", "2"],
    }
    assert spath('<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "a") is None


def test_changing_json() -> None:
    assert set_("{}", ["a{0}"], ["1"]) == "{}"
    assert set_("[1,2]", ["{1}"], ['"x"']) == '[1,"x"]'
    assert append("[1]", [""], ["2"]) == "[1,2]"
    assert delete('{"a":1,"b":2}', ['["a","b"]']) == "{}"


def test_key_value_pairs() -> None:
    raw = """Nov 5 dhcp: src=10.0.0.1, user="Ann \\"A\\" Lee" note='a b' empty= url=http://x/?q=1&r=2 src=second"""
    found = keyvalue(raw, "auto_escaped", trim=True)
    assert found["src"] == "10.0.0.1"
    assert found["user"] == 'Ann "A" Lee'
    assert found["note"] == "a b"
    assert found["r"] == "2"
    assert keyvalue(None, "auto", trim=True) == {}


def test_small_ones() -> None:
    assert commands("search a=\"x | y\" [search b | head 1] | stats count | rename 'a' as b") == [
        "search",
        "stats",
        "rename",
    ]
    assert commands("") is None
    assert duration(0.0) == "00:00:00"
    assert duration(-3661.5) == "-01:01:01.500000"
    assert tonumber("ff", 16.0) == 255
    assert tonumber("1_0", 10.0) is None
    assert tonumber("8", 8.0) is None
    assert span(0, 1, 0.25) == ["0", "0.25", "0.5", "0.75"]
    assert span(3, 0, -1) == ["3", "2", "1"]
    with pytest.raises(Refused, match="more than 100,000 values"):
        span(0, 1e9, 1)
    assert time_span(0, 86400 * 40, "1mon") == ["0", "2678400"]
    assert time_span(0, 10, "1fortnight") is None
    assert figures("0.0120") == 3
