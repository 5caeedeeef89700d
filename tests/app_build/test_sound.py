"""`build --keep-going`: what has errors stays out, and what needs it; everything else is built."""

from __future__ import annotations

import json
import shutil
import tarfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from storypack.cli import main
from storypack.conf import read

PACK = Path(__file__).parent / "pack"
OPENED = "detections/cloud/bucket_opened.yml"


def build(pack: Path, *more: str) -> Result:
    return CliRunner().invoke(main, ["build", "--pack", str(pack), "--keep-going", *more])


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PACK, tmp_path / "pack"))


def edit(pack: Path, path: str, old: str, new: str) -> None:
    text = (pack / path).read_text()
    assert old in text
    (pack / path).write_text(text.replace(old, new, 1))


def searches(pack: Path) -> set[str]:
    """The saved searches of the only package."""
    (package,) = (pack / "dist").glob("*.tar.gz")
    with tarfile.open(package) as archive:
        member = archive.extractfile("example_pack/default/savedsearches.conf")
        assert member is not None
        return {stanza.name for stanza in read(member.read())}


def test_a_sound_pack_is_built_whole(pack: Path) -> None:
    whole = CliRunner().invoke(main, ["build", "--pack", str(pack)])
    kept = build(pack)
    assert (kept.exit_code, kept.stdout, kept.stderr) == (0, whole.stdout, "")


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [("version: 3", "version: three", "SP009"), ("search: ", "search: | stats cuont by x\n# ", "SP")],
)
def test_a_detection_with_an_error_stays_out(pack: Path, old: str, new: str, rule: str) -> None:
    build(pack)
    before = searches(pack)
    edit(pack, OPENED, old, new)
    result = build(pack)
    assert result.exit_code == 1
    assert [line for line in result.stderr.splitlines() if line.startswith(f"left out: {OPENED}") and rule in line]
    gone = before - searches(pack)
    assert any("Bucket Opened" in name for name in gone)
    assert searches(pack) < before


def test_what_needs_a_file_that_stays_out_stays_out_too(pack: Path) -> None:
    name = next(path for path in sorted((pack / "macros").glob("*.yml")))
    users = [path for path in (pack / "detections").rglob("*.yml") if f"`{name.stem}" in path.read_text()]
    assert users, "a macro that detections call"
    name.write_text("definition: [")
    result = build(pack, "--format", "json")
    files = {each["file"] for each in json.loads(result.stdout)["left_out"]}
    assert result.exit_code == 1
    assert {path.relative_to(pack).as_posix() for path in (name, *users)} <= files


def test_a_csv_takes_its_lookup_along(pack: Path) -> None:
    csv = next(iter(sorted((pack / "lookups").glob("*.csv"))))
    csv.write_text("")
    left = {each["file"] for each in json.loads(build(pack, "--format", "json").stdout)["left_out"]}
    assert csv.with_suffix(".yml").relative_to(pack).as_posix() in left


def test_settings_cannot_be_left_out(pack: Path) -> None:
    edit(pack, "storypack.yml", "version: 2.3.4", "version: two")
    result = build(pack)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "nothing was built" in result.stderr


def test_a_silence_of_what_stays_out_does_no_harm(pack: Path) -> None:
    silence = "silence: [{rule: SP133, reason: We know, objects: [Bucket Opened]}]\n"
    (pack / "storypack.yml").write_text((pack / "storypack.yml").read_text() + silence)
    edit(pack, OPENED, "version: 3", "version: three")
    result = build(pack)
    assert (result.exit_code, "example_pack-2.3.4.tar.gz" in result.stdout) == (1, True), result.stderr
