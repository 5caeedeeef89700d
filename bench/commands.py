"""Commands as processes of their own: what they took, and the same commands at an earlier commit."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

Name = TypeVar("Name")

REPOSITORY = Path(__file__).resolve().parents[1]
EARLIER = "d3c4967"
"""The commit that ratios are taken to, where a table names nothing else."""
_COMPILED = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(REPOSITORY / ".bench" / "compiled")}
"""Modules are compiled once, as they are by an installation, also where the environment forbids it."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command took: seconds by the clock, seconds of all its processes, the peak MiB of one of them."""

    seconds: float
    processor: float
    memory: float


@dataclass(frozen=True, slots=True)
class Job:
    """A command to measure. `before` is called in front of each run and not timed; `codes` are the exit codes of a run
    that did its work."""

    command: Sequence[str]
    before: Callable[[], object] = lambda: None
    codes: frozenset[int] = frozenset({0})


def run(job: Job, environment: Mapping[str, str] | None = None) -> Cost:
    """Run a command to its end, once. Ends this process if the command fails."""
    job.before()
    start = time.perf_counter()
    surroundings = {**os.environ, **_COMPILED, **(environment or {})}
    process = subprocess.Popen(job.command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=surroundings)
    assert process.stderr
    with process.stderr as errors:
        complaint = errors.read().decode(errors="replace")
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - start
    if process.returncode not in job.codes:
        sys.exit(f"{' '.join(job.command)}: exit code {process.returncode}\n{complaint[-2000:]}")
    return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def cheapest(jobs: Mapping[Name, Job], repeat: int, environment: Mapping[str, str] | None = None) -> dict[Name, Cost]:
    """The least that each job took in some rounds. All jobs run in each round, so that a machine that is busy for a
    while is busy for all of them."""
    costs: dict[Name, list[Cost]] = {name: [] for name in jobs}
    for _ in range(repeat):
        for name, job in jobs.items():
            costs[name].append(run(job, environment))
    return {name: _least(each) for name, each in costs.items()}


def _least(costs: Sequence[Cost]) -> Cost:
    return Cost(
        min(each.seconds for each in costs), min(each.processor for each in costs), min(each.memory for each in costs)
    )


def storypack(root: Path = REPOSITORY) -> tuple[str, ...]:
    """The command line of a checkout: this one, or an earlier one with an environment of its own."""
    python = sys.executable if root == REPOSITORY else str(root / ".venv" / "bin" / "python")
    return (python, "-m", "storypack.cli")


def earlier(commit: str = EARLIER) -> Path:
    """A checkout of an earlier commit in `.bench/`, with its own environment; made where it is missing (a minute)."""
    folder = REPOSITORY / ".bench" / commit
    if not (folder / ".venv" / ".app").exists():
        if not folder.exists():
            _quietly("git", "clone", "--quiet", "--no-checkout", str(REPOSITORY), str(folder))
            _quietly("git", "-C", str(folder), "checkout", "--quiet", "--detach", commit)
        _quietly("make", "--silent", "-C", str(folder), ".venv/.app")
    return folder


def _quietly(*command: str) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        sys.exit(f"{' '.join(command)}: exit code {done.returncode}\n{done.stderr[-2000:]}")
