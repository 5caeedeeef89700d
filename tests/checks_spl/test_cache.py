"""What is kept between runs: never stale, never in the way, safe when runs race, safe from whoever wrote it."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from storypack import processes
from storypack.checks import cache, snapshot
from storypack.checks.cache import store_of
from storypack.checks.context import Context
from storypack.checks.searches import apply
from storypack.issue import Issue, Location, Severity
from storypack.pack.load import load_pack
from storypack.store import FOLDER
from tests.checks.example_pack import MACRO, ODD, SHARE, TODAY, TRUSTED, TRUSTED_CSV, base, variant, write
from tests.checks_spl.applied import search_issues

SEARCH = "`exf_cloud` a=1 | lookup exf_trusted account OUTPUT owner | `exf_odd_upload_filter`"


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys are made in a home of the test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("home")))


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
    store = store_of(root) if use_cache else None
    found = search_issues(Context(load_pack(root).pack, TODAY), store)
    return sorted((issue.rule, issue.location.file) for issue in found if issue.severity is Severity.ERROR)


def edit(root: Path, file: str, **keys: Any) -> None:
    path = root / file
    data = {**yaml.safe_load(path.read_text(encoding="utf-8")), **keys}
    path.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")


def test_unchanged_searches_are_checked_once(tmp_path: Path, checked: list[str]) -> None:
    root = write(tmp_path, variant({ODD: {"search": "index=a | (b"}}))
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
        found = search_issues(Context(load_pack(root).pack, TODAY), store_of(root))
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
        b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"seal": 1}', b'{"seal": "", "kept": {}}',
        b'{"kept": "{}"}', b'{"seal": "00", "kept": "{}"}', b'{"seal": null, "kept": "null"}',
        '{"seal": "\u00e9", "kept": "{}"}'.encode(),
    ],
)  # fmt: skip
def test_a_broken_cache_is_no_cache(tmp_path: Path, content: bytes) -> None:
    root = write(tmp_path, variant({ODD: {"search": "index=a | (b"}}))
    (root / FOLDER).mkdir(parents=True)
    for name in (apply.FILE, snapshot.FILE):
        (root / FOLDER / name).write_bytes(content)
    assert ("SP201", ODD) in issues(root)
    assert snapshot.load(store_of(root), snapshot.state_of(root, TODAY)) is None
    assert ODD in store_of(root).load(apply.FILE)


@pytest.mark.parametrize(
    "row",
    [[1], ["SP201", "fatal", "x", "y", 1, 1, "", ""], ["SP201", "error", "x", "y", "1", 1, "", ""], None, {}],
)
def test_rows_that_are_no_issues(tmp_path: Path, row: Any) -> None:
    root = write(tmp_path, variant({ODD: {"search": "index=a | (b"}}))
    assert ("SP201", ODD) in issues(root)
    kept = store_of(root).load(apply.FILE)
    kept[ODD]["issues"] = [row]
    store_of(root).save(apply.FILE, kept)
    assert ("SP201", ODD) in issues(root)


def test_a_cache_that_came_with_the_pack_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else's run, sealed with somebody else's key, says that nothing is wrong."""
    root = write(tmp_path / "pack", variant({ODD: {"search": "index=a | (b"}}))
    state = snapshot.state_of(root, TODAY)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "theirs"))
    issues(root)
    store_of(root).save(
        apply.FILE, {path: {**kept, "issues": []} for path, kept in store_of(root).load(apply.FILE).items()}
    )
    snapshot.save(store_of(root), state, snapshot.Snapshot([], [], 0))
    assert issues(root) == []
    assert snapshot.load(store_of(root), state) is not None
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "ours"))
    assert ("SP201", ODD) in issues(root)
    assert snapshot.load(store_of(root), state) is None


def test_without_a_home_nothing_is_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write(tmp_path / "pack", variant({ODD: {"search": "index=a | (b"}}))
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert issues(root) == issues(root)
    assert store_of(root).load(apply.FILE) == {}


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    root = write(tmp_path / "pack", variant({}))
    (root / ".storypack").symlink_to(outside)
    issues(root)
    assert list(outside.iterdir()) == []


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    root = write(tmp_path, variant({ODD: {"search": "index=a | (b"}}))
    (root / ".storypack").write_text("a file in its place", encoding="utf-8")
    assert ("SP201", ODD) in issues(root)


def _race(root: str) -> None:
    for number in range(20):
        store_of(Path(root)).save("race.json", {"pid": os.getpid(), "number": number, "long": "x" * 100_000})


def test_runs_that_race_leave_a_whole_file(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    runs = [context.Process(target=_race, args=(str(tmp_path),)) for _ in range(4)]
    for run in runs:
        run.start()
    while any(run.is_alive() for run in runs):
        found = store_of(tmp_path).load("race.json")
        assert not found or len(found["long"]) == 100_000
    assert [run.exitcode for run in runs] == [0, 0, 0, 0]
    assert [path.name for path in (tmp_path / FOLDER).iterdir()] == ["race.json"]


def test_processes_find_what_one_finds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write(tmp_path, variant({ODD: {"search": "index=a | (b"}, SHARE: {"search": "index=a | statz"}}))
    alone = issues(root, use_cache=False)
    monkeypatch.setattr(apply, "ENOUGH", 1)
    monkeypatch.setattr(apply, "_CHUNK", 2)
    monkeypatch.setattr(processes, "processors", lambda: 2)
    assert issues(root, use_cache=False) == alone
    assert {rule for rule, _ in alone} >= {"SP201", "SP202"}


class TestSnapshot:
    ISSUE = Issue("SP104", Severity.WARNING, "message", Location(ODD, 3, 4), "version", "cure")

    def kept(self, root: Path) -> snapshot.Snapshot | None:
        return snapshot.load(store_of(root), snapshot.state_of(root, TODAY))

    def test_a_folder_that_is_no_pack_is_not_walked(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        with monkeypatch.context() as patched:
            patched.setattr(os, "scandir", lambda *_: pytest.fail("it was"))
            assert snapshot.state_of(tmp_path, TODAY) is None

    def test_the_same_comes_back(self, tmp_path: Path) -> None:
        root = write(tmp_path, variant({}))
        found = snapshot.Snapshot([self.ISSUE], [ODD, SHARE], 2)
        snapshot.save(store_of(root), snapshot.state_of(root, TODAY), found)
        assert self.kept(root) == found

    @pytest.mark.parametrize("change", ["edit", "add", "remove", "csv", "data", "link", "settings", "day"])
    def test_any_change_ends_it(self, tmp_path: Path, change: str) -> None:
        root = write(tmp_path, variant({}))
        snapshot.save(store_of(root), snapshot.state_of(root, TODAY), snapshot.Snapshot([], [ODD], 0))
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
        assert snapshot.load(store_of(root), snapshot.state_of(root, day)) is None


def test_a_store_that_ci_restores_for_a_fresh_clone(
    tmp_path: Path, checked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other times of the files, another folder, another home: the key of the environment is what counts."""
    monkeypatch.setenv("STORYPACK_CACHE_KEY", "known to this pipeline alone")
    first = write(tmp_path / "one", variant({}))
    chosen = tmp_path / "kept"
    run(first, chosen)
    checked.clear()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "another home"))
    second = write(tmp_path / "two", variant({}))
    state = snapshot.state_of(second, TODAY, chosen)
    assert snapshot.load(store_of(second, chosen), state) is not None
    run(second, chosen)
    assert checked == []
    assert not (second / FOLDER).exists()


def test_a_store_within_the_pack_is_no_part_of_it(tmp_path: Path) -> None:
    root = write(tmp_path, variant({}))
    before = snapshot.state_of(root, TODAY, root / "kept")
    store_of(root, root / "kept").save("x.json", {})
    assert snapshot.state_of(root, TODAY, root / "kept") == before != snapshot.state_of(root, TODAY)


def run(root: Path, chosen: Path) -> None:
    """What `validate --cache` keeps."""
    found = search_issues(Context(load_pack(root).pack, TODAY), store_of(root, chosen))
    snapshot.save(store_of(root, chosen), snapshot.state_of(root, TODAY, chosen), snapshot.Snapshot(found, [], 0))
