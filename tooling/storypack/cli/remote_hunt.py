"""`storypack hunt --splunk`: a hunt over the past of an instance."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from storypack.cli.hunt import Wanted, progress_on, quarry_of, shown
from storypack.cli.options import tell
from storypack.cli.remote import connected
from storypack.cli.there import There
from storypack.cli.waiting import waiting
from storypack.hunting.findings import Hunt

if TYPE_CHECKING:
    from storypack.hunting.hunt import Quarry
    from storypack.hunting.site import Site
    from storypack.pack.load import Loaded
    from storypack.remote.hunts.journal import Journal
    from storypack.splunkd.connection import Connection

FOLDER = Path(".storypack", "hunts")


def hunt_on_instance(wanted: Wanted, there: There, loaded: Loaded) -> int:
    """Hunt, and show the report; the exit code. What was found is shown, too, where the instance fails on the way."""
    from storypack.engine.errors import EngineError
    from storypack.remote.hunts.journal import JournalError, open_journal
    from storypack.splunkd.errors import DeployError

    result = Hunt()
    try:
        quarry, site = quarry_of(wanted, loaded, result)
    except EngineError as error:
        raise click.ClickException(str(error)) from error
    with connected(there.remote, wanted.pack) as connection:
        result.place = connection.target.host
        about = _about(connection, there, quarry)
        path = there.state or _place_of(wanted.pack, str(about["hunt"]))
        try:
            with open_journal(path, about, restart=there.restart) as journal:
                try:
                    _hunt(quarry, site, there, connection, journal, result)
                    code = shown(result, wanted)
                except DeployError:
                    if result.findings:
                        result.interrupted = True
                        shown(result, wanted)
                    tell(f"what was learnt is kept in {path}: the same command goes on from there")
                    raise
                journal.done = not result.interrupted
                if result.interrupted:
                    tell(f"what was learnt is kept in {path}: the same command goes on from there")
                return code
        except JournalError as error:
            raise click.ClickException(str(error)) from error


def _hunt(quarry: Quarry, site: Site, there: There, connection: Connection, journal: Journal, result: Hunt) -> None:
    from storypack.remote.hunts.hunt import hunt_there
    from storypack.remote.hunts.instance import Place
    from storypack.remote.hunts.queue import JobQueue

    if journal.resumed:
        begun = datetime.fromtimestamp(float(journal.about["begun"]), UTC).strftime("%Y-%m-%d %H:%M UTC")
        note = f"went on with the hunt of {begun}, of which {len(journal):,} searches were done; --restart begins anew"
        tell(note)
        result.notes.append(note)
    place = Place(
        JobQueue(connection, journal, there.jobs),
        there.remote.app,
        float(journal.about["earliest"]),
        float(journal.about["latest"]),
        there.search_time,
        there.remote.allowed,
        frozenset(site.macros),
        frozenset(site.lookups),
    )
    with waiting() as line:
        quarry.progress = progress_on(line)
        hunt_there(quarry, place, result)


def _about(connection: Connection, there: There, quarry: Quarry) -> dict[str, object]:
    """What this hunt is: `hunt` tells it from others, the rest is what it began with."""
    from storypack.store import digest

    now = time.time()
    earliest, latest = _moment("--earliest", there.earliest, now), _moment("--latest", there.latest, now)
    if earliest >= latest:
        raise click.UsageError(f"--earliest {there.earliest} is not before --latest {there.latest}")
    asked = (connection.target.url, there.remote.app, there.earliest, there.latest, str(quarry.whole))
    return {"hunt": digest(*asked), "earliest": earliest, "latest": latest, "begun": now}


def _moment(option: str, text: str, now: float) -> float:
    from storypack.testing.clock import epoch
    from storypack.timemod import TimeModifierError, resolve

    try:
        return resolve(text, now)
    except TimeModifierError as error:
        try:
            return epoch(text)
        except ValueError:
            raise click.UsageError(f"{option}: {error}") from None


def _place_of(pack: Path, hunt: str) -> Path:
    """The journal's file in the pack, kept out of git; what lies behind a link is not ours to write."""
    folder = pack / FOLDER
    for each in (folder, folder.parent):
        if each.is_symlink():
            raise click.ClickException(f"{each} is a link, and is not written through: name a file with --state")
    with suppress(OSError):  # whoever opens the journal says why
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / ".gitignore").open("x", encoding="utf-8") as file:
            file.write("*\n")
    return folder / f"{hunt}.jsonl"
