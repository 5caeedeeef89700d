"""An add-on's search-time settings above the built-in ones, field by field."""

from __future__ import annotations

import pytest

from storypack.engine.knowledge.assignments import auto_lookup

from .add_on import AddOn

CONN = {"service": "dns", "proto": "udp", "orig_bytes": 7, "conn_state": "S0"}


@pytest.mark.parametrize(
    "setting",
    [
        "FIELDALIAS-a = proto AS app",
        'EXTRACT-a = "proto": "(?<app>[a-z]+)"',
        "REPORT-a = one",
        "LOOKUP-a = names proto OUTPUT app",
        "EVAL-app = proto",
    ],
)
def test_a_field_that_the_add_on_gives(ta: AddOn, setting: str) -> None:
    """The built-in stanza calculates `app`, which would come after the add-on's aliases and extractions."""
    ta.conf("transforms", '[one]\nREGEX = "proto": "(\\w+)"\nFORMAT = app::$1\n[names]\nfilename = names.csv\n')
    ta.lookup("names.csv", "proto,app\nudp,udp\n")
    ta.conf("props", f"[bro:conn:json]\n{setting}\n")
    assert ta.value("app", CONN, sourcetype="bro:conn:json") == "udp"
    assert ta.value("bytes_out", CONN, sourcetype="bro:conn:json") == "7"


def test_the_rest_of_a_built_in_alias_stays(ta: AddOn) -> None:
    """One setting of the built-in knowledge gives `dvc` and `dest_host`."""
    ta.conf("props", "[bro:conn:json]\nFIELDALIAS-mine = service AS dvc\n")
    rows = ta.rows("table dvc, dest_host", [CONN], sourcetype="bro:conn:json", host="sensor1")
    assert rows == [{"dvc": "dns", "dest_host": "sensor1"}]


def test_a_lookup_is_written_again() -> None:
    for text in ('t "a b" AS c, d OUTPUTNEW x AS "y z", w', "t a", "t.csv a OUTPUT b"):
        lookup = auto_lookup(text)
        assert lookup is not None
        assert auto_lookup(lookup.text()) == lookup
    assert auto_lookup(" ") is None
