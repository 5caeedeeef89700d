"""`storypack conformance`: the engine's own cases on a real instance."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from storypack.cli import exit_codes
from storypack.cli.options import emit, examples, format_option, output_option, pack_option, tell
from storypack.cli.remote import connected, remote_of, remote_options

if TYPE_CHECKING:
    from storypack.conformance.cases import Case

T = TypeVar("T")


@click.command(
    epilog=examples(
        "storypack conformance --splunk --splunk-host splunk.example.com",
        "storypack conformance --splunk --only 'eval*' --only where",
        "storypack conformance --splunk --points --format json -o points.json",
    )
)
@click.option(
    "--only", metavar="AREA", multiple=True, help="Cases of this area, or of this id; globs. May be repeated."
)
@click.option("--points", is_flag=True, help="Ask only what nobody has established (docs/unknown.md).")
@format_option("text", "json")
@pack_option
@output_option
@remote_options
def command(only: tuple[str, ...], points: bool, format: str, pack: Path, output: Path | None, **given: Any) -> int:
    """Run the engine's own cases on an instance, and show where it differs from the engine.

    The points that nobody has established come first. Each case brings its events along in the search, so nothing is
    indexed and nothing is written; what cannot be carried so is named. The report (--format json -o FILE) is made to be
    attached to an issue: it holds the version of the instance, and none of your data.

    Exit code 1 if a case differs or is refused.
    """
    remote = remote_of(given)
    if remote is None:
        raise click.UsageError("where? Add --splunk and --splunk-host")
    from storypack.conformance.cases import cases
    from storypack.deploy.instance import read_instance
    from storypack.reference.unknown import points as unknown_points
    from storypack.remote.conformance import ask_cases, ask_points
    from storypack.report.conformance import Report, render_json, render_text

    chosen = [] if points else _chosen(cases(), only)
    if only and not chosen and not points:
        raise click.UsageError(f"--only {only[0]}: there is no such area or case")
    with connected(remote, pack) as connection:
        instance = read_instance(connection)
        settled = tuple(ask_points(connection, remote.app, unknown_points()))
        results = tuple(_with_progress(ask_cases(connection, remote.app, chosen), len(chosen)))
    report = Report(instance.version, settled, results)
    emit(render_json(report) if format == "json" else render_text(report), output)
    return exit_codes.FAILED if report.failed else exit_codes.OK


def _chosen(cases: Iterable[Case], only: tuple[str, ...]) -> list[Case]:
    """The cases whose area or id fits; all without a choice."""
    return [
        case
        for case in cases
        if not only or any(fnmatchcase(case.area, each) or fnmatchcase(case.id, each) for each in only)
    ]


def _with_progress(results: Iterator[T], total: int) -> Iterator[T]:
    """The results, counted on a terminal; an interrupt leaves those that were there."""
    done = 0
    try:
        for result in results:
            done += 1
            if sys.stderr.isatty():
                click.echo(f"\r{done:,} of {total:,} cases ", nl=done == total, err=True)
            yield result
    except KeyboardInterrupt:
        tell(f"interrupted: {done:,} of {total:,} cases were asked")
