"""`storypack search --splunk`: a search on a real instance, over what it holds or over files that are sent there."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from storypack.cli import exit_codes
from storypack.cli.options import emit_lines
from storypack.cli.remote import Remote, connected, site_of

if TYPE_CHECKING:
    from storypack.engine.events.origin import EventFile
    from storypack.engine.knowledge.apps import Knowledge
    from storypack.engine.source import LookupTable
    from storypack.remote.jobs import Job, Question
    from storypack.remote.sending import Site
    from storypack.spl.macros import MacroDefinition
    from storypack.splunkd.connection import Connection


@dataclass(frozen=True)
class Asked:
    """What `storypack search` was asked: the search, its files and what it may use. Times are Splunk's modifiers, or
    epoch seconds; `now` "newest" = just after the newest event of the files."""

    spl: str
    files: Sequence[EventFile]
    knowledge: Knowledge
    lookups: Mapping[str, LookupTable]
    macros: Mapping[str, MacroDefinition]
    now: str | None
    earliest: str | None
    latest: str | None
    limit: int
    format: str
    output: Path | None
    pack: Path


def search_there(asked: Asked, remote: Remote) -> int:
    """Run a search on the instance. Exit code 1 if it was compared and the embedded engine disagrees."""
    if remote.compare and not asked.files:
        raise click.UsageError("--compare needs --data: the events that both shall search")
    if asked.files and not remote.index:
        raise click.UsageError("--splunk with --data wants --index: where shall the events go?")
    with connected(remote, asked.pack) as connection:
        if asked.files:
            with site_of(remote, asked.pack, connection) as site:
                return _search_files(asked, remote, site)
        from storypack.remote.jobs import Question
        from storypack.remote.narrow import Part

        text = _text(asked)
        _check_reads_only(text, remote.allowed)
        if remote.index:
            text = _narrowed(text, Part(remote.index))
        times = (asked.earliest or "0", asked.latest or "", _moment(asked.now))
        with _job(connection, Question(text, remote.app, *times)) as job:
            _show(job.rows(asked.limit + 1 if asked.limit else 0), job, asked)
    return exit_codes.OK


def _search_files(asked: Asked, remote: Remote, site: Site) -> int:
    """Send the files, and search them there."""
    from storypack.engine.knowledge.files import FileSource
    from storypack.remote.jobs import Question
    from storypack.remote.narrow import Part, reads_lookups, writes_lookups
    from storypack.remote.sending import send_part, wait_for_part
    from storypack.remote.tables import copies
    from storypack.testing.clock import epoch

    text = _text(asked)
    _check_reads_only(text, remote.allowed | {"outputlookup"})  # which writes into a copy
    _narrowed(text, Part(remote.index), _own(asked))  # refused before anything is sent
    clock = time.time()
    files = [replace(file, index=remote.index) for file in asked.files]
    with FileSource(files, asked.knowledge, clock=clock, lookups=asked.lookups) as source:
        if asked.now == "newest":
            now = source.times[1] + 1 if source.times else clock
        else:
            now = epoch(_moment(asked.now)) if _moment(asked.now) else clock
        sent = send_part(site, source, "1")
    wait_for_part(site, sent)
    left: list[str] = []
    with copies(site, left) as made:
        used = {name: asked.lookups[name] for name in reads_lookups(text) if name in asked.lookups}
        question = Question(
            _narrowed(text, sent.part, made.names(used, written=writes_lookups(text))),
            remote.app,
            asked.earliest or "0",
            asked.latest or sent.latest,
            f"{now:.3f}",
        )
        with _job(site.connection, question) as job:
            if not remote.compare:
                _show(job.rows(asked.limit + 1 if asked.limit else 0), job, asked)
                return exit_codes.OK
            rows = list(job.rows())
            _show(iter(rows), job, asked)
    return _compared(rows, text, files, sent.part.hosts, asked, now)


def _compared(
    rows: Sequence[Mapping[str, Any]],
    text: str,
    files: Sequence[EventFile],
    hosts: Sequence[str],
    asked: Asked,
    now: float,
) -> int:
    """Say where the embedded engine's rows differ."""
    from storypack.engine.errors import EngineError
    from storypack.engine.knowledge.files import FileSource
    from storypack.engine.run import search
    from storypack.remote.compare import compare
    from storypack.remote.narrow import Part, is_ordered
    from storypack.timemod import resolve

    given = {file.host for file in files if file.host}
    mark = next((host for host in hosts if host not in given), "")
    here = [replace(file, host=file.host or mark) for file in files]
    earliest, latest = (
        None if text in (None, "", "0") else resolve(text, now) for text in (asked.earliest, asked.latest)
    )
    try:
        with FileSource(here, asked.knowledge, clock=now, lookups=asked.lookups) as source:
            index = Part(files[0].index)
            found = search(_narrowed(text, index, _own(asked)), source, {}, now, earliest=earliest, latest=latest)
    except EngineError as error:
        click.echo(f"not compared: the embedded engine says: {error}", err=True)
        return exit_codes.FAILED
    comparison = compare(rows, found.rows, ordered=is_ordered(text))
    for line in comparison.lines():
        click.echo(line, err=True)
    return exit_codes.OK if comparison.same else exit_codes.FAILED


def _text(asked: Asked) -> str:
    """The search with the macros that we know put in; those of the instance stay calls."""
    from storypack.remote.narrow import with_head
    from storypack.spl.macros import expand
    from storypack.spl.source import SplError

    text = expand(asked.spl, asked.macros, problems=[]).text
    try:
        return with_head(text)
    except SplError:  # the instance may know more
        return text


def _check_reads_only(text: str, allowed: frozenset[str]) -> None:
    from storypack.remote.harmless import MayChange, check_reads_only
    from storypack.spl.source import SplError

    if "*" in allowed:
        return
    try:
        check_reads_only(text, allowed)
    except MayChange as error:
        cure = f"if you know that it changes nothing there, add --allow {error.name}"
        raise click.ClickException(f"the search is not run on the instance: {error}; {cure}") from error
    except SplError as error:
        message = f"the search cannot be read here, so nobody can say that it only reads ({error.message})"
        raise click.ClickException(f"{message}; --allow '*' runs it") from error


def _own(asked: Asked) -> dict[str, str]:
    """The lookups that we have, each under its own name."""
    return {name: name for name in asked.lookups}


def _narrowed(text: str, part: Any, lookups: Mapping[str, str] | None = None) -> str:
    from storypack.remote.narrow import CannotNarrow, narrow
    from storypack.spl.source import SplError

    try:
        return narrow(text, part, lookups)
    except CannotNarrow as error:
        raise click.ClickException(f"the search cannot be limited to the index {part.index}: {error}") from error
    except SplError as error:
        raise click.ClickException(error.message) from error


def _moment(text: str | None) -> str:
    """`--now` as epoch seconds; empty for the present."""
    from storypack.testing.clock import epoch

    if text in (None, "now"):
        return ""
    if text == "newest":
        raise click.UsageError("--now newest needs --data")
    try:
        return f"{epoch(str(text)):.3f}"
    except ValueError:
        raise click.UsageError(f"--now: {text!r} is no time; write 2026-11-22T09:30:00Z or epoch seconds") from None


# --- rows -----------------------------------------------------------------------------------------------------------


@contextmanager
def _job(connection: Connection, question: Question) -> Iterator[Job]:
    """The job, with its progress on a terminal; its warnings on stderr."""
    from storypack.remote.jobs import open_job

    def show_progress(share: float, events: int) -> None:
        if sys.stderr.isatty():
            click.echo(f"\r{share:4.0%}  {events:,} events ", nl=share >= 1, err=True)

    with open_job(connection, question, show_progress) as job:
        for message in job.messages:
            click.echo(f"the instance: {message}", err=True)
        yield job


def _show(rows: Iterator[dict[str, Any]], job: Job, asked: Asked) -> None:
    """The rows, up to the limit; of `rows` there is one more if there are more."""
    shown = 0

    def counted(part: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        nonlocal shown
        for row in part:
            shown += 1
            yield row

    limited = islice(rows, asked.limit or None)
    first = list(islice(limited, 1))  # with it comes the first page, which tells the columns
    emit_lines(_lines(counted(chain(first, limited)), job.fields, asked), asked.output)
    if asked.limit and next(rows, None) is not None:
        click.echo(f"only the first {shown:,} rows are shown; --limit 0 shows all", err=True)
    if not shown and asked.format == "table":
        click.echo("no results", err=True)


def _lines(rows: Iterable[dict[str, Any]], fields: Sequence[str], asked: Asked) -> Iterable[str]:
    from storypack.report.rows import csv_lines, event_lines, json_lines, table_lines

    named = [name for name in fields if not name.startswith("_") or name in ("_time", "_raw")]
    if asked.format == "json":
        return json_lines({name: row[name] for name in named if name in row} for row in rows)
    if asked.format == "csv":
        return csv_lines(rows, named)
    if "_raw" in fields:
        return event_lines(rows)
    width = shutil.get_terminal_size((120, 24)).columns if asked.output is None else 120
    return table_lines(rows, named, max(width, 20))
