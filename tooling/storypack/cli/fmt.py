"""`storypack fmt`: one pipe stage a line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from storypack.atomic import write_whole
from storypack.cli import exit_codes
from storypack.cli.options import SETTINGS_FILE, examples, no_pack, pack_option
from storypack.opening import folder_of, real
from storypack.pack.kinds import KINDS


@click.command(epilog=examples("storypack fmt", "storypack fmt --check", "storypack fmt detections/cloud"))
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path), metavar="[PATH]...")
@pack_option
@click.option("--check", is_flag=True, help="Change nothing; exit with 1 if a file would change.")
def command(paths: tuple[Path, ...], pack: Path, check: bool) -> int:
    """Lay out the searches of YAML files: one pipe stage a line.

    Inside a stage, and everywhere else in the file, each byte stays as it is: comments, order of keys, line breaks.
    A file whose search can not be read is left alone and named. Without PATH: all searches of the pack.
    """
    from storypack.authoring.formatting import FormatError, formatted

    changed = failed = total = 0
    folders = tuple(folder_of(pack, kind.folder) for kind in KINDS if kind.has_search and (pack / kind.folder).is_dir())
    if not paths and not folders and not (pack / SETTINGS_FILE).is_file():
        raise no_pack(pack)
    for path in _files(paths or folders):
        total += 1
        try:
            old = path.read_bytes()
            new = formatted(old)
        except FormatError as error:
            failed += _fail(path, str(error))
        else:
            if new != old:
                changed += 1
                click.echo(f"{'would change' if check else 'changed'} {path.as_posix()}")
                if not check:
                    write_whole(real(path), new)  # a link that was named stays one
    word = "would change" if check else "changed"
    click.echo(f"{total} file{'s' * (total != 1)}: {changed} {word}, {failed} could not be read")
    return exit_codes.FAILED if failed or (check and changed) else exit_codes.OK


def _files(paths: tuple[Path, ...]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(file for file in path.rglob("*.y*ml") if file.is_file() and not file.is_symlink())
        else:
            yield path


def _fail(path: Path, message: str) -> int:
    click.echo(f"storypack: {path.as_posix()}: {message}", err=True)
    return 1
