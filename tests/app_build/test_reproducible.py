"""The same pack gives the same bytes: other folder, file order, day, time zone, hash seed and umask."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PACK = Path(__file__).parent / "pack"
BUILD = """
import os, sys
from pathlib import Path
os.umask(int(sys.argv[3], 8))
from storypack.app_build.pipeline import build_pack
from storypack.pack.load import load_pack
print(build_pack(load_pack(Path(sys.argv[1])).pack, Path(sys.argv[2])).sha256)
"""


def build(pack: Path, output: Path, umask: str = "022", **environment: str) -> str:
    ran = subprocess.run(
        [sys.executable, "-c", BUILD, str(pack), str(output), umask],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return ran.stdout.strip()


def copy_shuffled(target: Path, seed: int) -> Path:
    """The pack, its files written in another order and with other times and modes."""
    files = [path for path in PACK.rglob("*") if path.is_file()]
    chance = random.Random(seed)
    chance.shuffle(files)
    for path in files:
        copy = target / path.relative_to(PACK)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
        copy.chmod(0o600)
        os.utime(copy, (chance.randrange(10**9), chance.randrange(10**9)))
    return target


@pytest.mark.slow
def test_two_builds_on_two_days_in_two_folders_are_equal(tmp_path: Path) -> None:
    first = build(PACK, tmp_path / "out1", TZ="UTC", PYTHONHASHSEED="1", LC_ALL="C")
    second = build(
        copy_shuffled(tmp_path / "elsewhere" / "copy", seed=1),
        tmp_path / "out2",
        umask="077",
        TZ="Pacific/Kiritimati",
        PYTHONHASHSEED="2",
        LC_ALL="C.UTF-8",
        SOURCE_DATE_EPOCH="1",
    )
    third = build(copy_shuffled(tmp_path / "third", seed=2), tmp_path / "out3", PYTHONHASHSEED="3", PYTHONUTF8="0")
    assert first == second == third
    one, two = (next((tmp_path / name).iterdir()).read_bytes() for name in ("out1", "out2"))
    assert one == two


def test_other_content_gives_another_build_number(tmp_path: Path) -> None:
    from storypack.app_build.from_pack import app_content, tactics_of
    from storypack.app_build.tree import app_tree
    from storypack.conf import read
    from storypack.pack.load import load_pack

    def number(pack: Path) -> int:
        tree = app_tree(app_content(load_pack(pack).pack), tactics_of).files
        return int(read(tree["default/app.conf"])["install"]["build"])

    copy = copy_shuffled(tmp_path, seed=3)
    assert number(copy) == number(PACK) > 0
    detection = copy / "detections" / "cloud" / "bucket_opened.yml"
    text = detection.read_text()
    detection.write_text(text.replace("Somebody opened", "Someone opened"))
    same_day = number(copy)
    assert same_day != number(PACK)
    detection.write_text(text.replace("modification_date: 2026-03-04", "modification_date: 2026-03-05"))
    assert number(copy) > same_day
