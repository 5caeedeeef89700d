"""`storypack investigate`: an investigation's steps over event files."""

from __future__ import annotations

import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from storypack.cli import exit_codes
from storypack.cli.completion import names_of
from storypack.cli.event_files import event_files
from storypack.cli.options import (
    add_on_options,
    add_ons_of,
    emit,
    examples,
    format_option,
    no_pack,
    on_terminal,
    output_option,
    pack_option,
    tell,
)
from storypack.cli.search_notes import tell_broken, tell_notes
from storypack.cli.waiting import waiting

if TYPE_CHECKING:
    from storypack.engine.knowledge.files import FileSource
    from storypack.hunting.steps import Answer
    from storypack.pack.models import Investigation
    from storypack.pack.pack import Pack


@click.command(
    epilog=examples(
        "storypack investigate",
        "storypack investigate insider_archive_and_transfer --data logs/ --set user=kraft --set time=newest",
        "storypack investigate insider_archive_and_transfer --data logs/ --set user=kraft --format html -o a.html",
    )
)
@click.argument("name", required=False, shell_complete=names_of("investigation"))
@click.option("--data", metavar="FILE...", multiple=True, help="Event files or folders; - reads standard input.")
@click.argument("more", metavar="", nargs=-1)
@click.option("--set", "given", metavar="NAME=VALUE", multiple=True, help="Value of an input, or time=MOMENT.")
@click.option("--sourcetype", metavar="S", help="Sourcetype of the events. Default: guessed from their content.")
@click.option("--source", metavar="S", help="Source of the events. Default: the file's path.")
@click.option("--host", metavar="S", default="localhost", show_default=True, help="Host of the events.")
@click.option("--index", metavar="S", default="main", show_default=True, help="Index of the events.")
@add_on_options
@format_option("text", "json", "html")
@pack_option
@output_option
def command(**options: Any) -> int:
    """Ask the ordered questions of an investigation, and show what the logs answer.

    Each step looks around the moment in question (--set time=2026-11-02T16:40Z, epoch seconds, or 'newest' for the
    last event); without one it looks at all events. Without a NAME the pack's investigations are listed.

    Exit code 0 if all steps were run, 1 if one could not be.
    """
    from storypack.pack.load import load_pack

    wanted = _Wanted(**options)
    loaded = load_pack(wanted.pack)
    if not loaded.files:
        raise no_pack(wanted.pack)
    if wanted.name is None:
        emit(_listed(loaded.pack), wanted.output)
        return exit_codes.OK
    investigation = _named(loaded.pack, wanted.name)
    with tempfile.TemporaryDirectory(prefix="storypack-") as folder:
        return _investigate(investigation, loaded.pack, wanted, Path(folder))


@dataclass(frozen=True)
class _Wanted:
    """The command line."""

    name: str | None
    data: tuple[str, ...]
    more: tuple[str, ...]
    given: tuple[str, ...]
    sourcetype: str | None
    source: str | None
    host: str
    index: str
    add_ons: tuple[str, ...]
    no_builtin: bool
    format: str
    pack: Path
    output: Path | None


def _investigate(investigation: Investigation, pack: Pack, wanted: _Wanted, scratch: Path) -> int:
    from storypack.engine.errors import EngineError
    from storypack.engine.knowledge.files import FileSource
    from storypack.testing.setting import Setting

    values = _values(wanted.given, investigation)
    if not (wanted.data or wanted.more):
        raise click.UsageError("there is nothing to look at; name event files or folders with --data")
    files = event_files(
        [*wanted.data, *wanted.more],
        scratch,
        sourcetype=wanted.sourcetype,
        source=wanted.source,
        host=wanted.host,
        index=wanted.index,
    )
    setting = Setting(pack, add_ons=add_ons_of(wanted.add_ons, no_builtin=wanted.no_builtin))
    try:
        for warning in setting.knowledge.warnings:
            tell(warning)
        with FileSource(
            files, setting.knowledge, clock=time.time(), lookups=setting.lookups, file_times=True
        ) as source:
            moment = _moment(values.pop("time", None), source)
            if moment is not None:
                source.clock = moment
            answers = _answers(investigation, values, moment, source, setting)
            tell_broken(source)
            tell_notes(source)
    except EngineError as error:
        raise click.ClickException(str(error)) from error
    emit(_render(investigation, values, moment, answers, wanted), wanted.output)
    return exit_codes.FAILED if any(answer.error for answer in answers) else exit_codes.OK


def _answers(
    investigation: Investigation, values: dict[str, str], moment: float | None, source: FileSource, setting: Any
) -> list[Answer]:
    """All answers; an interrupt leaves those that were there."""
    from storypack.hunting.steps import investigate

    answers: list[Answer] = []
    total = len(investigation.steps)
    try:
        with waiting() as line:
            line.say(lambda: f"step {min(len(answers) + 1, total)} of {total} ...")
            for answer in investigate(investigation, values, moment, source, setting.macros):
                answers.append(answer)
    except KeyboardInterrupt:
        tell(f"interrupted: {len(answers)} of {total} steps were asked")
    return answers


def _named(pack: Pack, name: str) -> Investigation:
    wanted = name.casefold()
    for entry in pack.investigations:
        if wanted in (entry.name.casefold(), entry.stem.casefold(), entry.path.casefold()):
            return entry.model
    from storypack.spelling import did_you_mean

    hint = did_you_mean(name, [entry.name for entry in pack.investigations])
    raise click.UsageError(f"the pack has no investigation '{name}'" + (f"; {hint}" if hint else ""))


def _listed(pack: Pack) -> str:
    """Each investigation with the inputs that it wants."""
    lines = []
    for entry in pack.investigations:
        inputs = " ".join(f"--set {each.name}={each.default or '...'}" for each in entry.model.inputs)
        lines += [f"{entry.name}  ({len(entry.model.steps)} steps)", f"  {inputs} --set time=..."]
    return "\n".join(lines or ["the pack has no investigations"]) + "\n"


def _values(given: tuple[str, ...], investigation: Investigation) -> dict[str, str]:
    """The inputs that the command line names. Raises UsageError for one that is unknown, or lacking."""
    from storypack.hunting.steps import missing_inputs
    from storypack.spelling import did_you_mean

    values: dict[str, str] = {}
    known = [*investigation.input_names, "time"]
    for each in given:
        name, separator, value = each.partition("=")
        if not separator or not value:
            raise click.UsageError(f"--set wants NAME=VALUE, not {each!r}")
        if name not in known:
            hint = did_you_mean(name, known) or f"it takes {', '.join(known)}"
            raise click.UsageError(f"--set: this investigation has no input '{name}'; {hint}")
        values[name] = value
    if missing := missing_inputs(investigation, values):
        wanted = " ".join(f"--set {name}=..." for name in missing)
        raise click.UsageError(f"this investigation needs {wanted}")
    return values


def _moment(text: str | None, source: FileSource) -> float | None:
    from storypack.testing.clock import epoch

    if text is None:
        return None
    if text == "newest":
        if source.times is None:
            raise click.UsageError("--set time=newest: no event shows a time")
        return source.times[1]
    try:
        return epoch(text)
    except ValueError:
        cure = "write 2026-11-22T09:30:00Z, epoch seconds, or newest"
        raise click.UsageError(f"--set time: {text!r} is no time; {cure}") from None


def _render(
    investigation: Investigation, values: dict[str, str], moment: float | None, answers: list[Answer], wanted: _Wanted
) -> str:
    from storypack.report import investigation as report

    whole = report.Report(investigation, values, moment, tuple(answers))
    if wanted.format == "json":
        return report.render_json(whole)
    if wanted.format == "html":
        return report.render_html(whole)
    person = wanted.output is None and on_terminal()
    return report.render_text(whole, shutil.get_terminal_size((120, 24)).columns if person else 120)
