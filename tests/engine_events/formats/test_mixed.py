"""Files of several kinds of events: each event by itself, in small files and in those that DuckDB would read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine_events.formats.opening import events, search
from storypack.engine.events import reading
from storypack.engine.events.windows_xml import NAMESPACE

T = 1_793_692_800.0  # 2026-11-03T08:00:00Z
TRAIL = '{"eventTime":"2026-11-03T08:00:00Z","eventVersion":"1","eventSource":"s3","eventName":"GetObject"}'


@pytest.fixture(params=["small", "large"])
def size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "large":
        monkeypatch.setattr(reading, "SMALL_BYTES", 1)


@pytest.mark.usefixtures("size")
@pytest.mark.parametrize("key", ["@stream", "_path"])
def test_streams_of_zeek(tmp_path: Path, key: str) -> None:
    path = tmp_path / "zeek.log"
    conn = {key: "conn", "ts": T, "uid": "C1", "id_orig_h": "10.0.0.5", "proto": "tcp", "conn_state": "SF"}
    dns = {key: "dns", "ts": T + 1, "uid": "C2", "id_orig_h": "10.0.0.6", "query": "a.example.com", "rcode": 0}
    path.write_text("".join(json.dumps(event) + "\n" for event in (conn, conn, dns, conn)))
    assert [kind for _, kind, _ in events(path)] == ["bro:conn:json"] * 3 + ["bro:dns:json"]
    assert search(path, "| tstats count from datamodel=Network_Resolution by DNS.src") == [
        {"DNS.src": "10.0.0.6", "count": 1}
    ]
    assert {kind for _, kind, _ in events(path, sourcetype="mine")} == {"mine"}


@pytest.mark.usefixtures("size")
def test_programs_of_one_syslog(tmp_path: Path) -> None:
    path = tmp_path / "syslog"
    linux = '<Event><System><Provider Name="Linux-Sysmon"/><EventID>1</EventID></System></Event>'
    lines = [
        f"Nov  3 08:00:00 web01 sysmon: {linux}",
        "Nov  3 08:00:01 web01 sshd[7]: Accepted password for kim from 192.0.2.9 port 50000 ssh2",
        "Nov  3 08:00:02 web01 postfix/smtpd[8]: connect from mail.example.com[192.0.2.8]",
    ]
    path.write_text("\n".join(lines) + "\n")
    assert {raw: kind for _, kind, raw in events(path)} == dict(
        zip(lines, ["sysmon:linux", "linux_secure", "postfix:syslog"], strict=True)
    )


@pytest.mark.usefixtures("size")
def test_vendors_of_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    audit = '{"CreationTime":"2026-11-03T08:00:01","Operation":"FileAccessed","Workload":"OneDrive"}'
    path.write_text(f"{TRAIL}\n{audit}\n{TRAIL}\n")
    assert {raw: kind for _, kind, raw in events(path)} == {TRAIL: "aws:cloudtrail", audit: "o365:management:activity"}


@pytest.mark.usefixtures("size")
def test_lists_and_events_over_lines_behind_plain_lines(tmp_path: Path) -> None:
    path = tmp_path / "trail.jsonl"
    path.write_text(f"{TRAIL}\n" * 2 + f'{{"Records":[{TRAIL},{TRAIL}]}}\n' + f"{TRAIL}\n")
    assert [raw for _, _, raw in events(path)] == [TRAIL] * 5
    xml = f"<Event xmlns='{NAMESPACE}'><System><EventID>1</EventID></System><EventData>{{}}</EventData></Event>"
    path = tmp_path / "events.xml"
    path.write_text("\n".join([xml.format("x"), xml.format("y\nz"), xml.format("w")]))
    assert sorted(raw for _, _, raw in events(path)) == sorted([xml.format("x"), xml.format("y\nz"), xml.format("w")])


@pytest.mark.usefixtures("size")
def test_half_a_surrogate_pair_costs_an_event_nothing(tmp_path: Path) -> None:
    path = tmp_path / "trail.jsonl"
    event = TRAIL[:-1] + ',"userAgent":"a\\ud800b"}'
    path.write_text(event + "\n" + event.replace("\\ud800", "\\ud83d\\ude00") + "\n")
    rows = search(path, "search sourcetype=aws:cloudtrail | table _time userAgent")
    assert sorted(rows, key=str) == sorted(
        [{"_time": T, "userAgent": "a\ufffdb"}, {"_time": T, "userAgent": "a\U0001f600b"}], key=str
    )
