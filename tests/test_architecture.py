"""The arrows of the house (tooling/stages.py): each stage imports only what stands below it, never the command line."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from stages import BELOW, SHARED

PACKAGE = Path(__file__).parent.parent / "tooling" / "storypack"


def imports_of(path: Path) -> set[str]:
    """The stages of storypack (first name below the package) that a file imports, also inside functions."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            parts = name.split(".")
            if parts[0] == "storypack" and len(parts) > 1:
                found.add(parts[1])
    return found


def stages() -> list[str]:
    return sorted(folder.name for folder in PACKAGE.iterdir() if (folder / "__init__.py").is_file())


@pytest.mark.parametrize("stage", [s for s in stages() if s != "cli"])
def test_a_stage_imports_only_what_is_below(stage: str) -> None:
    allowed = BELOW[stage] | SHARED | {stage, "__version__"}
    wrong = {
        f"{path.relative_to(PACKAGE)} imports {name}"
        for path in (PACKAGE / stage).rglob("*.py")
        for name in imports_of(path) - allowed
    }
    assert not wrong


@pytest.mark.parametrize("stage", stages())
def test_a_stage_takes_no_private_name_of_another(stage: str) -> None:
    wrong = [
        f"{path.relative_to(PACKAGE)}:{node.lineno} imports {name.name} of {node.module}"
        for path in (PACKAGE / stage).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[:2] != ["storypack", stage]
        for name in node.names
        if name.name.startswith("_") and not name.name.startswith("__")
        if node.module.startswith("storypack")
    ]
    assert not wrong


def test_the_map_names_every_stage() -> None:
    assert set(stages()) == set(BELOW) | {"cli"}


def test_arrows_run_one_way() -> None:
    """Each stage stands below those that are listed after it."""
    for number, stage in enumerate(BELOW):
        assert BELOW[stage] <= set(list(BELOW)[:number]), stage
