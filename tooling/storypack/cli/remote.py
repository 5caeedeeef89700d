"""`--splunk` of `storypack search` and `storypack test`: the options, the way in, and the tests done there."""

from __future__ import annotations

import os
import sys
import uuid
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from storypack import ends
from storypack.cli.deploy_session import Seconds, checked_host, checked_port
from storypack.cli.options import Function

if TYPE_CHECKING:
    from storypack.pack.pack import Pack
    from storypack.remote.sending import Site
    from storypack.splunkd.connection import Connection
    from storypack.splunkd.credentials import Variables
    from storypack.testing.results import PlannedTest, TestResult, TestRun

HOST, PORT, CA, HEC_URL = (f"STORYPACK_SPLUNK_{name}" for name in ("HOST", "PORT", "CA", "HEC_URL"))
REQUEST_SECONDS = 30.0
_OPTIONS = {
    "splunk": click.option("--splunk", is_flag=True,
                 help="Do it on a Splunk instance. The options below belong to it."),
    "splunk-host": click.option("--splunk-host", metavar="NAME", help=f"The search head. Default: {HOST}."),
    "splunk-port": click.option("--splunk-port", type=click.IntRange(1, 65535), metavar="N",
                 help=f"Its management port. Default: {PORT}, or 8089."),
    "hec-url": click.option("--hec-url", metavar="URL",
                 help=f"The event collector. Default: {HEC_URL}, or the host's port 8088."),
    "app": click.option("--app", metavar="ID", default="search", show_default=True, help="App in which searches run."),
    "allow": click.option("--allow", metavar="NAME", multiple=True,
                 help="A command or macro that you answer for; '*' = any. May be repeated."),
    "keep": click.option("--keep", is_flag=True, help="Leave the events in the index."),
    "wait": click.option("--wait", type=Seconds(1), default=60.0, show_default=True, metavar="SECONDS",
                 help="How long events may take to become searchable."),
    "ca": click.option("--ca", metavar="FILE", type=click.Path(exists=True, dir_okay=False),
                 help=f"Authorities to trust instead of the system's (PEM). Default: {CA}."),
    "insecure": click.option("--insecure", is_flag=True, help="Do not verify certificates. Anyone may be listening."),
}  # fmt: skip


@dataclass(frozen=True)
class Remote:
    """Where the instance is, and how to use it. `index` is empty unless it was given."""

    splunk_host: str | None
    splunk_port: int | None
    app: str
    ca: str | None
    insecure: bool
    timeout: float | None
    hec_url: str | None = None
    keep: bool = False
    wait: float = 60.0
    index: str = ""
    compare: bool = False
    allow: tuple[str, ...] = ()

    @property
    def allowed(self) -> frozenset[str]:
        """Commands and macros that the user answers for."""
        return frozenset(name.strip("`") for name in self.allow)


def timeout_option(text: str) -> Callable[[Function], Function]:
    return click.option("--timeout", type=Seconds(0, 86_400), metavar="SECONDS", help=text)


SENDING = frozenset({"hec-url", "keep", "wait"})
"""The options of what sends events."""


def remote_options(
    function: Function,
    timeout: str = f"How long a request may take. Default: {REQUEST_SECONDS:g}.",
    without: Collection[str] = (),
) -> Function:
    """The options of the instance. Who we are comes from the environment, .env, the keyring or a prompt."""
    chosen = [option for name, option in _OPTIONS.items() if name not in without]
    for option in reversed((*chosen, timeout_option(timeout))):
        function = option(function)
    return function


def remote_of(given: dict[str, Any], *, shared: Collection[str] = ()) -> Remote | None:
    """Takes the instance's options out of a command's; None without `--splunk`, which they need. Those in `shared` have
    a meaning without it, too, and stay."""
    names = [name for name in Remote.__dataclass_fields__ if name in given]
    source = click.get_current_context().get_parameter_source
    typed = [name for name in names if source(name) is ParameterSource.COMMANDLINE]
    named = {name: given[name] if name in shared else given.pop(name) for name in names}
    if not given.pop("splunk"):
        if wrong := [name for name in typed if name not in shared]:
            raise click.UsageError(f"--{wrong[0].replace('_', '-')} belongs to --splunk")
        return None
    return Remote(**{**named, "index": named["index"] if "index" in typed else ""})


# --- tests ----------------------------------------------------------------------------------------------------------


def run_there(
    pack: Pack, root: Path, planned: Sequence[PlannedTest], remote: Remote, progress: Callable[[TestResult], object]
) -> TestRun:
    """The tests' results on the instance; what stays there is told on stderr."""
    if not remote.index:
        raise click.UsageError("--splunk wants --index: an index for test events, which your HEC token may write to")
    with connected(remote, root) as connection, site_of(remote, root, connection) as site:
        from storypack.remote.pack_tests import run_remote_tests

        run, left = run_remote_tests(pack, planned, site, progress)
    for name in left:
        click.echo(f"the lookup {name} could not be removed from the app {remote.app}", err=True)
    return run


# --- the instance ---------------------------------------------------------------------------------------------------


@contextmanager
def connected(remote: Remote, root: Path) -> Iterator[Connection]:
    """The way in; every failure as one line."""
    try:
        from storypack.splunkd.connection import Connection, Target
        from storypack.splunkd.credentials import find_credentials
    except ImportError as error:
        from storypack.extras import install

        raise click.ClickException(f"{error.name} is missing: {install('deploy')}") from error
    from storypack.splunkd.errors import DeployError

    variables = _variables(root)
    host = checked_host(remote.splunk_host or variables.get(HOST), "--splunk-host")
    port = checked_port(remote.splunk_port or variables.get(PORT))
    ca = remote.ca or variables.get(CA) or None
    if remote.insecure:
        click.echo("warning: --insecure: the certificate is not verified; anyone may read the password", err=True)
    target = Target(host, port, ca=ca, insecure=remote.insecure, timeout=remote.timeout or REQUEST_SECONDS)
    try:
        credentials = find_credentials(os.environ, root, host, _ask())
        given = {HOST: remote.splunk_host, PORT: remote.splunk_port, CA: remote.ca}
        variables.check_places([name for name, value in given.items() if not value], credentials.source, _ask())
        connection = Connection(target, credentials)
        try:
            with ends.unhurried():  # what was sent is to be removed
                yield connection
        finally:
            connection.close()
    except DeployError as error:
        raise click.ClickException(str(error)) from error


@contextmanager
def site_of(remote: Remote, root: Path, connection: Connection) -> Iterator[Site]:
    """The instance as a place for events, which are removed at the end unless they are to be kept."""
    from storypack.remote.cleanup import left_alone, remove_events
    from storypack.remote.hec import Collector, CollectorTarget
    from storypack.remote.sending import Site
    from storypack.splunkd.credentials import PREFIX, PROMPT, find_secret

    target = connection.target
    variables = _variables(root)
    url = remote.hec_url or variables.get(HEC_URL) or f"https://{target.host_of_url}:8088"
    if not url.startswith(("https://", "http://")):
        raise click.UsageError(f"--hec-url: {url} is no address such as https://splunk.example.com:8088")
    if url.startswith("http:"):
        click.echo("warning: the event collector is asked in clear text: anyone may read its token", err=True)
    collector = Collector(
        CollectorTarget(url, ca=target.ca, insecure=target.insecure, timeout=target.timeout),
        find_secret("HEC_TOKEN", os.environ, root, _ask()),
    )
    places = [] if remote.hec_url else [HEC_URL, *([] if remote.splunk_host else [HOST])]
    variables.check_places(places, variables.source_of(f"{PREFIX}HEC_TOKEN") or PROMPT, _ask())
    site = Site(
        connection, collector, remote.index, uuid.uuid4().hex[:12], remote.app, remote.wait, allowed=remote.allowed
    )
    try:
        yield site
    finally:
        collector.close()
        removal = left_alone(site) if remote.keep else remove_events(site)
        if removal.left:
            click.echo(removal.left, err=True)


def _variables(root: Path) -> Variables:
    from storypack.splunkd.credentials import read_variables
    from storypack.splunkd.errors import DeployError

    try:
        return read_variables(os.environ, root)
    except DeployError as error:
        raise click.ClickException(str(error)) from error


def _ask() -> Callable[[str, bool], str] | None:
    if not sys.stdin.isatty():
        return None
    return lambda question, hidden: str(click.prompt(question, hide_input=hidden, err=True))
