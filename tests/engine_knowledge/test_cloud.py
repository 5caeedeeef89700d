"""What the built-in knowledge says of cloud logs: fields and time.

The events are ours, in the shapes that the providers write.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from .add_on import AddOn

MORNING = datetime(2026, 11, 20, 9, 0, 0, tzinfo=UTC).timestamp()
OWNER = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"
S3 = (
    f"{OWNER} a-bucket-with-a-rather-long-name-for-records-of-many-years [20/Nov/2026:09:00:00 +0000] 203.0.113.5 - "
    '3E57427F3EXAMPLE REST.GET.OBJECT a/b+c.csv "GET /a/b%2Bc.csv?x=1 HTTP/1.1" 200 - 700391 700391 70 10 "-" '
    '"curl/8.11.0" - hostid= SigV4 ECDHE-RSA-AES128-GCM-SHA256 QueryString records.s3.amazonaws.com TLSv1.3 - -'
)
S3_OLD = (
    f"{OWNER} records [20/Nov/2026:09:00:00 +0000] 203.0.113.5 {OWNER} 3E57427F3EXAMPLE REST.GET.VERSIONING - "
    '"GET /?versioning HTTP/1.1" 200 - - - 7 - "-" "S3Console/0.4" -'
)
AZURE = {
    "time": "2026-11-20T09:00:00.1234567Z",
    "resourceId": "/SUBSCRIPTIONS/X",
    "callerIpAddress": "203.0.113.5:50412",
}
AZURE_REST = {
    "claims": {"name": "Dana Example"},
    "eventTimestamp": "2026-11-20T09:00:00.6123456Z",
    "status": {"value": "Succeeded"},
    "submissionTimestamp": "2026-11-20T09:20:00.9Z",
}
ENTRY = {"receiveTimestamp": "2026-11-20T09:20:00Z", "timestamp": "2026-11-20T09:00:00.100Z"}
GITHUB = {"@timestamp": 1795165200000, "action": "git.clone", "actor": "octo-kim", "created_at": 1795169000000}


@pytest.mark.parametrize(
    ("event", "sourcetype", "fields"),
    [
        pytest.param(
            S3,
            "aws:s3:accesslogs",
            {"requester": "-", "key": "a/b+c.csv", "bytes_out": "700391", "authentication_type": "QueryString"},
            id="s3 with a signed link",
        ),
        pytest.param(
            S3_OLD,
            "aws:s3:accesslogs",
            {"operation": "REST.GET.VERSIONING", "bytes_out": None, "user_agent": "S3Console/0.4", "referrer": "-"},
            id="s3 without the newer columns",
        ),
        pytest.param(AZURE, "azure:monitor:resource", {"src": "203.0.113.5:50412"}, id="azure by event hub"),
        pytest.param(
            AZURE_REST, "mscs:azure:audit", {"user": "Dana Example", "status": "Succeeded"}, id="azure by REST"
        ),
        pytest.param({"data": ENTRY}, "google:gcp:pubsub:message", {}, id="google under data"),
        pytest.param(ENTRY, "google:gcp:pubsub:audit:data_access", {}, id="google bare"),
        pytest.param(GITHUB, "github:cloud:audit", {"user": "octo-kim"}, id="github"),
    ],
)
def test_fields_and_time(event: str | dict[str, Any], sourcetype: str, fields: dict[str, Any], ta: AddOn) -> None:
    (row,) = ta.rows(f"index=* | table _time {' '.join(fields)}", [event], sourcetype=sourcetype)
    assert int(row.pop("_time")) == MORNING
    assert {name: row.get(name) for name in fields} == fields
