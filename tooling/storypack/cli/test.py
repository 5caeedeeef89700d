"""`storypack test`: every search's tests, on the embedded engine."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import click

from storypack.cli import exit_codes
from storypack.cli.options import (
    add_on_options,
    add_ons_of,
    cache_options,
    chosen,
    emit,
    examples,
    format_option,
    no_pack,
    on_terminal,
    only_option,
    output_option,
    pack_option,
    tell,
)
from storypack.cli.remote import remote_of, remote_options, run_there

if TYPE_CHECKING:
    from storypack.engine.knowledge.apps import AddOns
    from storypack.issue import Location
    from storypack.pack.load import Loaded
    from storypack.pack.pack import Pack
    from storypack.testing.attack_data import AttackData
    from storypack.testing.results import PlannedTest, TestResult, TestRun


@click.command(
    epilog=examples(
        "storypack test",
        "storypack test --only 'aws_*' --verbose",
        "storypack test --changed",
        "storypack test --format junit --output test-results.xml",
        "storypack test --attack-data ../attack_data",
        "storypack test --splunk --index exf_test --only 'aws_*'",
    )
)
@pack_option
@only_option
@click.option("--changed", is_flag=True, help="Only what git says was changed, and what depends on it.")
@click.option(
    "-j", "--jobs", type=click.IntRange(1, 64), default=2, show_default=True, metavar="N", help="Processes to use."
)
@click.option(
    "--attack-data",
    type=click.Path(exists=True, path_type=Path),
    metavar="DIR|MAP",
    help="A clone of splunk/attack_data, or a YAML file of folders by beginnings of addresses: where events that a "
    "test names by address lie.",
)
@add_on_options
@cache_options
@click.option("-v", "--verbose", is_flag=True, help="List the tests that passed, too.")
@format_option("text", command="test")
@output_option
@partial(remote_options, timeout="How long a test may take; 0 = for ever. Default: 300. With --splunk: a request.")
@click.option("--index", default="", metavar="NAME", help="Index for the events of tests.")
def command(
    pack: Path,
    only: tuple[str, ...],
    changed: bool,
    jobs: int,
    attack_data: Path | None,
    verbose: bool,
    format: str,
    output: Path | None,
    add_ons: tuple[str, ...],
    no_builtin: bool,
    cache: Path | None,
    no_cache: bool,
    **given: Any,
) -> int:
    """Run the tests of detections, baselines and investigations on their events, without a Splunk.

    Exit code 1 if a test fails, or if one of a search in production can not be run. A failed test shows the rows that
    came, the stage at which the last row was lost, and the field values that decided.

    What passed before, and rests on nothing that has changed since, is not run again; --no-cache runs all.

    With --ta the events have the fields that an add-on gives them; with --no-builtin, no others.

    With --attack-data, events that tests name by address are read from a clone of their repository. Nothing is fetched:
    where a file is missing, the result has the command that fetches it, and whether the search compiles.

    With --splunk the events are sent to an instance, the searches run there, and their rows are compared with what the
    tests expect and with the embedded engine's. Nothing needs to be installed there.
    """
    from storypack.pack.load import load_pack
    from storypack.testing.kept import Kept, store_of
    from storypack.testing.plan import plan_tests

    remote = remote_of(given, shared=["timeout"])
    limit = given["timeout"]
    loaded = load_pack(pack)
    if not loaded.files:
        raise no_pack(pack)
    files = chosen(loaded.pack, (*only, "changed") if changed else only)
    broken = _broken(loaded, files)
    planned = plan_tests(loaded.pack, files)
    data = _attack_data(attack_data, loaded.pack, with_splunk=bool(remote))
    if remote:
        planned = _only_searches(planned, loaded.pack)
    has_add_ons = bool(add_ons) or no_builtin
    kept = None if no_cache or has_add_ons else Kept(loaded.pack, store_of(pack, cache), data)
    run = kept.whole_run(planned) if kept and not remote else None
    if run is None:
        known = add_ons_of(add_ons, no_builtin=no_builtin)
        _tell_of(known)
        with _progress(len(planned)) as advance:
            if remote:
                run = run_there(loaded.pack, pack, planned, remote, advance)
            else:
                run = _run(loaded.pack, planned, jobs, advance, limit=limit, add_ons=known, kept=kept, attack_data=data)
    run = _relocated(run, pack.as_posix())
    emit(_render(run, format, output, verbose), output)
    for line in broken:
        click.echo(line, err=True)
    return exit_codes.FAILED if run.failed or broken else exit_codes.OK


def _run(pack: Pack, planned: Sequence[PlannedTest], *given: Any, limit: float | None, **named: Any) -> TestRun:
    """The tests run here; `limit` = seconds that each may take, where the user has a wish."""
    from storypack.testing.pool import TIME_LIMIT, run_tests

    return run_tests(pack, planned, *given, limit=TIME_LIMIT if limit is None else limit, **named)


def _attack_data(given: Path | None, pack: Pack, *, with_splunk: bool) -> AttackData | None:
    """Where the files of addresses lie. Over which time the tests run is said, too, as it decides what they show."""
    from storypack.testing.attack_data import AttackDataError, attack_data_of

    if given is None:
        return None
    if with_splunk:
        raise click.UsageError("--attack-data belongs to the embedded engine; leave out --splunk")
    if pack.settings.profile == "compatible":
        tell("tests run over all time, as contentctl runs them: the pack's profile is compatible")
    try:
        return attack_data_of(given)
    except AttackDataError as error:
        raise click.ClickException(str(error)) from error


def _tell_of(add_ons: AddOns) -> None:
    """What the add-ons do to one another; refused if they cannot be read."""
    from storypack.engine.errors import EngineError

    try:
        for warning in add_ons.knowledge().warnings if add_ons.folders else ():
            tell(warning)
    except EngineError as error:
        raise click.ClickException(str(error)) from error


def _broken(loaded: Loaded, files: frozenset[str] | None) -> list[str]:
    """A line for each file that has errors: its tests are not in the plan, which must not look like success."""
    paths = [path for path in loaded.pack.broken if files is None or path in files]
    return [f"{path} has errors and was left out; 'storypack validate' shows them" for path in paths]


def _only_searches(planned: list[PlannedTest], pack: Pack) -> list[PlannedTest]:
    """The tests that an instance can run; the others are named, which must not look like success."""
    searches = {entry.path for entry in pack.searches}
    kept = [each for each in planned if each.file in searches]
    if len(kept) < len(planned):
        tell(f"left out: {len(planned) - len(kept)} tests of investigations, which run on the embedded engine only")
    return kept


_BEAT = 0.1
"""Seconds between two drawings of the bar."""


@contextmanager
def _progress(total: int) -> Iterator[Callable[[TestResult], object]]:
    """A bar on stderr, if a person is looking and there is something to wait for."""
    if not sys.stderr.isatty() or total < 10:
        yield lambda result: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    # without a thread that draws it, beside which no worker could be forked
    with Progress(*columns, console=Console(stderr=True), transient=True, auto_refresh=False) as bar:
        task = bar.add_task("", total=total)
        failed = 0
        drawn = 0.0

        def advance(result: TestResult) -> None:
            nonlocal failed, drawn
            failed += result.counts
            is_due = monotonic() - drawn > _BEAT
            drawn = monotonic() if is_due else drawn
            bar.update(task, advance=1, description=f"[red]{failed} failed" if failed else "", refresh=is_due)

        yield advance


def _relocated(run: TestRun, base: str) -> TestRun:
    """The same results with file names that start from where the user is."""
    if base in ("", "."):
        return run

    def moved(location: Location) -> Location:
        return replace(location, file=f"{base.rstrip('/')}/{location.file}")

    results = []
    for result in run.results:
        changes: dict[str, Any] = {
            "test": replace(result.test, file=f"{base}/{result.test.file}", location=moved(result.test.location))
        }
        if result.failure:
            changes["failure"] = replace(result.failure, location=moved(result.failure.location))
        results.append(replace(result, **changes))
    return replace(run, results=tuple(results))


def _render(run: TestRun, format: str, output: Path | None, verbose: bool) -> str:
    if format != "text":
        from storypack.report.formats import renderer

        return renderer("test", format)(run)
    from storypack.report.tests import render_tests

    person = output is None and on_terminal()
    width = min(shutil.get_terminal_size().columns, 140) if person else 120
    return render_tests(run, width=width, colour=person, verbose=verbose)
