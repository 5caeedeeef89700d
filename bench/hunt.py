"""`storypack hunt` beside a hand-written DuckDB scan, over CloudTrail, many small files, and logs of sensors.

    python bench/hunt.py [--megabytes 1000] [--files 20000] [--sensors 100] [--large] [--keep DIR] [--rows FILE]

Each command is a process of its own. Measured are processor seconds (all threads), which say more than wall seconds on
a busy machine, and the peak memory. The CloudTrail is of management events for the most part, which hardly any base
filter matches, with data events of S3 among them: 12 of 100 events are writes and 5 are reads, as in a trail that has
data events switched on for a few buckets; a share of a snapshot is one in 90,000. So 18 of 100 events are candidates,
far more than in a trail without data events. `--dense` makes it of data events, two of five reads of S3 and one in a
hundred a finding. `--large` adds a file of four times the size.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml
from search import event, write_events
from table import Row, add_option, render, write

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "tests"))
SCAN = """
import duckdb, sys
print(duckdb.sql("SET threads = 2; SELECT count(*) FROM read_json('" + sys.argv[1] + "', format = 'newline_delimited', "
    "columns = {eventName: 'VARCHAR', eventTime: 'VARCHAR'}) WHERE eventName = 'ModifySnapshotAttribute'").fetchall())
"""
MANAGEMENT = (
    ("ec2.amazonaws.com", "DescribeInstances", 40),
    ("sts.amazonaws.com", "AssumeRole", 35),
    ("s3.amazonaws.com", "PutObject", 12),
    ("s3.amazonaws.com", "GetObject", 5),
    ("ec2.amazonaws.com", "CreateSnapshot", 1),
    ("kms.amazonaws.com", "Decrypt", 7),
)
FOLDERS = ("storypack.yml", "stories", "macros", "lookups", "data_sources", "baselines", "schedules", "detections")
EVENTS_PER_FILE = 40
PER_CHUNK = 28
"""Events of a chunk of 64 KiB of a Windows event log, about as many as it can take."""
SYSMON = (
    "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
    "<Provider Name='Microsoft-Windows-Sysmon' Guid='{{5770385f-c22a-43e0-bf4c-06f5698ffbd9}}'/><EventID>1</EventID>"
    "<Version>5</Version><Level>4</Level>"
    "<TimeCreated SystemTime='2026-11-20T{hour:02}:{minute:02}:{second:02}.0000000Z'/>"
    "<EventRecordID>{number}</EventRecordID><Channel>Microsoft-Windows-Sysmon/Operational</Channel>"
    "<Computer>ws-{host:03}.corp.example.com</Computer><Security UserID='S-1-5-18'/></System><EventData>"
    "<Data Name='UtcTime'>2026-11-20 09:12:40.000</Data><Data Name='ProcessId'>{number}</Data>"
    "<Data Name='Image'>C:\\Windows\\System32\\{program}.exe</Data>"
    "<Data Name='CommandLine'>{program}.exe /run {number}</Data><Data Name='User'>EXAMPLE\\user{host}</Data>"
    "<Data Name='ParentImage'>C:\\Windows\\System32\\services.exe</Data>"
    "<Data Name='ParentCommandLine'>C:\\Windows\\System32\\services.exe</Data></EventData></Event>"
)


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


def hunt(path: Path, pack: Path = ROOT) -> Cost:
    return cost(sys.executable, "-m", "storypack.cli", "hunt", str(path), "--format", "json", "--pack", str(pack))


def trail(count: int | None = None) -> Iterator[str]:
    """Lines of CloudTrail, management events for the most part; a share of a snapshot in 90,000."""
    chance = random.Random(7)
    names = [(source, name) for source, name, weight in MANAGEMENT for _ in range(weight)]
    number = 0
    while count is None or number < count:
        yield json.dumps(event(number, chance, *chance.choice(names))) + "\n"
        number += 1


def write_lines(path: Path, lines: Iterator[str], megabytes: float) -> Path:
    """Lines up to a size, unless the file is there."""
    if not path.exists():
        left = megabytes * 1e6
        with path.open("w", encoding="utf-8") as file:
            while left > 0:
                left -= file.write(next(lines))
    return path


def sysmon() -> Iterator[str]:
    chance = random.Random(3)
    number = 0
    while True:
        hour, minute, second = number // 36_000 % 24, number // 600 % 60, number // 10 % 60
        program = chance.choice(("svchost", "msedge", "dllhost", "conhost", "RuntimeBroker"))
        yield (
            SYSMON.format(
                hour=hour, minute=minute, second=second, number=number, host=chance.randrange(200), program=program
            )
            + "\n"
        )
        number += 1


def zeek() -> Iterator[str]:
    """Connections as Zeek writes them in JSON: small ones within, and to the outside."""
    chance = random.Random(5)
    number = 0
    while True:
        row = {
            "ts": 1_795_132_800 + number / 50,
            "uid": f"C{chance.getrandbits(80):020x}",
            "id.orig_h": f"10.20.{chance.randrange(8)}.{chance.randrange(250)}",
            "id.orig_p": chance.randrange(1024, 65_000),
            "id.resp_h": f"10.30.0.{chance.randrange(250)}" if number % 3 else f"198.51.100.{chance.randrange(250)}",
            "id.resp_p": 443,
            "proto": "tcp",
            "service": "ssl",
            "duration": 0.5,
            "orig_bytes": chance.randrange(5_000),
            "resp_bytes": chance.randrange(90_000),
            "conn_state": "SF",
            "orig_pkts": 12,
            "orig_ip_bytes": 1_500,
            "resp_pkts": 20,
            "resp_ip_bytes": 60_000,
        }
        yield json.dumps(row) + "\n"
        number += 1


def write_evtx(path: Path, megabytes: float) -> Path:
    """Sysmon's events as Windows keeps them, up to a size, unless the file is there; Windows writes more compactly."""
    from engine_events.evtx_writer import CHUNK, Element, evtx
    from engine_events.evtx_writer import event as windows_event

    def started(number: int) -> Element:
        time = f"2026-11-20T{number // 36_000 % 24:02}:{number // 600 % 60:02}:{number // 10 % 60:02}.0000000Z"
        program = chance.choice(("svchost", "msedge", "dllhost", "conhost", "RuntimeBroker"))
        data = (
            ("UtcTime", "2026-11-20 09:12:40.000"),
            ("ProcessId", str(number)),
            ("Image", rf"C:\Windows\System32\{program}.exe"),
            ("CommandLine", f"{program}.exe /run {number}"),
            ("User", rf"EXAMPLE\user{chance.randrange(200)}"),
            ("ParentImage", r"C:\Windows\System32\services.exe"),
            ("ParentCommandLine", r"C:\Windows\System32\services.exe"),
        )
        channel = "Microsoft-Windows-Sysmon/Operational"
        return windows_event(number, 1, time, data, channel, "Microsoft-Windows-Sysmon")

    if not path.exists():
        chance = random.Random(13)
        chunks = int(megabytes * 1e6 / CHUNK)
        path.write_bytes(evtx([[started(at * PER_CHUNK + n) for n in range(PER_CHUNK)] for at in range(chunks)]))
    return path


def doubled(folder: Path) -> Path:
    """The pack with a copy of each detection under another name."""
    folder.mkdir()
    for name in FOLDERS:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    for path in sorted((folder / "detections").rglob("*.yml")):
        body = yaml.safe_load(path.read_text(encoding="utf-8"))
        body |= {"name": f"{body['name']} Again", "id": str(uuid.uuid5(uuid.NAMESPACE_OID, body["id"])), "tests": []}
        body["search"] = body["search"].replace(f"{path.stem}_filter", f"{path.stem}_again_filter")
        path.with_name(f"{path.stem}_again.yml").write_text(yaml.safe_dump(body, sort_keys=False), encoding="utf-8")
    return folder


def of_trail(file: Path, larger: Path | None, twice: Path) -> Iterator[Row]:
    """Over one file of CloudTrail: beside a scan, with the pack doubled, and its memory."""
    size = f"{file.stat().st_size / 1e6:,.0f} MB of CloudTrail"
    scan, single, double = cost(sys.executable, "-c", SCAN, str(file)), hunt(file), hunt(file, twice)
    yield Row(f"hunt over {size}", "CPU / one scan", f"{single.seconds:.1f} s", single.seconds / scan.seconds, 3.0)
    doubling = double.seconds / single.seconds
    yield Row("the same with the pack doubled", "CPU / the single pack", f"{double.seconds:.1f} s", doubling, 1.25)
    yield Row("the same, memory", "peak / 1.5 GB", f"{single.megabytes:,.0f} MB", single.megabytes / 1500, 1.0)
    if larger is not None:
        large = hunt(larger).megabytes
        yield Row("four times the size, memory", "peak / 1.5 GB", f"{large:,.0f} MB", large / 1500, 1.0)


def of_small_files(folder: Path, files: int) -> Row:
    """Over many small gzip files as AWS delivers them, beside the same events in one file of lines."""
    many, one = folder / f"many_{files}", folder / f"one_{files}.jsonl"
    if not one.exists():
        many.mkdir()
        lines = trail()
        with one.open("w", encoding="utf-8") as together:
            for number in range(files):
                text = "".join(next(lines) for _ in range(EVENTS_PER_FILE))
                together.write(text)
                records = f'{{"Records":[{",".join(text.splitlines())}]}}'
                (many / f"{number:05}.json.gz").write_bytes(gzip.compress(records.encode(), 1))
    apart, together_cost = hunt(many), hunt(one)
    ratio = apart.seconds / together_cost.seconds
    return Row(f"hunt over {files:,} small gzip files", "CPU / one file", f"{apart.seconds:.1f} s", ratio, 1.6)


def of_sensors(folder: Path, megabytes: float) -> Row:
    """Over logs of sensors, beside a search that reads and parses all of them."""
    both = folder / f"sensors_{megabytes:.0f}"
    both.mkdir(exist_ok=True)
    names = [
        write_lines(both / "conn.log", zeek(), megabytes / 3),
        write_lines(both / "sysmon.xml", sysmon(), megabytes / 3),
        write_evtx(both / "sysmon.evtx", megabytes / 3),
    ]
    count = ("search", "index=* | stats count dc(dest) as dests by sourcetype", "--data", *map(str, names))
    read = cost(sys.executable, "-m", "storypack.cli", *count, "--format", "json")
    both_cost = hunt(both)
    work = f"hunt over {megabytes:,.0f} MB of Zeek, Sysmon XML and EVTX"
    return Row(work, "CPU / reading and parsing", f"{both_cost.seconds:.1f} s", both_cost.seconds / read.seconds, 2.5)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--sensors", type=int, metavar="MB", help="MB of sensors' logs; default: --megabytes")
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--dense", action="store_true")
    parser.add_argument("--keep", type=Path)
    add_option(parser)
    given = parser.parse_args()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        folder = given.keep or Path(scratch)
        sizes = [given.megabytes, *([given.megabytes * 4] if given.large else [])]
        files = [folder / f"{'dense' if given.dense else 'trail'}_{size}.jsonl" for size in sizes]
        for file, size in zip(files, sizes, strict=True):
            if given.dense and not file.exists():
                write_events(file, size)
            write_lines(file, trail(), size)
        twice = doubled(Path(scratch) / "pack")
        rows += of_trail(files[0], files[1] if given.large else None, twice)
        if given.files:
            rows.append(of_small_files(folder, given.files))
        if (sensors := given.megabytes if given.sensors is None else given.sensors) > 0:
            rows.append(of_sensors(folder, sensors))
    print(render(rows))
    write(given.rows, rows)


if __name__ == "__main__":
    main()
