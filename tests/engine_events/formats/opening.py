"""A file as a search sees it: each event with its time, sourcetype and origin."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from storypack.cli.event_files import event_files
from storypack.engine.knowledge.files import FileSource
from storypack.engine.stream import open_stream

CLOCK = 1_800_000_000.0
"""The time of events that show none."""


def search(path: Path, spl: str, scratch: Path | None = None, **given: str) -> list[dict[str, Any]]:
    """The rows of a search over a file of which nothing is said but what is `given`."""
    said: dict[str, Any] = {"sourcetype": None, "source": None, "host": "localhost", "index": "main", **given}
    files = event_files([str(path)], scratch or path.parent, **said)
    with FileSource(files, clock=CLOCK) as source, open_stream(spl, source, now=CLOCK) as stream:
        return list(stream.rows())


def events(path: Path, **given: str) -> list[tuple[float, str, str]]:
    """Time, sourcetype and text of each event, in the file's order of times."""
    rows = search(path, "search index=* | sort 0 _time | table _time sourcetype _raw", **given)
    return [(float(row["_time"]), row["sourcetype"], row["_raw"]) for row in rows]
