"""Formats whose rows have a header: Zeek's tables, W3C's extended format, VPC flow logs; audit records, the journal."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from engine_events.formats.opening import CLOCK, events, search
from storypack.engine.events.cutting import cut
from storypack.engine.events.shapes import recognise

T = 1_793_692_800.0  # 2026-11-03T08:00:00Z

ZEEK = """#separator \\x09
#set_separator\t,
#empty_field\t(empty)
#unset_field\t-
#path\tconn
#open\t2026-11-03-08-00-00
#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\torig_ip_bytes\tresp_ip_bytes\ttunnel_parents\ttags
#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tstring\tcount\tcount\tset[string]\tset[string]
1793692800.250000\tC1\t10.0.0.5\t50000\t192.0.2.7\t443\ttcp\tssl\t7000\t90\tCa,Cb\t(empty)
1793692801.000000\tC2\t10.0.0.5\t50001\t192.0.2.7\t443\ttcp\t-\t1\t2\tCa\t(empty)
#close\t2026-11-03-09-00-00
"""
ZEEK_HTTP = ZEEK.replace("\tconn\n", "\thttp\n").replace("service", "host").replace("ssl", "files.example.net")


def test_a_table_of_zeek(tmp_path: Path) -> None:
    path = tmp_path / "conn.log.gz"
    path.write_bytes(gzip.compress(ZEEK.encode()))
    rows = search(
        path,
        "search sourcetype=zeek:conn | sort _time | eval n=mvcount(tunnel_parents) "
        "| table _time src dest_port bytes_out app tags n",
    )
    assert rows == [
        {"_time": T + 0.25, "src": "10.0.0.5", "dest_port": "443", "bytes_out": "7000", "app": "ssl", "n": 2},
        {"_time": T + 1, "src": "10.0.0.5", "dest_port": "443", "bytes_out": "1", "n": 1},
    ]
    assert search(path, "| tstats count from datamodel=Network_Traffic by All_Traffic.src") == [
        {"All_Traffic.src": "10.0.0.5", "count": 2}
    ]


def test_two_tables_in_one_file_keep_their_headers(tmp_path: Path) -> None:
    path = tmp_path / "all.log"
    path.write_text(ZEEK + ZEEK_HTTP)
    assert [sourcetype for _, sourcetype, _ in events(path)] == [
        "zeek:http",
        "zeek:conn",
    ] * 2  # what stands later comes first
    (row,) = search(path, "search sourcetype=zeek:http uid=C1 | table host extracted_host site")
    assert row == {"host": "localhost", "extracted_host": "files.example.net", "site": "files.example.net"}


def test_a_row_of_another_width_is_told(tmp_path: Path) -> None:
    path = tmp_path / "conn.log"
    path.write_text(ZEEK + "1793692802.0\tC3\n")
    cut_events = list(cut(path, recognise(path)))
    assert [event.broken for event in cut_events] == [False, False, True]
    assert cut_events[2].raw == "1793692802.0\tC3"


@pytest.mark.parametrize("line", ["#separator", "#separator ", "#set_separator\t", "#fields", "#types", "#path", "#"])
def test_a_header_that_is_broken(tmp_path: Path, line: str) -> None:
    path = tmp_path / "conn.log"
    path.write_text(ZEEK.replace("#path", f"{line}\n#path"))
    assert len(list(cut(path, recognise(path)))) == 2


IIS = """#Software: Microsoft Internet Information Services 10.0
#Version: 1.0
#Date: 2026-11-03 08:00:00
#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) sc-status
2026-11-03 08:00:00 10.0.0.80 PUT /in/a.zip - 443 kim 192.0.2.9 curl/8.0+(x) 201
#Fields: date time c-ip cs-method
2026-11-03 08:00:01 192.0.2.10 GET
2026-11-03 08:00:02 192.0.2.10
"""


def test_the_columns_of_w3c_may_change(tmp_path: Path) -> None:
    path = tmp_path / "u_ex261103.log"
    path.write_text("\ufeff" + IIS.replace("\n", "\r\n"), encoding="utf-8")
    fields = "_time src http_method user status http_user_agent uri_path"
    rows = search(path, f"search sourcetype=ms:iis:auto | sort _time | table {fields}")
    assert rows[:2] == [
        {
            "_time": T,
            "src": "192.0.2.9",
            "http_method": "PUT",
            "user": "kim",
            "status": "201",
            "http_user_agent": "curl/8.0 (x)",
            "uri_path": "/in/a.zip",
        },
        {"_time": T + 1, "src": "192.0.2.10", "http_method": "GET"},
    ]
    assert [event.broken for event in cut(path, recognise(path))] == [False, False, True]
    assert search(path, "| tstats count from datamodel=Web where Web.status=201") == [{"count": 1}]


@pytest.mark.parametrize(
    ("text", "sourcetype", "expected"),
    [
        (
            "#Version: 1.0\n#Fields: date time x-edge-location c-ip\n2026-11-03\t08:00:05\tFRA1\t192.0.2.9\n",
            "aws:cloudfront:accesslogs",
            {"_time": T + 5, "c_ip": "192.0.2.9"},
        ),
        (
            "#Software: Microsoft Exchange Server\n#Fields: date-time,c-ip\n2026-11-03T08:00:06.000Z,192.0.2.9\n",
            "MSExchange:2013:MessageTracking",
            {"_time": T + 6, "c_ip": "192.0.2.9"},
        ),
        (
            '#Software: SGOS\n#Fields: date time s-action c-ip\n2026-11-03 08:00:07 "TCP HIT" 192.0.2.9\n',
            "bluecoat:proxysg:access:file",
            {"_time": T + 7, "c_ip": "192.0.2.9"},
        ),
    ],
)
def test_other_writers_of_w3c(tmp_path: Path, text: str, sourcetype: str, expected: dict[str, Any]) -> None:
    path = tmp_path / "log"
    path.write_text(text)
    assert search(path, f"search sourcetype={sourcetype} | table _time c_ip") == [expected]


FLOW = "2 123456789012 eni-0a 10.0.0.5 192.0.2.7 50000 443 6 10 {} 1793692800 1793692860 ACCEPT OK"
HEADER = (
    "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status"
)


def test_a_flow_log_of_s3(tmp_path: Path) -> None:
    path = tmp_path / "flows"
    empty = "2 123456789012 eni-0a - - - - - - - 1793692800 1793692860 - {}"
    path.write_text("\n".join([HEADER, FLOW.format(1_600_000_000), empty.format("NODATA"), empty.format("SKIPDATA")]))
    spl = "search sourcetype=aws:cloudwatchlogs:vpcflow | table _time src dest bytes action"
    flow = {"_time": T, "src": "10.0.0.5", "dest": "192.0.2.7", "bytes": "1600000000", "action": "allowed"}
    assert search(path, spl) == [flow]
    path.write_text("\n".join([FLOW.format(1_600_000_000), empty.format("NODATA")]))
    assert search(path, spl) == [flow]


def test_bytes_are_no_time(tmp_path: Path) -> None:
    path = tmp_path / "flows"
    path.write_text(FLOW.format(1_234_567_890) + "\n")
    assert [time for time, _, _ in events(path)] == [T]


def test_the_header_of_a_flow_log_says_the_order(tmp_path: Path) -> None:
    path = tmp_path / "flows"
    path.write_text("srcaddr dstaddr bytes vpc-id start action\n10.0.0.5 192.0.2.7 77 vpc-1 1793692800 REJECT\n")
    assert search(path, "search index=* | table _time src dest bytes vpc_id action") == [
        {"_time": T, "src": "10.0.0.5", "dest": "192.0.2.7", "bytes": "77", "vpc_id": "vpc-1", "action": "blocked"}
    ]


def test_a_log_group_that_was_exported(tmp_path: Path) -> None:
    trail = '{"eventVersion":"1.11","eventSource":"s3.amazonaws.com","eventName":"GetObject"}'
    path = tmp_path / "000000.gz"
    text = f"2026-11-03T08:00:00.500Z {trail}\n2026-11-03T08:00:01.000Z {trail[:20]}\nSTART RequestId\n"
    path.write_bytes(gzip.compress(text.encode()))
    assert events(path) == [
        (T + 0.5, "aws:cloudtrail", trail),
        (T + 1, "aws:cloudtrail", trail[:20]),
        (CLOCK, "aws:cloudtrail", "START RequestId"),
    ]


AUDIT = "type=EXECVE msg=audit({}:77): argc=2 a0=curl a1=-T"


@pytest.mark.parametrize(
    "text",
    [
        f"----\n{AUDIT.format('11/03/26 08:00:00.250')}\n",
        f"{AUDIT.format('11/03/2026 08:00:00.250')}\n----\n",
        f"----\ntime->Tue Nov  3 08:00:00 2026\n{AUDIT.format('1793692800.250')}\n----\n",
        f"{AUDIT.format('1793692800.250')}\n",
    ],
)
def test_audit_records_in_their_forms(tmp_path: Path, text: str) -> None:
    path = tmp_path / "audit.log"
    path.write_text(text)
    ((time, sourcetype, raw),) = events(path)
    assert (time, sourcetype) == (T + 0.25, "linux:audit")
    assert raw.startswith("type=EXECVE")


def test_an_entry_of_the_journal(tmp_path: Path) -> None:
    path = tmp_path / "journal.json"
    path.write_text(
        '{"__CURSOR":"a","__REALTIME_TIMESTAMP":"1793692800250000","_HOSTNAME":"web01","MESSAGE":[104,105,255]}\n'
        '{"__REALTIME_TIMESTAMP":"1793692801250000","__CURSOR":"b","_HOSTNAME":"web02","MESSAGE":"x","N":["a","b"]}\n'
    )
    assert search(path, "search sourcetype=journald | sort _time | table _time host MESSAGE") == [
        {"_time": T + 0.25, "host": "web01", "MESSAGE": "hi\ufffd"},
        {"_time": T + 1.25, "host": "web02", "MESSAGE": "x"},
    ]
