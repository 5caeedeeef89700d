"""What `--data` names: files, folders, pipes, the standard input. Each file of events once, with its sourcetype."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from storypack.cli.options import tell
from storypack.cli.waiting import waiting
from storypack.opening import real

if TYPE_CHECKING:
    from storypack.engine.events.origin import EventFile

STDIN = "-"


def event_files(
    names: Sequence[str], scratch: Path, *, sourcetype: str | None, source: str | None, host: str, index: str
) -> list[EventFile]:
    """The event files; sourcetypes that were guessed are told. What is no plain file is copied into `scratch` first:
    it can be read only once."""
    from storypack.engine.errors import UnreadableFile
    from storypack.engine.events.origin import EventFile
    from storypack.engine.events.shapes import recognise
    from storypack.engine.events.sourcetypes import XML_WINDOWS, guess
    from storypack.hunting.inputs import DEFAULTS

    given = {"sourcetype": sourcetype, "source": source, "host": host, "index": index}
    assumed = frozenset(name for name, value in given.items() if not value or value == DEFAULTS.get(name))
    found: dict[Path, EventFile] = {}
    told: dict[str, list[str]] = {}
    left_out: dict[str, list[str]] = {}
    with waiting() as line, _refused():
        for number, name in enumerate(names):
            line.say(lambda: f"looking at files ... {len(found):,}")
            for path, shown in _with_members(name, scratch, number):
                if path in found:
                    continue
                kind = sourcetype
                is_of_many = Path(name).is_dir() or path.is_relative_to(scratch / f"archive_{number}")
                try:
                    shape = recognise(path)
                except UnreadableFile as error:
                    if not is_of_many:
                        raise
                    tell(f"left out: {Path(shown).name}: {error.message}")
                    continue
                if shape.binary and is_of_many:
                    left_out.setdefault(str(shape.known_as or "no text"), []).append(Path(shown).name)
                    continue
                if shape.known_as is not None and shape.known_as.cure:
                    raise click.ClickException(f"{shown} is {shape.known_as}")
                if kind is None:
                    one = guess(path, shape)
                    kind = one.sourcetype
                    told.setdefault(f"{kind} ({one.why})", []).append(Path(shown).name)
                where = source or ("" if kind == XML_WINDOWS else shown)
                found[path] = EventFile(path, kind, where, host, index, assumed)
    for guessed, which in told.items():
        tell(f"sourcetype guessed: {guessed} for {_listed(which)}")
    for what, which in left_out.items():
        tell(f"left out: {_listed(which)}, since it is {what}")
    return list(found.values())


@contextmanager
def _refused() -> Iterator[None]:
    from storypack.engine.errors import EngineError

    try:
        yield
    except EngineError as error:
        raise click.ClickException(str(error)) from error


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _with_members(name: str, scratch: Path, number: int) -> Iterator[tuple[Path, str]]:
    """The files that a name stands for; in place of an archive its members, which are unpacked into `scratch`."""
    from storypack.engine.events.archives import ArchiveError, is_archive, unpacked

    for at, (path, shown) in enumerate(paths_of(name, scratch / f"input_{number}")):
        try:
            is_one = is_archive(path)
        except OSError:  # reading it as a log tells why
            is_one = False
        if not is_one:
            yield path, shown
            continue
        try:
            folder = scratch / f"archive_{number}" / f"{at}"
            yield from ((member, f"{shown}!{inside}") for member, inside in unpacked(path, folder))
        except ArchiveError as error:
            tell(f"{Path(shown).name} can not be read as a whole; what can be read was searched: {error}")


def paths_of(name: str, copy: Path) -> Iterator[tuple[Path, str]]:
    """Each file, and the name that Splunk's inputs would show as its source."""
    if name == STDIN:
        yield _copied(sys.stdin.buffer, copy), "stdin"
        return
    kind = Path(name).stat().st_mode
    if stat.S_ISDIR(kind):
        yield from ((path, str(path)) for path in _below(real(Path(name))))
    elif stat.S_ISREG(kind):
        path = real(Path(name))
        yield path, str(path)
    elif stat.S_ISFIFO(kind) or stat.S_ISSOCK(kind) or Path(name).samefile(os.devnull):
        with Path(name).open("rb") as pipe:
            yield _copied(pipe, copy), name
    else:
        raise click.UsageError(f"{name} is a device, which may never end; for what comes through a pipe write --data -")


def _copied(stream: IO[bytes], copy: Path) -> Path:
    with copy.open("wb") as file:
        shutil.copyfileobj(stream, file)
    return copy


def _below(folder: Path) -> Iterator[Path]:
    """The plain files below a folder, in order. Hidden ones are left out; links to folders are not followed, nor are
    links to files that lead out of it, for a folder of evidence may be anybody's: those are told."""

    def refuse(error: OSError) -> None:  # what cannot be read must not look like what is not there
        raise error

    for here, folders, files in os.walk(folder, onerror=refuse):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        for each in sorted(files):
            path = Path(here, each)
            if each.startswith(".") or not path.is_file():
                continue
            if path.is_symlink() and not real(path).is_relative_to(folder):
                tell(f"left out: {path} is a link that leads out of the folder; name its file to have it read")
                continue
            yield path
