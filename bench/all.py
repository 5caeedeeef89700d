"""All rows of the table of ratios: `make bench`.

    python bench/all.py [--only build --only test]

Each benchmark of `BENCHES` is a process of its own, which measures both sides of its ratios. The table is a table of
Markdown; docs/performance.md has the last one, with the machine.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

import table

BENCHES: dict[str, tuple[str, ...]] = {
    "build": (),
    "test": (),
    "hunt": ("--megabytes", "100", "--files", "2000", "--sensors", "20"),
}
"""The benchmarks that take `--rows FILE`, in the order of the table, with the options that they get beside it."""


def machine() -> str:
    """The machine in a line."""
    models = [line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    model = models[0] if models else platform.processor() or platform.machine()
    return f"{os.cpu_count()} processors ({model}), Python {platform.python_version()}"


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", action="append", choices=BENCHES, help="only this benchmark; can be given repeatedly")
    options = parser.parse_args()
    rows, failed = [], []
    with tempfile.TemporaryDirectory(prefix="storypack-bench-") as folder:
        for name in options.only or BENCHES:
            file = Path(folder, f"{name}.jsonl")
            bench = Path(__file__).with_name(f"{name}.py")
            done = subprocess.run([sys.executable, str(bench), *BENCHES[name], "--rows", str(file)], check=False)
            print(flush=True)
            if done.returncode or not file.exists():
                failed.append(name)
            else:
                rows += table.read(file)
    print(machine())
    print(table.render(rows))
    if failed:
        sys.exit(f"without the rows of {', '.join(failed)}, which failed")


if __name__ == "__main__":
    main()
