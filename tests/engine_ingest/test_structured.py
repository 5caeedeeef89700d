"""INDEXED_EXTRACTIONS: columns as indexed fields, the line of the data as `_raw`."""

from __future__ import annotations

from typing import Any

import pytest

from .indexed import CHANGED, Indexed

TEN = 1_795_168_800.0  # 2026-11-20 10:00:00 UTC


def rows(indexed: Indexed, props: str, raw: str, fields: str) -> list[dict[str, Any]]:
    indexed.conf("props", f"[x]\nKV_MODE = none\n{props}\n")
    return indexed.rows(fields, raw)


@pytest.mark.parametrize(
    ("props", "raw", "fields", "found"),
    [
        ("INDEXED_EXTRACTIONS = csv", 'a,b\n1,"x, y"\n', "_raw, a, b", [{"_raw": '1,"x, y"', "a": "1", "b": "x, y"}]),
        ("INDEXED_EXTRACTIONS = CSV\nFIELD_DELIMITER = ;", "a;b\n1;2\n", "a, b", [{"a": "1", "b": "2"}]),
        ("INDEXED_EXTRACTIONS = csv\nFIELD_QUOTE = '", "a,b\n1,'2,3'\n", "a, b", [{"a": "1", "b": "2,3"}]),
        ("INDEXED_EXTRACTIONS = csv\nFIELD_NAMES = a, b", "1,2\n", "a, b", [{"a": "1", "b": "2"}]),
        ("INDEXED_EXTRACTIONS = csv\nHEADER_FIELD_LINE_NUMBER = 3", "x\ny\na,b\n1,2\n", "a, b", [{"a": "1", "b": "2"}]),
        ("INDEXED_EXTRACTIONS = csv\nPREAMBLE_REGEX = ^#", "#x\n#y\na,b\n1,2\n", "a, b", [{"a": "1", "b": "2"}]),
        ("INDEXED_EXTRACTIONS = csv\nFIELD_HEADER_REGEX = ^H:", "x\nH:a,b\n1,2\n", "a, b", [{}, {"a": "1", "b": "2"}]),
        ("INDEXED_EXTRACTIONS = csv\nMISSING_VALUE_REGEX = n/a", "a,b\n1,n/a\n", "a, b", [{"a": "1"}]),
        ("INDEXED_EXTRACTIONS = csv", "a b,c-d\n1,2\n", "a_b, c_d", [{"a_b": "1", "c_d": "2"}]),
        ("INDEXED_EXTRACTIONS = csv", 'a,b\n"x\ny",2\n', "_raw, a", [{"_raw": '"x\ny",2', "a": "x\ny"}]),
        ("INDEXED_EXTRACTIONS = csv", "a,b\n,2\n", "a, b", [{"b": "2"}]),
        ("INDEXED_EXTRACTIONS = tsv", "a\tb\n1\t2 3\n", "a, b", [{"a": "1", "b": "2 3"}]),
        ("INDEXED_EXTRACTIONS = psv", "a|b\n1|2\n", "a, b", [{"a": "1", "b": "2"}]),
        ("INDEXED_EXTRACTIONS = csv\nFIELD_DELIMITER = tab", "a\tb\n1\t2\n", "a, b", [{"a": "1", "b": "2"}]),
        (
            "INDEXED_EXTRACTIONS = w3c",
            "#Software: x\n#Fields: date time c-ip cs(User-Agent) sc-status\n2026-11-20 10:00:00 192.0.2.1 - 200\n",
            "_time, c_ip, cs_User_Agent, sc_status",
            [{"_time": TEN, "c_ip": "192.0.2.1", "sc_status": "200"}],
        ),
        (
            "INDEXED_EXTRACTIONS = json",
            '{"a": {"b": 1}, "c": [{"d": 2}, {"d": 3}], "e": null}\n',
            "a.b, c{}.d, e",
            [{"a.b": "1", "c{}.d": ["2", "3"], "e": "null"}],
        ),
        ("INDEXED_EXTRACTIONS = json", '{\n "a": 1\n}\n{"a": 2}\n', "a", [{"a": "1"}, {"a": "2"}]),
        ("INDEXED_EXTRACTIONS = json", 'no json\n{"a": 2}\n', "_raw", [{"_raw": "no json"}, {"_raw": '{"a": 2}'}]),
        (
            "INDEXED_EXTRACTIONS = hec",
            '{"time": 1795168800.5, "host": "h", "sourcetype": "y", "event": {"a": 1}, "fields": {"f": "v"}}\n',
            "_time, host, sourcetype, _raw, f",
            [{"_time": TEN + 0.5, "host": "h", "sourcetype": "y", "_raw": '{"a":1}', "f": "v"}],
        ),
    ],
)  # fmt: skip
def test_columns(indexed: Indexed, props: str, raw: str, fields: str, found: list[dict[str, Any]]) -> None:
    assert rows(indexed, props, raw, fields) == found


@pytest.mark.parametrize(
    ("props", "raw", "time"),
    [
        ("TIMESTAMP_FIELDS = day, hour", "hour,n,day\n10:00:00,7,2026-11-20\n", TEN),
        ("TIMESTAMP_FIELDS = day, hour\nTIME_FORMAT = %d.%m.%Y %H:%M", "hour,day\n10:00,20.11.2026\n", TEN),
        ("TIMESTAMP_FIELDS = when\nTZ = America/New_York", "when\n2026-11-20 05:00:00\n", TEN),
        ("TIMESTAMP_FIELDS = when", "old,when\n2020-01-01 10:00:00,2026-11-20 10:00:00\n", TEN),
        ("TIMESTAMP_FIELDS = when", "old,when\n2020-01-01 10:00:00,never\n", CHANGED),
        ("KV_MODE = none", "a,when\n7,2026-11-20 10:00:00\n", TEN),
        ("KV_MODE = none", "a,time\n7,1795168800\n", TEN),
    ],
)
def test_times(indexed: Indexed, props: str, raw: str, time: float) -> None:
    assert indexed.times(f"INDEXED_EXTRACTIONS = csv\n{props}", raw) == [time]


def test_fields_are_indexed(indexed: Indexed) -> None:
    indexed.conf("props", "[x]\nINDEXED_EXTRACTIONS = csv\nKV_MODE = none\n")
    raw = "user,n\nkim,1\nlee,2\nkim,3\n"
    assert len(indexed.search("search user::kim", raw).rows) == 2
    assert indexed.search("| tstats count where index=main by user", raw).rows == [
        {"user": "kim", "count": 2},
        {"user": "lee", "count": 1},
    ]
    assert indexed.search("| tstats count where index=main user=lee", raw).rows == [{"count": 1}]


def test_a_masked_column_stays_in_its_indexed_field(indexed: Indexed) -> None:
    """Columns are read before SEDCMD."""
    found = rows(indexed, "INDEXED_EXTRACTIONS = csv\nSEDCMD-a = s/secret/#/", "a,b\n1,secret\n", "_raw, b")
    assert found == [{"_raw": "1,#", "b": "secret"}]


@pytest.mark.parametrize(
    ("settings", "told"),
    [("", True), ("KV_MODE = json", True), ("KV_MODE = none", False), ("AUTO_KV_JSON = false", False)],
)
def test_fields_that_splunk_reads_twice_are_told(indexed: Indexed, settings: str, told: bool) -> None:
    indexed.conf("props", f"[x]\nINDEXED_EXTRACTIONS = json\n{settings}\n")
    found = indexed.search("table a", '{"a": 1}\n')
    assert found.rows == [{"a": "1"}]
    assert any("twice" in warning for warning in found.warnings) is told


def test_a_kind_that_is_none_is_told(indexed: Indexed) -> None:
    indexed.conf("props", "[x]\nINDEXED_EXTRACTIONS = yaml\n")
    assert "x: INDEXED_EXTRACTIONS = yaml is none of" in indexed.search("table _raw", "a,b\n").warnings[0]
