"""How long `storypack test` takes for the whole pack, with one process and with two, and which tests cost most.

    python bench/test.py [--pack DIR] [--repeat 3]

Shown are wall and processor seconds of the best run; the aim is 15 seconds on two cores that have nothing else to do. A
peer would be a Splunk in a container: minutes to start, before the first event is searched.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


def run(pack: Path, jobs: int) -> tuple[float, float, dict[str, Any]]:
    """Wall seconds, processor seconds of all processes, and the results."""
    command = [
        sys.executable,
        "-m",
        "storypack.cli",
        "test",
        "--pack",
        str(pack),
        "--jobs",
        str(jobs),
        "--format",
        "json",
    ]
    before = os.times()
    begin = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    wall, after = time.perf_counter() - begin, os.times()
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr)
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return wall, used, json.loads(done.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", type=Path, default=ROOT)
    parser.add_argument("--repeat", type=int, default=3)
    given = parser.parse_args()
    print(f"{'processes':>9} {'wall':>7} {'processor':>10}  tests")
    document: dict[str, Any] = {}
    for jobs in (1, 2):
        wall, used, document = min((run(given.pack, jobs) for _ in range(given.repeat)), key=lambda one: one[0])
        summary = document["summary"]
        print(f"{jobs:>9} {wall:>6.1f}s {used:>9.1f}s  {summary['tests']}, {summary['failed']} failed")
    print("\nthe costliest tests")
    for result in sorted(document["results"], key=lambda one: -one["seconds"])[:5]:
        print(f"{result['seconds']:>6.2f}s  {result['search']}: {result['test']}")


if __name__ == "__main__":
    main()
