"""CSV as people have it: separators, lines before the header, rows that hold an event."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from engine_events.formats.opening import events, search
from storypack.engine.events.cutting import cut
from storypack.engine.events.formats.csv_rows import separator_of
from storypack.engine.events.shapes import recognise
from storypack.engine.events.splunk_export import ZONELESS

T = 1_793_692_800.0  # 2026-11-03T08:00:00Z
AUDITED = (
    '{"CreationTime":"2026-11-03T08:00:05","Operation":"Set-Mailbox","Workload":"Exchange","UserId":"a@example.com"}'
)


def table(*rows: list[str], separator: str = ",", end: str = "\r\n") -> str:
    file = io.StringIO()
    csv.writer(file, delimiter=separator, lineterminator=end).writerows(rows)
    return file.getvalue()


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("before", ["", "sep={}\r\n", "#TYPE Selected.System.Object\r\n", "\ufeff"])
def test_separators_and_lines_before_the_header(tmp_path: Path, separator: str, before: str) -> None:
    path = tmp_path / "file.csv"
    rows = (["time", "user", "a,b;c"], ["2026-11-03T08:00:00Z", "kim", f"x{separator}y"])
    path.write_text(before.format(separator) + table(*rows, separator=separator), encoding="utf-8", newline="")
    only = list(cut(path, recognise(path)))
    assert [json.loads(event.indexed or "") for event in only] == [dict(zip(*rows, strict=True))]
    assert not only[0].broken
    ((time, sourcetype, _),) = events(path)
    assert (time, sourcetype) == (T, "csv")


def test_the_separator_of_a_header() -> None:
    assert separator_of('"a;b;c",d,e') == ","
    assert separator_of("a") == ","
    assert separator_of("user name;b, c;d") == ";"


PORTAL = ["RecordId", "CreationDate", "RecordType", "Operation", "UserId", "AuditData", "AssociatedAdminUnits"]
SHELL = ["PSComputerName", "RunspaceId", "RecordType", "CreationDate", "UserIds", "Operations", "AuditData", "Identity"]


@pytest.mark.parametrize(
    ("header", "before"),
    [
        (PORTAL, "\ufeff"),
        (SHELL, ""),
        (SHELL, "#TYPE Deserialized.Microsoft.Exchange.Data.ApplicationLogic.UnifiedAuditLogEvent\r\n"),
        (["AuditData", "CreationDate"], ""),
    ],
)
@pytest.mark.parametrize("name", ["audit.csv", "export.txt"])
def test_an_audit_record_comes_out_of_its_row(tmp_path: Path, header: list[str], before: str, name: str) -> None:
    values = {"AuditData": AUDITED, "CreationDate": "11/3/2026 8:00:05 AM", "RecordType": "1"}
    row = [values.get(column, "") for column in header]
    cut_off = [value[:30] if value == AUDITED else value for value in row]
    path = tmp_path / name
    path.write_text(before + table(header, row, cut_off, row), encoding="utf-8", newline="")
    assert [(event.raw, event.broken) for event in cut(path, recognise(path))] == [
        (AUDITED, False),
        (AUDITED[:30], True),
        (AUDITED, False),
    ]
    found = search(path, "search sourcetype=o365:management:activity Operation=Set-Mailbox | table _time user Workload")
    assert found == [{"_time": T + 5, "user": "a@example.com", "Workload": "Exchange"}] * 2


EXPORT = ["_raw", "_time", "host", "source", "sourcetype", "index", "user", "dest", "__mv_dest", "punct"]


@pytest.mark.parametrize("name", ["export.csv", "results"])
def test_an_export_of_splunk_gives_its_events_back(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    row = ["user=kim\nsecond line", "2026-11-03T08:00:00.500+0000", "web1", "/var/log/x", "acme:web", "net", "kim"]
    text = table(EXPORT, [*row, "a\nb$", "$a$;$b$$$", ".."])
    path.write_text(text.replace("host,source,", '"host",source,'), newline="")
    spl = "search index=net dest=b$ | eval n=mvcount(dest) | table _time _raw host source sourcetype user n"
    assert search(path, spl) == [
        {
            "_time": T + 0.5,
            "_raw": "user=kim\nsecond line",
            "host": "web1",
            "source": "/var/log/x",
            "sourcetype": "acme:web",
            "user": "kim",
            "n": 2,
        }
    ]
    (row_of_mine,) = search(path, "search index=* | table sourcetype host", sourcetype="mine")
    assert row_of_mine == {"sourcetype": "mine", "host": "web1"}


def test_a_time_without_a_zone_is_told(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text(table(["_time", "_raw"], ["2026-11-03 08:00:00", "a"], ["2026-11-03 08:00:01.000 GMT", "b"]))
    assert [(event.time, event.note) for event in cut(path, recognise(path))] == [(T, ZONELESS), (T + 1, "")]


def test_a_table_of_statistics_stays_rows(tmp_path: Path) -> None:
    path = tmp_path / "stats.csv"
    path.write_text(table(["user", "count"], ["kim", "3"]))
    assert search(path, "search index=* | table user count") == [{"user": "kim", "count": "3"}]


ZIMMERMAN = ["EventRecordId", "TimeCreated", "EventId", "Level", "Provider", "Channel", "Computer", "Payload"]


@pytest.mark.parametrize(
    ("payload", "body"),
    [
        (
            {"EventData": {"Data": [{"@Name": "Image", "#text": "C:\\a.exe"}, {"@Name": "Hashes"}]}},
            "<EventData><Data Name='Image'>C:\\a.exe</Data><Data Name='Hashes'></Data></EventData>",
        ),
        ({"EventData": {"Data": {"@Name": "a", "#text": "1"}}}, "<EventData><Data Name='a'>1</Data></EventData>"),
        ({"EventData": {"Data": "one, two"}}, "<EventData><Data>one, two</Data></EventData>"),
        (
            {"UserData": {"Gone": {"@xmlns": "urn:x", "Who": "kim"}}},
            "<UserData><Gone xmlns='urn:x'><Who>kim</Who></Gone></UserData>",
        ),
        ({}, "<EventData></EventData>"),
    ],
)
def test_a_row_of_evtxecmd_is_the_event_in_xml(tmp_path: Path, payload: object, body: str) -> None:
    path = tmp_path / "evtxecmd.csv"
    values = ["9", "2026-11-03 08:00:00.1234567", "1", "Info", "Sysmon", "Sysmon/Operational", "ws01"]
    path.write_text("\ufeff" + table(ZIMMERMAN, [*values, json.dumps(payload)]), encoding="utf-8", newline="")
    ((time, sourcetype, raw),) = events(path)
    assert (time, sourcetype) == (pytest.approx(T + 0.123456, abs=1e-6), "XmlWinEventLog")
    assert raw.endswith(f"<Computer>ws01</Computer><Security/></System>{body}</Event>")
    assert "<Level>4</Level>" in raw
    assert search(path, "search index=* | table source")[0]["source"] == "XmlWinEventLog:Sysmon/Operational"


@pytest.mark.parametrize(
    ("action", "category"),
    [
        ("ConnectionSuccess", "AdvancedHunting-DeviceNetworkEvents"),
        ("ProcessCreated", "AdvancedHunting-DeviceProcessEvents"),
        ("FileRenamed", "AdvancedHunting-DeviceFileEvents"),
        ("LogonFailed", "AdvancedHunting-DeviceLogonEvents"),
        ("RegistryValueSet", "AdvancedHunting-DeviceRegistryEvents"),
        ("UsbDriveMounted", "AdvancedHunting-DeviceEvents"),
    ],
)
def test_rows_of_defenders_advanced_hunting(tmp_path: Path, action: str, category: str) -> None:
    """Columns stay fields; beside them stand those that the add-on gives of the streamed record."""
    path = tmp_path / "hunting.csv"
    header = ["Timestamp", "DeviceId", "DeviceName", "ActionType", "RemoteIP", "AccountName"]
    row = ["Nov 3, 2026 8:00:00 AM", "d1", "ws1.example.com", action, "192.0.2.9", "kim"]
    path.write_text("\ufeff" + table(header, row), encoding="utf-8", newline="")
    (found,) = search(path, "table _time, sourcetype, category, DeviceName, properties.RemoteIP")
    assert found == {
        "_time": T,
        "sourcetype": "ms:defender:eventhub",
        "category": category,
        "DeviceName": "ws1.example.com",
        "properties.RemoteIP": "192.0.2.9",
    }


def test_rows_of_another_table_with_those_columns_stay_rows(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(table(["Timestamp", "DeviceId", "DeviceName", "ActionType"], ["2026-11-03", "d1", "ws1", ""]))
    ((_, sourcetype, raw),) = events(path)
    assert (sourcetype, raw) == ("csv", "2026-11-03,d1,ws1,")
