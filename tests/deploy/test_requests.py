"""How many requests things take: reads do not grow with the number of objects, writes are one per object."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.site import APP, Site, Tree, tree
from deploy.test_status import status
from splunkd import Splunkd
from storypack.splunkd import connection


def many(count: int, word: str = "POST") -> Tree:
    """The sample app with so many more searches, macros, stories and views."""
    numbers = range(count)
    files = tree(
        savedsearches="".join(
            f"[EXF - {n} - Rule]\nsearch = `exf_{n}` method={word}\nenableSched = 1\ncron_schedule = 0 * * * *\n"
            for n in numbers
        ),
        macros="".join(f"[exf_{n}]\ndefinition = index=a method={word} | head {n}\n" for n in numbers),
        analyticstories="".join(f"[analytic_story://EXF - {n}]\nversion = 1\ncategory = {word}\n" for n in numbers),
    )
    dashboard = f"<dashboard><label>{word}</label></dashboard>".encode()
    return files | {f"default/data/ui/views/v{n}.xml": dashboard for n in numbers}


@contextmanager
def counted(splunkd: Splunkd, into: dict[str, tuple[int, int]], what: str) -> Iterator[None]:
    """(reads, writes) of what happens within."""
    since = len(splunkd.log)
    yield
    writes = len(splunkd.log.writes(since))
    into[what] = (len(splunkd.log) - since - writes, writes)


def requests(count: int, site: Site) -> dict[str, tuple[int, int]]:
    """What each step of a history takes with `count` objects of four kinds."""
    found: dict[str, tuple[int, int]] = {}
    first, second, third = many(count), many(count, "PUT"), many(0)
    for what, files in (("first", first), ("all updated", second), ("all deleted", third)):
        with counted(site.splunkd, found, f"plan, {what}"):
            assert len(site.plan(files).pending) >= 4 * count
        with counted(site.splunkd, found, f"apply, {what}"):
            site.apply(files)
        with counted(site.splunkd, found, f"plan after, {what}"):
            assert not site.plan(files).pending
    with counted(site.splunkd, found, "status"):
        status(site, third)
    for what in ("deletion", "update", "creation"):
        with counted(site.splunkd, found, f"rollback of the {what}"):
            site.roll_back()
    assert APP not in site.splunkd.state.apps.apps
    return found


@pytest.mark.slow
@pytest.mark.parametrize("count", [3, 20])
def test_twice_the_objects_take_no_more_reads(count: int, tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    with Splunkd() as one, Splunkd() as two:
        small = requests(count, Site(one, tmp_path / "one"))
        large = requests(2 * count, Site(two, tmp_path / "two"))
    for what, (reads, writes) in large.items():
        assert reads == small[what][0], what
        per_object = writes - small[what][1]
        pending = 0 if "plan" in what or what == "status" else 4 * count
        # a view has permissions of its own in the sample app
        assert per_object == pending + (count if what in ("apply, first", "rollback of the deletion") else 0), what


def test_a_list_grows_by_pages(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "PAGE", 5)
    site.apply(many(12))
    since = len(site.splunkd.log)
    assert not site.plan(many(12)).pending
    assert site.splunkd.log.count("GET", "saved/searches", since=since) == 3  # 12 of the app's, in pages of 5
