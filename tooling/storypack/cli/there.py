"""`--splunk` of `storypack hunt`: its options."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from storypack.cli.deploy_session import Seconds
from storypack.cli.options import Function
from storypack.cli.remote import SENDING, Remote, remote_of, remote_options

_OPTIONS = (
    click.option("--earliest", metavar="TIME", default="-30d", show_default=True,
                 help="Where the hunt on the instance begins: -30d, @w0, epoch seconds, 2026-11-01T00:00:00Z."),
    click.option("--latest", metavar="TIME", default="now", show_default=True, help="Where it ends."),
    click.option("--jobs", type=click.IntRange(1, 100), metavar="N", default=3, show_default=True,
                 help="Searches at once there; a role allows each of its users three, or its srchJobsQuota."),
    click.option("--search-time", type=Seconds(1, 86_400), metavar="SECONDS", default=3_600.0, show_default=True,
                 help="How long one search may run there."),
    click.option("--state", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
                 help="Where to keep what the searches gave, until the hunt is done. Default: in .storypack/hunts."),
    click.option("--restart", is_flag=True, help="Begin anew, and do not go on where a hunt was broken off."),
)  # fmt: skip
_ELSEWHERE = ("sourcetype", "host", "index", "add_ons", "memory", "temp", "cluster")


@dataclass(frozen=True)
class There:
    """A hunt on an instance. Times as they were given."""

    remote: Remote
    earliest: str
    latest: str
    jobs: int
    search_time: float
    state: Path | None
    restart: bool


def there_options(function: Function) -> Function:
    for option in reversed(_OPTIONS):
        function = option(function)
    return partial(remote_options, without=SENDING)(function)


def there_of(given: dict[str, Any]) -> There | None:
    """Takes these options out of a command's; None without `--splunk`, which they need. With it, those that are about
    files are refused."""
    source = click.get_current_context().get_parameter_source
    is_typed = [name for name in given if source(name) is ParameterSource.COMMANDLINE]
    remote = remote_of(given, shared=["index"])
    named = {name: given.pop(name) for name in There.__dataclass_fields__ if name != "remote"}
    if remote is None:
        if wrong := [name for name in is_typed if name in named]:
            raise click.UsageError(f"--{wrong[0].replace('_', '-')} belongs to --splunk")
        return None
    if given["paths"]:
        raise click.UsageError("--splunk hunts in what the instance holds: leave the paths out")
    if wrong := [name for name in is_typed if name in _ELSEWHERE]:
        raise click.UsageError(f"--{'ta' if wrong[0] == 'add_ons' else wrong[0]} is about files, not about --splunk")
    return There(remote, **named)
