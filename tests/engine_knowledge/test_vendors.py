"""The built-in knowledge gives what the vendors' add-ons give: the traps among their fields and tags.

Splunk_TA_aws 8.1.2, splunk_ta_o365 6.0.2, Splunk_TA_Google_Workspace 4.0.0, Splunk_TA_microsoft_sysmon 5.0.0,
Splunk_TA_sysmon-for-linux 1.0.0, Splunk_TA_windows 10.0.1, Splunk_TA_bro 4.0.0, Splunk_TA_stream_wire_data 8.1.6. The
events are ours.
"""

from __future__ import annotations

from typing import Any

import pytest

from .add_on import AddOn

SYSMON = "XmlWinEventLog:Microsoft-Windows-Sysmon/Operational"
POWERSHELL = "XmlWinEventLog:Microsoft-Windows-PowerShell/Operational"
ROLE = {
    "type": "AssumedRole",
    "arn": "arn:aws:sts::123456789012:assumed-role/ops/kim",
    "accountId": "123456789012",
    "sessionContext": {"sessionIssuer": {"userName": "ops"}},
}
PERSON = {"type": "IAMUser", "userName": "kim", "arn": "arn:aws:iam::123456789012:user/kim"}


def trail(name: str, who: dict[str, Any], **more: Any) -> dict[str, Any]:
    shared = {"eventVersion": "1.11", "eventTime": "2026-11-20T09:00:00Z", "eventSource": "ec2.amazonaws.com"}
    return {**shared, "eventName": name, "userIdentity": who, "requestParameters": {"snapshotId": "snap-1"}, **more}


def windows(number: int, data: dict[str, str], user_id: str = "S-1-5-18") -> str:
    fields = "".join(f"<Data Name='{name}'>{value}</Data>" for name, value in data.items())
    return (
        "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
        f"<Provider Name='P'/><EventID>{number}</EventID><TimeCreated SystemTime='2026-11-20T09:00:00.5Z'/>"
        "<EventRecordID>77</EventRecordID><Execution ProcessID='1' ThreadID='2'/><Channel>C</Channel>"
        f"<Computer>ws1.example.com</Computer><Security UserID='{user_id}'/></System>"
        f"<EventData>{fields}</EventData></Event>"
    )


def check(ta: AddOn, event: Any, sourcetype: str, fields: dict[str, Any], source: str = "") -> None:
    names = " ".join(f'"{name}"' if "." in name else name for name in fields)
    (row,) = ta.rows(f"table {names}", [event], sourcetype=sourcetype, source=source, host="sensor1")
    assert {name: row.get(name) for name in fields} == fields


@pytest.mark.parametrize(
    ("event", "fields"),
    [
        pytest.param(
            trail("ModifySnapshotAttribute", ROLE),
            {
                "user": None,  # a role's, outside of the list of calls
                "user_name": "ops",
                "errorCode": "success",  # never null
                "result_id": None,
                "action": None,  # not in the table of calls
                "status": None,
                "object": None,
                "tag": None,
                "vendor_account": "123456789012",
            },
            id="a role shares a snapshot",
        ),
        pytest.param(
            trail("CreateSnapshot", ROLE),
            {"user": "ops", "action": "created", "status": "success", "object": "snap-1", "tag": ["change", "cloud"]},
            id="a role makes a snapshot",
        ),
        pytest.param(
            trail("PutBucketAcl", PERSON, errorCode="AccessDenied"),
            {
                "user": "kim",
                "errorCode": "AccessDenied",
                "result_id": "AccessDenied",
                "status": "failure",
                "tag": ["change", "cloud", "error"],
            },
            id="a refused call",
        ),
        pytest.param(trail("PutBucketPolicy", PERSON), {"tag": None, "action": None}, id="a policy"),
        pytest.param(trail("PutObject", PERSON), {"tag": ["change", "endpoint"]}, id="an object"),
        pytest.param(trail("GetObject", PERSON), {"tag": None, "status": None}, id="a download"),
        pytest.param(trail("AssumeRole", PERSON), {"tag": ["assume_role", "cloud"]}, id="a role taken"),
    ],
)
def test_cloudtrail(ta: AddOn, event: dict[str, Any], fields: dict[str, Any]) -> None:
    check(ta, event, "aws:cloudtrail", fields)


def test_cloudtrail_never_lacks_an_error_code(ta: AddOn) -> None:
    events = [trail("CreateVolume", PERSON), trail("CreateVolume", PERSON, errorCode="AccessDenied")]
    for search, count in (("errorCode=*", 2), ("NOT errorCode=*", 0), ("errorCode=success", 1)):
        assert ta.rows(f"search {search} | stats count", events, sourcetype="aws:cloudtrail") == [{"count": count}]


@pytest.mark.parametrize(
    ("event", "fields"),
    [
        pytest.param(
            {"Operation": "Set-Mailbox", "ObjectId": "EUR/lee", "UserId": "kim@example.com", "ResultStatus": "False"},
            {
                "user": "EUR/lee",
                "src_user": "kim@example.com",
                "user_id": "kim@example.com",
                "status": "success",
                "result": "False",
                "tag": ["account", "change", "cloud"],
            },
            id="somebody's mailbox",
        ),
        pytest.param(
            {"Operation": "New-InboxRule", "UserId": "kim"}, {"user": "kim", "tag": None, "action": None}, id="rule"
        ),
        pytest.param({"Operation": "SharingSet"}, {"tag": ["access", "cloud", "data"]}, id="sharing"),
        pytest.param({"Operation": "AddedToSecureLink"}, {"tag": None}, id="secure link"),
        pytest.param(
            {"Operation": "X", "Workload": "Exchange", "OrganizationId": "t-1", "ResultStatus": "Failed"},
            {"vendor_product": "Microsoft Office 365 Exchange", "dest": "t-1", "dvc": "Exchange", "status": "failure"},
            id="a tenant for a host",
        ),
    ],
)
def test_office(ta: AddOn, event: dict[str, Any], fields: dict[str, Any]) -> None:
    check(ta, {"CreationTime": "2026-11-20T09:00:00", "Workload": "W"} | event, "o365:management:activity", fields)


def test_workspace_reads_the_name_of_the_event(ta: AddOn) -> None:
    actor = {"id": {"applicationName": "drive", "time": "2026-11-20T09:00:00Z"}, "actor": {"email": "kim@example.com"}}
    named = {**actor, "event": {"name": "change_user_access"}}
    check(ta, named, "gws:reports:drive", {"user": "kim@example.com", "tag": ["account", "change", "cloud"]})
    listed = {**actor, "events": [{"name": "download"}]}
    check(ta, listed, "gws:reports:drive", {"user": None, "app": None, "tag": None, "vendor_product": "Google Drive"})


@pytest.mark.parametrize(
    ("number", "data", "fields"),
    [
        (
            1,
            {
                "User": "CORP\\kim",
                "Image": "C:\\a\\b.exe",
                "CommandLine": "b.exe -x",
                "OriginalFileName": "-",
                "Hashes": "MD5=0A,SHA256=0B",
            },
            {
                "user": "kim",
                "process": "b.exe -x",
                "process_name": "b.exe",
                "process_path": "C:\\a\\b.exe",
                "original_file_name": None,
                "process_hash": "MD5=0A,SHA256=0B",
                "SHA256": "0B",
                "dest": "ws1.example.com",
                "EventCode": "1",
                "EventChannel": "C",
                "Channel": None,
                "RecordID": "77",
                "EventRecordID": None,
                "SecurityID": "S-1-5-18",
                "tag": ["process", "report"],
            },
        ),
        (5, {"Image": "C:\\b.exe"}, {"process": "C:\\b.exe", "tag": ["process", "report"]}),
        (
            3,
            {
                "Image": "C:\\b.exe",
                "SourceHostname": "-",
                "SourceIp": "192.0.2.1",
                "DestinationHostname": "a.example.com",
            },
            {
                "process_path": None,
                "process_name": "b.exe",
                "app": "C:\\b.exe",
                "src": "192.0.2.1",
                "dest": "a.example.com",
                "tag": ["communicate", "network"],
            },
        ),
        (
            11,
            {"TargetFilename": "C:\\a.txt:x", "UtcTime": "1", "CreationUtcTime": "2"},
            {"file_path": "C:\\a.txt", "file_name": "a.txt", "action": "modified", "tag": ["endpoint", "filesystem"]},
        ),
        (11, {"TargetFilename": "C:\\a.txt", "UtcTime": "1", "CreationUtcTime": "1"}, {"action": "created"}),
        (13, {"TargetObject": "HKLM\\a\\b"}, {"registry_key_name": "b", "action": "modified"}),
        (15, {"TargetFilename": "C:\\a.txt:x"}, {"action": "allowed", "tag": ["process", "report"]}),
        (
            22,
            {
                "QueryName": "a.example.com",
                "QueryStatus": "0",
                "QueryResults": "192.0.2.1;192.0.2.2;",
                "ProcessId": "4",
            },
            {
                "query": "a.example.com",
                "reply_code_id": "0",
                "reply_code": None,
                "message_type": None,
                "answer": ["192.0.2.1", "192.0.2.2"],
                "answer_count": 2,
                "src": "ws1.example.com",
                "dest": None,
                "process_id": None,
                "tag": ["dns", "network", "resolution"],
            },
        ),
    ],
)
def test_sysmon(ta: AddOn, number: int, data: dict[str, str], fields: dict[str, Any]) -> None:
    check(ta, windows(number, data), "XmlWinEventLog", fields, SYSMON)


def test_sysmon_for_linux_calls_every_process_roots(ta: AddOn) -> None:
    process = windows(1, {"User": "kim", "Image": "/usr/bin/curl"}, user_id="0").replace("UserID", "UserId")
    fields = {"user": "root", "User": "kim", "user_id": "0", "EventCode": None, "original_file_name": "curl"}
    check(ta, process, "sysmon:linux", fields)
    connection = windows(3, {"User": "kim", "SourceIp": "192.0.2.1", "DestinationIp": "203.0.113.7"}, user_id="0")
    check(ta, connection, "sysmon:linux", {"user": "kim", "src": "192.0.2.1", "dest": "203.0.113.7"})


def test_windows(ta: AddOn) -> None:
    block = windows(4104, {"ScriptBlockText": "x", "Path": ""})
    check(ta, block, "XmlWinEventLog", {"user": None, "dest": "ws1.example.com", "ScriptBlockText": "x"}, POWERSHELL)
    data = {"SubjectUserName": "kim", "TargetUserName": "-", "NewProcessId": "0x1a", "NewProcessName": "C:\\b.exe"}
    check(
        ta,
        windows(4688, data),
        "XmlWinEventLog",
        {"user": "kim", "process_id": "0x1a", "process": "C:\\b.exe", "tag": ["execute", "process", "report", "start"]},
        "XmlWinEventLog:Security",
    )


def test_zeek(ta: AddOn) -> None:
    line = {"ts": 1795165200.5, "uid": "C1", "id.orig_h": "192.0.2.1", "id.resp_h": "203.0.113.7", "id.resp_p": 8080}
    web = line | {"method": "PUT", "host": "a.example.com", "uri": "/in?k=1", "trans_depth": 1, "status_code": 200}
    fields = {
        "url": "a.example.com:8080/in?k=1",
        "uri_path": "/in?k=1",
        "dvc": "sensor1",
        "url_domain": None,
        "tag": "web",
    }
    check(ta, web, "bro:http:json", fields | {"src": "192.0.2.1"})
    check(ta, line | {"server_name": "a.example.com"}, "bro:ssl:json", {"tag": None, "ssl_subject_common_name": None})
    check(ta, web, "zeek:http:json", {"tag": None, "src": None, "uri": "/in?k=1"})  # no add-on makes it


def test_stream(ta: AddOn) -> None:
    line = {"endtime": "2026-11-20T09:00:00Z", "src_ip": "192.0.2.1", "dest_ip": "203.0.113.7", "time_taken": 9}
    web = line | {"site": "a.example.com", "uri_path": "/in", "uri": "/in?k=1", "status": 302, "dest_port": 80}
    check(
        ta,
        web,
        "stream:http",
        {
            "url": "http://a.example.com/in",  # without the query
            "action": None,
            "url_domain": None,
            "vendor_product": None,
            "duration": "9",
            "tag": ["communicate", "network", "web"],
        },
    )
    check(ta, line | {"reply_code_id": 3}, "stream:dns", {"reply_code": "Non-Existent Domain"})


def test_the_log_of_a_web_server(ta: AddOn) -> None:
    """props.conf and transforms.conf as Splunk ships them: access_combined."""
    line = (
        '192.0.2.1 - kim [20/Nov/2026:09:00:00 +0100] "PUT /in/rows.csv?k=1 HTTP/1.1" 201 12 '
        '"https://a.example.com/up" "curl/8.0"'
    )
    fields = {"clientip": "192.0.2.1", "user": "kim", "method": "PUT", "uri": "/in/rows.csv?k=1", "status": "201"}
    fields |= {"uri_path": "/in/rows.csv", "uri_query": "k=1", "file": "rows.csv", "version": "HTTP/1.1", "bytes": "12"}
    fields |= {"referer_domain": "https://a.example.com", "useragent": "curl/8.0", "k": "1", "cookie": None}
    check(ta, line, "access_combined", fields)
    assert ta.value("_time", line, sourcetype="access_combined") == 1795161600
