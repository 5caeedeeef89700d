"""`storypack explain`: a search with its macros expanded, stage by stage."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import click

from storypack.cli import exit_codes
from storypack.cli.completion import names_of
from storypack.cli.options import emit, examples, format_option, no_pack, output_option, pack_option

if TYPE_CHECKING:
    from storypack.checks.searches.explain import Explanation
    from storypack.checks.searches.reading import Reading
    from storypack.pack.models.search import Search
    from storypack.pack.overlays.record import Record
    from storypack.pack.pack import Entry, Pack


@click.command(
    epilog=examples(
        "storypack explain 'AWS EC2 Snapshot Shared Externally'",
        "storypack explain detect_snicat_sni_exfiltration --sql",
        "storypack explain baseline_of_own_s3_buckets --format json",
    )
)
@click.argument("name", shell_complete=names_of("detection", "baseline"))
@pack_option
@format_option("text", "json")
@output_option
@click.option("--sql", is_flag=True, help="Show the SQL, too, that the embedded engine makes of it.")
def command(name: str, pack: Path, format: str, output: Path | None, sql: bool) -> int:
    """Show what a search does: macros expanded, and the fields after each stage.

    Then what it needs: data models and their fields, indexes and sourcetypes, lookups, macros. NAME is the name of a
    detection or baseline, or its file's. Fields: + come, - go, = are there.
    """
    import datetime as dt
    from dataclasses import replace

    from storypack.checks.context import Context
    from storypack.checks.searches.explain import explain
    from storypack.checks.searches.reading import read
    from storypack.checks.searches.world import world_of
    from storypack.pack.load import load_pack
    from storypack.report.explain import render_explanation, render_explanation_json

    loaded = load_pack(pack)
    if not loaded.files:
        raise no_pack(pack)
    entry = _chosen(loaded.pack, name)
    world = world_of(Context(loaded.pack, dt.date.today()))
    reading = read(entry.model, "search", entry.model.search, world)
    problem = next(iter((*reading.errors, *reading.macro_errors)), None)
    if problem is not None or reading.tree is None:
        place = entry.at("search", offset=problem.span.start if problem else None)
        text = problem.message if problem else "the search can not be read"
        cure = f"; {problem.cure}" if problem and problem.cure else ""
        click.echo(f"storypack: {place}: {text}{cure}", err=True)
        return exit_codes.FAILED
    explanation = explain(reading, entry.name, entry.path)
    explanation = replace(explanation, overlays=_overlays(loaded.pack, entry, explanation))
    made = _sql(reading) if sql else None
    if format == "json":
        emit(render_explanation_json(explanation, made), output)
    else:
        width = min(shutil.get_terminal_size().columns, 120)
        emit(render_explanation(explanation, width=width, sql=made or ""), output)
    return exit_codes.OK


def _chosen(pack: Pack, name: str) -> Entry[Search]:
    from storypack.spelling import did_you_mean

    wanted = name.casefold()
    for entry in pack.searches:
        if wanted in (entry.name.casefold(), entry.stem.casefold(), entry.path.casefold()):
            return entry
    names = [text for entry in pack.searches for text in (entry.name, entry.stem)]
    hint = did_you_mean(name, names)
    raise click.UsageError(f"the pack has no search '{name}'" + (f"; {hint}" if hint else ""))


def _overlays(pack: Pack, entry: Entry[Search], explanation: Explanation) -> tuple[Record, ...]:
    """What overlays changed in the search, its macros and its schedule."""
    from storypack.pack.overlays.record import records_of

    macros = [pack.macro_named[macro.key] for macro in explanation.macros if macro.key in pack.macro_named]
    name = entry.model.schedule or pack.default_schedule(entry.model)
    schedule = pack.schedule_named.get(name) if isinstance(name, str) else None
    return tuple(
        record for each in (entry, *macros, *([schedule] if schedule else [])) for record in records_of(pack, each)
    )


def _sql(reading: Reading) -> str:
    """The SQL over no events, with the lookups' columns, or why there is none."""
    from storypack.engine.errors import EngineError
    from storypack.engine.knowledge.apps import load_knowledge
    from storypack.engine.knowledge.files import FileSource
    from storypack.engine.run import lookup_table
    from storypack.engine.stream import open_stream

    assert reading.expanded is not None
    columns = {name: fields for name, fields in reading.world.lookups.items() if fields}
    tables = {name: lookup_table(name, {"rows": [dict.fromkeys(fields, "")]}) for name, fields in columns.items()}
    try:
        with (
            FileSource([], load_knowledge([]), clock=0.0, lookups=tables) as source,
            open_stream(reading.expanded.text, source, {}, 0.0) as stream,
        ):
            return stream.sql
    except EngineError as error:
        return f"-- the engine does not run this search over nothing: {error}"
