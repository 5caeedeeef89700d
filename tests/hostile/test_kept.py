"""The store is never wrong: after random edits of a pack, `validate` with what earlier runs kept says what it says of
the pack from nothing; and with `--only NAME` what it says of that file among all.

`STORYPACK_EDITS=1000 pytest tests/hostile/test_kept.py` tries more."""

from __future__ import annotations

import os
import random
import re
import shutil
import textwrap
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from storypack.checks import snapshot
from storypack.checks.cache import store_of
from storypack.cli import checking
from storypack.cli.checking import checked
from storypack.pack.load import load_pack
from storypack.store import FOLDER
from tests.checks.example_pack import SETTINGS, TODAY, write
from tests.hostile.random_edits import Files, edit, pack

EDITS = int(os.environ.get("STORYPACK_EDITS", "96"))
BATCHES = 2
ROUNDS = 6  # edits of one pack, each on top of the others


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("home")))


def drawn(files: Files, folder: Path, chosen: random.Random) -> str:
    """An edit of the data, or one of the text that may leave no YAML, or damage to the store."""
    match chosen.randrange(8):
        case 0:
            path = chosen.choice(sorted(set(files) - {SETTINGS}))
            del files[path]
            (folder / path).unlink()
            return f"without {path}"
        case 1:
            path = folder / chosen.choice(sorted(set(files) - {SETTINGS}))
            raw = path.read_bytes()
            at = chosen.randrange(len(raw))
            path.write_bytes(raw[:at] + chosen.choice([b"\xff", b"\t", b"x", b"\n", b"&a ", b": "]) + raw[at:])
            return f"other bytes in {path.name}"
        case 2:
            path = chosen.choice(sorted((folder / FOLDER).glob("*.json")))
            raw = path.read_bytes()
            path.write_bytes(raw[: chosen.randrange(len(raw))])
            return f"{path.name} is cut off"
        case _:
            done = edit(files, chosen)
            write(folder, files)
            return done


@pytest.mark.parametrize("batch", range(BATCHES))
def test_what_is_kept_changes_nothing(batch: int, tmp_path: Path) -> None:
    for seed in range(batch, max(EDITS // ROUNDS, BATCHES), BATCHES):
        chosen = random.Random(seed)
        folder, files = tmp_path / str(seed), pack()
        write(folder, files)
        edits: list[str] = []
        for _ in range(ROUNDS):
            kept = checked(folder, (), TODAY, store_of(folder))[0]
            assert kept == checked(folder, (), TODAY, None)[0], (seed, edits)
            name = chosen.choice([entry.path for entry in load_pack(folder).pack.entries()] or [""])
            if name:
                alone = checked(folder, (name,), TODAY, chosen.choice([None, store_of(folder)]))[0]
                assert alone.issues == [issue for issue in kept.issues if issue.location.file == name], (seed, edits)
            edits.append(drawn(files, folder, chosen))


def written(folder: Path, files: Files) -> None:
    """The files, with the searches of detections as blocks, as people write them."""
    write(folder, files)
    for path, data in files.items():
        search = data.get("search") if path.startswith("detections/") and isinstance(data, dict) else None
        if isinstance(search, str) and re.fullmatch(r"[!-~](?:[ -~]|\n(?=.))*\n?", search):
            rest = yaml.dump({key: value for key, value in data.items() if key != "search"}, sort_keys=False)
            (folder / path).write_text(f"{rest}search: |\n{textwrap.indent(search.rstrip(), '  ')}\n", encoding="utf-8")


def searched(files: Files, chosen: random.Random) -> str:
    """Another search in one or two detections."""
    paths = [path for path, data in files.items() if path.startswith("detections/") and isinstance(data, dict)]
    for path in chosen.sample(paths, min(len(paths), chosen.choice([1, 1, 2]))):
        search, stages = str(files[path].get("search", "")), ("head 5", "where user=1", "stats count by", "fields user")
        names = ("`exf_cloud`", "`exf_odd_upload_filter`", "lookup exf_nets net", "exf_normal", "`exf_misspelt`", "")
        before, bar, last = search.rpartition("|")
        stage = chosen.choice([*stages, f"search {chosen.choice(names)}", ""])
        files[path]["search"] = f"{before}| {stage} {bar}{last}" if bar and stage else search.replace("exf_nets", "x")
    return "another search"


@pytest.mark.parametrize("batch", range(BATCHES))
def test_what_is_kept_of_the_pack_before_an_edit_changes_nothing(
    batch: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[bool] = []
    after = checking._after
    monkeypatch.setattr(checking, "_after", lambda *given: noted(taken, after(*given)))
    for seed in range(batch, max(EDITS // ROUNDS, BATCHES), BATCHES):
        chosen = random.Random(seed)
        folder, files = tmp_path / str(seed), pack()
        edits: list[str] = []
        for _ in range(ROUNDS):
            written(folder, files)
            store = store_of(folder)
            state = snapshot.state_of(folder, TODAY)
            found = snapshot.load(store, state)
            if found is None:
                found = checked(folder, (), TODAY, store, "", snapshot.edit_of(store, state))[0]
                snapshot.save(store, state, found)
            expected = checked(folder, (), TODAY, None)[0]
            assert replace(found, files=tuple(found.files)) == expected, (seed, edits)
            edits.append(searched(files, chosen) if chosen.random() < 0.7 else edit(files, chosen))
    assert any(taken)


def noted(taken: list[bool], result: Any) -> Any:
    taken.append(result is not None)
    return result


def test_the_data_of_files_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(tmp_path / "pack", pack())
    first = load_pack(folder, store_of(folder))
    read: list[str] = []
    from storypack.pack import load

    real = load.read_content
    monkeypatch.setattr(load, "read_content", lambda root, found: read.append(found.path) or real(root, found))
    again = load_pack(folder, store_of(folder))
    assert read == []
    assert [entry.model for entry in again.pack.entries()] == [entry.model for entry in first.pack.entries()]
    edited = next(entry.path for entry in first.pack.entries())
    with (folder / edited).open("a", encoding="utf-8") as file:
        file.write("# a word more\n")
    load_pack(folder, store_of(folder))
    assert read == [edited]


def test_data_that_came_with_the_pack_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else's store has other data for the same bytes."""
    folder = write(tmp_path / "pack", pack())
    honest = load_pack(folder)
    from storypack.pack import kept

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "elsewhere"))
    real = kept.digest
    other = {entry.source.text: entry.source.text.replace("version: ", "version: 4") for entry in honest.pack.entries()}
    changed = {real(after): real(before) for before, after in other.items()}
    monkeypatch.setattr(kept, "digest", lambda text: changed.get(real(text), real(text)))
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    for entry in honest.pack.entries():
        (copy / entry.path).write_text(other[entry.source.text], encoding="utf-8")
    load_pack(copy, store_of(copy))
    shutil.copytree(copy / FOLDER, folder / FOLDER)
    monkeypatch.setattr(kept, "digest", real)
    believed = load_pack(folder, store_of(folder))  # the very key that sealed it
    assert [entry.model for entry in believed.pack.entries()] != [entry.model for entry in honest.pack.entries()]
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "mine"))
    mine = load_pack(folder, store_of(folder))
    assert [entry.model for entry in mine.pack.entries()] == [entry.model for entry in honest.pack.entries()]
