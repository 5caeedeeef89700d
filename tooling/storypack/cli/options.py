"""Options that several commands share, and how a result leaves the program.

@click.command()
@pack_option
@format_option("text", "json")
@output_option
def command(pack: Path, format: str, output: Path | None) -> int: ...
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Function = TypeVar("Function", bound=Callable[..., Any])

SETTINGS_FILE = "storypack.yml"

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
    help="Choose detections: a name, file stem or glob; story:NAME; changed (in git). May be repeated.",
)

output_option = click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the result to FILE instead of the terminal.",
)


def format_option(*names: str) -> Callable[[Function], Function]:
    """`--format`, of which the first name is the default."""
    return click.option(
        "--format",
        "format",
        type=click.Choice(names),
        default=names[0],
        show_default=True,
        help="How results are shown.",
    )


def examples(*lines: str) -> str:
    """The epilog of a command's help: command lines that work as they stand."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


def emit(text: str, output: Path | None) -> None:
    """Print a result, or write it to a file in one step: a reader never finds half of it.

    Bytes of file names that are no UTF-8 are spelt out.
    """
    text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    if output is None:
        click.echo(text, nl=not text.endswith("\n"))
        return
    output.parent.mkdir(parents=True, exist_ok=True)
    temporary = output.with_name(f".{output.name}.{os.getpid()}.tmp")
    temporary.write_text(text if text.endswith("\n") else text + "\n", encoding="utf-8", newline="\n")
    temporary.replace(output)


def on_terminal() -> bool:
    """Whether a person is looking (then colour and progress are welcome). NO_COLOR is honoured."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")
