"""Saved searches as splunk-sdk reads and writes them, and what splunkd refuses."""

from __future__ import annotations

import pytest
from splunklib.binding import HTTPError, UrlEncoded

from splunkd import Splunkd

SEARCH = "index=main | head 1"


def refused(call: object, *args: object, **kwargs: object) -> tuple[int, str]:
    with pytest.raises(HTTPError) as caught:
        call(*args, **kwargs)  # type: ignore[operator]
    return caught.value.status, str(caught.value)


def test_the_sdk_creates_reads_updates_and_deletes(splunkd: Splunkd) -> None:
    searches = splunkd.connect(app="search").saved_searches
    made = searches.create("EXF - A/b c - Rule", SEARCH, description="Two\nlines", **{"action.risk": "true"})
    assert made.name == "EXF - A/b c - Rule"
    assert made.access["owner"] == "nobody"
    assert (made["description"], made["action.risk"], made["actions"]) == ("Two\nlines", "1", "risk")

    again = searches["EXF - A/b c - Rule"]
    assert again["search"] == SEARCH
    assert len(again.content) > 200  # defaults come back, as they do from a real one

    again.service.post(UrlEncoded(again.links["alternate"], skip_encode=True), description="New")
    assert searches["EXF - A/b c - Rule"]["description"] == "New"
    searches.delete("EXF - A/b c - Rule")
    with pytest.raises(KeyError):
        searches["EXF - A/b c - Rule"]
