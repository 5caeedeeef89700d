"""Lists: pages, filters, order, both forms."""

from __future__ import annotations

import pytest

from splunkd import Splunkd

PATH = "/servicesNS/nobody/x/saved/searches"


@pytest.fixture
def many(splunkd: Splunkd) -> Splunkd:
    stanzas = {
        f"S {number:02}": {"search": f"index=i{number}", "description": "even" if number % 2 == 0 else "odd"}
        for number in range(45)
    }
    splunkd.state.add_app("x", {"savedsearches": stanzas})
    return splunkd


def names(splunkd: Splunkd, **query: str) -> list[str]:
    return splunkd.ask("GET", PATH, {"output_mode": "json", **query}).names


def test_thirty_unless_count_is_given(many: Splunkd) -> None:
    assert len(names(many)) == 30
    assert len(names(many, count="0")) == len(names(many, count="-1")) == 45
    assert names(many, count="2", offset="44") == ["S 44"]
    paging = many.ask("GET", PATH, {"output_mode": "json", "count": "10", "offset": "20"}).json["paging"]
    assert paging == {"total": 45, "perPage": 10, "offset": 20}
    assert many.ask("GET", PATH, {"count": "ten"}).status == 400


def test_the_sdk_pages(many: Splunkd) -> None:
    searches = many.connect(app="x").saved_searches
    assert len(searches.list(count=-1)) == 45
    before = len(many.log)
    assert len(list(searches.iter(pagesize=20))) == 45
    assert many.log.count("GET", "saved/searches", since=before) == 3


def test_search_sort_and_fields(many: Splunkd) -> None:
    assert names(many, search='name="S 0*"', count="0") == [f"S {number:02}" for number in range(10)]
    assert len(names(many, search="description=odd", count="0")) == 22
    assert names(many, search="i44") == ["S 44"]
    assert len(names(many, search="description=odd NOT i1*", count="0")) == 22 - 6
    assert len(names(many, search="eai:acl.app=x", count="0")) == 45
    assert names(many, sort_dir="desc", sort_key="name", count="1") == ["S 44"]
    content = many.ask("GET", PATH, {"output_mode": "json", "f": "dispatch.e*", "count": "1"}).json["entry"][0][
        "content"
    ]
    assert content.keys() == {"dispatch.earliest_time", "eai:acl"}


def test_both_forms_tell_the_same(many: Splunkd) -> None:
    entity = many.connect(app="x").saved_searches["S 01"]
    entry = many.ask("GET", f"{PATH}/S%2001", {"output_mode": "json"}).json["entry"][0]
    assert entry["name"] == entity.name
    assert entry["acl"]["app"] == entity.access["app"] == "x"
    assert entry["acl"]["perms"]["write"] == entity.access["perms"]["write"] == ["admin", "power"]
    assert entry["content"].keys() - {"eai:acl", "disabled"} >= {"search", "cron_schedule"}
    for key, value in entry["content"].items():
        if key == "eai:acl":
            continue
        shown = entity.content[key]
        assert shown == (
            str(int(value)) if isinstance(value, bool) else str(value) if value not in ("", None) else None
        ), key
