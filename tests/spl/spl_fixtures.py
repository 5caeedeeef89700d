"""Fixture files: blocks of lines with blank lines between them; lines that begin with `# ` are remarks."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent / "fixtures"


def blocks(name: str) -> list[str]:
    """The blocks of a fixture file."""
    text = (FOLDER / name).read_text(encoding="utf-8")
    lines = [line for line in text.split("\n") if not line.startswith("# ")]
    return [block.strip("\n") for block in "\n".join(lines).split("\n\n") if block.strip()]


def pairs(name: str, separator: str = "=>") -> list[tuple[str, str]]:
    """Blocks that a line with `separator` parts in two."""
    found = []
    for block in blocks(name):
        left, _, right = block.partition(f"\n{separator}\n")
        assert right, f"{name}: no `{separator}` in\n{block}"
        found.append((left, right))
    return found
