"""The arrows of the house: each stage imports only what stands below it, and nothing imports the command line."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "tooling" / "storypack"

# small modules at the top of the package that every stage may use
SHARED = {"csvtext", "ends", "issue", "opening", "processes", "scratch", "spelling", "timemod"}
BELOW: dict[str, set[str]] = {
    "spl": set(),
    "conf": set(),
    "reference": set(),
    "pack": {"spl", "conf", "reference"},
    "engine": {"spl", "conf", "reference"},
    "world": {"pack", "spl", "conf", "reference"},
    "checks": {"world", "pack", "spl", "conf", "reference"},
    "hunting": {"pack", "engine", "spl", "conf", "reference"},
    "testing": {"hunting", "world", "pack", "engine", "spl", "conf", "reference"},
    "build": {"pack", "spl", "conf", "reference"},
    "conformance": {"reference"},
    "deploy": {"conformance", "pack", "conf", "reference", "engine", "testing", "spl"},
    "report": {
        "conformance",
        "pack",
        "checks",
        "testing",
        "hunting",
        "engine",
        "build",
        "deploy",
        "spl",
        "conf",
        "reference",
    },
}


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


def test_the_map_names_every_stage() -> None:
    assert set(stages()) <= set(BELOW) | {"cli"}
