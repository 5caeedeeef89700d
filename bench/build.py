"""What `validate`, `build` and `--help` take for 1,700 detections, beside the same at an earlier commit.

    python bench/build.py [--detections 1700] [--repeat 3] [--rows FILE]

The earlier commit's pack is multiplied in a temporary folder, once for each side: each copy of a detection has its own
name, id, file and filter macro. Every command is a process of its own, so starting Python and importing are part of
what it takes. `cold`: without a store. `one edit`: with the store of the run before it, and another search in one
detection. `restored`: with a store in a folder of its own, under a key from the environment, and files that were all
written anew, as a runner of CI has them. `--only NAME`: without a store, and with the one of the run before it.

Copies have more stages in common than the searches of a real pack: 97 % of them are known when they are met, and 28 %
in the pack itself. For what that makes of the figures, see `--detections N` with no more than the pack has.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import table
from commands import Cost, Job, cheapest, earlier, run, storypack
from table import Row

from storypack.pack.names import file_stem, filter_macro_name

COPIED = (
    "stories",
    "macros",
    "lookups",
    "data_sources",
    "baselines",
    "investigations",
    "schedules",
    "app",
    "tests/data",
)
KEY = {"STORYPACK_CACHE_KEY": "a key of the benchmark"}


def multiply(pack: Path, target: Path, number: int) -> None:
    """A pack of `number` detections below `target`."""
    for name in COPIED:
        if (pack / name).is_dir():
            shutil.copytree(pack / name, target / name)
    for name in ("storypack.yml", "LICENSE"):
        if (pack / name).is_file():
            shutil.copyfile(pack / name, target / name)
    prefix = re.search(r"^macro_prefix: *(\w*)", (pack / "storypack.yml").read_text(), re.M)
    originals = sorted((pack / "detections").rglob("*.yml"))
    for count in range(number):
        original = originals[count % len(originals)]
        text = original.read_text(encoding="utf-8")
        if count >= len(originals):
            text = renamed(text, original.stem, count // len(originals), prefix[1] if prefix else "")
        name = re.search(r"^name: *(.+)$", text, re.M)
        assert name, original
        copy = target / original.relative_to(pack).with_name(f"{file_stem(name[1].strip(chr(39)))}.yml")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(text, encoding="utf-8")


def renamed(text: str, stem: str, number: int, prefix: str) -> str:
    """A detection under another name and id, and with the filter macro of that name. A comment in its search,
    of another length in each copy, keeps the texts apart: equal ones are read once."""
    text = re.sub(r"^(name: *)(['\"]?)(.+?)\2$", rf"\g<1>\g<2>\g<3> {number:03}\g<2>", text, count=1, flags=re.M)
    text = re.sub(r"^id: *.+$", f"id: {uuid.uuid5(uuid.NAMESPACE_URL, f'{stem}/{number}')}", text, count=1, flags=re.M)
    own = filter_macro_name(f"{stem}_{number:03}", prefix)
    return re.sub(rf"\|\s*`{filter_macro_name(stem, prefix)}`", f"```{'copy ' * number}``` | `{own}`", text)


class Side:
    """The commands of one of the two sides, over a pack of its own."""

    def __init__(self, tool: tuple[str, ...], pack: Path) -> None:
        self.tool, self.pack = tool, pack
        self.output = pack.with_name(f"{pack.name}-dist")
        self.edited = max((pack / "detections").rglob("*.yml"))
        self.edits = 0

    def on_pack(self, command: str, *arguments: str) -> tuple[str, ...]:
        return (*self.tool, command, "--pack", str(self.pack), *arguments)

    def forget(self) -> None:
        """Take the store away."""
        shutil.rmtree(self.pack / ".storypack", ignore_errors=True)

    def edit(self) -> None:
        """Add a stage to the search of one detection."""
        text = self.edited.read_text(encoding="utf-8")
        self.edits += 1
        text, made = re.subn(r"\| *(`\w+_filter`)", rf"| head 9000{self.edits} | \1", text, count=1)
        assert made, self.edited
        self.edited.write_text(text, encoding="utf-8")

    def write_anew(self) -> None:
        """Give every file another time."""
        for path in self.pack.rglob("*"):
            os.utime(path)

    @property
    def only(self) -> str:
        """The name of one detection."""
        name = re.search(r"^name: *(.+)$", min((self.pack / "detections").rglob("*.yml")).read_text("utf-8"), re.M)
        assert name
        return name[1].strip("'\"")


def jobs(side: Side) -> dict[str, Job]:
    """What both sides are asked. The order counts: an edit comes behind the run that fills the store."""
    return {
        "--help": Job((*side.tool, "--help")),
        "validate, cold": Job(side.on_pack("validate"), side.forget),
        "validate, one edit": Job(side.on_pack("validate"), side.edit),
        "validate --only NAME, after a run": Job(side.on_pack("validate", "--only", side.only)),
        "validate --only NAME": Job(side.on_pack("validate", "--only", side.only), side.forget),
        "build, cold": Job(side.on_pack("build", "-o", str(side.output)), side.forget),
    }


def restored(side: Side, folder: Path, repeat: int) -> Cost:
    """`validate` with a store that another machine of the same key has filled."""
    store = folder / "store"
    command = side.on_pack("validate", "--cache", str(store))
    run(Job(command), {**KEY, "XDG_CACHE_HOME": str(folder / "home")})
    job = {"restored": Job(command, side.write_anew)}
    return cheapest(job, repeat, {**KEY, "XDG_CACHE_HOME": str(folder / "other-home")})["restored"]


def rows(before: dict[str, Cost], here: dict[str, Cost]) -> Iterator[Row]:
    """The rows of the table, from what both sides took."""

    def processor(work: str, other: str, aim: float) -> Row:
        measure = "processor time, to the same before" if work == other else f"processor time, to `{other}` before"
        figure = f"{here[work].processor:.2f} s, {before[other].processor:.2f} s before"
        return Row(f"`{work}`", measure, figure, here[work].processor / before[other].processor, aim)

    def memory(work: str) -> Row:
        figure = f"{here[work].memory:.0f} MiB, {before[work].memory:.0f} MiB before"
        return Row(f"`{work}`", "peak memory, to the same before", figure, here[work].memory / before[work].memory, 1.0)

    cold = "validate, cold"
    yield processor(cold, cold, 0.45)
    yield processor("validate, one edit", "validate, one edit", 0.30)
    yield processor("validate, restored store", cold, 0.15)
    yield processor("validate --only NAME", cold, 0.15)
    yield processor("validate --only NAME, after a run", cold, 0.15)
    yield processor("build, cold", "build, cold", 0.50)
    yield processor("--help", "--help", 1.0)
    yield from map(memory, (cold, "validate, one edit", "validate --only NAME", "build, cold"))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--detections", type=int, default=1700)
    parser.add_argument("--repeat", type=int, default=3)
    table.add_option(parser)
    options = parser.parse_args()
    root = earlier()
    with tempfile.TemporaryDirectory(prefix="storypack-bench-") as scratch:
        folder = Path(scratch)
        for name in ("before", "here"):
            multiply(root, folder / name, options.detections)
        files = sum(1 for _ in (folder / "here").rglob("*.yml"))
        print(f"{options.detections} detections, {files} YAML files", flush=True)
        before, here = Side(storypack(root), folder / "before"), Side(storypack(), folder / "here")
        named = [("before", before), ("here", here)]
        both = {(name, work): job for name, side in named for work, job in jobs(side).items()}
        costs = cheapest(both, options.repeat)
        sides = {name: {work: cost for (side, work), cost in costs.items() if side == name} for name, _ in named}
        sides["here"]["validate, restored store"] = restored(here, folder, options.repeat)
    made = list(rows(sides["before"], sides["here"]))
    table.write(options.rows, made)
    print(table.render(made))


if __name__ == "__main__":
    main()
