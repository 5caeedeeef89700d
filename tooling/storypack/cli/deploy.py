"""`storypack deploy`: a Splunk instance, with a preview and a way back."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from storypack.cli import exit_codes
from storypack.cli.options import Function, examples, format_option, on_terminal, pack_option

if TYPE_CHECKING:
    from storypack.deploy.apply import Report
    from storypack.deploy.connection import Connection
    from storypack.deploy.desired import Desired
    from storypack.deploy.instance import Instance
    from storypack.deploy.journal import Store
    from storypack.deploy.status import Source

HOST_VARIABLE = "STORYPACK_SPLUNK_HOST"


def instance_options(function: Function) -> Function:
    """Where the instance is. Who we are comes from the environment, .env, the keyring or a prompt."""
    for option in reversed(
        (
            click.option("--host", metavar="NAME", help=f"The search head. Default: {HOST_VARIABLE}."),
            click.option(
                "--port",
                type=int,
                default=8089,
                show_default=True,
                envvar="STORYPACK_SPLUNK_PORT",
                help="Its management port.",
            ),
            click.option("--scheme", type=click.Choice(["https", "http"]), default="https", show_default=True),
            click.option(
                "--ca",
                envvar="STORYPACK_SPLUNK_CA",
                metavar="FILE",
                type=click.Path(exists=True, dir_okay=False),
                help="Authorities to trust instead of the system's (PEM).",
            ),
            click.option("--insecure", is_flag=True, help="Do not verify the certificate. Anyone may be listening."),
            click.option("--timeout", type=float, default=30.0, show_default=True, help="Seconds per request."),
        )
    ):
        function = option(function)
    return function


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
    with _session(pack, where, enable) as (connection, store, instance, desired):
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
def apply(
    pack: Path, enable: bool, adopt: tuple[str, ...], yes: bool, format: str, to_dir: Path | None, **where: Any
) -> int:
    """Carry out the plan, after showing it and asking.

    Every object is saved before it is touched ('storypack deploy rollback' brings it back). If the run breaks off, the
    next one goes on.
    """
    if to_dir is not None:
        return _to_folder(pack, to_dir)
    _can_ask(yes, format)
    with _session(pack, where, enable) as (connection, store, instance, desired), store.locked():
        from storypack.deploy.apply import apply_plan, plan_deployment
        from storypack.report.deploy import render_plan

        planned = plan_deployment(connection, store, desired, adopt)
        if format == "text":
            _mention_unfinished(store)
            title = f"{desired.app} {desired.version} on {instance}"
            click.echo(render_plan(planned.plan, title, colour=on_terminal()), nl=False)
        if planned.plan.pending and not yes:
            click.confirm("Apply this?", abort=True)
        with _progress(format, len(planned.plan.pending)) as report:
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
    if not only_plan:
        _can_ask(yes, format)
    if to is not None and not to.isdecimal():
        raise click.UsageError(f"'{to}' is no run: runs are numbers, as 'storypack deploy status' lists them")
    with _session(pack, where, None) as (connection, store, instance, desired), store.locked():
        from storypack.deploy.rollback import apply_rollback, plan_rollback
        from storypack.report.deploy import render_plan, render_plan_json

        way = plan_rollback(connection, store, desired.app, to)
        title = f"{desired.app} on {instance}: back to before run {way.first.id} of {way.first.about['begun']}"
        if format == "json" and only_plan:
            click.echo(render_plan_json(way.plan, instance=instance.guid, to=way.first.id), nl=False)
        elif format == "text":
            click.echo(render_plan(way.plan, title, colour=on_terminal()), nl=False)
        if only_plan:
            return exit_codes.PENDING if way.plan.pending else exit_codes.OK
        if way.plan.pending and not yes:
            click.confirm("Go back?", abort=True)
        with _progress(format, len(way.plan.pending)) as report:
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
    """Show how the app is doing: version, drift, searches that do not run, data that does not come.

    Exit code 0, also when something is wrong: what to do about it is yours to judge.
    """
    with _session(pack, where, False) as (connection, store, instance, desired):
        from storypack.deploy.apply import plan_deployment
        from storypack.deploy.status import read_status
        from storypack.report.deploy_status import render_status, render_status_json

        planned = plan_deployment(connection, store, desired)
        found = read_status(connection, instance, desired, planned.actual, planned.plan, _sources(pack), _runs(store))
    click.echo(render_status_json(found) if format == "json" else render_status(found), nl=False)
    return exit_codes.OK


# --- shared -----------------------------------------------------------------------------------------------------


@contextmanager
def _session(
    pack: Path, where: Mapping[str, Any], enable: bool | None
) -> Iterator[tuple[Connection, Store, Instance, Desired]]:
    """The instance, our records of it, and the pack as it should be there; every failure as one line.

    With `enable` None the pack is not built: only its app id is needed.
    """
    try:
        from storypack.deploy.connection import Connection, Target
    except ImportError as error:
        raise click.ClickException(f"{error.name} is missing: install 'storypack[deploy]'") from error
    from storypack.deploy.credentials import find_credentials, read_env_file
    from storypack.deploy.desired import for_instance
    from storypack.deploy.errors import DeployError
    from storypack.deploy.instance import read_instance
    from storypack.deploy.journal import Store

    desired = _desired(pack, enable)
    variables = {**read_env_file(pack / ".env"), **os.environ}
    options = {**where, "host": where["host"] or variables.get(HOST_VARIABLE)}
    if not options["host"]:
        raise click.UsageError(f"which instance? Give --host, or set {HOST_VARIABLE}")
    if options["insecure"]:
        click.echo("warning: --insecure: the certificate is not verified; anyone may read the password", err=True)
    if options["scheme"] == "http":
        click.echo("warning: --scheme http: password and content travel in clear text", err=True)
    try:
        credentials = find_credentials(os.environ, pack, options["host"], _ask if sys.stdin.isatty() else None)
        connection = Connection(Target(**options), credentials)
        try:
            instance = read_instance(connection)
            store = Store(pack, instance.guid, desired.app)
            yield connection, store, instance, for_instance(desired, instance.cloud)
        finally:
            connection.close()
    except DeployError as error:
        raise click.ClickException(str(error)) from error


def _desired(pack: Path, enable: bool | None) -> Desired:
    from storypack.deploy.desired import Desired, desired_from_tree

    if enable is None:
        from storypack.pack.load import load_settings

        settings, _, issues = load_settings(pack)
        if issues:
            raise click.ClickException(f"{issues[0].location}: {issues[0].message}")
        return Desired(settings.app_id, settings.version)
    app, tree = _built(pack)
    return desired_from_tree(app, tree, enable=enable)


def _built(pack: Path) -> tuple[str, Mapping[str, bytes]]:
    """The app id and the files that 'storypack build' would pack. A pack with errors is not deployed."""
    import datetime as dt

    from storypack.build.errors import BuildError
    from storypack.build.from_pack import app_content, tactics_of
    from storypack.build.tree import app_tree
    from storypack.checks.run import run_checks
    from storypack.issue import Severity
    from storypack.pack.load import load_pack

    loaded = load_pack(pack)
    if not loaded.files:
        raise click.UsageError(f"there is no pack in {pack.resolve()}: it has no storypack.yml and no content")
    issues = run_checks(loaded.pack, dt.date.today(), loaded.issues).issues
    errors = [issue for issue in issues if issue.severity is Severity.ERROR]
    if not errors:
        try:
            return loaded.pack.settings.app_id, app_tree(app_content(loaded.pack), tactics_of).files
        except BuildError as error:
            errors = list(error.issues)
    first = errors[0]
    raise click.ClickException(
        f"the pack has errors ({len(errors)}; 'storypack validate' shows all): {first.location}: {first.message}"
    )


def _sources(pack: Path) -> set[Source]:
    """What the pack's detections read."""
    from storypack.deploy.status import Source
    from storypack.pack.load import load_pack

    loaded = load_pack(pack).pack
    named = {name for entry in loaded.detections for name in entry.model.data_sources}
    found = set()
    for entry in loaded.data_sources:
        source = entry.model
        add_on = source.supported_TA[0] if source.supported_TA else None
        if source.name in named:
            found.add(Source(source.sourcetype, (add_on.app or "") if add_on else "", add_on.name if add_on else ""))
    return found


def _runs(store: Store) -> list[dict[str, str]]:
    from storypack.deploy.rollback import undone

    gone = undone(store)
    return [
        {
            "id": record.id,
            "what": record.what if record.what == "apply" else f"rollback to before {record.about['to']}",
            "version": str(record.about["version"]),
            "begun": str(record.about["begun"]),
            "end": ""
            if record.ended and record.id not in gone
            else ", taken back"
            if record.ended
            else ", interrupted",
        }
        for record in store.records()
    ]


def _to_folder(pack: Path, folder: Path) -> int:
    from storypack.deploy.errors import DeployError
    from storypack.deploy.folder_target import commands, write_app

    app, tree = _built(pack)
    try:
        target = write_app(app, tree, folder)
    except DeployError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{target}: {len(tree)} files")
    click.echo(
        "On the deployer, as the user that runs Splunk:\n" + "\n".join(f"  {line}" for line in commands(app, target))
    )
    return exit_codes.OK


def _ask(question: str, hidden: bool) -> str:
    return str(click.prompt(question, hide_input=hidden, err=True))


def _can_ask(yes: bool, format: str) -> None:
    if not yes and (format == "json" or not sys.stdin.isatty()):
        raise click.UsageError("nobody is there to be asked: add --yes (and look at 'storypack deploy plan' first)")


def _now() -> str:
    import datetime as dt

    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _mention_unfinished(store: Store) -> None:
    if record := store.unfinished():
        done = len(record.steps[1])
        click.echo(
            f"{record.what} {record.id} of {record.about['begun']} was interrupted after {done} steps.", err=True
        )


@contextmanager
def _progress(format: str, total: int) -> Iterator[Report]:
    """What reports each step: a bar on a terminal, a line elsewhere, JSON lines when asked for."""
    from storypack.report.deploy import step_json, step_text

    if format == "json":
        yield lambda step: click.echo(step_json(step.number, step.total, step.action))
    elif not on_terminal() or not total:
        yield lambda step: click.echo(step_text(step.number, step.total, step.action))
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

    if format == "json":
        click.echo(json.dumps({"ended": what, "run": run, "steps": steps}))
    elif run is None:
        click.echo("nothing to do")
    else:
        click.echo(f"done: {what} {run}, {steps} step{'' if steps == 1 else 's'}")
