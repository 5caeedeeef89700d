"""`storypack rules`: what validate checks, and why."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from storypack.cli import exit_codes
from storypack.cli.completion import complete_rules
from storypack.cli.options import emit, examples, format_option, output_option


@click.command(
    epilog=examples("storypack rules", "storypack rules SP124", "storypack rules --format markdown -o docs/rules.md")
)
@click.argument("ids", nargs=-1, metavar="[ID]...", shell_complete=complete_rules)
@format_option("text", "markdown", "json")
@output_option
def command(ids: tuple[str, ...], format: str, output: Path | None) -> int:
    """List the rules that validate checks, or explain those named."""
    from storypack.checks.catalogue import rules
    from storypack.report.rules import render_rule, render_rules_json, render_rules_markdown, render_rules_text
    from storypack.spelling import did_you_mean

    known = rules()
    wanted = [id.upper() for id in ids]
    for id in wanted:
        if id not in known:
            hint = did_you_mean(id, known)
            raise click.UsageError(f"There is no rule {id}." + (f" {hint[0].upper()}{hint[1:]}" if hint else ""))
    chosen = {id: known[id] for id in wanted} if wanted else known
    width = min(shutil.get_terminal_size().columns, 110)
    if format == "markdown":
        text = render_rules_markdown(chosen)
    elif format == "json":
        text = render_rules_json(list(chosen.values()))
    elif wanted:
        text = "\n".join(render_rule(rule, width=width) for rule in chosen.values())
    else:
        text = render_rules_text(list(chosen.values()), width=width)
    emit(text, output)
    return exit_codes.OK
