"""The pages of docs/ that are made from something else. `make docs` writes them; tests/test_pages.py compares.

docs/cli.md        from the command line's own help
docs/coverage.md   from docs/coverage.yml and the detections
docs/engine.md     its tables of commands from the cards and the registry; the rest is written by hand
docs/house.md      its table of stages from tooling/stages.py; the rest is written by hand
docs/rules.md      from the catalogue of rules
docs/unknown.md    from the list of what nobody has established
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import yaml
from click.testing import CliRunner

from stages import SHARED, STAGES, Stage
from storypack.checks.catalogue import rules
from storypack.cli import main
from storypack.engine.commands.registry import REFUSED
from storypack.pack.load import load_pack
from storypack.pack.pack import Entry, Pack
from storypack.reference.attack import technique
from storypack.report.rules import render_rules_markdown
from storypack.report.unknown import page as unknown_page
from storypack.spl.cards import cards
from storypack.spl.catalogue.model import Kind

ROOT = Path(__file__).parents[1]
WIDTH = 100


def cli_page() -> str:
    """Every command with its help."""
    lines = ["# The command line", "", "Made from `storypack --help` and the help of each command: `make docs`.", ""]
    for words, _ in _commands((), main):
        lines += [f"{'#' * min(len(words) + 2, 4)} storypack {' '.join(words)}".rstrip(), "", "```text"]
        lines += [_help(words), "```", ""]
    return "\n".join(lines)


def _commands(words: tuple[str, ...], command: click.Command) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    command._help_option = None  # click keeps the one of who asked first, and a test may ask without `main`
    yield words, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            if child is not None:
                yield from _commands((*words, name), child)


def _help(words: tuple[str, ...]) -> str:
    given = {"terminal_width": WIDTH, "max_content_width": WIDTH, "prog_name": "storypack"}
    result = CliRunner().invoke(main, [*words, "--help"], **given)
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


def engine_page() -> str:
    """The page as it is, with the tables of commands anew."""
    return _with_part("docs/engine.md", "commands", commands_tables())


def commands_tables() -> str:
    """The commands that run, by type and each with its aliases; then those that do not, by reason."""
    by_kind: dict[Kind, list[str]] = {kind: [] for kind in Kind}
    by_reason: dict[str, list[str]] = {}
    for facts in sorted(
        {card.facts.name: card.facts for card in cards().values()}.values(), key=lambda each: each.name
    ):
        aliases = f" ({', '.join(facts.aliases)})" if facts.aliases else ""
        listed = by_reason.setdefault(REFUSED[facts.name], []) if facts.name in REFUSED else by_kind[facts.kind]
        listed.append(facts.name + aliases)
    lines = ["", "| type | commands that run |", "|---|---|"]
    lines += [f"| {kind.value} | {', '.join(names)} |" for kind, names in by_kind.items() if names]
    lines += ["", "All others are refused, by name and with the reason.", ""]
    lines += ["| reason | commands |", "|---|---|"]
    lines += [f"| {reason} | {', '.join(names)} |" for reason, names in by_reason.items()]
    return "\n".join([*lines, "", ""])


def house_page() -> str:
    """The page as it is, with the table of stages anew."""
    return _with_part("docs/house.md", "stages", stages_table())


def _with_part(path: str, name: str, part: str) -> str:
    """A page written by hand, with the part that is made put into its place. Raises ValueError if it is not marked."""
    begin, end = f"<!-- {name}: made by make docs -->\n", f"<!-- end of {name} -->"
    before, rest = (ROOT / path).read_text(encoding="utf-8").split(begin)
    _, after = rest.split(end)
    return f"{before}{begin}{part}{end}{after}"


def stages_table() -> str:
    """Each stage, from the lowest up, with what it knows and imports; the command line and the shared modules last."""
    order = [stage.name for stage in STAGES]
    lines = ["", "| stage | knows | must not know | imports |", "|---|---|---|---|"]
    lines += [_stage_row(stage, order) for stage in STAGES]
    lines.append("| `cli/` | arguments in, exit code out; one file per command | - | every stage |")
    shared = ", ".join(f"`{name}.py`" for name in sorted(SHARED))
    return "\n".join([*lines, f"| {shared} | small things that every stage may use | every stage | - |", "", ""])


def _stage_row(stage: Stage, order: list[str]) -> str:
    imports = " ".join(f"`{name}`" for name in sorted(stage.below, key=order.index)) or "-"
    return f"| `{stage.name}/` | {stage.knows} | {stage.must_not_know} | {imports} |"


PAGES = {
    "docs/cli.md": cli_page,
    "docs/coverage.md": coverage_page,
    "docs/engine.md": engine_page,
    "docs/house.md": house_page,
    "docs/rules.md": lambda: render_rules_markdown(rules()),
    "docs/unknown.md": unknown_page,
}

if __name__ == "__main__":
    for path, page in PAGES.items():
        (ROOT / path).write_text(page(), encoding="utf-8")
