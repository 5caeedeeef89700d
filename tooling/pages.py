"""The pages of docs/ that are made from something else. `make docs` writes them; tests/test_pages.py compares.

docs/cli.md        from the command line's own help
docs/coverage.md   from docs/coverage.yml and the detections
docs/rules.md      from the catalogue of rules
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import yaml
from click.testing import CliRunner

from storypack.checks.catalogue import rules
from storypack.cli import main
from storypack.pack.load import load_pack
from storypack.pack.pack import Entry, Pack
from storypack.reference.attack import technique
from storypack.report.rules import render_rules_markdown

ROOT = Path(__file__).parents[1]
WIDTH = 100


def cli_page() -> str:
    """Every command with its help."""
    lines = ["# The command line", "", "Made from `storypack --help` and the help of each command: `make docs`.", ""]
    for words, command in _commands((), main):
        lines += [f"{'#' * min(len(words) + 2, 4)} storypack {' '.join(words)}".rstrip(), "", "```text"]
        lines += [_help(command, words), "```", ""]
    return "\n".join(lines)


def _commands(words: tuple[str, ...], command: click.Command) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield words, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            if child is not None:
                yield from _commands((*words, name), child)


def _help(command: click.Command, words: tuple[str, ...]) -> str:
    given = {"terminal_width": WIDTH, "max_content_width": WIDTH, "prog_name": " ".join(["storypack", *words])}
    result = CliRunner().invoke(command, ["--help"], **given)
    return "\n".join(line.rstrip() for line in result.output.strip().splitlines())


def coverage_page() -> str:
    """What was asked, item by item, and what answers; then techniques of ATT&CK and the detections for each."""
    pack = load_pack(ROOT).pack
    items = yaml.safe_load((ROOT / "docs/coverage.yml").read_text(encoding="utf-8"))
    lines = ["# Coverage", "", "Made from [coverage.yml](coverage.yml) and the pack: `make docs`.", ""]
    lines += ["## What was asked", "", "| id | asked for | answered by |", "|---|---|---|"]
    lines += [f"| {item['id']} | {item['asked']} | {'; '.join(item['answers'])} |" for item in items]
    lines += ["", "## Techniques", "", "Detections in production, by technique and by what they watch.", ""]
    lines += ["| technique | | detections |", "|---|---|---|"]
    for name, entries in techniques(pack).items():
        known = technique(name)
        listed = "; ".join(f"{entry.name} ({entry.model.category})" for entry in entries)
        lines.append(f"| {name} | {known.name if known else ''} | {listed} |")
    return "\n".join([*lines, ""])


def techniques(pack: Pack) -> dict[str, list[Entry[Any]]]:
    """The detections in production of each technique, by id."""
    by_technique: dict[str, list[Entry[Any]]] = {}
    for entry in pack.detections:
        if entry.model.status == "production":
            for name in entry.model.mitre_attack_id:
                by_technique.setdefault(name, []).append(entry)
    return dict(sorted(by_technique.items()))


PAGES = {
    "docs/cli.md": cli_page,
    "docs/coverage.md": coverage_page,
    "docs/rules.md": lambda: render_rules_markdown(rules()),
}

if __name__ == "__main__":
    for path, page in PAGES.items():
        (ROOT / path).write_text(page(), encoding="utf-8")
