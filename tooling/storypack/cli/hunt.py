"""`storypack hunt`: every detection over everything, in one pass."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from storypack.cli import exit_codes
from storypack.cli.hunt_files import hunted_files
from storypack.cli.options import (
    Size,
    chosen,
    emit,
    examples,
    format_option,
    no_pack,
    on_terminal,
    only_option,
    output_option,
    pack_option,
    tell,
)
from storypack.cli.there import there_of, there_options
from storypack.cli.waiting import Waiting, waiting
from storypack.opening import real
from storypack.scratch import process_folder, scratch

if TYPE_CHECKING:
    from storypack.engine.events.origin import EventFile
    from storypack.engine.knowledge.files import FileSource
    from storypack.hunting.findings import Hunt
    from storypack.hunting.hunt import Progress, Quarry
    from storypack.hunting.site import Site
    from storypack.pack.load import Loaded


@click.command(
    epilog=examples(
        "storypack hunt logs/",
        "storypack hunt logs/ --format html -o hunt.html",
        "storypack hunt trail/ zeek.tar.gz --only story:'Data Exfiltration' --site our_site/",
        "zcat trail.gz | storypack hunt - --whole --format json",
        "storypack hunt --splunk --earliest -30d --format html -o hunt.html",
    )
)
@click.argument("paths", metavar="PATH...", nargs=-1)
@only_option
@click.option("--whole", is_flag=True, help="Look at all time in one run, instead of moving each schedule's window.")
@click.option(
    "--site",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="What a site has set: lookup CSVs by name, and macros.conf.",
)
@click.option("--sourcetype", metavar="S", help="Sourcetype of all events. Default: told from their content.")
@click.option("--host", metavar="S", default="localhost", show_default=True, help="Host of the events.")
@click.option("--index", metavar="S", default="main", show_default=True, help="Index of the events.")
@click.option("--ta", "add_ons", metavar="DIR", multiple=True, help="Folder of an add-on, read as Splunk would.")
@click.option(
    "--memory", type=Size(), metavar="SIZE", help="Memory to use, such as 4GB. Default: a quarter, 768 MiB at most."
)
@click.option(
    "--temp",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Where to put what does not fit into memory. Default: the system's place.",
)
@click.option(
    "--cluster", metavar="ADDRESS", help="Have the files read by the workers of a Dask cluster: tcp://HOST:8786."
)
@format_option("text", command="hunt")
@pack_option
@output_option
@there_options
def command(**given: Any) -> int:
    """Run every detection of the pack over files, folders and archives of logs, and show what it finds.

    Each event is read once, however many detections there are. Each detection runs as its schedule would have: its
    window moved over all the time that the events cover, with its throttling; --whole searches all time at once.
    Entities are ranked by the risk that the findings add up to, and the pack's correlations run on these findings.

    With --splunk it looks at the past of an instance instead, as searches there; nothing is written to it.

    Exit code 0 if nothing was found, 1 for findings, 2 for wrong usage, 3 if a file could not be read to its end, or
    nothing was found and not all could be searched for on the instance.
    """
    from storypack.pack.load import load_pack

    there = there_of(given)
    wanted = Wanted(**given)
    loaded = load_pack(wanted.pack)
    if not loaded.files:
        raise no_pack(wanted.pack)
    if there is not None:
        from storypack.cli.remote_hunt import hunt_on_instance

        return hunt_on_instance(wanted, there, loaded)
    if not wanted.paths:
        raise click.UsageError("there is nothing to hunt in; name files, folders or archives of logs")
    with scratch(wanted.temp) as folder:
        if wanted.temp:
            process_folder(wanted.temp)
        return _hunt(wanted, loaded, folder)


@dataclass(frozen=True)
class Wanted:
    """The command line."""

    paths: tuple[str, ...]
    only: tuple[str, ...]
    whole: bool
    site: Path | None
    sourcetype: str | None
    host: str
    index: str
    add_ons: tuple[str, ...]
    memory: int | None
    temp: Path | None
    cluster: str | None
    format: str
    pack: Path
    output: Path | None


def _hunt(wanted: Wanted, loaded: Loaded, folder: Path) -> int:
    from storypack.engine.errors import EngineError, OutOfMemory
    from storypack.engine.knowledge.apps import load_knowledge
    from storypack.engine.knowledge.files import FileSource
    from storypack.hunting.findings import Hunt
    from storypack.hunting.hunt import hunt
    from storypack.hunting.inputs import Given, in_haste, memory_of, readable_source

    result = Hunt()
    try:
        quarry, _ = quarry_of(wanted, loaded, result)
        knowledge = load_knowledge([Path(each) for each in wanted.add_ons])
        given = Given(wanted.sourcetype, wanted.host, wanted.index)

        def opened(some: list[EventFile], *, hasty: bool = False) -> FileSource:
            return FileSource(
                some, knowledge, clock=quarry.now, lookups=quarry.lookups, memory=memory_of(wanted.memory), hasty=hasty
            )

        if wanted.cluster:
            from storypack.cli.cluster_hunt import hunt_on_cluster, listed_items

            items = listed_items(wanted.paths)
            with waiting() as line, opened([]) as source:
                quarry.progress = progress_on(line)
                hunt_on_cluster(wanted.cluster, items, given, quarry, source, wanted.memory, result)
            return shown(result, wanted)
        files, quarry.names = hunted_files(wanted.paths, folder, result, given)
        with waiting() as line:
            quarry.progress = progress_on(line)
            line.say(lambda: f"reading {len(files):,} files ...")

            def hunted(hasty: bool) -> None:
                opening = partial(opened, hasty=hasty)
                with readable_source(files, opening, quarry.names, result.unreadable) as source:
                    hunt(quarry, source, result)

            in_haste(hunted)
    except OutOfMemory as error:
        cure = "--memory gives it more, --temp a larger place for what does not fit"
        raise click.ClickException(f"{error}\n{cure}") from error
    except EngineError as error:
        raise click.ClickException(str(error)) from error
    return shown(result, wanted)


def shown(result: Hunt, wanted: Wanted) -> int:
    """Show the report; the exit code."""
    emit(_render(result, wanted), wanted.output)
    if result.interrupted:
        tell("interrupted: this is what was found until then")
        return exit_codes.INTERRUPTED
    if result.unreadable:
        return exit_codes.PARTLY
    if result.place and not result.findings and result.in_state("not run"):
        return exit_codes.PARTLY
    return exit_codes.FAILED if result.findings else exit_codes.OK


def quarry_of(wanted: Wanted, loaded: Loaded, result: Hunt) -> tuple[Quarry, Site]:
    """What to hunt with, and what a site sets of it. `result` gets what is left out."""
    from storypack.hunting.hunt import Quarry
    from storypack.hunting.site import Site, load_site
    from storypack.testing.setting import Setting

    pack = loaded.pack
    files = chosen(pack, wanted.only)
    for path in pack.broken:
        if files is None or path in files:
            result.notes.append(f"{path} has errors and was left out; 'storypack validate' shows them")
    detections = [
        entry
        for entry in pack.detections
        if (files is None or entry.path in files) and (files is not None or entry.model.status != "deprecated")
    ]
    if not detections:
        raise click.UsageError("there is no detection to hunt with")
    setting = Setting(pack)
    macros, lookups = dict(setting.macros), dict(setting.lookups)
    site = Site()
    if wanted.site is not None:
        site = load_site(wanted.site, macros, lookups)
        macros.update(site.macros)
        lookups.update(site.lookups)
        result.notes += site.notes
    has_site = wanted.site is not None
    return Quarry(pack, detections, macros, lookups, time.time(), whole=wanted.whole, has_site=has_site), site


def progress_on(line: Waiting) -> Any:
    """What shows how far a hunt is."""

    def show(progress: Progress) -> None:
        how = f" ({progress.done:,} of {progress.of:,})" if progress.of else f" {progress.done:,}" * (progress.done > 0)
        line.say(lambda: f"{progress.what}{how} ...")

    return show


def _render(result: Hunt, wanted: Wanted) -> str:
    from storypack.report.formats import renderer
    from storypack.report.hunt_text import render_text

    if wanted.format == "text":
        person = wanted.output is None and on_terminal()
        width = shutil.get_terminal_size((120, 24)).columns if person else 120
        return render_text(result, width, real(Path.cwd()).as_posix())
    return renderer("hunt", wanted.format)(result)
