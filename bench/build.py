"""How long `--help`, `validate` and `build` take for 1,700 detections, beside a plain read of the same YAML.

    python bench/build.py [--detections 1700] [--pack DIR] [--repeat 3]

The pack is multiplied in a temporary folder: each copy has its own name, id, file and filter macro. Every command runs
as a process of its own, so starting Python and importing are part of the time. `cold` runs without the cache that a run
leaves in the pack's folder (.storypack/), `warm` runs with it. Shown are the best of the repeats by the clock and by
processor time (of all its processes; it tells more where the machine is shared), the peak memory of one process, and
the ratio of both times to the plain read: a process that opens and parses all the YAML with libyaml and does nothing
with it.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from storypack.pack.names import file_stem, filter_macro_name

REPOSITORY = Path(__file__).resolve().parents[1]
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
PLAIN_READ = """
import sys, yaml
from pathlib import Path
for path in Path(sys.argv[1]).rglob("*.yml"):
    yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
"""


@dataclass(frozen=True)
class Measured:
    """The best of some runs: seconds by the clock and of processors, and the peak memory of one process in MiB."""

    seconds: float
    processor: float
    memory: float


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
    """A detection under another name and id, and with the filter macro that belongs to the name."""
    text = re.sub(r"^(name: *)(['\"]?)(.+?)\2$", rf"\g<1>\g<2>\g<3> {number:03}\g<2>", text, count=1, flags=re.M)
    text = re.sub(r"^id: *.+$", f"id: {uuid.uuid5(uuid.NAMESPACE_URL, f'{stem}/{number}')}", text, count=1, flags=re.M)
    return text.replace(filter_macro_name(stem, prefix), filter_macro_name(f"{stem}_{number:03}", prefix))


def measure(command: list[str], repeat: int, before: Callable[[], None] = lambda: None) -> Measured:
    """Run a command some times; `before` is called in front of each run and not timed."""
    runs = []
    for _ in range(repeat):
        before()
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        assert process.stderr
        said = process.stderr.read().decode()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        if os.waitstatus_to_exitcode(status) != 0:
            sys.exit(f"{' '.join(command)}: {said[-2000:] or 'failed'}")
        runs.append((seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024))
    seconds, processor, memory = zip(*runs, strict=True)
    return Measured(min(seconds), min(processor), max(memory))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--detections", type=int, default=1700)
    parser.add_argument("--pack", type=Path, default=REPOSITORY)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="storypack-bench-") as folder:
        pack, output = Path(folder, "pack"), Path(folder, "dist")
        pack.mkdir()
        multiply(options.pack.resolve(), pack, options.detections)
        files = list(pack.rglob("*.yml"))
        size = sum(path.stat().st_size for path in files) / 1024 / 1024
        print(f"{options.detections} detections, {len(files)} YAML files, {size:.1f} MiB, {os.cpu_count()} processors")

        tool = [sys.executable, "-m", "storypack.cli"]
        validate, build = (
            [*tool, "validate", "--pack", str(pack)],
            [*tool, "build", "--pack", str(pack), "-o", str(output)],
        )

        def forget() -> None:
            shutil.rmtree(pack / ".storypack", ignore_errors=True)

        plain = measure([sys.executable, "-c", PLAIN_READ, str(pack)], options.repeat)
        rows = {
            "plain read and parse of the YAML": plain,
            "storypack --help": measure([*tool, "--help"], options.repeat),
            "validate, cold": measure(validate, options.repeat, forget),
            "validate, warm": measure(validate, options.repeat),
            "build, cold": measure(build, options.repeat, forget),
            "build, warm": measure(build, options.repeat),
        }
        print(f"{'':34}{'clock s':>9}{'ratio':>8}{'cpu s':>9}{'ratio':>8}{'MiB':>7}")
        for name, row in rows.items():
            clock = f"{row.seconds:9.2f}{row.seconds / plain.seconds:8.2f}"
            print(f"{name:34}{clock}{row.processor:9.2f}{row.processor / plain.processor:8.2f}{row.memory:7.0f}")


if __name__ == "__main__":
    main()
