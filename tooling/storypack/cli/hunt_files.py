"""What `storypack hunt` names: files, folders, archives, buckets, the standard input. A file that cannot be read is
noted, and the others are hunted in."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from storypack.cli.event_files import STDIN, paths_of
from storypack.cli.waiting import waiting

if TYPE_CHECKING:
    from storypack.engine.events.origin import EventFile
    from storypack.hunting.findings import Hunt
    from storypack.hunting.inputs import Given


def hunted_files(
    names: Sequence[str], scratch: Path, result: Hunt, given: Given
) -> tuple[list[EventFile], dict[Path, str]]:
    """The event files, each once, with the source type told from its content, and the names of their paths. `result`
    gets how many there are, their bytes, and what cannot be read."""
    from storypack.engine.events.copies import Copies
    from storypack.hunting.inputs import Looked

    with waiting() as line, Copies(scratch / "copies") as copies:
        looked = Looked(unreadable=result.unreadable, left_out=result.left_out, copies=copies)
        line.say(lambda: f"looking at files ... {len(looked.files):,}")
        for number, name in enumerate(names):
            paths = _named(name, scratch / f"input_{number}", result)
            for path, shown in looked.members(paths, scratch, number):
                looked.add(path, shown, given)
    result.files, result.bytes = len(looked.files), looked.bytes
    return list(looked.files.values()), looked.names


def check_there(name: str) -> None:
    """Raise UsageError for a path that names nothing."""
    if name != STDIN and not os.path.lexists(name):
        raise click.UsageError(f"there is no file {name}")


def _named(name: str, scratch: Path, result: Hunt) -> Iterator[tuple[Path, str]]:
    from storypack.hunting.buckets import BucketError, fetched, is_url

    if is_url(name):
        try:
            for path, url, why in fetched(name, scratch):
                if path is None:
                    result.unreadable[url] = why
                else:
                    yield path, url
        except BucketError as error:
            raise click.ClickException(str(error)) from error
        return
    check_there(name)
    yield from paths_of(name, scratch)
