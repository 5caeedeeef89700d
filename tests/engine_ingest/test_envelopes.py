"""Index-time settings of events that name their source type, and of events that were indexed before."""

from __future__ import annotations

import json

import pytest

from .indexed import Indexed

ASSUMED = frozenset({"sourcetype", "source", "host", "index"})
TEN = 1_795_168_800


@pytest.fixture
def acme(indexed: Indexed) -> Indexed:
    indexed.conf(
        "props", "[acme]\nSEDCMD-a = s/pw=\\w+/pw=#/\nTRUNCATE = 30\nTRANSFORMS-a = host\nTZ = Europe/Berlin\n"
    )
    indexed.conf("transforms", "[host]\nREGEX = h=(\\w+)\nDEST_KEY = MetaData:Host\nFORMAT = host::$1\n")
    return indexed


def collected(sourcetype: str, event: str, **more: object) -> str:
    return json.dumps({"sourcetype": sourcetype, "event": event, **more}) + "\n"


def rows(indexed: Indexed, raw: str) -> list[dict[str, object]]:
    found = indexed.search("table sourcetype, host, _raw, _time | sort sourcetype", raw, sourcetype="", assumed=ASSUMED)
    return found.rows


@pytest.mark.parametrize("first", ["acme", "other"])
def test_events_for_the_collector(acme: Indexed, first: str) -> None:
    """Whichever source type the file begins with."""
    long = "pw=x " + "y" * 40
    lines = [
        collected("acme", f"pw=x h=web {'y' * 40}", time=TEN),
        collected("other", f"{long} h=web", time=TEN + 1),
    ]
    found = rows(acme, "".join(lines if first == "acme" else reversed(lines)))
    assert found == [
        {"sourcetype": "acme", "host": "web", "_raw": f"pw=# h=web {'y' * 19}", "_time": TEN},
        {"sourcetype": "other", "host": "web1", "_raw": f"{long} h=web", "_time": TEN + 1},
    ]


def test_each_origin_reads_its_own_times(acme: Indexed) -> None:
    found = rows(acme, collected("other", "2026-11-20 10:00:00 a") + collected("acme", "2026-11-20 10:00:00 b"))
    assert [(row["sourcetype"], row["_time"]) for row in found] == [("acme", TEN - 3600), ("other", TEN)]


@pytest.mark.parametrize(
    "raw",
    [
        '{"preview":false,"offset":0,"result":{"_raw":"pw=x h=web","_time":"%s","sourcetype":"acme","host":"h9"}}\n',
        "_raw,_time,sourcetype,host\npw=x h=web,%s,acme,h9\n",
    ],
)
def test_what_splunk_exported_is_not_indexed_again(acme: Indexed, raw: str) -> None:
    assert rows(acme, raw % "2026-11-20T10:00:00.000+00:00") == [
        {"sourcetype": "acme", "host": "h9", "_raw": "pw=x h=web", "_time": TEN}
    ]
