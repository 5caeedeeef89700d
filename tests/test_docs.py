"""What the documents show is what happens: each `console` block is run, and its output compared.

A line that begins with `$ ` is a command; the lines below it are its output, in which `...` stands for anything. Blocks
of one document run one after another in one copy of the pack, or in a repository of what `OTHER_PACKS` has for it.
"""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
CONTENT = (
    *("stories", "detections", "macros", "lookups", "data_sources", "baselines", "investigations", "schedules", "app"),
    *("storypack.yml", "tests/data"),
)
BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
OTHER_PACKS = {"migrate.md": ROOT / "tests/fixtures/old_pack"}
DOCUMENTS = [
    path for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))] if BLOCK.search(path.read_text())
]


def steps(document: Path) -> list[tuple[str, str]]:
    """(command, expected output) of each step of a document."""
    found: list[tuple[str, str]] = []
    for block in BLOCK.findall(document.read_text(encoding="utf-8")):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            while command.endswith("\\"):
                more, _, output = output.partition("\n")
                command = command[:-1] + more.strip()
            found.append((command, output))
    return found


def copy_pack(folder: Path) -> None:
    for name in CONTENT:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name)
        elif source.is_file():
            shutil.copy(source, folder / name)


def repository(folder: Path, pack: Path) -> dict[str, str]:
    """A repository of a copy of this pack. Returns the variables by which git knows who commits."""
    shutil.copytree(pack, folder, dirs_exist_ok=True)
    who = {f"GIT_{role}_{what}": "author@example.com" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    who |= {"GIT_PAGER": "cat"}
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "First"]):
        subprocess.run(["git", "-C", str(folder), *command], check=True, env={**os.environ, **who})
    return who


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_commands_do_what_the_document_shows(document: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1"}
    environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
    if document.name in OTHER_PACKS:
        environment |= repository(tmp_path, OTHER_PACKS[document.name])
    else:
        copy_pack(tmp_path)
    checker = doctest.OutputChecker()
    for command, expected in steps(document):
        done = subprocess.run(
            command,
            shell=True,
            cwd=tmp_path,
            env=environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=120,
        )
        same = checker.check_output(expected, done.stdout, doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
        assert same, f"$ {command}\n{done.stdout}\n--- expected ---\n{expected}"


def test_the_readme_shows_commands() -> None:
    assert ROOT / "README.md" in DOCUMENTS


def test_the_readme_counts_what_the_pack_has() -> None:
    found = re.search(
        r"\*\*More than (\d+) detections\*\* with more than (\d+) tests", (ROOT / "README.md").read_text("utf-8")
    )
    assert found
    detections = sorted((ROOT / "detections").rglob("*.yml"))
    tests = sum(len(yaml.safe_load(path.read_text("utf-8"))["tests"]) for path in detections)
    assert int(found[1]) <= len(detections) < int(found[1]) + 30
    assert int(found[2]) < tests < int(found[2]) + 50
