"""`storypack validate`: everything that is wrong with a pack, in one run."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from storypack.cli import exit_codes
from storypack.cli.options import emit, examples, format_option, on_terminal, only_option, output_option, pack_option

if TYPE_CHECKING:
    from storypack.issue import Issue
    from storypack.pack.load import Loaded
    from storypack.report.results import Results


@click.command(
    epilog=examples(
        "storypack validate",
        "storypack validate --pack ../other-pack --strict",
        "storypack validate --only changed --only 'story:Data Exfiltration'",
        "storypack validate --format sarif --output validate.sarif",
    )
)
@pack_option
@only_option
@format_option("text", "json", "sarif", "junit", "github")
@output_option
@click.option("--strict", is_flag=True, help="Fail on warnings, too.")
def command(pack: Path, only: tuple[str, ...], format: str, output: Path | None, strict: bool) -> int:
    """Check the whole pack and show every problem, with place and cure.

    Exit code 1 if there is an error (with --strict: or a warning), else 0. 'storypack rules' explains the rules.
    """
    import datetime as dt

    from storypack.checks.catalogue import rules
    from storypack.checks.run import run_checks
    from storypack.cli.select import chosen_files
    from storypack.issue import Severity
    from storypack.pack.load import load_pack
    from storypack.report.results import Results, relocated

    loaded = load_pack(pack)
    if not loaded.files:
        raise click.UsageError(f"there is no pack in {pack.resolve()}: it has no storypack.yml and no content")
    files = chosen_files(loaded.pack, only)
    checked = run_checks(loaded.pack, dt.date.today(), loaded.issues)
    issues = [issue for issue in checked.issues if files is None or issue.location.file in files]
    base = pack.as_posix()
    results = Results(
        issues=relocated(issues, base),
        checked=[path for path in loaded.files if files is None or path in files],
        silenced=checked.silenced,
        sources={_from(base, path): text for path, text in _sources(loaded, issues).items()},
        rules=rules(),
    )
    emit(_render(results, format, output), output)
    if results.count(Severity.ERROR) or (strict and results.count(Severity.WARNING)):
        return exit_codes.FAILED
    return exit_codes.OK


def _from(base: str, path: str) -> str:
    return path if base == "." else f"{base}/{path}"


def _render(results: Results, format: str, output: Path | None) -> str:
    if format == "json":
        from storypack.report.json_report import render_json

        return render_json(results)
    if format == "sarif":
        from storypack.report.sarif import render_sarif

        return render_sarif(results)
    if format == "junit":
        from storypack.report.junit import render_junit

        return render_junit(results)
    if format == "github":
        from storypack.report.github import render_github

        return render_github(results)
    from storypack.report.text import render_text

    person = output is None and on_terminal()
    width = min(shutil.get_terminal_size().columns, 120) if person else 100
    return render_text(results, width=width, colour=person)


def _sources(loaded: Loaded, issues: Sequence[Issue]) -> Mapping[str, str]:
    """The text of each file that has an issue, as far as it is a file of text inside the pack."""
    wanted = {issue.location.file for issue in issues}
    texts = {path: source.text for path, source in loaded.sources.items()}
    texts |= {entry.path: entry.source.text for entry in loaded.pack.entries() if entry.path in wanted}
    texts[loaded.pack.settings_source.path] = loaded.pack.settings_source.text
    root = loaded.pack.root.resolve()
    for path in wanted - texts.keys():
        full = loaded.pack.root / path
        if full.is_file() and full.resolve().is_relative_to(root):
            texts[path] = full.read_bytes().decode("utf-8", errors="replace")
    return texts
