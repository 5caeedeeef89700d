"""What the subcommands of `storypack deploy` share: the options of an instance, the way in, and the pack as an app."""

from __future__ import annotations

import ipaddress
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from storypack.cli.options import Function, no_pack, settings_of

if TYPE_CHECKING:
    from storypack.deploy.desired import Desired
    from storypack.deploy.instance import Instance
    from storypack.deploy.journal import Store
    from storypack.splunkd.connection import Connection

HOST_VARIABLE, PORT_VARIABLE, CA_VARIABLE = (f"STORYPACK_SPLUNK_{name}" for name in ("HOST", "PORT", "CA"))


class Seconds(click.FloatRange):
    """A span of time."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        seconds = float(super().convert(value, param, ctx))
        return seconds if seconds == seconds else self.fail("nan is no number of seconds", param, ctx)


def instance_options(function: Function) -> Function:
    """Where the instance is. Who we are comes from the environment, .env, the keyring or a prompt."""
    for option in reversed(
        (
            click.option(
                "--splunk-host", "--host", "host", metavar="NAME", help=f"The search head. Default: {HOST_VARIABLE}."
            ),
            click.option(
                "--splunk-port",
                "--port",
                "port",
                type=click.IntRange(1, 65535),
                metavar="N",
                help=f"Its management port. Default: {PORT_VARIABLE}, or 8089.",
            ),
            click.option("--scheme", type=click.Choice(["https", "http"]), default="https", show_default=True),
            click.option(
                "--ca",
                metavar="FILE",
                type=click.Path(exists=True, dir_okay=False),
                help=f"Authorities to trust instead of the system's (PEM). Default: {CA_VARIABLE}.",
            ),
            click.option("--insecure", is_flag=True, help="Do not verify the certificate. Anyone may be listening."),
            click.option(
                "--timeout",
                type=Seconds(1, 3600),
                default=30.0,
                show_default=True,
                metavar="SECONDS",
                help="How long a request may take.",
            ),
        )
    ):
        function = option(function)
    return function


@contextmanager
def session(
    pack: Path, where: Mapping[str, Any], enable: bool | None
) -> Iterator[tuple[Connection, Store, Instance, Desired]]:
    """The instance, our records of it, and the pack as it should be there; every failure as one line.

    With `enable` None the pack is not built: only its app id is needed.
    """
    require_sdk()
    from storypack.deploy.desired import for_instance
    from storypack.deploy.instance import read_instance
    from storypack.deploy.journal import Store
    from storypack.splunkd.errors import DeployError

    desired = desired_app(pack, enable)
    try:
        with session_of(pack, **where) as connection:
            instance = read_instance(connection)
            yield connection, Store(pack, instance.guid, desired.app), instance, for_instance(desired, instance.cloud)
    except DeployError as error:
        raise click.ClickException(str(error)) from error


@contextmanager
def session_of(pack: Path, **where: Any) -> Iterator[Connection]:
    """A connection to the instance that options or the environment name. Raises DeployError."""
    require_sdk()
    from storypack.splunkd.connection import Connection, Target
    from storypack.splunkd.credentials import find_credentials, read_variables

    variables = read_variables(os.environ, pack)
    options = {
        **where,
        "host": checked_host(where.get("host") or variables.get(HOST_VARIABLE), "--host"),
        "port": checked_port(where.get("port") or variables.get(PORT_VARIABLE)),
        "ca": where.get("ca") or variables.get(CA_VARIABLE) or None,
    }
    if options.get("insecure"):
        click.echo("warning: --insecure: the certificate is not verified; anyone may read the password", err=True)
    if options.get("scheme") == "http":
        click.echo("warning: --scheme http: password and content travel in clear text", err=True)
    asking = ask if sys.stdin.isatty() else None
    credentials = find_credentials(os.environ, pack, options["host"], asking)
    places = {"host": HOST_VARIABLE, "port": PORT_VARIABLE, "ca": CA_VARIABLE}
    variables.check_places([name for key, name in places.items() if not where.get(key)], credentials.source, asking)
    connection = Connection(Target(**options), credentials)
    try:
        yield connection
    finally:
        connection.close()


def checked_host(name: str | None, option: str) -> str:
    """The name or address of a host; a usage error for what cannot be one."""
    if not name:
        raise click.UsageError(f"which instance? Give {option}, or set {HOST_VARIABLE}")
    bare = name.removeprefix("[").removesuffix("]")  # of an IPv6 address
    if not re.fullmatch(r"[\w.\-]+", bare) and not _is_address(bare):
        port = "; its port goes into --port" if re.fullmatch(r"[\w.\-]+:\d+", bare) else ""
        raise click.UsageError(f"{option}: {name!r} is no name of a host, such as splunk.example.com{port}")
    return bare


def _is_address(text: str) -> bool:
    """Is it an IPv6 address, with or without its zone?"""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def checked_port(text: str | int | None) -> int:
    """A port, 8089 where none is given."""
    if not str(text or 8089).isdecimal() or not 0 < int(text or 8089) < 65536:
        raise click.UsageError(f"{PORT_VARIABLE} is no port: {text}")
    return int(text or 8089)


def require_sdk() -> None:
    """Say which extra is missing, if one is."""
    try:
        import splunklib.binding  # noqa: F401
    except ImportError as error:
        from storypack.extras import install

        raise click.ClickException(f"{error.name} is missing: {install('deploy')}") from error


def desired_app(pack: Path, enable: bool | None) -> Desired:
    """What the pack wants on the instance; with `enable` None only the app's id and version, without its objects."""
    from storypack.deploy.desired import Desired, desired_from_tree

    if enable is None:
        settings = settings_of(pack)
        return Desired(settings.app_id, settings.version)
    app, tree = built_app(pack)
    return desired_from_tree(app, tree, enable=enable)


def built_app(pack: Path) -> tuple[str, Mapping[str, bytes]]:
    """The app id and the files that 'storypack build' would pack. A pack that it would not build is not deployed."""
    import datetime as dt

    from storypack.app_build.errors import BuildError
    from storypack.app_build.from_pack import app_content, tactics_of
    from storypack.app_build.tree import app_tree
    from storypack.checks.levels import in_the_way
    from storypack.checks.run import run_checks
    from storypack.pack.load import load_pack

    loaded = load_pack(pack)
    if not loaded.files:
        raise no_pack(pack)
    issues = run_checks(loaded.pack, dt.date.today(), loaded.issues).issues
    errors = in_the_way(loaded.pack.settings, issues)
    if not errors:
        try:
            return loaded.pack.settings.app_id, app_tree(app_content(loaded.pack), tactics_of).files
        except BuildError as error:
            errors = list(error.issues)
    first = errors[0]
    raise click.ClickException(
        f"the pack has errors ({len(errors)}; 'storypack validate' shows all): {first.location}: {first.message}"
    )


def ask(question: str, hidden: bool) -> str:
    """The answer to a question on stderr; `hidden` = what is typed is not shown."""
    return str(click.prompt(question, hide_input=hidden, err=True))
