"""storypack fmt on files."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from click.testing import CliRunner, Result

from storypack.cli import main

PACK = Path(__file__).parents[2]
UGLY = """\
# kept
name: x   # kept too
search: index=web  | stats count by user|where count>1
other:   [ a,  b ]
"""
TIDY = """\
# kept
name: x   # kept too
search: |-
  index=web
  | stats count by user
  | where count>1
other:   [ a,  b ]
"""


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["fmt", *map(str, arguments)])


def test_a_file_is_laid_out_once(tmp_path: Path) -> None:
    file = tmp_path / "x.yml"
    file.write_text(UGLY, encoding="utf-8")
    check = run("--check", file)
    assert (check.exit_code, check.stdout.splitlines()[0]) == (1, f"would change {file}")
    assert file.read_text(encoding="utf-8") == UGLY
    assert run(file).exit_code == 0
    assert file.read_text(encoding="utf-8") == TIDY
    assert run("--check", tmp_path).exit_code == 0


def test_a_search_that_cannot_be_read_is_left_alone(tmp_path: Path) -> None:
    bad, broken, good = tmp_path / "a.yml", tmp_path / "b.yml", tmp_path / "c.yml"
    bad.write_text("search: index=web | stats (\n", encoding="utf-8")
    broken.write_text("search: [\n", encoding="utf-8")
    good.write_text(UGLY, encoding="utf-8")
    result = run(tmp_path)
    assert result.exit_code == 1
    assert f"{bad}: the search can not be read: an aggregation such as" in result.stderr
    assert f"{broken}: the file is no YAML" in result.stderr
    assert bad.read_text(encoding="utf-8") == "search: index=web | stats (\n"
    assert good.read_text(encoding="utf-8") == TIDY


def test_the_pack_is_laid_out() -> None:
    result = run("--check", "--pack", PACK)
    assert result.exit_code == 0, result.output


def test_a_pack_on_one_line_each_comes_back(tmp_path: Path) -> None:
    """The pack's own searches, each stage's line joined to the one before: fmt makes of them what they were."""
    shutil.copytree(PACK / "detections", tmp_path / "detections")
    files = sorted((tmp_path / "detections").rglob("*.yml"))
    originals = {file: file.read_bytes() for file in files}
    for file in files:
        file.write_bytes(re.sub(rb"(?<![|-])\n  \| ", b" | ", originals[file]))
    assert run("--pack", tmp_path).exit_code == 0
    assert [file for file in files if file.read_bytes() != originals[file]] == []
