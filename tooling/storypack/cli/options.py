"""Options that several commands share, and how a result leaves the program.

@click.command()
@pack_option
@format_option("text", "json")
@output_option
def command(pack: Path, format: str, output: Path | None) -> int: ...
"""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

import click

from storypack.cli.completion import complete_only

if TYPE_CHECKING:
    from storypack.engine.knowledge.apps import AddOns
    from storypack.pack.models.settings import Settings
    from storypack.pack.pack import Pack

Function = TypeVar("Function", bound=Callable[..., Any])

SETTINGS_FILE = "storypack.yml"
STDOUT = Path("-")

pack_option = click.option(
    "--pack",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path(),
    help="The pack's folder (the one that holds detections/). Default: the current folder.",
)

only_option = click.option(
    "--only",
    metavar="WHICH",
    multiple=True,
    shell_complete=complete_only,
    help="Choose detections: a name, file stem or glob; story:NAME; changed (in git). May be repeated.",
)

output_option = click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the result to FILE instead of the terminal.",
)


def add_on_options(function: Function) -> Function:
    """`--ta` and `--no-builtin`: whose knowledge of source types a search has."""
    builtin = click.option("--no-builtin", is_flag=True, help="Leave out the built-in knowledge of source types.")
    add_ons = click.option(
        "--ta", "add_ons", metavar="DIR", multiple=True, help="Folder of an add-on, read as Splunk would."
    )
    return add_ons(builtin(function))


def add_ons_of(folders: Iterable[str], *, no_builtin: bool) -> AddOns:
    """What the options name."""
    from storypack.engine.knowledge.apps import AddOns

    return AddOns(tuple(Path(folder) for folder in folders), builtin=not no_builtin)


class Format(click.Choice[str]):
    """A format of results. Those that other packages bring are looked for when none of ours has the name."""

    def __init__(self, command: str, names: Iterable[str]) -> None:
        super().__init__(tuple(names))
        self.command = command

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if isinstance(value, str) and value not in self.choices:
            from storypack.report.formats import offered_names

            return click.Choice((*self.choices, *offered_names(self.command))).convert(value, param, ctx)
        return super().convert(value, param, ctx)


def format_option(*names: str, command: str = "") -> Callable[[Function], Function]:
    """`--format`, of which the first name is the default. `command`: with the formats of `report/formats.py`."""
    kind: click.Choice[str] = click.Choice(names)
    if command:
        from storypack.report.formats import FORMATS

        kind = Format(command, (*names, *FORMATS[command]))
    return click.option(
        "--format", "format", type=kind, default=names[0], show_default=True, help="How results are shown."
    )


def _no_paths(context: click.Context, parameter: click.Parameter, paths: tuple[str, ...]) -> None:
    if paths:
        name, path = context.command_path, Path(paths[0])
        hint = f"--pack {path}" if path.is_dir() else f"--only {path}"
        raise click.UsageError(f"'{name}' takes no names: it looks at a whole pack. Did you mean {name} {hint}?")


def cache_options(command: Function) -> Function:
    """`--cache` and `--no-cache`."""
    folder = click.Path(file_okay=False, path_type=Path)
    chosen = click.option(
        "--cache",
        metavar="DIR",
        type=folder,
        help="Keep what this run learns in DIR, not in .storypack/cache of the pack. In CI, restore it with a key in "
        "STORYPACK_CACHE_KEY: what was written under another key is not used.",
    )
    none = click.option("--no-cache", is_flag=True, help="Do everything anew, and keep nothing.")
    return chosen(none(command))


# For commands about a whole pack: whoever names a file or folder is told how that is said.
no_paths = click.argument("paths", nargs=-1, metavar=" ", callback=_no_paths, expose_value=False)


class KindChoice(click.Choice[str]):
    """A kind of content: `data_source`, which may also be written `data-source`."""

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return "KIND"  # all of them in braces are one word, which no narrow terminal can break well

    def epilog(self, examples: str) -> str:
        """The kinds, above a command's examples."""
        return f"KIND is {', '.join(self.choices[:-1])} or {self.choices[-1]}.\n\n{examples}"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return super().convert(value.replace("-", "_") if isinstance(value, str) else value, param, ctx)


class Size(click.ParamType[int]):
    """Bytes: 4GB, 500MB, 1.5 GiB."""

    name = "size"
    least = 100 << 20

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        size = re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?) ?([KMGT])i?B?", value.strip(), re.IGNORECASE)
        if size is None:
            self.fail(f"{value!r} is no size; write 4GB or 500MB", param, ctx)
        amount = int(float(size[1]) * (1 << 10 * (1 + "KMGT".index(size[2].upper()))))
        return amount if amount >= self.least else self.fail(f"{value} is too little; 100MB is the least", param, ctx)


def examples(*lines: str) -> str:
    """The epilog of a command's help: command lines that work as they stand."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


def tell(text: str) -> None:
    """A line for the person, beside the result: on stderr."""
    from storypack.report.text import printable

    click.echo(printable(text, keep="\t\n"), err=True)


def no_pack(folder: Path) -> click.UsageError:
    """What to say when a folder holds no pack: where the nearest one is, if the folder lies inside of one."""
    from storypack.opening import real

    here = real(folder)
    text = f"there is no pack in {here}: it has no {SETTINGS_FILE} and no content"
    above = next((parent for parent in here.parents if (parent / SETTINGS_FILE).is_file()), None)
    if above is None:
        return click.UsageError(
            f"{text}; run this in a pack's folder, name one with --pack DIR, or start one with 'storypack new pack DIR'"
        )
    return click.UsageError(f"{text}; did you mean --pack {os.path.relpath(above)}?")


def settings_of(pack: Path) -> Settings:
    """The settings of a pack; an error in them is one of usage. What they do not say themselves is none."""
    from storypack.issue import Severity
    from storypack.pack.load import load_settings

    settings, _, issues = load_settings(pack)
    for issue in issues:
        if issue.severity is Severity.ERROR:
            raise click.ClickException(f"{issue.location}: {issue.message}")
    return settings


def emit(text: str, output: Path | None) -> None:
    """Print a result, or write it to a file in one step: a reader never finds half of it.

    Bytes of file names that are no UTF-8 are spelt out.
    """
    emit_lines([text.removesuffix("\n")] if text else [], output)


def emit_lines(lines: Iterable[str], output: Path | None) -> None:
    """The same for a result that comes line by line, and may be larger than memory. `-` is the terminal, too."""
    if output is None or output == STDOUT:
        for line in lines:
            click.echo(_carried(line))
        return
    with _opened(output) as file:
        file.writelines(f"{_carried(line)}\n" for line in lines)


def _carried(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


@contextmanager
def _opened(path: Path) -> Iterator[IO[str]]:
    """A file to write, which takes the place of `path` at the end; what is no plain file is written to as it is."""
    plain = path.is_file() or not path.exists()
    if not plain or path.parts[:2] in (("/", "dev"), ("/", "proc")):  # /dev/stdout, /dev/null, >(gzip)
        with path.open("w", encoding="utf-8", newline="\n") as file:
            yield file
        return
    from storypack.atomic import replacing
    from storypack.opening import real

    path = real(path)  # a link stays one
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as binary:
        file = io.TextIOWrapper(binary, encoding="utf-8", newline="\n")
        yield file
        file.flush()
        file.detach()


def on_terminal() -> bool:
    """Whether a person is looking (then colour and progress are welcome). NO_COLOR is honoured."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def chosen(pack: Pack, only: Sequence[str]) -> frozenset[str] | None:
    """Paths of the files that `--only` names; None = all."""
    from storypack.authoring.selection import SelectionError, chosen_files

    try:
        return chosen_files(pack, only)
    except SelectionError as error:
        raise click.UsageError(str(error)) from error
