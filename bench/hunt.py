"""`storypack hunt` over CloudTrail-shaped JSON lines, beside one hand-written DuckDB scan of the same file.

    python bench/hunt.py [--megabytes 200] [--large] [--keep DIR]

All detections of the pack over one file; the same with every detection there twice, under other names; and DuckDB
reading the file with one filter. Each is a process of its own. Shown are processor seconds (all threads), which say
more than wall seconds on a busy machine, their ratios, and the peak memory. `--large` adds a file of four times the
size. Aims: at most three times the scan, a doubled pack at most 1.25 times the single one, 1.5 GB whatever the size.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path

import yaml
from search import write_events

ROOT = Path(__file__).parents[1]
SCAN = """
import duckdb, sys
print(duckdb.sql("SET threads = 2; SELECT count(*) FROM read_json('" + sys.argv[1] + "', format = 'newline_delimited', "
    "columns = {eventName: 'VARCHAR', eventTime: 'VARCHAR'}) WHERE eventName = 'ModifySnapshotAttribute'").fetchall())
"""


@dataclass(frozen=True)
class Cost:
    """Processor seconds of a process with all its threads, and its peak memory in MB."""

    seconds: float
    megabytes: float


def cost(*command: str) -> Cost:
    """Run a command to its end. A hunt with findings ends with 1."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=ROOT)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        sys.exit(f"{' '.join(command)}: exit code {process.returncode}")
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def doubled(folder: Path) -> Path:
    """The pack with a copy of each detection under another name."""
    for name in (
        "storypack.yml",
        "stories",
        "macros",
        "lookups",
        "data_sources",
        "baselines",
        "schedules",
        "detections",
    ):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    for path in sorted((folder / "detections").rglob("*.yml")):
        body = yaml.safe_load(path.read_text(encoding="utf-8"))
        body |= {"name": f"{body['name']} Again", "id": str(uuid.uuid5(uuid.NAMESPACE_OID, body["id"])), "tests": []}
        body["search"] = body["search"].replace(f"{path.stem}_filter", f"{path.stem}_again_filter")
        path.with_name(f"{path.stem}_again.yml").write_text(yaml.safe_dump(body, sort_keys=False), encoding="utf-8")
    return folder


def measure(file: Path, twice: Path) -> None:
    hunt = (sys.executable, "-m", "storypack.cli", "hunt", str(file), "--format", "json", "--pack")
    scan = cost(sys.executable, "-c", SCAN, str(file))
    single = cost(*hunt, str(ROOT))
    double = cost(*hunt, str(twice))
    print(f"{file.name}: {file.stat().st_size / 1e6:,.0f} MB")
    print(f"  scan    {scan.seconds:8.2f} s {scan.megabytes:7.0f} MB")
    print(f"  hunt    {single.seconds:8.2f} s {single.megabytes:7.0f} MB   {single.seconds / scan.seconds:6.2f} x")
    print(f"  doubled {double.seconds:8.2f} s {double.megabytes:7.0f} MB   {double.seconds / single.seconds:6.2f} x")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=int, default=200)
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        folder = given.keep or Path(scratch)
        (Path(scratch) / "pack").mkdir()
        twice = doubled(Path(scratch) / "pack")
        for times in (1, 4) if given.large else (1,):
            file = folder / f"trail_{given.megabytes * times}.jsonl"
            if not file.exists():
                write_events(file, given.megabytes * times)
            measure(file, twice)


if __name__ == "__main__":
    main()
