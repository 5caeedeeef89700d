"""`--only changed` never lies: after random edits of a pack in a repository it shows every issue that a whole run shows
and that the pack did not have before, and chooses every test that has another result now.

`STORYPACK_EDITS=1000 pytest tests/hostile/test_only_changed.py` tries more."""

from __future__ import annotations

import copy
import json
import os
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from storypack.authoring.selection import chosen_files
from storypack.cli import main
from storypack.pack.load import load_pack
from storypack.testing.plan import plan_tests
from storypack.testing.run import run_test
from storypack.testing.setting import Setting
from tests.checks.example_pack import SETTINGS, write
from tests.git import commit_all
from tests.hostile.random_edits import Files, edit, pack

EDITS = int(os.environ.get("STORYPACK_EDITS", "96"))
PACKS = max(EDITS // 16, 1)
BATCHES = 2


OVERLAYS = {
    "overlays/one.yml": {
        "kind": "detection",
        "target": "Odd Upload",
        "reason": "Many do.",
        "filter": "search NOT user=backup `exf_between(size, 1)`",
    },
    "overlays/two.yml": {
        "kind": "detection",
        "target": "*",
        "reason": "Slow.",
        "schedule": {"earliest_time": "-4h@h"},
        "enabled": True,
    },
    "overlays/three.yml": {"kind": "macro", "target": "exf_cloud", "reason": "Ours.", "definition": "index=cloud"},
    "overlays/four.yml": {
        "kind": "detection",
        "target": "Hunt for Long Names",
        "reason": "Longer here.",
        "thresholds": [{"was": "len(name) > 50", "becomes": "len(name) > 2"}],
    },
    "overlays/five.yml": {"kind": "schedule", "target": "hourly", "reason": "Late.", "latest_time": "-20m@m"},
}


def drawn(files: Files, chosen: random.Random) -> str:
    """An edit that git sees as one of names: a file gone, a file moved, an object called otherwise; else any edit."""
    path = chosen.choice(sorted(set(files) - {SETTINGS}))
    match chosen.randrange(7):
        case 6:
            path, overlay = chosen.choice(sorted(OVERLAYS.items()))
            files[path] = copy.deepcopy(overlay)
            return f"with {path}"
        case 0:
            del files[path]
            return f"without {path}"
        case 1:
            moved = f"{path.rpartition('/')[0]}/moved_{path.rpartition('/')[2]}"
            files[moved] = files.pop(path)
            return f"{path} is {moved}"
        case 2 if isinstance(files[path], dict) and isinstance(files[path].get("name"), str):
            files[path]["name"] += "_2"
            return f"{path} calls itself {files[path]['name']}"
        case _:
            return edit(files, chosen)


def issues(folder: Path, *arguments: str) -> Counter[tuple[str, str, str]]:
    command = ["validate", "--pack", str(folder), "--format", "json", "--no-cache", *arguments]
    result = CliRunner().invoke(main, command)
    assert result.exit_code in (0, 1), result.output
    return Counter((each["rule"], each["file"], each["message"]) for each in json.loads(result.stdout)["issues"])


def outcomes(folder: Path) -> dict[tuple[str, int], Any]:
    """What becomes of each test, by file and number."""
    given = load_pack(folder).pack
    setting = Setting(given)
    try:
        results = [run_test(planned, setting) for planned in plan_tests(given)]
    finally:
        setting.close()
    return {(each.test.file, each.test.number): (each.outcome, each.count, str(each.rows)) for each in results}


def clear(folder: Path, files: Files) -> None:
    for path in files:
        (folder / path).unlink()


@pytest.mark.parametrize("batch", range(BATCHES))
def test_nothing_new_is_left_out(batch: int, tmp_path: Path) -> None:
    new = 0
    for seed in range(batch, PACKS, BATCHES):
        chosen = random.Random(f"changed {seed}")
        folder, files = tmp_path / str(seed), pack()
        edits = [drawn(files, chosen) for _ in range(chosen.choice((0, 1, 1)))]
        write(folder, files)
        commit_all(folder)
        before, passed = issues(folder), outcomes(folder)
        clear(folder, files)
        edits += ["and then", *(drawn(files, chosen) for _ in range(chosen.choice((1, 1, 2))))]
        write(folder, files)
        context = f"seed {seed}: " + "; ".join(edits)
        wanted = issues(folder) - before
        assert wanted - issues(folder, "--only", "changed") == Counter(), context
        files_chosen = chosen_files(load_pack(folder).pack, ["changed"]) or ()
        other = {file for (file, number), result in outcomes(folder).items() if passed.get((file, number)) != result}
        assert other <= set(files_chosen), context
        new += len(wanted)
    assert new > 0
