"""What is kept between runs: never stale, never in the way, safe when runs race, safe from whoever wrote it."""

from __future__ import annotations

import datetime as dt
import json
import multiprocessing
import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from storypack.checks import cache, snapshot
from storypack.checks.context import Context
from storypack.checks.searches import apply
from storypack.issue import Issue, Location, Severity
from storypack.pack.load import load_pack
from tests.checks.example_pack import MACRO, ODD, SHARE, TODAY, TRUSTED, TRUSTED_CSV, base, variant, write

SEARCH = "`exf_cloud` a=1 | lookup exf_trusted account OUTPUT owner | `exf_odd_upload_filter`"


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files whose searches were really checked, over all runs."""
    seen: list[str] = []
    real = apply._check_some

    def spy(entries: Any, world: Any) -> Any:
        seen.extend(entry.path for entry in entries)
        return real(entries, world)

    monkeypatch.setattr(apply, "_check_some", spy)
    return seen


def issues(root: Path, *, use_cache: bool = True) -> list[tuple[str, str]]:
    found = apply.search_issues(Context(load_pack(root).pack, TODAY), use_cache=use_cache)
    return sorted((issue.rule, issue.location.file) for issue in found if issue.severity is Severity.ERROR)


def edit(root: Path, file: str, **keys: Any) -> None:
    path = root / file
    data = {**yaml.safe_load(path.read_text(encoding="utf-8")), **keys}
    path.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")


def test_unchanged_searches_are_checked_once(tmp_path: Path, checked: list[str]) -> None:
    root = write(tmp_path, variant({ODD: {"search": "index=a || b"}}))
    first = issues(root)
    assert ("SP201", ODD) in first
    assert len(checked) == 6  # four detections, a baseline, an investigation
    assert issues(root) == first
    assert len(checked) == 6
    assert (root / ".storypack/.gitignore").read_text() == "*\n"


def test_a_change_is_seen_and_nothing_else_is_checked(tmp_path: Path, checked: list[str]) -> None:
    root = write(tmp_path, variant({ODD: {"search": SEARCH}}))
    assert issues(root) == []
    checked.clear()
    edit(root, ODD, search=SEARCH.replace("owner", "ownr"))
    assert issues(root) == [("SP211", ODD)]
    assert checked == [ODD]


def test_a_changed_macro_reaches_those_that_call_it(tmp_path: Path, checked: list[str]) -> None:
    root = write(tmp_path, variant({}))
    edit(root, ODD, search="index=a | `exf_between(a, 1)` | `exf_odd_upload_filter`")
    assert issues(root) == issues(root, use_cache=False)
    checked.clear()
    edit(root, "macros/exf_between.yml", definition="statz $field$ $least$")
    assert ("SP202", ODD) in issues(root)
    assert sorted(checked) == [SHARE, ODD]


def test_a_changed_column_reaches_those_that_look_up(tmp_path: Path, checked: list[str]) -> None:
    root = write(tmp_path, variant({ODD: {"search": SEARCH}}))
    assert issues(root) == []
    checked.clear()
    csv = root / TRUSTED_CSV
    csv.write_text(csv.read_text(encoding="utf-8").replace("owner", "holder"), encoding="utf-8")
    assert issues(root) == [("SP211", ODD)]
    assert ODD in checked and "detections/endpoint/much_risk.yml" not in checked


def test_a_macro_that_comes_and_goes(tmp_path: Path) -> None:
    root = write(tmp_path, variant({ODD: {"search": "`exf_new` a=1 | `exf_odd_upload_filter`"}}))
    assert issues(root) == [("SP207", ODD)]
    macro = {**base()[MACRO], "name": "exf_new", "id": "00000000-0000-4000-8000-000000000099"}
    (root / "macros/exf_new.yml").write_text(yaml.safe_dump(macro), encoding="utf-8")
    assert issues(root) == []
    (root / "macros/exf_new.yml").unlink()
    assert issues(root) == [("SP207", ODD)]


def test_a_suggestion_follows_the_names(tmp_path: Path) -> None:
    root = write(tmp_path, variant({ODD: {"search": "`exf_cloa` a=1 | `exf_odd_upload_filter`"}}))

    def cures() -> list[str]:
        found = apply.search_issues(Context(load_pack(root).pack, TODAY), use_cache=True)
        return [issue.cure for issue in found if issue.rule == "SP207"]

    assert cures() == ["did you mean `exf_cloud`?"]
    macro = {**base()[MACRO], "name": "exf_cload", "id": "00000000-0000-4000-8000-000000000099"}
    (root / "macros/exf_cload.yml").write_text(yaml.safe_dump(macro), encoding="utf-8")
    assert cures() == ["did you mean `exf_cload`?"]


def test_another_tool_starts_anew(tmp_path: Path, checked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    root = write(tmp_path, variant({}))
    issues(root)
    checked.clear()
    monkeypatch.setattr(cache, "tool_digest", lambda: "another")
    issues(root)
    assert len(checked) == 6


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"tool": 1}', b'{"tool": "TOOL", "kept": []}', b"[" * 100_000,
        b'{"tool": "TOOL", "kept": {"detections/web/odd_upload.yml": {"text": "TEXT", "issues": [[1]]}}}',
        b'{"tool": "TOOL", "kept": {"detections/web/odd_upload.yml": {"text": "TEXT", "issues": 5, "macros": 1}}}',
        b'{"tool": "TOOL", "kept": {"detections/web/odd_upload.yml": {"text": "TEXT", "macros": {}, "lookups": {}, '
        b'"names": "", "issues": [["SP201", "fatal", "x", "y", 1, 1, "", ""]]}}}',
        b'{"tool": "TOOL", "kept": {"detections/web/odd_upload.yml": [1, 2]}, "state": 1}',
    ],
)  # fmt: skip
def test_a_broken_cache_is_no_cache(tmp_path: Path, content: bytes) -> None:
    root = write(tmp_path, variant({ODD: {"search": "index=a || b"}}))
    text = cache.digest(ODD, (root / ODD).read_text(encoding="utf-8"))
    content = content.replace(b"TOOL", cache.tool_digest().encode()).replace(b"TEXT", text.encode())
    (root / cache.FOLDER).mkdir(parents=True)
    for name in (apply.FILE, snapshot.FILE):
        (root / cache.FOLDER / name).write_bytes(content)
    assert ("SP201", ODD) in issues(root)
    assert snapshot.load(root, snapshot.state_of(root, TODAY)) is None
    assert json.loads((root / cache.FOLDER / apply.FILE).read_bytes())["tool"] == cache.tool_digest()


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    root = write(tmp_path / "pack", variant({}))
    (root / ".storypack").symlink_to(outside)
    issues(root)
    assert list(outside.iterdir()) == []


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    root = write(tmp_path, variant({ODD: {"search": "index=a || b"}}))
    (root / ".storypack").write_text("a file in its place", encoding="utf-8")
    assert ("SP201", ODD) in issues(root)


def _race(root: str) -> None:
    for number in range(20):
        cache.save(Path(root), "race.json", {"pid": os.getpid(), "number": number, "long": "x" * 100_000})


def test_runs_that_race_leave_a_whole_file(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    runs = [context.Process(target=_race, args=(str(tmp_path),)) for _ in range(4)]
    for run in runs:
        run.start()
    while any(run.is_alive() for run in runs):
        found = cache.load(tmp_path, "race.json")
        assert not found or len(found["long"]) == 100_000
    assert [run.exitcode for run in runs] == [0, 0, 0, 0]
    assert [path.name for path in (tmp_path / cache.FOLDER).iterdir()] == ["race.json"]


def test_processes_find_what_one_finds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write(tmp_path, variant({ODD: {"search": "index=a || b"}, SHARE: {"search": "index=a | statz"}}))
    alone = issues(root, use_cache=False)
    monkeypatch.setattr(apply, "ENOUGH", 1)
    monkeypatch.setattr(apply, "_CHUNK", 2)
    monkeypatch.setattr(apply, "_processors", lambda: 2)
    assert issues(root, use_cache=False) == alone
    assert {rule for rule, _ in alone} >= {"SP201", "SP202"}


class TestSnapshot:
    ISSUE = Issue("SP104", Severity.WARNING, "message", Location(ODD, 3, 4), "version", "cure")

    def kept(self, root: Path) -> snapshot.Snapshot | None:
        return snapshot.load(root, snapshot.state_of(root, TODAY))

    def test_the_same_comes_back(self, tmp_path: Path) -> None:
        root = write(tmp_path, variant({}))
        found = snapshot.Snapshot([self.ISSUE], [ODD, SHARE], 2)
        snapshot.save(root, snapshot.state_of(root, TODAY), found)
        assert self.kept(root) == found

    @pytest.mark.parametrize("change", ["edit", "add", "remove", "csv", "data", "link", "settings", "day"])
    def test_any_change_ends_it(self, tmp_path: Path, change: str) -> None:
        root = write(tmp_path, variant({}))
        snapshot.save(root, snapshot.state_of(root, TODAY), snapshot.Snapshot([], [ODD], 0))
        assert self.kept(root) is not None
        day = TODAY
        match change:
            case "edit":
                edit(root, ODD, version=2)
            case "add":
                (root / "macros/new.yml").write_text("name: x\n", encoding="utf-8")
            case "remove":
                (root / TRUSTED).unlink()
            case "csv":
                (root / TRUSTED_CSV).write_text("account,owner\n1,2\n", encoding="utf-8")
            case "data":
                (root / "tests/data/more.jsonl").write_text("{}\n", encoding="utf-8")
            case "link":
                (root / "detections/web/link.yml").symlink_to(root / ODD)
            case "settings":
                edit(root, "storypack.yml", title="Another")
            case "day":
                day = TODAY + dt.timedelta(days=1)
        assert snapshot.load(root, snapshot.state_of(root, day)) is None
