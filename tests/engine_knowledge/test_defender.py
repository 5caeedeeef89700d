"""Hunting tables of Microsoft Defender, with the fields that the Splunk Add-on for Microsoft Security 2.3.1 gives."""

from __future__ import annotations

import pytest

from .add_on import AddOn

TENANT = "00000000-0000-4000-8000-000000000001"
PROPERTIES = {
    "Timestamp": "2026-11-20T09:12:00.1234567Z",
    "DeviceId": "d1",
    "DeviceName": "ws-031.corp.example.com",
    "ActionType": "ProcessCreated",
    "FileName": "7z.exe",
    "FolderPath": "C:\\Tools",
    "FileSize": 5000,
    "ProcessCommandLine": "7z a x.7z C:\\data",
    "AccountName": "kim",
    "RemoteIP": "203.0.113.9",
    "InitiatingProcessAccountName": "system",
    "InitiatingProcessFileName": "cmd.exe",
    "InitiatingProcessCommandLine": "cmd /c run",
    "InitiatingProcessParentFileName": "explorer.exe",
}


def record(table: str, **properties: object) -> dict[str, object]:
    return {
        "time": "2026-11-20T10:00:00.0000000Z",
        "tenantId": TENANT,
        "category": f"AdvancedHunting-{table}",
        "properties": {**PROPERTIES, **properties},
    }


@pytest.mark.parametrize(
    ("table", "field", "value"),
    [
        ("DeviceProcessEvents", "dest", TENANT),  # the add-on's, not the host
        ("DeviceProcessEvents", "user", "kim"),
        ("DeviceProcessEvents", "process", "7z a x.7z C:\\data"),
        ("DeviceProcessEvents", "parent_process_name", "cmd.exe"),
        ("DeviceNetworkEvents", "dest", "203.0.113.9"),
        ("DeviceNetworkEvents", "user", "system"),
        ("DeviceNetworkEvents", "process_name", "cmd.exe"),
        ("DeviceNetworkEvents", "parent_process_name", "explorer.exe"),
        ("DeviceEvents", "dest", "d1"),
        ("DeviceFileEvents", "file_path", "C:\\Tools\\7z.exe"),
        ("DeviceFileEvents", "file_size", "5"),
        ("DeviceFileEvents", "process_name", None),
    ],
)
def test_fields(ta: AddOn, table: str, field: str, value: str | None) -> None:
    (row,) = ta.rows(f"search category=* | table {field}", [record(table)], sourcetype="ms:defender:eventhub")
    assert (None if row.get(field) is None else str(row[field])) == value


def test_a_path_that_ends_with_the_name_is_left_as_it_is(ta: AddOn) -> None:
    event = record("DeviceFileEvents", FolderPath="E:\\out\\7z.exe")
    (row,) = ta.rows("search category=* | table file_path", [event], sourcetype="ms:defender:eventhub")
    assert row == {"file_path": "E:\\out\\7z.exe"}


@pytest.mark.parametrize("sourcetype", ["ms:defender:eventhub", "mscs:azure:eventhub"])
def test_the_time_is_that_of_the_event_and_not_of_its_arrival(ta: AddOn, sourcetype: str) -> None:
    (row,) = ta.rows("search category=* | table _time", [record("DeviceEvents")], sourcetype=sourcetype)
    assert row["_time"] == pytest.approx(1795165920.123, abs=0.01)


@pytest.mark.parametrize(
    ("dataset", "tables"),
    [
        ("Endpoint.Processes", {"DeviceEvents", "DeviceNetworkEvents", "DeviceProcessEvents"}),
        ("Endpoint.Filesystem", {"DeviceFileEvents"}),
        ("Network_Traffic.All_Traffic", set()),
    ],
)
def test_data_models(ta: AddOn, dataset: str, tables: set[str]) -> None:
    """Connections stand among the processes; no search of network traffic sees them."""
    for table in ("DeviceProcessEvents", "DeviceNetworkEvents", "DeviceEvents", "DeviceFileEvents"):
        (row,) = ta.rows(f"| tstats count from datamodel={dataset}", [record(table)], sourcetype="ms:defender:eventhub")
        assert row["count"] == (table in tables), table
