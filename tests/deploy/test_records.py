"""Our records: kept before anything is changed, told from damaged ones, and whole after whatever broke off."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deploy.site import APP, RULE, Site, edited, lost_from, tree
from splunkd.state import CAPABILITIES
from storypack.deploy.journal import Store
from storypack.splunkd.errors import DeployError

NEW = edited("savedsearches", "method=POST", "method=PUT")
FILES = ("state.json", "applies/0001/about.json", "applies/0001/before.json", "applies/0001/intended.json")


def records(site: Site) -> Path:
    (found,) = (site.folder / ".storypack" / "deploy").iterdir()
    return found


def break_off(site: Site, files: dict[str, bytes], write: int, *, effect: bool = True) -> None:
    """An apply that loses the instance at this write, for good."""
    site.target = {"retries": 0}
    site.splunkd.faults.add(lost_from(write, effect=effect))
    with pytest.raises(DeployError):
        site.apply(files)
    site.splunkd.faults.clear()


# --- damaged ones --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda text: "",
        lambda text: "\x00" * len(text),
        lambda text: "[]",
        lambda text: "{}",
        lambda text: '{"format": 1}',
        lambda text: '{"format": 1, "objects": []}',
        lambda text: '{"format": 1, "objects": {"macro": []}}',
        lambda text: '{"format": 1, "objects": {"macro": {"x": 1}}}',
        lambda text: '{"format": 1, "objects": {"teapot": {}}}',
        lambda text: text.replace('"format": 1', '"format": "one"'),
    ],
)
def test_a_damaged_record_is_named_and_nothing_is_done(site: Site, name: str, damage: Callable[[str], str]) -> None:
    site.apply()
    path = records(site) / name
    text = path.read_text()
    if name.endswith("about.json"):
        text = text.replace('"ended"', '"ender"')  # a run that broke off: its records are needed
        (path.parent / "journal.jsonl").touch()
    path.write_text(damage(text))
    before, since = site.splunkd.state.dump(), len(site.splunkd.log)
    for run in (site.plan, site.apply, site.roll_back):
        with pytest.raises(DeployError, match="restore it from a backup") as caught:
            run()
        assert str(path) in str(caught.value)
    assert site.splunkd.state.dump() == before and not site.splunkd.log.writes(since)


def test_the_cure_for_a_damaged_state_works(site: Site) -> None:
    site.apply()
    first = site.splunkd.state.dump()
    site.apply(NEW)
    (records(site) / "state.json").write_text("{")
    (records(site) / "state.json").rename(records(site) / "state.json.broken")
    assert not site.plan(NEW).pending
    site.roll_back()
    assert site.splunkd.state.dump() == first


def test_the_cure_for_a_damaged_run_works(site: Site) -> None:
    site.apply()
    site.apply(NEW)
    run = records(site) / "applies" / "0001"
    (run / "about.json").write_text("{")
    with pytest.raises(DeployError, match=r"run 0001 cannot be rolled back: move its folder away"):
        site.plan(NEW)
    run.rename(run.with_name("0001.broken"))
    assert not site.plan(NEW).pending
    site.roll_back()
    assert not site.plan().pending


@pytest.mark.parametrize(
    "one", ["{}", '{"object": {}, "fields": []}', '{"object": null}', '{"object": 5, "fields": []}']
)
def test_a_snapshot_that_is_not_whole(site: Site, one: str) -> None:
    site.apply()
    path = records(site) / "applies" / "0001" / "before.json"
    path.write_text('{"format": 1, "objects": {"macro": {"x": ' + one + "}}}")
    with pytest.raises(DeployError, match="macro x is not whole"):
        site.roll_back()


def test_a_lost_snapshot_is_no_empty_one(site: Site) -> None:
    site.apply()
    (records(site) / "applies" / "0001" / "before.json").unlink()
    with pytest.raises(DeployError, match=r"before\.json is damaged: 10 objects are missing"):
        site.roll_back()
    assert not site.plan().pending


@pytest.mark.parametrize("name", FILES)
def test_records_of_a_newer_storypack_are_left_alone(site: Site, name: str) -> None:
    site.apply()
    path = records(site) / name
    path.write_text(json.dumps({**json.loads(path.read_text()), "format": 2}))
    for run in (site.plan, site.apply, site.roll_back):
        with pytest.raises(DeployError, match="is of a newer storypack"):
            run()


# --- no room, no right ---------------------------------------------------------------------------------------------


def full(real: Callable[..., Any], after: int, name: str) -> Callable[..., Any]:
    """`os.open` for writing that finds no room left from the nth file of this name on."""
    seen = 0

    def opened(path: Any, flags: int, *rest: Any, **more: Any) -> Any:
        nonlocal seen
        if flags & (os.O_WRONLY | os.O_RDWR) and name in str(path):
            seen += 1
            if seen > after:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        return real(path, flags, *rest, **more)

    return opened


@pytest.mark.parametrize("name", [".storypack", "lock", "about.json", "before.json", "intended.json", "state.json"])
def test_without_records_nothing_is_done(site: Site, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    since = len(site.splunkd.log)
    with monkeypatch.context() as patch:
        patch.setattr(os, "open", full(os.open, 0, name))
        with pytest.raises(DeployError, match=r"cannot keep records in .*No space left.*nothing is changed"):
            site.apply()
    assert not site.splunkd.log.writes(since)
    site.apply()
    assert not site.plan().pending


def test_a_folder_that_cannot_be_made(site: Site) -> None:
    (site.folder / ".storypack").write_text("a file is in the way")
    with pytest.raises(DeployError, match="cannot keep records"):
        site.apply()
    assert not site.splunkd.log.writes()


@pytest.mark.parametrize("after", range(0, 21, 3))
def test_a_disk_that_fills_up_on_the_way(site: Site, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    """Before or after whichever step: it is told, gone on with, and taken back."""
    first = site.splunkd.state.dump()
    with monkeypatch.context() as patch:
        patch.setattr(os, "open", full(os.open, after, "journal.jsonl"))
        if after < 20:
            with pytest.raises(DeployError, match=r"No space left(?s:.*)steps are done and recorded \(run 0001\)"):
                site.apply()
        else:
            site.apply()
    site.apply()
    assert not site.plan().pending
    site.roll_back()
    assert site.splunkd.state.dump() == first


@pytest.mark.parametrize("keep", [1, 30, -1, -25])
@pytest.mark.parametrize("last", ["begin", "done"])
def test_half_a_line_hides_no_other(site: Site, keep: int, last: str) -> None:
    """A power cut tears the last line, before its step was sent or after it was done; what is noted behind it counts
    all the same."""
    first = site.splunkd.state.dump()
    break_off(site, tree(), 4, effect=False)
    journal = records(site) / "applies" / "0001" / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    lines = lines[:-1] if last == "done" else lines
    assert json.loads(lines[-1])["event"] == last
    journal.write_bytes(b"".join(lines[:-1]) + lines[-1][:keep])
    site.apply()
    assert not site.plan().pending
    site.roll_back()
    assert site.splunkd.state.dump() == first


# --- who may not ---------------------------------------------------------------------------------------------------


def test_rights_that_end_in_the_middle(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """403 at the third object: what was done is told, the rest is done when the rights are there."""
    site.apply()
    app = site.splunkd.state.app(APP)
    app.local_meta["", ""]["write"] = "admin, soc"
    app.local_meta["savedsearches", RULE] = {"owner": "nobody", "export": "system", "read": "*", "write": "admin"}
    first = site.splunkd.state.dump()
    macros = NEW["default/macros.conf"].replace(b"%F %T", b"%T") + b"[exf_z]\ndefinition = a | b\n"
    changed = NEW | {"default/macros.conf": macros}
    monkeypatch.setitem(CAPABILITIES, "soc", {"admin_all_objects", "schedule_search", "edit_search_schedule_window"})
    site.splunkd.admin.roles = ("soc",)
    with pytest.raises(DeployError, match=r"HTTP 403(?s:.*)2 of 3 steps are done") as caught:
        site.apply(changed)
    assert "the role needs write permission on the app" in str(caught.value)
    site.splunkd.admin.roles = ("admin",)
    site.apply(changed)
    assert not site.plan(changed).pending
    site.roll_back()
    assert site.splunkd.state.dump() == first


def test_records_are_not_kept_behind_a_link(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / ".storypack").symlink_to("other")
    store = Store(tmp_path, "AB-1", "DA-ESS-Sample")
    with pytest.raises(DeployError, match=r"\.storypack is a link"), store.locked():
        pass
    assert list((tmp_path / "other").iterdir()) == []
