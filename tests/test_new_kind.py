"""`make kind`: the files of a kind of content that is loaded, checked and built from the beginning."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

import new_kind

ROOT = Path(__file__).parents[1]

# The package as it would be with the new files: they lie in another folder, and the table is the one of that folder.
BEGINS = """
import importlib.util, sys
from pathlib import Path
import storypack, storypack.app_build, storypack.pack, storypack.pack.models
new = Path(sys.argv.pop(1)) / "tooling/storypack"
storypack.app_build.__path__.append(str(new / "app_build"))
storypack.pack.models.__path__.append(str(new / "pack/models"))
assert "storypack.pack.kinds" not in sys.modules
spec = importlib.util.spec_from_file_location("storypack.pack.kinds", new / "pack/kinds.py")
sys.modules[spec.name] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(sys.modules[spec.name])
from click.testing import CliRunner
from storypack.cli import main
for command in sys.argv[1:]:
    result = CliRunner().invoke(main, command.split())
    print(result.output, "exit code", result.exit_code)
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    table = tmp_path / new_kind.TABLE
    table.parent.mkdir(parents=True)
    shutil.copy(ROOT / new_kind.TABLE, table)
    return tmp_path


def test_the_new_files_are_a_kind_that_works(root: Path) -> None:
    assert len(new_kind.write(root, "watched_place", "places")) == 3
    pack, app = root / "cloud-exits", root / "app"
    options = f"--pack {pack}"
    commands = [
        f"new pack {pack}",
        f"new watched_place tty {options}",
        f"validate {options}",
        f"build {options} --output {app}",
    ]
    run = subprocess.run(
        [sys.executable, "-c", BEGINS, str(root), *commands], capture_output=True, text=True, check=False
    )
    assert run.stdout.count("exit code 0") == 4, run.stdout + run.stderr
    assert "watched_places/tty.yml" in run.stdout
    assert "SP302" in run.stdout  # the rules about searches read that of the new kind
    assert "1 watched_place" in run.stdout
    with tarfile.open(next(app.iterdir())) as package:
        conf = package.extractfile(next(name for name in package.getnames() if name.endswith("/places.conf")))
        assert conf is not None
        assert conf.read().endswith(b"[tty]\nsearch = TODO\n")


@pytest.mark.parametrize(
    ("name", "conf", "reason"),
    [
        ("macro", "", "there is a kind of that name"),
        ("settings", "", "there is a kind of that name"),
        ("../x", "", "in small letters"),
        ("class", "", "in small letters"),
        ("place", "../x", "the name of a conf"),
    ],
)
def test_what_no_kind_can_have_is_refused(name: str, conf: str, reason: str, root: Path) -> None:
    before = (root / new_kind.TABLE).read_text(encoding="utf-8")
    with pytest.raises(ValueError, match=reason):
        new_kind.write(root, name, conf)
    assert (root / new_kind.TABLE).read_text(encoding="utf-8") == before


def test_a_long_record_takes_several_lines(root: Path) -> None:
    new_kind.write(root, "place_that_is_watched_by_somebody", "places_that_are_watched")
    added = (root / new_kind.TABLE).read_text(encoding="utf-8").partition(new_kind.END)[0].splitlines()[-8:]
    assert (added[0], added[-1]) == ("    ContentKind(", "    ),")
    assert max(map(len, added)) <= 120


def test_nothing_is_overwritten(root: Path) -> None:
    new_kind.write(root, "place")
    table = (root / new_kind.TABLE).read_text(encoding="utf-8")
    assert 'ContentKind("place", "places", _one("place.Place"), has_search=True),' in table
    with pytest.raises(ValueError, match="there already"):
        new_kind.write(root, "place", "places")
    assert (root / new_kind.TABLE).read_text(encoding="utf-8") == table
