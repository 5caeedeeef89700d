"""`storypack search`: SPL over log files."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from storypack.cli import exit_codes
from storypack.cli.event_files import event_files
from storypack.cli.options import (
    SETTINGS_FILE,
    Size,
    add_on_options,
    add_ons_of,
    emit,
    emit_lines,
    examples,
    format_option,
    output_option,
    pack_option,
    tell,
)
from storypack.cli.remote import Remote, remote_of, remote_options
from storypack.cli.search_errors import check, located
from storypack.cli.search_notes import Counted, tell_afterwards, tell_broken, tell_unknown
from storypack.cli.waiting import Waiting, waiting
from storypack.scratch import process_folder, scratch

if TYPE_CHECKING:
    from storypack.engine.knowledge.files import FileSource
    from storypack.engine.source import LookupTable
    from storypack.engine.stream import Stream
    from storypack.spl.macros import MacroDefinition

_MACRO = re.compile(r"(?P<name>[\w-]+)(?:\((?P<args>[^)]*)\))?\s*=\s*(?P<definition>.*)", re.DOTALL)
_TABLE_ROWS = 1_000
_PATIENCE = 2.0
"""Seconds that the first row of a large packed file waits for the look at the file's checksums."""


@click.command(
    epilog=examples(
        "storypack search 'stats count by eventName' --data trail.jsonl.gz",
        "storypack search 'index=* status>=500 | head 5' --data logs/*.log --sourcetype access_combined",
        "storypack search '| tstats count from datamodel=Web by Web.url' --data http.log --format csv",
        "zcat trail.gz | storypack search 'errorCode=*' --data - --now 2026-11-22T10:00:00Z --earliest -24h",
        "storypack search 'index=aws eventName=PutObject | stats count by user' --splunk --earliest -7d",
        "storypack search 'stats count by eventName' --data trail.jsonl.gz --splunk --index exf_test --compare",
    )
)
@click.argument("words", metavar="SPL", nargs=-1, required=True)
@click.option("--data", metavar="FILE...", multiple=True, help="Event files or folders; - reads standard input.")
@click.option("--sourcetype", metavar="S", help="Sourcetype of the events. Default: guessed from their content.")
@click.option("--source", metavar="S", help="Source of the events. Default: the file's path.")
@click.option("--host", metavar="S", default="localhost", show_default=True, help="Host of the events.")
@click.option("--index", metavar="S", default="main", show_default=True, help="Index of the events.")
@click.option("--now", metavar="TIME", help="Time of the search: a date, epoch seconds, or 'newest' (event).")
@click.option("--earliest", metavar="TIME", help="Start of the time range, such as -24h@h. Default: all time.")
@click.option("--latest", metavar="TIME", help="End of the time range.")
@add_on_options
@click.option("--lookup", "lookups", metavar="[NAME=]CSV", multiple=True, help="A lookup table.")
@click.option("--macro", "macros", metavar="NAME=SPL", multiple=True, help="A macro: 'a=index=*', 'b(x)=x=$x$'.")
@click.option("--memory", type=Size(), metavar="SIZE", help="Memory to use, such as 4GB. Default: a quarter of it.")
@click.option(
    "--temp",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Where to put what does not fit into memory. Default: the system's place.",
)
@click.option("--limit", metavar="N", type=click.IntRange(0), help="Rows at most; 0 = all. Default: 1000 in a table.")
@click.option("--explain", is_flag=True, help="Show the SQL instead of the rows.")
@format_option("table", "json", "csv")
@pack_option
@output_option
@remote_options
@click.option("--compare", is_flag=True, help="Search the files here as well, and show where the rows differ.")
def command(**given: Any) -> int:
    """Run a search over log files: JSON, XML, CSV, key=value and plain lines, also gzip and zstd.

    The time range is all time unless --earliest and --latest say otherwise; times are UTC. In a pack's folder (or with
    --pack) its macros and lookups are known. Broken lines are searched as plain text, and counted on stderr.

    With --splunk the instance searches what it holds; files of --data are sent to its --index first, and removed after.
    """
    remote = remote_of(given, shared=["index"])
    wanted = _Wanted(**given)
    if remote and wanted.explain:
        raise click.UsageError("--explain shows the embedded engine's SQL; it does not go with --splunk")
    with scratch(wanted.temp) as folder:
        if wanted.temp:
            process_folder(wanted.temp)
        return _search(wanted, folder, remote)


@dataclass(frozen=True)
class _Wanted:
    """The command line."""

    words: tuple[str, ...]
    data: tuple[str, ...]
    sourcetype: str | None
    source: str | None
    host: str
    index: str
    now: str | None
    earliest: str | None
    latest: str | None
    add_ons: tuple[str, ...]
    no_builtin: bool
    lookups: tuple[str, ...]
    macros: tuple[str, ...]
    memory: int | None
    temp: Path | None
    limit: int | None
    explain: bool
    format: str
    pack: Path
    output: Path | None


def _search(wanted: _Wanted, scratch: Path, remote: Remote | None) -> int:
    from storypack.engine.errors import EngineError, OutOfMemory, UnreadableEvents
    from storypack.engine.knowledge.files import FileSource
    from storypack.testing.surroundings import known_lookups, known_macros
    from storypack.world import shipped

    spl, names = _words(wanted, needs_files=remote is None)
    files = event_files(
        names,
        scratch,
        sourcetype=wanted.sourcetype,
        source=wanted.source,
        host=wanted.host,
        index=wanted.index,
    )
    try:
        knowledge = add_ons_of(wanted.add_ons, no_builtin=wanted.no_builtin).knowledge()
        for warning in knowledge.warnings:
            tell(warning)
        lookups, macros = _world(wanted)
        if remote:
            from storypack.cli.remote_search import Asked, search_there

            asked = Asked(
                spl,
                files,
                knowledge,
                lookups,
                {**shipped.macros(), **knowledge.macro_definitions(), **macros},  # the instance knows what its site set
                now=wanted.now,
                earliest=wanted.earliest,
                latest=wanted.latest,
                limit=_limit(wanted),
                format=wanted.format,
                output=wanted.output,
                pack=wanted.pack,
            )
            return search_there(asked, remote)
        macros, lookups = known_macros(knowledge, macros), known_lookups(knowledge, lookups)
        check(spl, macros)
        tell_unknown(wanted.sourcetype, knowledge)
        with waiting() as line:
            source = FileSource(
                files,
                knowledge,
                clock=time.time(),
                lookups=lookups,
                hasty=True,
                file_times=True,
                memory=wanted.memory,
                progress=_reading(line, len(files)),
            )
        with source:
            try:
                return _run(spl, source, macros, wanted)
            except UnreadableEvents:
                if not source.is_hasty:
                    raise
            with waiting() as line:
                line.say(lambda: "reading with care ...")
                source.settle()
            return _run(spl, source, macros, wanted)
    except OutOfMemory as error:
        cure = "--memory gives it more, --temp a larger place for what does not fit; or narrow the search"
        raise click.ClickException(f"{located(error, spl)}\n{cure}") from error
    except EngineError as error:
        raise click.ClickException(located(error, spl)) from error


def _run(spl: str, source: FileSource, macros: Mapping[str, MacroDefinition], wanted: _Wanted) -> int:
    from storypack.engine.errors import EngineError, UnreadableEvents
    from storypack.engine.stream import open_stream

    now = _now(wanted.now, source)
    source.clock = now
    earliest, latest = _time(wanted.earliest, now, "--earliest"), _time(wanted.latest, now, "--latest")
    limit = _limit(wanted)
    whole = wanted.format != "table"
    with waiting() as line:
        line.say(lambda: "searching ...")
        opened = open_stream(
            spl,
            source,
            macros,
            now,
            earliest=earliest,
            latest=latest,
            limit=limit + 1 if limit else None,
            whole_events=whole,
            attended=True,
        )
        with opened as stream:
            if wanted.explain:
                emit(stream.sql, wanted.output)
                return exit_codes.OK
            done = stream.follow()
            line.say(lambda: f"searching ... {done():.0f} %" if done() > 0 else "searching ...")
            counted = Counted(stream.rows(), limit)
            counted.begin()
            if source.faults(_PATIENCE):  # nothing has been shown: begin again
                raise UnreadableEvents("a file is damaged")
            line.end()
            if not source.is_settled(now):  # events without a time: begin again, with times filled in
                return _run(spl, source, macros, wanted)
            if source.are_broken_counted:
                tell_broken(source)
            try:
                emit_lines(_lines(counted, stream, wanted), wanted.output)
            except UnreadableEvents as error:  # too late to begin again
                raise EngineError(error.message, error.stage) from error
            for path, fault in source.faults().items():
                raise EngineError(
                    f"{path.name}: {fault}; the rows above may lack events. Search what can be read of it: "
                    f"gzip -dc or zstd -dc {path.name} | storypack search ... --data -"
                )
            ranged, table = bool(wanted.earliest), not whole
            tell_afterwards(counted, stream, source, spl, ranged=ranged, now=wanted.now, table=table)
    return exit_codes.OK


def _reading(line: Waiting, files: int) -> Callable[[int], None]:
    """What takes note of how many files have been read."""

    def note(read: int) -> None:
        line.say(lambda: f"reading ... {read:,} of {files:,} files")

    return note


def _limit(wanted: _Wanted) -> int:
    return wanted.limit if wanted.limit is not None else _TABLE_ROWS if wanted.format == "table" else 0


# --- what the command line names ------------------------------------------------------------------------------------


def _words(wanted: _Wanted, *, needs_files: bool) -> tuple[str, list[str]]:
    """The search, and the names of the event files: `--data a b c` leaves b and c among the words."""
    searches = [word for word in wanted.words if not _exists(word)]
    files = [*wanted.data, *(word for word in wanted.words if _exists(word))]
    if len(searches) != 1:
        if not searches:
            hint = f" ('{wanted.words[0]}' is a file; for the word, write 'search {wanted.words[0]}')"
            raise click.UsageError(
                f"there is no search{hint}; put it in quotes: storypack search 'stats count' --data FILE"
            )
        raise click.UsageError(
            f"one search is wanted, and there are {len(searches)}: {', '.join(map(repr, searches))}; put the search in "
            "quotes, and mind the names of files"
        )
    missing = [name for name in wanted.data if name != "-" and not _exists(name)]
    if missing:
        raise click.UsageError(f"there is no file {missing[0]}")
    if needs_files and not files and not searches[0].lstrip().startswith("|"):
        raise click.UsageError("there is nothing to search; name files with --data")
    return _utf8(searches[0]), files


def _utf8(text: str) -> str:
    """The text, also where the locale knows no UTF-8."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        try:
            return os.fsencode(text).decode("utf-8")
        except UnicodeDecodeError:
            raise click.UsageError("the search is not UTF-8") from None
    return text


def _exists(name: str) -> bool:
    try:
        return Path(name).exists()
    except (OSError, ValueError):  # a long search is no file name
        return False


def _world(wanted: _Wanted) -> tuple[dict[str, LookupTable], dict[str, MacroDefinition]]:
    """Lookups and macros: the pack's, if there is one, and above them those of the command line."""
    from storypack.engine.knowledge.apps import read_table
    from storypack.spl.macros import definitions

    lookups: dict[str, LookupTable] = {}
    macros: dict[str, MacroDefinition] = {}
    if (wanted.pack / SETTINGS_FILE).is_file():
        from storypack.pack.load import load_pack
        from storypack.testing.setting import Setting

        setting = Setting(load_pack(wanted.pack).pack)
        lookups, macros = dict(setting.own_lookups), dict(setting.own_macros)
    for given in wanted.lookups:
        name, separator, file = given.partition("=")
        path = Path(file if separator else given)
        table = read_table(name if separator else path.stem, path, {})
        lookups[table.name] = table
    for given in wanted.macros:
        parts = _MACRO.fullmatch(given.strip())
        if parts is None:
            raise click.UsageError(f"--macro wants NAME=SPL or NAME(arguments)=SPL, not {given!r}")
        count = len(parts["args"].split(",")) if parts["args"] else 0
        key = f"{parts['name']}({count})" if count else parts["name"]
        macros |= definitions({key: {"args": parts["args"] or "", "definition": parts["definition"]}})
    return lookups, macros


def _now(text: str | None, source: FileSource) -> float:
    from storypack.testing.clock import epoch

    if text == "newest" and source.times is not None:
        return source.times[1] + 1
    if text in (None, "now", "newest"):
        return float(int(time.time()))  # Splunk's searches start at whole seconds
    try:
        return epoch(text or "")
    except ValueError:
        raise click.UsageError(f"--now: {text!r} is no time; write 2026-11-22T09:30:00Z or epoch seconds") from None


def _time(text: str | None, now: float, option: str) -> float | None:
    from storypack.timemod import TimeModifierError, resolve

    if text is None or text.strip() in ("", "0"):
        return None
    try:
        return resolve(text, now)
    except TimeModifierError as error:
        cure = f"; {error.cure}" if error.cure else ""
        raise click.UsageError(f"{option}: {error.message}{cure}") from None


# --- rows -----------------------------------------------------------------------------------------------------------


def _lines(rows: Counted, stream: Stream, wanted: _Wanted) -> Iterator[str]:
    from storypack.report.rows import csv_lines, event_lines, json_lines, table_lines

    if wanted.format == "json":
        return json_lines(rows)
    if wanted.format == "csv":
        return csv_lines(rows, stream.fields)
    if stream.events:
        return event_lines(rows)
    width = shutil.get_terminal_size((120, 24)).columns if wanted.output is None else 120
    return table_lines(rows, stream.fields, max(width, 20))
