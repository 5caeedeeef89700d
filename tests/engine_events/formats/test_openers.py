"""Events in wrappers: what comes out is what the vendor's add-on would have indexed, with the wrapper's word on it."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from engine_events.formats.opening import events, search
from storypack.engine.events.cutting import cut
from storypack.engine.events.openers.registry import begin_of_list, epoch, member_text
from storypack.engine.events.shapes import recognise
from storypack.engine.events.splunk_export import TIMELESS, ZONELESS, exported_event
from storypack.engine.events.windows_xml import NAMESPACE

T = 1_793_692_800.0  # 2026-11-03T08:00:00Z


def trail(number: int) -> dict[str, Any]:
    return {
        "eventVersion": "1.11",
        "eventTime": f"2026-11-03T08:00:{number:02}Z",
        "eventSource": "s3.amazonaws.com",
        "eventName": "PutBucketPolicy",
        "userIdentity": {"type": "IAMUser", "userName": f"user{number}"},
        "requestParameters": {"n": 1.50, "bucketName": "reports"},
    }


def packed(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


TRAIL = [trail(0), trail(1)]
RAWS = [json.dumps(event) for event in TRAIL]
HEC = {"time": T + 7.5, "host": "fw1", "sourcetype": "acme:fw", "source": "tcp:514", "index": "net"}
EXPORTED = {"_time": "2026-11-03T08:00:00.000+00:00", "_raw": "login ok", "host": "web1", "sourcetype": "x"}
AUDITED = packed({"CreationTime": "2026-11-03T08:00:03", "Operation": "Set", "Workload": "Exchange"})
CONTROL = {"id": "", "timestamp": 1_793_692_800_000, "message": "CWL CONTROL MESSAGE: Checking health of target."}

FILES: dict[str, tuple[str, list[tuple[float, str, str]]]] = {
    "CloudTrail": (packed({"Records": TRAIL}), [(T + n, "aws:cloudtrail", packed(TRAIL[n])) for n in (0, 1)]),
    "lookup-events": (
        json.dumps(
            {
                "Events": [
                    {"EventId": "a", "EventName": "PutBucketPolicy", "EventTime": "x", "CloudTrailEvent": raw}
                    for raw in RAWS
                ],
                "NextToken": "abc",
            },
            indent=4,
        ),
        [(T + n, "aws:cloudtrail", RAWS[n]) for n in (0, 1)],
    ),
    "EventBridge": (
        "\n".join(
            json.dumps({"version": "0", "id": "e", "detail-type": "AWS API Call", "source": "aws.s3", "detail": event})
            for event in TRAIL
        ),
        [(T + n, "aws:cloudtrail", RAWS[n]) for n in (0, 1)],
    ),
    "filter-log-events": (
        json.dumps(
            {
                "events": [
                    {"logStreamName": "s", "timestamp": 1_793_692_801_500, "message": "plain text\n", "eventId": "1"},
                    {"logStreamName": "s", "timestamp": 1_793_692_802_000, "message": RAWS[1], "eventId": "2"},
                ],
                "searchedLogStreams": [],
            }
        ),
        [(T + 1.5, "aws:cloudtrail", "plain text"), (T + 2, "aws:cloudtrail", RAWS[1])],
    ),
    "subscription": (
        "".join(
            packed(frame)
            for frame in (
                {
                    "messageType": "CONTROL_MESSAGE",
                    "owner": "CloudwatchLogs",
                    "logEvents": [CONTROL],
                },
                {
                    "messageType": "DATA_MESSAGE",
                    "owner": "123456789012",
                    "logGroup": "g",
                    "logEvents": [{"id": "1", "timestamp": 1_793_692_800_000, "message": RAWS[0]}],
                },
            )
        ),
        [(T, "aws:cloudtrail", RAWS[0])],
    ),
    "Firehose": ("".join(RAWS), [(T + n, "aws:cloudtrail", RAWS[n]) for n in (0, 1)]),
    "a Records line behind events": (
        RAWS[0] + "\n" + packed({"Records": [TRAIL[1]]}) + "\n",
        [(T, "aws:cloudtrail", RAWS[0]), (T + 1, "aws:cloudtrail", packed(TRAIL[1]))],
    ),
    "collector": (
        json.dumps({**HEC, "event": {"a": 1.50}}) + "\n" + json.dumps({"time": str(T), "event": "text of an event"}),
        [(T, "unknown", "text of an event"), (T + 7.5, "acme:fw", '{"a": 1.5}')],
    ),
    "collector, put together": (
        packed({**HEC, "event": RAWS[0]}) + packed({**HEC, "sourcetype": "acme:web", "event": "second"}),
        [(T + 7.5, "acme:fw", RAWS[0]), (T + 7.5, "acme:web", "second")],
    ),
    "export of a search": (
        "\n".join(
            [
                json.dumps({"preview": True, "offset": 0, "result": EXPORTED}),
                json.dumps({"preview": False, "offset": 0, "result": EXPORTED}),
                json.dumps({"preview": False, "offset": 1, "lastrow": True, "result": {**EXPORTED, "_raw": "bye"}}),
                json.dumps({"preview": False, "messages": []}),
            ]
        ),
        [(T, "x", "login ok"), (T, "x", "bye")],
    ),
    "results of a search": (
        packed({"preview": False, "init_offset": 0, "fields": [{"name": "_raw"}], "results": [EXPORTED]}),
        [(T, "x", "login ok")],
    ),
    "Purview, from PowerShell": (
        json.dumps([{"CreationDate": "/Date(1)/", "AuditData": AUDITED}]),
        [(T + 3, "o365:management:activity", AUDITED)],
    ),
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("is_packed", [False, True])
def test_what_is_wrapped_comes_out(tmp_path: Path, name: str, is_packed: bool) -> None:
    content, expected = FILES[name]
    path = tmp_path / "file"
    path.write_bytes(gzip.compress(content.encode()) if is_packed else content.encode())
    assert sorted(events(path)) == sorted(expected)


@pytest.mark.parametrize(
    ("content", "count"),
    [
        ({"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#x", "value": [{"id": "1"}, {"id": "2"}]}, 2),
        ({"value": [{"id": "1"}], "@odata.nextLink": "https://example.com"}, 1),
        ({"kind": "admin#reports#activities", "etag": "x", "items": [{"id": {}}], "nextPageToken": "t"}, 1),
        ({"records": [{"time": "2026-11-03T08:00:00Z", "category": "x"}] * 3}, 3),
        ({"entries": [{"logName": "a"}], "nextPageToken": "t"}, 1),
        # events that look a little like it
        ({"id": 1, "value": [{"a": 1}]}, 1),
        ({"records": [{"a": 1}, {"a": 2}], "host": "h"}, 1),
        ({"kind": "admin#reports#activity", "id": {"time": "x"}, "events": [{"name": "a"}, {"name": "b"}]}, 1),
        ({"events": [{"name": "a"}, {"name": "b"}], "actor": {}}, 1),
        ({"event": "login"}, 1),
        ({"event": "login", "host": "h", "user": "kim"}, 1),
        ({"value": [1, 2]}, 1),
        ({"Records": []}, 0),
    ],
)
def test_lists_are_told_from_events(tmp_path: Path, content: dict[str, Any], count: int) -> None:
    for number, text in enumerate((json.dumps(content), json.dumps(content, indent=1))):
        path = tmp_path / f"{number}.json"
        path.write_text(text)
        cut_events = list(cut(path, recognise(path)))
        assert [event.broken for event in cut_events] == [False] * count, text


def test_the_collectors_word_holds_where_the_user_gives_none(tmp_path: Path) -> None:
    path = tmp_path / "hec.json"
    path.write_text(json.dumps({**HEC, "event": "x", "fields": {"zone": "dmz", "rule": ["a", "b"]}}))
    spl = "search index=* | eval n=mvcount(rule) | table host source sourcetype index zone n"
    assert search(path, spl) == [
        {"host": "fw1", "source": "tcp:514", "sourcetype": "acme:fw", "index": "net", "zone": "dmz", "n": 2}
    ]
    (row,) = search(path, spl, sourcetype="mine", source="there", host="gate", index="sec")
    assert (row["host"], row["source"], row["sourcetype"], row["index"]) == ("gate", "there", "mine", "sec")


def test_values_of_an_export_that_are_several(tmp_path: Path) -> None:
    path = tmp_path / "export.json"
    result = {**EXPORTED, "dest": ["192.0.2.1", "192.0.2.2"], "punct": "..", "user": "kim"}
    path.write_text(json.dumps({"preview": False, "offset": 0, "result": result}))
    (row,) = search(path, "search index=* dest=192.0.2.2 | eval n=mvcount(dest) | table host n user")
    assert row == {"host": "web1", "n": 2, "user": "kim"}


def test_an_exported_time() -> None:
    def time(text: str) -> tuple[float | None, str]:
        event = exported_event({"_raw": "x", "_time": text})
        assert event is not None
        return event.time, event.note

    for text in ("2026-11-03T08:00:00.000+00:00", "2026-11-03 08:00:00.000 GMT", "2026-11-03T09:00:00+0100", str(T)):
        assert time(text) == (T, ""), text
    assert time("2026-11-03 08:00:00") == (T, ZONELESS)
    assert time("yesterday") == (None, TIMELESS)
    assert exported_event({"count": "1"}) is None


def test_doubled_signs_of_a_multivalue_column() -> None:
    event = exported_event({"_raw": "x", "cost": "a\nb", "__mv_cost": "$5$$;$;$b$", "one": "1", "__mv_one": ""})
    assert event is not None
    assert event.fields == {"cost": ["5$;", "b"], "one": "1"}


WINDOWS = f"<Event xmlns='{NAMESPACE}'><System><Provider Name='P'{{}}/><EventID{{}}>7</EventID>"
LOGGED: dict[str, tuple[Any, str]] = {
    "evtx_dump": (
        {
            "Event": {
                "#attributes": {"xmlns": NAMESPACE},
                "System": {
                    "Provider": {"#attributes": {"Name": "P"}},
                    "EventID": {"#attributes": {"Qualifiers": 49152}, "#text": 7},
                    "Keywords": "0x80000000000000",
                    "TimeCreated": {"#attributes": {"SystemTime": "2026-11-03T08:00:00.1234567Z"}},
                    "Correlation": None,
                    "Channel": "System",
                    "Security": {"#attributes": {"UserID": "S-1-5-18"}},
                },
                "EventData": {"Name": "a <b>", "Count": 3, "Empty": None},
            }
        },
        WINDOWS.format("", " Qualifiers='49152'")
        + "<Keywords>0x80000000000000</Keywords><TimeCreated SystemTime='2026-11-03T08:00:00.1234567Z'/><Correlation/>"
        "<Channel>System</Channel><Security UserID='S-1-5-18'/></System><EventData><Data Name='Name'>a &lt;b&gt;</Data>"
        "<Data Name='Count'>3</Data><Data Name='Empty'></Data></EventData></Event>",
    ),
    "without names": (
        {"Event": {"System": {"Provider": {"Name": "P"}, "EventID": 7}, "EventData": {"Data": {"#text": ["a", "b"]}}}},
        WINDOWS.format("", "") + "<Correlation/><Security/></System>"
        "<EventData><Data>a</Data><Data>b</Data></EventData></Event>",
    ),
    "user data": (
        {
            "Event": {
                "System": {"Provider": {"Name": "P"}, "EventID": 7},
                "UserData": {"Cleared": {"#attributes": {"xmlns": "urn:x"}, "Channel": "Security"}},
            }
        },
        WINDOWS.format("", "") + "<Correlation/><Security/></System>"
        "<UserData><Cleared xmlns='urn:x'><Channel>Security</Channel></Cleared></UserData></Event>",
    ),
    "numbers": (
        {
            "System": {
                "Provider": {"Name": "P", "Guid": "{A}"},
                "EventID": {"Value": 7},
                "Keywords": 9232379236109516800,
                "TimeCreated": {"SystemTime": 1793692800.25},
            },
            "EventData": {"a": True},
            "Message": "told",
        },
        WINDOWS.format(" Guid='{A}'", "")
        + "<Keywords>0x8020000000000000</Keywords><TimeCreated SystemTime='2026-11-03T08:00:00.250000Z'/><Correlation/>"
        "<Security/></System><EventData><Data Name='a'>true</Data></EventData>"
        "<RenderingInfo Culture='en-US'><Message>told</Message></RenderingInfo></Event>",
    ),
    "Get-WinEvent": (
        {
            "Id": 7,
            "ProviderName": "P",
            "LogName": "System",
            "MachineName": "ws01",
            "TimeCreated": "/Date(1793692800123)/",
            "UserId": {"Value": "S-1-5-18"},
            "Properties": [{"Value": "a"}, {"Value": 2}],
            "Message": "a & b",
        },
        WINDOWS.format("", "") + "<TimeCreated SystemTime='2026-11-03T08:00:00.123000Z'/><Correlation/>"
        "<Channel>System</Channel><Computer>ws01</Computer><Security UserID='S-1-5-18'/></System>"
        "<EventData><Data>a</Data><Data>2</Data></EventData>"
        "<RenderingInfo Culture='en-US'><Message>a &amp; b</Message></RenderingInfo></Event>",
    ),
}


@pytest.mark.parametrize("name", LOGGED)
@pytest.mark.parametrize("indent", [None, 2])
def test_windows_events_in_json_become_the_xml_of_windows(tmp_path: Path, name: str, indent: int | None) -> None:
    value, xml = LOGGED[name]
    path = tmp_path / "log.json"
    path.write_text(json.dumps(value, indent=indent) + "\n" + json.dumps([value]))
    assert [event.raw for event in cut(path, recognise(path))] == [xml, xml]


def test_a_message_of_sysmon_names_its_data(tmp_path: Path) -> None:
    path = tmp_path / "sysmon.json"
    event = {
        "Id": 1,
        "ProviderName": "Microsoft-Windows-Sysmon",
        "LogName": "Microsoft-Windows-Sysmon/Operational",
        "MachineName": "ws01",
        "TimeCreated": "2026-11-03T08:00:00.5Z",
        "Message": "Process Create:\r\nRuleName: -\r\nImage: C:\\a.exe\r\nCommandLine: a.exe x: y",
    }
    path.write_bytes(b"\xff\xfe" + json.dumps([event], indent=4).encode("utf-16-le"))
    assert search(path, "search index=* | table _time source sourcetype Image CommandLine") == [
        {
            "_time": T + 0.5,
            "source": "XmlWinEventLog:Microsoft-Windows-Sysmon/Operational",
            "sourcetype": "XmlWinEventLog",
            "Image": "C:\\a.exe",
            "CommandLine": "a.exe x: y",
        }
    ]


def test_a_member_keeps_its_text() -> None:
    raw = '{"a" : {"n":1.50, "e": 1e400} , "b":"x" , "a":[ 12345678901234567890 ]}'
    assert member_text(raw, "b") == '"x"'
    assert member_text(raw, "a") == "[ 12345678901234567890 ]"
    assert member_text(raw, "c") == ""


def test_seconds_by_the_size_of_a_number() -> None:
    for number in (T, T * 1e3, T * 1e6, T * 1e9, str(T)):
        assert epoch(number) == T
    assert epoch("soon") is epoch(None) is epoch(-1) is epoch("1e400") is None


def test_the_begin_of_a_list_is_seen_without_its_end() -> None:
    text = '{"kind": "x", "items": [ {"a":'
    at, may_be = begin_of_list(text, 0)
    assert text[at:] == ' {"a":'
    assert [one.key for one in may_be] == ["items"]
    for other in ('{"a": 1, "items": [{', '{"items": [1', '{"items": {', "{", '{"items"', '{"kind": [[[[', "{}"):
        assert begin_of_list(other, 0)[0] == 0, other


def test_values_of_the_wrong_kind_are_no_reason_to_fail(tmp_path: Path) -> None:
    powershell: dict[str, Any] = dict.fromkeys(("ProviderName", "LogName", "MachineName"))
    powershell |= {"Id": [], "TimeCreated": "/Date(99999999999999999)/"}
    deep = '{"Event":{"System":{"EventID":1,"Provider":{}},"UserData":' + '{"a":' * 900 + "1" + "}" * 900 + "}}"
    odd = [
        json.dumps({**powershell, "Keywords": True, "Properties": [1, None]}),
        json.dumps({"System": {"EventID": [], "Provider": 1, "TimeCreated": {"SystemTime": 1e300}}, "EventData": []}),
        json.dumps({"event": None, "time": [], "host": {}, "fields": "x"}),
        json.dumps({"_raw": "x", "_time": [], "host": ["a"], "__mv_a": 1}),
        deep,
    ]
    path = tmp_path / "odd.json"
    path.write_text("[" + ",".join(odd) + "]")
    assert len(list(cut(path, recognise(path)))) == len(odd)
