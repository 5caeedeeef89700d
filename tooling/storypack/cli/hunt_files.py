"""What `storypack hunt` names: files, folders, archives, buckets, the standard input. A file that cannot be read is
noted, and the others are hunted in."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from storypack.cli.event_files import DEFAULTS, STDIN, paths_of
from storypack.cli.waiting import waiting

if TYPE_CHECKING:
    from storypack.engine.events.origin import EventFile
    from storypack.hunting.findings import Hunt


def hunted_files(
    names: Sequence[str], scratch: Path, result: Hunt, *, sourcetype: str | None, host: str, index: str
) -> tuple[list[EventFile], dict[Path, str]]:
    """The event files, each once, with the source type told from its content, and the names of their paths. `result`
    gets how many there are, their bytes, and what cannot be read."""
    from storypack.engine.errors import EngineError

    files: dict[Path, EventFile] = {}
    shown_as: dict[Path, str] = {}
    with waiting() as line:
        line.say(lambda: f"looking at files ... {len(files):,}")
        for path, shown in _all(names, scratch, result):
            if path in files:
                continue
            try:
                file = _recognised(path, shown, sourcetype, host, index)
            except (EngineError, OSError) as error:
                result.unreadable[shown] = str(error)
                continue
            if file is None:
                result.left_out.append(shown)
                continue
            files[path], shown_as[path] = file, shown
            result.bytes += path.stat().st_size
    result.files = len(files)
    return list(files.values()), shown_as


def _recognised(path: Path, shown: str, sourcetype: str | None, host: str, index: str) -> EventFile | None:
    """A file with its source type; None for one that is no text."""
    from storypack.engine.events.origin import EventFile
    from storypack.engine.events.shapes import recognise
    from storypack.engine.events.sourcetypes import XML_WINDOWS, guess

    shape = recognise(path)
    if shape.binary:
        return None
    kind = sourcetype or guess(path, shape).sourcetype
    given = {"sourcetype": sourcetype, "source": None, "host": host, "index": index}
    assumed = frozenset(name for name, value in given.items() if not value or value == DEFAULTS.get(name))
    return EventFile(path, kind, "" if kind == XML_WINDOWS else shown, host, index, assumed)


def _all(names: Sequence[str], scratch: Path, result: Hunt) -> Iterator[tuple[Path, str]]:
    """Every file, those in archives unpacked, with the name that Splunk's inputs would show as its source."""
    from storypack.engine.errors import EngineError
    from storypack.engine.events.archives import ArchiveError, is_archive, unpacked

    for number, name in enumerate(names):
        for at, (path, shown) in enumerate(_named(name, scratch / f"input_{number}", result)):
            try:
                if not is_archive(path):
                    yield path, shown
                    continue
                for member, inside in unpacked(path, scratch / f"archive_{number}_{at}"):
                    yield member, f"{shown}!{inside}"
            except (ArchiveError, EngineError, OSError) as error:
                result.unreadable[shown] = str(error)


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
    if name != STDIN and not os.path.lexists(name):
        raise click.UsageError(f"there is no file {name}")
    yield from paths_of(name, scratch)
