"""`storypack inspect`: Splunk AppInspect on the package."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from storypack.cli import exit_codes
from storypack.cli.options import examples, format_option, on_terminal, pack_option, settings_of

if TYPE_CHECKING:
    from storypack.app_build.inspect import Inspection


@click.command(epilog=examples("storypack inspect", "storypack inspect dist/my_app-1.0.0.tar.gz --tag cloud"))
@click.argument("package", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@pack_option
@click.option(
    "--tag",
    "tags",
    multiple=True,
    metavar="TAG",
    help="Run only the checks with this tag. Default: cloud, private_victoria, and then every check.",
)
@format_option("text", "json")
def command(package: Path | None, pack: Path, tags: tuple[str, ...], format: str) -> int:
    """Run Splunk AppInspect on PACKAGE, or on the one that 'storypack build' wrote for the pack.

    Fails (1) if a check reports an error or a failure. Warnings are listed; they do not fail.
    """
    from storypack.app_build.inspect import TAG_SETS, InspectError, inspect

    target = package or _built_package(pack)
    runs = [(tag,) for tag in tags] if tags else list(TAG_SETS)
    inspections = []
    for run in runs:
        if format == "text" and on_terminal():
            click.echo(f"running AppInspect ({_title(run)}) ...", err=True)
        try:
            inspections.append(inspect(target, run))
        except InspectError as error:
            raise click.ClickException(str(error)) from error
    click.echo(_as_json(target, inspections) if format == "json" else _as_text(target, inspections))
    return exit_codes.OK if all(one.passed for one in inspections) else exit_codes.FAILED


def _built_package(pack: Path) -> Path:
    settings = settings_of(pack)
    target = pack / "dist" / f"{settings.app_id}-{settings.version}.tar.gz"
    if not target.is_file():
        raise click.ClickException(f"{target} does not exist; run 'storypack build' first, or name a package")
    return target


def _title(tags: tuple[str, ...]) -> str:
    return ", ".join(tags) or "every check"


def _as_text(package: Path, inspections: list[Inspection]) -> str:
    lines = [str(package)]
    for one in inspections:
        counts = {name: one.summary.get(name, 0) for name in ("error", "failure", "future_failure", "warning")}
        shown = ", ".join(
            f"{number} {name.replace('_', ' ')}{'' if number == 1 else 's'}" for name, number in counts.items()
        )
        lines.append(f"  {_title(one.tags)}: {'passed' if one.passed else 'FAILED'} ({shown})")
    seen = dict.fromkeys(finding for one in inspections for finding in one.findings)
    for finding in seen:
        lines.append(f"  {finding.result}: {finding.check}\n    {finding.message}")
    return "\n".join(lines)


def _as_json(package: Path, inspections: list[Inspection]) -> str:
    from dataclasses import asdict

    runs = [{**asdict(one), "passed": one.passed} for one in inspections]
    return json.dumps({"package": str(package), "runs": runs}, indent=2)
