"""What `storypack test` takes, beside the same at an earlier commit.

    python bench/test.py [--pack DIR] [--repeat 3] [--rows FILE]

Each side has a copy of the earlier commit's pack, or of `--pack`, in a temporary folder. Every run is a process of its
own with the default number of workers, so starting Python and them, and importing, are part of what it takes. `cold`:
without results of earlier runs. `nothing changed`: with those of the run before it. `one detection changed`: the same,
with another search in one detection. The earlier commit kept no results: what it takes cold is the measure of all.
Searches with a test that fails on either side are left out of both: what fails is traced, which is other work.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import table
from build import Side
from commands import EARLIER, REPOSITORY, Cost, Job, cheapest, earlier, storypack
from table import Row

COLD, SAME, EDITED = "test, cold", "test, nothing changed", "test, one detection changed"


def export(pack: Path, target: Path) -> None:
    """The files of a pack that git knows, below `target`."""
    names = subprocess.run(["git", "-C", str(pack), "ls-files", "-z"], capture_output=True, check=True).stdout
    for name in filter(None, names.decode().split("\0")):
        if ((pack / name).is_file() and not name.startswith(("tooling/", "tests/"))) or name.startswith("tests/data/"):
            copy = target / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(pack / name, copy)


def failing(side: Side) -> set[Path]:
    """The files of searches that have a test which fails, relative to the pack."""
    command = side.on_pack("test", "--format", "json")
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    results = json.loads(done.stdout)["results"]
    return {Path(each["file"]).relative_to(side.pack) for each in results if each["counts"]}


def jobs(side: Side) -> dict[str, Job]:
    """What this side is asked, in an order that counts: each run finds the results of the one before it."""
    command = side.on_pack("test")
    return {
        COLD: Job(command, side.forget),
        SAME: Job(command),
        EDITED: Job(command, side.edit),
    }


def rows(before: Cost, here: dict[str, Cost]) -> Iterator[Row]:
    """The rows of the table, from what the earlier commit took cold, and what this one took."""
    for work, aim in ((COLD, 0.35), (SAME, 0.05), (EDITED, 0.10)):
        figure = f"{here[work].processor:.2f} s, {before.processor:.2f} s before"
        ratio = here[work].processor / before.processor
        yield Row(f"`{work}`", f"processor time, to `{COLD}` before", figure, ratio, aim)
    for work in (COLD, SAME, EDITED):
        figure = f"{here[work].memory:.0f} MiB, {before.memory:.0f} MiB before"
        yield Row(f"`{work}`", f"peak memory, to `{COLD}` before", figure, here[work].memory / before.memory, 1.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pack", type=Path, metavar="DIR", help=f"a checkout; without it, the one of {EARLIER}")
    parser.add_argument("--repeat", type=int, default=3)
    table.add_option(parser)
    options = parser.parse_args()
    root = earlier()
    with tempfile.TemporaryDirectory(prefix="storypack-bench-") as folder:
        packs = {name: Path(folder, name) for name in ("before", "here")}
        for pack in packs.values():
            export(options.pack or root, pack)
        before, here = Side(storypack(root), packs["before"]), Side(storypack(REPOSITORY), packs["here"])
        left_out = failing(before) | failing(here)
        for file in left_out:
            for pack in packs.values():
                (pack / file).unlink()
        print(
            f"left out, for tests that fail: {', '.join(sorted(file.stem for file in left_out)) or 'none'}", flush=True
        )
        works = {("before", COLD): jobs(before)[COLD], **{("here", work): job for work, job in jobs(here).items()}}
        costs = cheapest(works, options.repeat)
    made = list(rows(costs["before", COLD], {work: cost for (side, work), cost in costs.items() if side == "here"}))
    table.write(options.rows, made)
    print(table.render(made))


if __name__ == "__main__":
    main()
