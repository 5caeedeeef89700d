"""What the build refuses, `validate` has said before: at its place, not only in its file."""

from __future__ import annotations

import copy
import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from storypack.app_build.errors import BuildError
from storypack.app_build.from_pack import app_content, tactics_of
from storypack.app_build.tree import app_tree
from storypack.checks.run import run_checks
from storypack.issue import Severity
from storypack.pack.load import load_pack

PACK = Path(__file__).parent / "pack"
TODAY = dt.date(2026, 11, 22)
KeyPath = tuple[str | int, ...]


def leaves(value: Any, path: KeyPath = ()) -> Iterator[KeyPath]:
    """The paths of all texts in plain data."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from leaves(item, (*path, number))
    elif isinstance(value, str):
        yield path


def changed(data: Any, path: KeyPath, text: str) -> Any:
    data = copy.deepcopy(data)
    at = data
    for part in path[:-1]:
        at = at[part]
    at[path[-1]] = text
    return data


FILES = sorted(path.relative_to(PACK).as_posix() for path in PACK.rglob("*.yml"))


@pytest.mark.parametrize("file", FILES)
def test_nothing_new_comes_up_in_the_build(file: str, tmp_path: Path) -> None:
    pack = Path(shutil.copytree(PACK, tmp_path / "pack"))
    original = (pack / file).read_text(encoding="utf-8")
    data = yaml.safe_load(original)
    refused = 0
    for path in leaves(data):
        for hostile in (
            "ends in a backslash\\",
            "one\\\ntwo",
            " blanks ",
            "x\r\ny",
            "x\ry\\",
            "default",
            "[x]\n# y = z",
        ):
            text = yaml.safe_dump(changed(data, path, hostile), sort_keys=False, allow_unicode=True)
            (pack / file).write_text(text, encoding="utf-8")
            loaded = load_pack(pack)
            if any(issue.severity is Severity.ERROR for issue in loaded.issues):
                continue  # the loader refuses it
            try:
                app_tree(app_content(loaded.pack), tactics_of)
            except BuildError as error:
                refused += 1
                issues = run_checks(loaded.pack, TODAY, loaded.issues).issues
                said = [issue for issue in issues if issue.severity is Severity.ERROR and issue.location.line]
                files = {file, *(issue.location.file for issue in error.issues)}
                assert any(issue.location.file in files for issue in said), (path, hostile, error.issues)
    assert refused or file.startswith(("data_sources", "storypack", "schedules", "lookups/ex_foreign"))
