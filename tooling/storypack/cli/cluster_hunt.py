"""`storypack hunt --cluster`: the files of a hunt read by the workers of a Dask cluster."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from storypack.cli.event_files import STDIN, paths_of
from storypack.cli.hunt_files import check_there
from storypack.cli.waiting import waiting

if TYPE_CHECKING:
    from storypack.engine.filters import Filters
    from storypack.engine.knowledge.files import FileSource
    from storypack.hunting.findings import Hunt
    from storypack.hunting.hunt import Quarry
    from storypack.hunting.inputs import Given
    from storypack.hunting.mapping import Item, Mapped


def listed_items(names: Sequence[str]) -> list[Item]:
    """The files that the workers shall read; only their names and sizes are looked at."""
    with waiting() as line:
        found: list[Item] = []
        line.say(lambda: f"listing files ... {len(found):,}")
        for name in names:
            found.extend(_below(name))
    return found


def _below(name: str) -> Iterator[Item]:
    from storypack.hunting.buckets import BucketError, is_url, listed
    from storypack.hunting.mapping import Item

    if is_url(name):
        try:
            _, files = listed(name)
        except BucketError as error:
            raise click.ClickException(str(error)) from error
        yield from (Item(file.name, file.shown, file.size or 0, name) for file in files)
        return
    check_there(name)
    if name == STDIN or not (Path(name).is_dir() or stat.S_ISREG(os.stat(name).st_mode)):  # noqa: PTH116
        raise click.UsageError(f"{name} can be read only here, and once; --cluster wants files, folders or URLs")
    yield from (Item(str(path), shown, path.stat().st_size) for path, shown in paths_of(name, Path()))


def hunt_on_cluster(
    address: str,
    items: Sequence[Item],
    given: Given,
    quarry: Quarry,
    source: FileSource,
    memory: int | None,
    result: Hunt,
) -> None:
    """Fill `result` from these files, which the workers read; `source` was opened without files."""
    from storypack.hunting.cluster import lines_on, mapped_on
    from storypack.hunting.hunt import Progress, hunt
    from storypack.hunting.mapping import Step, partitions
    from storypack.hunting.merging import Elsewhere

    parts = list(partitions(items))
    step = Step((), given, source.knowledge, quarry.now, memory)

    def mapped(filters: Sequence[Filters]) -> Iterator[Mapped]:
        def progress(done: int) -> None:
            quarry.progress(Progress("read partitions", done, len(parts)))

        return mapped_on(address, parts, replace(step, filters=tuple(filters)), progress)

    elsewhere = Elsewhere(mapped, result)
    quarry.stage = elsewhere.stage
    hunt(quarry, source, result)
    wanted = {} if result.interrupted else elsewhere.events_without_line()
    if wanted:
        quarry.progress(Progress("looking up lines"))
        for lines in lines_on(address, [(parts[number], step, texts) for number, texts in wanted.items()]):
            elsewhere.add_lines(lines)
