"""`storypack build`: the pack as an installable Splunk app."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from storypack.cli import exit_codes
from storypack.cli.collector import no_collection
from storypack.cli.options import examples, format_option, no_pack, on_terminal, pack_option, tell
from storypack.pack.kinds import BY_FOLDER

if TYPE_CHECKING:
    from storypack.app_build.pipeline import Built
    from storypack.issue import Issue
    from storypack.pack.load import Loaded
    from storypack.pack.pack import Pack


@click.command(
    epilog=examples(
        "storypack build",
        "storypack build --pack ../other-pack --output /tmp/packages",
        "storypack build --keep-going",
        "storypack build --format json",
    )
)
@pack_option
@click.option(
    "-o",
    "--output",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the package. Default: dist/ in the pack's folder.",
)
@click.option("--keep-going", is_flag=True, help="Leave out what has errors, and build the rest.")
@format_option("text", "json")
def command(pack: Path, output: Path | None, keep_going: bool, format: str) -> int:
    """Write the Splunk app as DIR/<app>-<version>.tar.gz.

    The pack is checked first, and nothing is written while it has errors. With --keep-going objects with errors stay
    out, and what needs them; they are named, and the exit code is 1. In a pack of profile
    compatible only what no app can hold stops the build.

    The same pack gives the same bytes, on any day and any machine; the file appears in one step, so an interrupted
    build leaves the old one as it was.
    """
    from storypack.app_build.errors import BuildError
    from storypack.app_build.pipeline import build_pack
    from storypack.checks.cache import store_of
    from storypack.checks.levels import in_the_way
    from storypack.issue import Severity
    from storypack.opening import folder_of
    from storypack.pack.load import load_pack
    from storypack.report.results import plural

    with no_collection():
        loaded = load_pack(pack, store_of(pack))
        if not loaded.files:
            raise no_pack(pack)
        left_out: Mapping[str, Issue] = {}
        content, shipped = loaded.pack, 0
        if keep_going:
            content, left_out, errors = _sound(loaded)
        else:
            found = [issue for issue in _check(loaded) if issue.severity is Severity.ERROR]
            errors = in_the_way(content.settings, found)
            shipped = len(found) - len(errors)
        if not errors:
            try:
                built = build_pack(content, output or folder_of(pack, "dist"))
            except BuildError as error:
                errors = list(error.issues)
    if errors:
        _refuse(errors, loaded, pack, format)
        return exit_codes.FAILED
    if format == "text":
        _name_left_out(left_out)
    if shipped:
        tell(f"built in spite of {plural(shipped, 'error')}, as the pack's profile is compatible; validate shows them")
    click.echo(_as_json(built, left_out) if format == "json" else _as_text(built))
    return exit_codes.FAILED if left_out else exit_codes.OK


def _check(loaded: Loaded) -> Sequence[Issue]:
    import datetime as dt

    from storypack.checks.cache import store_of
    from storypack.checks.run import run_checks

    return run_checks(loaded.pack, dt.date.today(), loaded.issues, store_of(loaded.pack.root)).issues


def _sound(loaded: Loaded) -> tuple[Pack, Mapping[str, Issue], list[Issue]]:
    """The sound part of the pack, the files that are left out with an error of each, and errors that remain."""
    from dataclasses import replace

    from storypack.app_build.sound import sound_part

    general = [issue for issue in loaded.issues if issue.location.file not in loaded.pack.broken]
    sound = sound_part(loaded.pack, lambda pack: _check(replace(loaded, pack=pack, issues=general)), loaded.issues)
    return sound.pack, sound.left_out, list(sound.errors)


def _name_left_out(left_out: Mapping[str, Issue]) -> None:
    for path, issue in sorted(left_out.items()):
        click.echo(f"left out: {path} ({issue.location}: {issue.rule} {issue.message})", err=True)


def _refuse(errors: Sequence[Issue], loaded: Loaded, pack: Path, format: str) -> None:
    """Say why nothing was built: on stderr for people, as the JSON report of `validate` for machines."""
    from storypack.checks.catalogue import rules
    from storypack.report.json_report import render_json
    from storypack.report.results import Results, relocated
    from storypack.report.text import render_text

    texts = {path: source.text for path, source in loaded.sources.items()}
    texts |= loaded.pack.texts()
    sources = {(pack / path).as_posix(): text for path, text in texts.items()}
    results = Results(relocated(errors, pack.as_posix()), loaded.files, sources=sources, rules=rules())
    if format == "json":
        click.echo(render_json(results), nl=False)
    else:
        click.echo(render_text(results, colour=on_terminal()), err=True, nl=False)
        click.echo("nothing was built: the pack has errors", err=True)


def _as_text(built: Built) -> str:
    from storypack.report.results import plural

    inside = ", ".join(plural(number, BY_FOLDER[folder].name) for folder, number in built.counts.items() if number)
    files = {record.overlay for record in built.overlays}
    inside += f", changed by {plural(len(files), 'overlay')}" if files else ""
    return f"{built.path}\n  {inside}\n  {built.size:,} bytes, sha256 {built.sha256}"


def _as_json(built: Built, left_out: Mapping[str, Issue]) -> str:
    from dataclasses import asdict

    facts = {
        "package": str(built.path),
        "size": built.size,
        "sha256": built.sha256,
        "counts": dict(built.counts),
        "overlays": [asdict(record) for record in built.overlays],
        "left_out": [
            {"file": path, "where": str(issue.location), "rule": issue.rule, "message": issue.message}
            for path, issue in sorted(left_out.items())
        ],
    }
    return json.dumps(facts, indent=2)
