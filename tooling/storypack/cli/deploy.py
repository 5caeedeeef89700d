"""`storypack deploy`: a Splunk instance, with a preview and a way back."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from storypack.cli import exit_codes
from storypack.cli.deploy_session import instance_options, session
from storypack.cli.deploy_targets import install, to_cloud, to_folder
from storypack.cli.options import examples, format_option, on_terminal, pack_option, tell

if TYPE_CHECKING:
    from storypack.deploy.apply import Report
    from storypack.deploy.journal import Store
    from storypack.deploy.plan import Plan
    from storypack.deploy.status import Run, Source

adopt_option = click.option(
    "--adopt", multiple=True, metavar="NAME", help="Take over this foreign object ('all': every one). May be repeated."
)
enable_option = click.option("--enable", is_flag=True, help="New searches arrive enabled, not disabled.")
yes_option = click.option("--yes", is_flag=True, help="Do it without asking.")


@click.group(
    name="deploy",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=examples("storypack deploy plan --host splunk.example.com", "storypack deploy apply --yes"),
)
def command() -> None:
    """Plan, apply and roll back changes on a Splunk instance.

    What a site changed on purpose stays: enabled or disabled, schedules, filter and source macros, the content of
    lookup files, permissions. What is on the instance and not ours is never touched.

    Credentials come from STORYPACK_SPLUNK_TOKEN, or STORYPACK_SPLUNK_USERNAME and STORYPACK_SPLUNK_PASSWORD, in the
    environment or in .env; from the system's keyring (service storypack); or from a prompt. Never from an option.
    """


@command.command(
    epilog=examples("storypack deploy plan --host splunk.example.com", "storypack deploy plan --format json")
)
@pack_option
@instance_options
@enable_option
@adopt_option
@format_option("text", "json")
def plan(pack: Path, enable: bool, adopt: tuple[str, ...], format: str, **where: Any) -> int:
    """Show what an apply would do. Changes nothing.

    Exit code 0 when there is nothing to do, 3 when changes are pending.
    """
    with session(pack, where, enable) as (connection, store, instance, desired):
        from storypack.deploy.apply import plan_deployment
        from storypack.report.deploy import render_plan, render_plan_json

        planned = plan_deployment(connection, store, desired, adopt)
    if format == "json":
        broken = planned.unfinished.id if planned.unfinished else None
        click.echo(render_plan_json(planned.plan, instance=instance.guid, unfinished=broken), nl=False)
    else:
        _mention_unfinished(store)
        title = f"{desired.app} {desired.version} on {instance}"
        click.echo(render_plan(planned.plan, title, colour=on_terminal()), nl=False)
    return exit_codes.PENDING if planned.plan.pending or planned.unfinished else exit_codes.OK


@command.command(
    epilog=examples(
        "storypack deploy apply --host splunk.example.com", "storypack deploy apply --to-dir build/shcluster"
    )
)
@pack_option
@instance_options
@enable_option
@adopt_option
@yes_option
@format_option("text", "json")
@click.option(
    "--to-dir",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the app for the deployer of a search head cluster instead, and print what to run there.",
)
@click.option(
    "--install-from",
    metavar="PATH",
    help="Install the whole package instead; PATH is where it lies on the server's disk.",
)
@click.option("--acs", "stack", metavar="STACK", help="Upload the whole package to this Splunk Cloud stack instead.")
@click.option("--classic", is_flag=True, help="With --acs: the stack is of the Classic experience, not Victoria.")
def apply(
    pack: Path,
    enable: bool,
    adopt: tuple[str, ...],
    yes: bool,
    format: str,
    to_dir: Path | None,
    install_from: str | None,
    stack: str | None,
    classic: bool,
    **where: Any,
) -> int:
    """Carry out the plan, after showing it and asking.

    Every object is saved before it is touched ('storypack deploy rollback' brings it back). If the run breaks off, the
    next one goes on.

    A whole package (--install-from, --acs) goes into the app's default/, which no plan of ours covers: what a site set
    in local/ stays above it, and the way back is the package before.
    """
    if sum(one is not None for one in (to_dir, install_from, stack)) > 1:
        raise click.UsageError("--to-dir, --install-from and --acs exclude each other")
    if to_dir is not None:
        return to_folder(pack, to_dir)
    _can_ask(yes, format)
    if stack is not None:
        return to_cloud(pack, stack, classic, yes, where)
    if install_from is not None:
        return install(pack, install_from, yes, where)
    with session(pack, where, enable) as (connection, store, instance, desired), store.locked():
        from storypack.deploy.apply import apply_plan, plan_deployment
        from storypack.report.deploy import render_plan

        planned = plan_deployment(connection, store, desired, adopt)
        if format == "text":
            _mention_unfinished(store)
            title = f"{desired.app} {desired.version} on {instance}"
            click.echo(render_plan(planned.plan, title, colour=on_terminal()), nl=False)
        if planned.plan.pending and not yes:
            click.confirm("Apply this?", abort=True)
            _check_unchanged(planned.plan, plan_deployment(connection, store, desired, adopt).plan)
        with _told_when_interrupted(store), _progress(format, len(planned.plan.pending)) as report:
            record = apply_plan(connection, store, planned, _now, report)
        _ended(format, "apply", record.id if record else None, len(planned.plan.pending))
    return exit_codes.OK


@command.command(epilog=examples("storypack deploy rollback --host splunk.example.com", "storypack deploy rollback 3"))
@click.argument("to", required=False, metavar="[RUN]")
@pack_option
@instance_options
@yes_option
@click.option("--plan", "only_plan", is_flag=True, help="Show the way back and go no further.")
@format_option("text", "json")
def rollback(to: str | None, pack: Path, yes: bool, only_plan: bool, format: str, **where: Any) -> int:
    """Go back to before an apply: the last one, or RUN (its number). Shows the way and asks.

    What the site changed since in other fields stays.
    """
    if to is not None and not (to.isascii() and to.isdecimal()):
        raise click.UsageError(f"'{to}' is no run: runs are numbers, as 'storypack deploy status' lists them")
    if not only_plan:
        _can_ask(yes, format)
    with session(pack, where, None) as (connection, store, instance, desired), store.locked():
        from storypack.deploy.rollback import apply_rollback, plan_rollback
        from storypack.report.deploy import render_plan, render_plan_json

        way = plan_rollback(connection, store, desired.app, to)
        title = f"{desired.app} on {instance}: back to before run {way.first.id} of {way.first.about['begun']}"
        if len(way.undoes) > 1:
            title += f" (takes back {', '.join(one.id for one in way.undoes)})"
        if format == "json" and only_plan:
            click.echo(render_plan_json(way.plan, instance=instance.guid, to=way.first.id), nl=False)
        elif format == "text":
            click.echo(render_plan(way.plan, title, colour=on_terminal()), nl=False)
        if only_plan:
            return exit_codes.PENDING if way.plan.pending else exit_codes.OK
        if way.plan.pending and not yes:
            click.confirm("Go back?", abort=True)
            _check_unchanged(way.plan, plan_rollback(connection, store, desired.app, to).plan)
        with _told_when_interrupted(store), _progress(format, len(way.plan.pending)) as report:
            record = apply_rollback(connection, store, way, _now, report)
        _ended(format, "rollback", record.id, len(way.plan.pending))
    return exit_codes.OK


@command.command(
    epilog=examples("storypack deploy status --host splunk.example.com", "storypack deploy status --format json")
)
@pack_option
@instance_options
@format_option("text", "json")
def status(pack: Path, format: str, **where: Any) -> int:
    """Show version, drift, failing searches and missing data.

    Exit code 0, also when something is wrong: what to do about it is yours to judge.
    """
    with session(pack, where, False) as (connection, store, instance, desired):
        from storypack.deploy.apply import plan_deployment
        from storypack.deploy.status import read_status
        from storypack.report.deploy_status import render_status, render_status_json

        planned = plan_deployment(connection, store, desired)
        state = read_status(connection, instance, desired, planned.actual, planned.plan, _sources(pack), _runs(store))
    click.echo(render_status_json(state) if format == "json" else render_status(state), nl=False)
    return exit_codes.OK


# --- shared -----------------------------------------------------------------------------------------------------


def _sources(pack: Path) -> set[Source]:
    """What the pack's detections read."""
    from storypack.deploy.status import Source
    from storypack.pack.load import load_pack

    loaded = load_pack(pack).pack
    named = {name for entry in loaded.detections for name in entry.model.data_sources}
    sources = set()
    for entry in loaded.data_sources:
        source = entry.model
        add_on = source.supported_TA[0] if source.supported_TA else None
        if source.name in named:
            sources.add(Source(source.sourcetype, (add_on.app or "") if add_on else "", add_on.name if add_on else ""))
    return sources


def _runs(store: Store) -> list[Run]:
    from storypack.deploy.rollback import undone
    from storypack.deploy.status import Run

    gone = undone(store)
    return [
        Run(
            record.id,
            record.what,
            str(record.about["version"]),
            str(record.about["begun"]),
            "taken back" if record.id in gone else "done" if record.ended else "interrupted",
            str(record.about.get("to", "")),
        )
        for record in store.records()
    ]


def _can_ask(yes: bool, format: str) -> None:
    if not yes and (format == "json" or not sys.stdin.isatty()):
        raise click.UsageError("nobody is there to be asked: add --yes (and look at 'storypack deploy plan' first)")


def _check_unchanged(shown: Plan, now: Plan) -> None:
    """Whoever said yes said it to what was shown: the instance must not have moved since."""
    if shown != now:
        raise click.ClickException(
            "the instance has changed since the plan was shown; nothing was done: look at the plan again"
        )


@contextmanager
def _told_when_interrupted(store: Store) -> Iterator[None]:
    """What Ctrl-C leaves behind."""
    try:
        yield
    except KeyboardInterrupt:
        _mention_unfinished(store)
        click.echo("Run the same command again to go on, or 'storypack deploy rollback' to go back.", err=True)
        raise


def _now() -> str:
    import datetime as dt

    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _mention_unfinished(store: Store) -> None:
    from storypack.report.results import plural

    if record := store.unfinished():
        steps = plural(len(record.steps.done), "step")
        tell(f"{record.what} {record.id} of {record.about['begun']} was interrupted after {steps}.")


@contextmanager
def _progress(format: str, total: int) -> Iterator[Report]:
    """What reports each step: a bar on a terminal, a line elsewhere, JSON lines when asked for."""
    from storypack.report.deploy import step_json, step_text

    if format == "json":
        yield lambda step: _line(step_json(step.number, step.total, step.action, step.note))
    elif not on_terminal() or not total:
        yield lambda step: _line(step_text(step.number, step.total, step.action, step.note))
    else:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.description}", markup=False),
        )
        with Progress(*columns) as bar:
            task = bar.add_task("", total=total)
            yield lambda step: bar.update(task, advance=1, description=f"{step.action.effect} {step.action.name}"[:60])


def _ended(format: str, what: str, run: str | None, steps: int) -> None:
    import json

    from storypack.report.results import plural

    if format == "json":
        _line(json.dumps({"ended": what, "run": run, "steps": steps}))
    elif run is None:
        _line("nothing to do")
    else:
        _line(f"done: {what} {run}, {plural(steps, 'step')}")


def _line(text: str) -> None:
    """A line of what is going on. When its reader goes away (`| head`) the rest is not shown, but done all the same."""
    try:
        click.echo(text)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
