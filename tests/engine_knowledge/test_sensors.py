"""What the built-in knowledge says of the logs of network sensors and file servers: fields, time, tags, source type.

The events are ours, in the shapes that the tools write. Fields are those of the vendors' add-ons, where there is one.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from storypack.engine.events.sourcetypes import guess_event

from .add_on import AddOn

SURICATA_HTTP = {
    "timestamp": "2026-11-18T08:15:02.250000+0200",
    "flow_id": 77001,
    "event_type": "http",
    "src_ip": "10.20.30.40",
    "src_port": 50122,
    "dest_ip": "203.0.113.9",
    "dest_port": 8088,
    "proto": "TCP",
    "http": {"hostname": "drop.example.net", "http_port": 8088, "url": "/in?k=1", "http_method": "PUT", "length": 12},
}
SURICATA_FLOW = {
    "timestamp": "2026-11-18T08:16:00.000001+0000",
    "flow_id": 77002,
    "event_type": "flow",
    "src_ip": "10.20.30.40",
    "dest_ip": "203.0.113.9",
    "proto": "TCP",
    "app_proto": "tls",
    "flow": {"pkts_toserver": 900, "pkts_toclient": 90, "bytes_toserver": 1200300, "bytes_toclient": 4500, "age": 7},
}
SURICATA_DNS = {
    "timestamp": "2026-11-18T08:16:00.000001+0000",
    "flow_id": 77003,
    "event_type": "dns",
    "src_ip": "10.20.30.40",
    "dest_ip": "10.20.0.53",
    "proto": "UDP",
    "dns": {"type": "query", "id": 9, "rrname": "mail.example.org", "rrtype": "MX"},
}
SQUID = (
    "1794989702.250    310 10.20.30.40 TCP_MISS/201 421 PUT http://kim@drop.example.net:8088/in?k=1 kim "
    "HIER_DIRECT/203.0.113.9 text/html"
)
SQUID_TUNNEL = (
    "1794989702.250   9310 10.20.30.40 TCP_TUNNEL/200 5120 CONNECT drop.example.net:443 - HIER_DIRECT/203.0.113.9 -"
)
SQUID_DENIED = "1794989702.250      0 10.20.30.40 TCP_DENIED/403 3900 GET http://203.0.113.9/ - HIER_NONE/- text/html"
SQUID_RECOMMENDED = (
    '1794989702.250 logformat=splunk_recommended_squid duration=310 src_ip=10.20.30.40 src_port=50122 user="kim" '
    'http_method=PUT url="http://drop.example.net/in" http_user_agent="lftp/4.9.2" status=201 vendor_action=TCP_MISS '
    "bytes=812 bytes_in=700391 bytes_out=421"
)
BIND = (
    "18-Nov-2026 08:15:02.250 queries: info: client @0x7f00aa 10.20.30.40#50122 (a\\210b.example.org): "
    "query: a\\210b.example.org IN TXT +E(0)K (10.20.0.53)"
)
BIND_VIEW = (
    "18-Nov-2026 08:15:02.250 client 2001:db8::7#50122 (example.org): view inside: query: example.org IN A + (::1)"
)
XFERLOG = "Wed Nov 18 08:15:02 2026 4 10.20.30.40 700391 /srv/in/two words.csv b _ i r kim ftp 0 * c"
VSFTPD = (
    'Wed Nov 18 08:15:02 2026 [pid 4711] [kim] OK UPLOAD: Client "10.20.30.40", "/srv/in/two words.csv", '
    "700391 bytes, 912.20Kbyte/sec"
)
VSFTPD_FAILED = 'Wed Nov 18 08:15:02 2026 [pid 4711] [kim] FAIL UPLOAD: Client "10.20.30.40", "/srv/x", 0.00Kbyte/sec'
RSYNCD = "2026/11/18 08:15:02 [4711] rsync allowed access on module in from ws.example.org (10.20.30.40)"
SFTP_SESSION = "Nov 18 08:15:02 files internal-sftp[4711]: session opened for local user kim from [10.20.30.40]"
SFTP_CLOSE = 'Nov 18 08:15:02 files sftp-server[4711]: close "/srv/in/rows.csv" bytes read 0 written 700391'
SFTP_GET = '2026-11-18T08:15:02.250+00:00 files internal-sftp[4711]: close "rows.csv" bytes read 700391 written 0'
SSHD = (
    "Nov 18 08:15:02 files sshd-session[4711]: Accepted publickey for kim from 10.20.30.40 port 50122 ssh2: ED25519 x"
)
SSHD_FAILED = "Nov 18 08:15:02 sshd[4711]: Failed password for invalid user lee from 2001:db8::7 port 50122 ssh2"
POSTFIX_QUEUE = (
    "Nov 18 08:15:02 mx postfix/qmgr[31]: 4F2A91B03C: from=<kim@example.org>, size=700391, nrcpt=2 (queue active)"
)
POSTFIX_CLIENT = (
    "Nov 18 08:15:02 mx postfix/submission/smtpd[31]: 4Zb2Kq3PTLz9rxs: client=ws[10.20.30.40], sasl_method=PLAIN, "
    "sasl_username=kim"
)
POSTFIX_SENT = (
    "Nov 18 08:15:02 mx postfix/smtp[31]: 4F2A91B03C: to=<lee@example.net>, relay=mx.example.net[203.0.113.25]:25, "
    "delay=1.2, delays=0.1/0/0.4/0.7, dsn=2.0.0, status=sent (250 OK)"
)
NOON = datetime(2026, 11, 18, 8, 15, 2, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("event", "sourcetype", "fields"),
    [
        pytest.param(
            SURICATA_HTTP,
            "suricata",
            {
                "src": "10.20.30.40",
                "dest": "drop.example.net",
                "dest_port": "8088",
                "url": "/in?k=1",
                "http_method": "PUT",
                "bytes": "12",
                "bytes_out": None,  # no request size anywhere
                "transport": "TCP",
                "_time": NOON - 7200 + 0.25,
            },
            id="suricata http",
        ),
        pytest.param(
            SURICATA_FLOW,
            "suricata",
            {"bytes_out": "1200300", "bytes_in": "4500", "packets_out": "900", "app": "tls", "dest": "203.0.113.9"},
            id="suricata flow",
        ),
        pytest.param(
            SURICATA_DNS,
            "suricata",
            {"query": "mail.example.org", "message_type": "query", "transaction_id": "9", "dest": "10.20.0.53"},
            id="suricata dns",
        ),
        pytest.param(
            SQUID,
            "squid:access",
            {
                "src": "10.20.30.40",
                "dest": "http://kim@drop.example.net:8088/in?k=1",  # as the add-on has it
                "dest_ip": "203.0.113.9",
                "url_domain": "drop.example.net",
                "http_method": "PUT",
                "status": "201",
                "bytes_out": "421",  # the answer
                "bytes_in": None,
                "duration": "310",
                "user": "kim",
                "vendor_action": "TCP_MISS",
                "action": "allowed",
                "http_content_type": "text/html",
                "_time": NOON + 0.25,
            },
            id="squid",
        ),
        pytest.param(
            SQUID_TUNNEL,
            "squid:access",
            {"url_domain": "drop.example.net", "url": "drop.example.net:443", "http_method": "CONNECT"},
            id="squid tunnel",
        ),
        pytest.param(SQUID_DENIED, "squid:access", {"action": "blocked", "status": "403"}, id="squid denied"),
        pytest.param(
            SQUID_RECOMMENDED,
            "squid:access:recommended",
            {
                "bytes_in": "700391",
                "bytes_out": "421",
                "url_domain": "drop.example.net",
                "src": "10.20.30.40",
                "http_user_agent": "lftp/4.9.2",
                "_time": NOON + 0.25,
            },
            id="squid recommended",
        ),
        pytest.param(
            BIND,
            "isc:bind:query",
            {
                "src": "10.20.30.40",
                "src_port": "50122",
                "dest": "10.20.0.53",
                "query": "a\\210b.example.org",
                "record_type": "TXT",
                "record_class": "IN",
                "flag": "+E(0)K",
                "message_type": "Query",
                "transport": "udp",
                "_time": NOON + 0.25,
            },
            id="bind",
        ),
        pytest.param(
            BIND_VIEW,
            "isc:bind:query",
            {"src": "2001:db8::7", "query": "example.org", "record_type": "A", "dest": "::1"},
            id="bind with a view",
        ),
        pytest.param(
            XFERLOG,
            "xferlog",
            {
                "src": "10.20.30.40",
                "user": "kim",
                "object_path": "/srv/in/two words.csv",
                "object": "two words.csv",
                "object_size": "700391",
                "duration": "4",
                "action": "uploaded",
                "_time": NOON,
            },
            id="xferlog",
        ),
        pytest.param(
            VSFTPD,
            "vsftpd",
            {
                "src": "10.20.30.40",
                "user": "kim",
                "object_path": "/srv/in/two words.csv",
                "object": "two words.csv",
                "object_size": "700391",
                "action": "uploaded",
                "_time": NOON,
            },
            id="vsftpd",
        ),
        pytest.param(
            VSFTPD_FAILED,
            "vsftpd",
            {"action": "failure", "object_path": "/srv/x", "object_size": None},
            id="vsftpd, failed",
        ),
        pytest.param(RSYNCD, "rsyncd", {"src": "10.20.30.40", "object": "in", "_time": NOON}, id="rsyncd"),
        pytest.param(SFTP_SESSION, "linux_secure", {"src": "10.20.30.40", "user": "kim"}, id="sftp session"),
        pytest.param(
            SFTP_CLOSE,
            "linux_secure",
            {"object": "rows.csv", "object_size": "700391", "action": "uploaded", "app": "sftp", "pid": "4711"},
            id="sftp put",
        ),
        pytest.param(
            SFTP_GET,
            "linux_secure",
            {"object": "rows.csv", "object_size": "700391", "action": "downloaded", "_time": NOON + 0.25},
            id="sftp get",
        ),
        pytest.param(
            SSHD,
            "linux_secure",
            {"user": "kim", "src": "10.20.30.40", "src_port": "50122", "action": "success", "app": "sshd"},
            id="sshd",
        ),
        pytest.param(
            SSHD_FAILED,
            "linux_secure",
            {"user": "lee", "src": "2001:db8::7", "action": "failure", "_time": NOON},
            id="sshd, failed, no host",
        ),
        pytest.param(
            POSTFIX_QUEUE,
            "postfix:syslog",
            {
                "internal_message_id": "4F2A91B03C",
                "src_user": "kim@example.org",
                "size": "700391",
                "recipient_count": "2",
                "recipient": None,
                "_time": NOON,
            },
            id="postfix queue",
        ),
        pytest.param(
            POSTFIX_CLIENT,
            "postfix:syslog",
            {"internal_message_id": "4Zb2Kq3PTLz9rxs", "src": "10.20.30.40", "user": "kim"},  # a long queue id
            id="postfix client",
        ),
        pytest.param(
            POSTFIX_SENT,
            "postfix:syslog",
            {
                "internal_message_id": "4F2A91B03C",
                "recipient": "lee@example.net",
                "dest": "203.0.113.25",
                "action": "delivered",
                "status_code": "2.0.0",
            },
            id="postfix sent",
        ),
    ],
)
def test_fields(ta: AddOn, event: Any, sourcetype: str, fields: dict[str, Any]) -> None:
    (row,) = ta.rows(f"| table {' '.join(fields)}", [event], sourcetype=sourcetype)
    assert {name: row.get(name) for name in fields} == fields


@pytest.mark.parametrize(
    ("event", "sourcetype"),
    [
        (SURICATA_HTTP, "suricata"),
        ({"timestamp": "2026-11-18T08:16:00.000001+0000", "event_type": "stats", "stats": {"uptime": 7}}, "suricata"),
        (SQUID, "squid:access"),
        (SQUID_TUNNEL, "squid:access"),
        (SQUID_RECOMMENDED, "squid:access:recommended"),
        (BIND, "isc:bind:query"),
        (BIND_VIEW, "isc:bind:query"),
        (XFERLOG, "xferlog"),
        (VSFTPD, "vsftpd"),
        (RSYNCD, "rsyncd"),
        (SFTP_SESSION, "linux_secure"),
        (SFTP_GET, "linux_secure"),
        (f"<86>{SSHD}", "linux_secure"),
        (POSTFIX_CLIENT, "postfix:syslog"),
        ("Nov 18 08:15:02 mx CRON[9]: (root) CMD (postfix status)", "unknown"),
        ("1794989702.250 310 lines of something else", "unknown"),
    ],
)
def test_source_type(event: Any, sourcetype: str) -> None:
    assert guess_event(event if isinstance(event, str) else json.dumps(event)).sourcetype == sourcetype


@pytest.mark.parametrize(
    ("dataset", "event", "sourcetype", "fields"),
    [
        ("Web", SURICATA_HTTP, "suricata", {"dest": "drop.example.net", "http_method": "PUT", "bytes_out": None}),
        ("Web", SQUID, "squid:access", {"src": "10.20.30.40", "url_domain": "drop.example.net"}),
        ("Network_Traffic.All_Traffic", SURICATA_FLOW, "suricata", {"bytes_out": "1200300", "app": "tls"}),
        ("Network_Resolution.DNS", SURICATA_DNS, "suricata", {"query": "mail.example.org"}),
        ("Network_Resolution.DNS", BIND, "isc:bind:query", {"query": "a\\210b.example.org", "record_type": "TXT"}),
        ("Email.All_Email", POSTFIX_QUEUE, "postfix:syslog", {"size": "700391", "src_user": "kim@example.org"}),
        ("Email.All_Email", POSTFIX_SENT, "postfix:syslog", {"recipient": "lee@example.net"}),
        ("Data_Access.Data_Access", XFERLOG, "xferlog", {"object_size": "700391", "action": "uploaded"}),
        ("Data_Access.Data_Access", SFTP_CLOSE, "linux_secure", {"object": "rows.csv", "action": "uploaded"}),
    ],
)
def test_data_models_see_them(
    ta: AddOn, dataset: str, event: Any, sourcetype: str, fields: dict[str, str | None]
) -> None:
    name = dataset.rpartition(".")[2]
    values = " ".join(f"values({name}.{field}) AS {field}" for field in fields)
    (row,) = ta.rows(f"| tstats count {values} from datamodel={dataset}", [event], sourcetype=sourcetype)
    assert {"count": row["count"]} | {field: row.get(field) for field in fields} == {"count": 1} | fields
