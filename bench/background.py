"""Every detection over real events in which no data leave, and over the logs of upload tools: what is reported, and at
what cost.

    python -m bench.background [--output docs/background.md] [--repeat 3]

The events lie outside of this project, in `../shared/data` beside the checkout. Each search runs over all of them at
once and over all time, which adds up more in one window than any schedule does: the rows are an upper bound. Its time
is processor time of all threads, the least of the runs, and is set against `index=* | stats count` over the same
events in the same process: that ratio says more than milliseconds where the machine has other work. The page is
written whole. Exit code 1: a row over background events that `EXPLAINED` does not name.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from statistics import median
from textwrap import fill
from typing import Any

import yaml
from tests.shared_data.runs import DATA, RealFile, event_file, event_files, pack, readers, setting

from storypack.engine.errors import NotSupported
from storypack.engine.events.reading import EventFile
from storypack.engine.events.sourcetypes import guess
from storypack.engine.knowledge.files import FileSource
from storypack.engine.run import search
from storypack.pack.models.detection import Detection
from storypack.pack.pack import Entry
from storypack.testing.risk import reads_risk

ROOT = Path(__file__).resolve().parents[1]
YARDSTICK = "index=* | stats count"
METHOD = (
    "Written by `python -m bench.background`, which runs the detections as delivered, with empty site lists, over real "
    "events that their authors call free of exfiltration. Correlations read risk, and one search needs the "
    "Machine Learning Toolkit: these are left out. All events are searched at once and over all time, so that more "
    "meets in one window than under any schedule: the numbers of rows are upper bounds."
)
# Detection -> why it reports what it does over background events.
EXPLAINED: Mapping[str, str] = {}
SOURCETYPES = {
    "aws:cloudtrail": "calls in accounts of laboratories under attack by other techniques",
    "linux:audit": "a server under login attempts, and single commands",
    "o365:management:activity": "administration of mailboxes and policies, sign-in",
    "XmlWinEventLog": "Security, Sysmon and PowerShell events of laboratories under attack by other techniques",
    "bro:conn:json": "connections in networks of laboratories, attacks among them",
    "bro:dns:json": "names asked for in an industrial network, and in those laboratories",
    "bro:http:json": "requests in those laboratories",
    "bro:ssl:json": "TLS in those laboratories",
}


@dataclass(frozen=True)
class Cost:
    """What a search found, and its processor seconds."""

    rows: int
    seconds: float


@dataclass(frozen=True)
class Measured:
    """A detection with its rows over the background and over the sensors' logs, and how many background events there
    are of the source types that it names."""

    entry: Entry[Detection]
    events: int
    background: Cost
    sensors: Cost


def background() -> list[RealFile]:
    """The files that hold no exfiltration by what their authors say."""
    items = yaml.safe_load((DATA / "MANIFEST.yml").read_text(encoding="utf-8"))["files"]
    return [RealFile(item["path"], item["sourcetype"]) for item in items if _is_background(item)]


def _is_background(item: Mapping[str, Any]) -> bool:
    expected = str(item.get("expected_true_positives", ""))
    return bool(item.get("benign")) or expected.startswith(("0 ", "background"))


def sensors() -> list[EventFile]:
    paths = sorted(path for path in (DATA / "sensors").iterdir() if path.suffix != ".md")
    return [event_file(path, guess(path).sourcetype) for path in paths]


def cost(spl: str, source: FileSource, repeat: int) -> Cost:
    """The search over all events and all time, as often as asked for."""
    now = (source.times or (0.0, 0.0))[1] + 1
    rows, least = 0, float("inf")
    for _ in range(repeat):
        begin = time.process_time()
        rows = len(search(spl, source, setting().macros, now).rows)
        least = min(least, time.process_time() - begin)
    return Cost(rows, least)


def opened(files: Sequence[EventFile]) -> FileSource:
    source = FileSource(files, setting().knowledge, clock=0.0, lookups=setting().lookups)
    source.clock = (source.times or (0.0, 1_700_000_000.0))[1]
    return source


def measured(first: FileSource, second: FileSource, counts: Mapping[str, int], repeat: int) -> Iterator[Measured]:
    """The detections that read events, folder after folder, but for those that need an app that nobody has here."""
    for entry in sorted(pack().detections, key=lambda entry: entry.path):
        if reads_risk(entry, setting()):
            continue
        spl = entry.model.search
        try:
            events = sum(number for sourcetype, number in counts.items() if entry in readers(sourcetype))
            yield Measured(entry, events, cost(spl, first, repeat), cost(spl, second, 1))
        except NotSupported as error:
            print(f"left out: {entry.name}: {error.message}")


def page(results: Sequence[Measured], counts: Mapping[str, int], log_events: int, yard: Cost) -> Iterator[str]:
    """The lines of the page."""
    total = sum(counts.values())
    yield from (
        "# Findings over background events, and what each search costs",
        "",
        fill(METHOD, 120),
        "",
        "| source type | background events | number |",
        "|---|---|---:|",
        *(f"| {name} | {SOURCETYPES[name]} | {number:,} |" for name, number in sorted(counts.items())),
        f"| together | | {total:,} |",
        "",
        fill(summary(results, total), 120),
        "",
        fill(columns(results, log_events, yard), 120),
        "",
        *explanations(results),
    )
    for category, group in groupby(results, key=lambda result: Path(result.entry.path).parent.name):
        yield from (
            f"## {category.capitalize()}",
            "",
            "| detection | type | events | rows | per 100,000 | tools | ms | ratio |",
            "|---|---|---:|---:|---:|---:|---:|---:|",
            *(line(result, total, yard) for result in group),
            "",
        )


def summary(results: Sequence[Measured], total: int) -> str:
    rows = sum(result.background.rows for result in results)
    rate = f"{per_hundred_thousand(rows, total)} findings per 100,000 background events"
    limit = "" if rows else f" With 95 % confidence the rate is below {300_000 / total:.0f} per 100,000."
    return f"**{rows} rows by {len(results)} searches over {total:,} events: {rate}.**{limit}"


def columns(results: Sequence[Measured], log_events: int, yard: Cost) -> str:
    spent = [result.background.seconds for result in results]
    return (
        f"One search takes {milliseconds(median(spent))} ms of processor time in the middle and "
        f"{milliseconds(max(spent))} ms at most; all of them take {sum(spent):.0f} s. `ratio` sets each against "
        f"`{YARDSTICK}` over the same events ({milliseconds(yard.seconds)} ms), on a machine of two cores with other "
        "work: it says more than milliseconds. `events` counts the background events of the source types that the "
        "detection names (with 0, silence proves nothing). `tools` has the rows over "
        f"{log_events:,} lines that Suricata, squid, BIND, Postfix, sshd and FTP servers wrote while upload tools "
        "(curl, rclone, restic, iodine and others) were at work. There, rows are right."
    )


def explanations(results: Sequence[Measured]) -> Iterator[str]:
    fired = [result for result in results if result.background.rows]
    if fired:
        yield "## Rows, explained"
        yield ""
    for result in fired:
        why = EXPLAINED.get(result.entry.stem, "not explained yet.")
        yield f"- {result.entry.name} ({result.background.rows}): {why}"
    if fired:
        yield ""


def line(result: Measured, total: int, yard: Cost) -> str:
    cells = (
        result.entry.name,
        result.entry.model.type,
        f"{result.events:,}",
        str(result.background.rows),
        per_hundred_thousand(result.background.rows, total),
        str(result.sensors.rows),
        milliseconds(result.background.seconds),
        f"{result.background.seconds / yard.seconds:.1f}",
    )
    return f"| {' | '.join(cells)} |"


def per_hundred_thousand(rows: int, total: int) -> str:
    return f"{rows * 100_000 / total:.1f}" if rows else "0"


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.0f}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "background.md")
    parser.add_argument("--repeat", type=int, default=3)
    given = parser.parse_args()
    if not (DATA / "MANIFEST.yml").is_file():
        raise SystemExit(f"there are no real events in {DATA}")
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as scratch:
        files = []
        for real in background():
            file = event_files(real, Path(scratch))[0]
            files.append(file)
            with opened([file]) as alone:
                counts[file.sourcetype] += alone.count
        with opened(files) as first, opened(sensors()) as second:
            yard = cost(YARDSTICK, first, given.repeat)
            results = list(measured(first, second, counts, given.repeat))
            lines = list(page(results, counts, second.count, yard))
    given.output.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")
    unexplained = [result.entry.stem for result in results if result.background.rows]
    unexplained = [stem for stem in unexplained if stem not in EXPLAINED]
    for stem in unexplained:
        print(f"not explained: {stem}")
    return 1 if unexplained else 0


if __name__ == "__main__":
    raise SystemExit(main())
