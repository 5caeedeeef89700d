"""A click group that imports a command only when it is run, and that never shows a traceback.

`storypack --help` prints names and one-line helps from a table, so that it costs no more than importing click.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from importlib import import_module
from typing import Any, NoReturn

import click

from storypack import ends
from storypack.cli import exit_codes

DEBUG_VARIABLE = "STORYPACK_DEBUG"
ISSUE_TRACKER = "the project's issue tracker"


class LazyGroup(click.Group):
    """Commands are modules `<package>.<name>`, each with a click command called `command`."""

    def __init__(self, *args: Any, package: str, table: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._package = package
        self._table = {name: text for name, text in table.items() if _module_exists(name)}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of the table: the order in which a newcomer meets them."""
        return list(self._table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._table:
            return None
        command: click.Command = import_module(f"{self._package}.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing any."""
        if self._table:
            with formatter.section("Commands"):
                formatter.write_dl(list(self._table.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in self._table and not name.startswith("-"):
            from difflib import get_close_matches

            close = get_close_matches(name, self._table, n=1)
            hint = f" Did you mean '{close[0]}'?" if close else ""
            raise click.UsageError(f"No such command '{name}'.{hint}", ctx)
        return super().resolve_command(ctx, args)

    def main(  # type: ignore[override]  # click's overloads tell standalone apart; here there is one way out
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any
    ) -> NoReturn:
        """Run a command line and exit with its code; every failure becomes a line on stderr and a code."""
        extra.pop("standalone_mode", None)
        if args is None:  # numpy's library for matrices, of which nothing is used, starts a thread for each processor
            os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        _open_closed_streams()
        for stream in (sys.stdout, sys.stderr):
            reconfigure = getattr(stream, "reconfigure", None)
            if reconfigure:
                reconfigure(errors="backslashreplace")  # an ASCII terminal must not end a report half way
        with ends.heeded():
            code = _guarded(lambda: super(LazyGroup, self).main(args, prog_name, standalone_mode=False, **extra))
            if ends.exit_code() and args is None:
                ends.leave(code)
        sys.exit(code)

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        with _quiet_pipe():  # --help prints here
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        with _quiet_pipe():
            result = super().invoke(ctx)
            sys.stdout.flush()
            return result


@contextmanager
def _quiet_pipe() -> Iterator[None]:
    """Tell a reader that went away (`| head`) from a failure: click itself would exit with 1."""
    try:
        yield
    except BrokenPipeError as error:
        _drop_stdout()
        raise click.exceptions.Exit(exit_codes.BROKEN_PIPE) from error


def _tell(text: str) -> None:
    from storypack.cli.options import tell  # which `--help` need not pay for

    tell(text)


def _module_exists(name: str) -> bool:
    return name in _modules()


@cache
def _modules() -> frozenset[str]:
    """The modules of this folder, by one look at it."""
    return frozenset(entry.name.removesuffix(".py") for entry in os.scandir(os.path.dirname(__file__)))  # noqa: PTH120


def _open_closed_streams() -> None:
    """Give a program that was started without stdin, stdout or stderr (`>&-`) ones that hold nothing.

    Python has None for them, and the next file that is opened would take their number.
    """
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        if getattr(sys, name) is None:
            null = os.open(os.devnull, os.O_RDWR)
            if null != number:
                os.dup2(null, number)
                os.close(null)
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8"))


def _guarded(run: Callable[[], Any]) -> int:
    """The exit code of `run`, whatever it raises. DuckDB turns a KeyboardInterrupt into an error of its own, of no
    special class."""
    try:
        result = run()
    except click.Abort:
        return _interrupted()
    except click.ClickException as error:
        if ends.exit_code():
            return _interrupted()
        said = io.StringIO()
        error.show(said)
        _tell(said.getvalue().removesuffix("\n"))
        return exit_codes.USAGE
    except OSError as error:
        _debug()
        place = f"{error.filename}: " if error.filename else ""
        _tell(f"storypack: {place}{error.strerror or error}")
        return exit_codes.USAGE
    except MemoryError:
        _debug()
        _tell("storypack: there is not enough memory for this; give it more, or less to do")
        return exit_codes.USAGE
    except Exception as error:  # noqa: BLE001 - the last line of defence: a user never sees a traceback
        if ends.exit_code():
            return _interrupted()
        _debug()
        from storypack.plugins import PluginError

        if isinstance(error, PluginError):
            _tell(f"storypack: {error}")
            return exit_codes.USAGE
        text = " ".join(str(error).split())[:300]
        _tell(
            f"storypack: internal error: {type(error).__name__}: {text}\n"
            f"This is a bug of storypack, not of your pack. Please report it to {ISSUE_TRACKER} with the output of\n"
            f"the same command under {DEBUG_VARIABLE}=1 (it shows the traceback)."
        )
        return exit_codes.USAGE
    return int(result) if isinstance(result, int) else exit_codes.OK


def _interrupted() -> int:
    with suppress(OSError):  # the terminal may be gone
        click.echo(f"storypack: {ends.word()}", err=True)
    return ends.exit_code() or exit_codes.INTERRUPTED


def _debug() -> None:
    """The traceback of the exception in flight, if the user asked for it."""
    if os.environ.get(DEBUG_VARIABLE):
        import traceback

        traceback.print_exc()


def _drop_stdout() -> None:
    """Point stdout at nothing, so that Python's own flush at exit has nobody to complain about."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):  # no real file descriptor, as under a test runner
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - lives to the end of the process
