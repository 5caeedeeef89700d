"""Random trials with harmless hostile inputs, each with its oracle; run by themselves as `docs/security.md` says.

A trial draws its input by a seed of its own, so that any one of them can be repeated alone. It holds if every command
ends with a known exit code and without a traceback or an internal error, nothing outside of the trial's folders is
written, no planted secret is shown or packed, and no event is missing in silence.
"""

from __future__ import annotations

import argparse
import faulthandler
import random
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from click.testing import CliRunner

from storypack.cli import main
from tests.hostile.hostile_pack import healthy

SECRET = "pl4nted-" + "s3cret-of-the-trials"
CODES = frozenset({0, 1, 2, 3})
LONGEST = 300  # seconds; a trial that takes longer never ends
_BUGS = ("Traceback", "internal error", "bug of storypack")


class NotHeld(AssertionError):
    """A trial that did not hold."""


@dataclass
class Place:
    """The folders of a trial. `pack` is a healthy pack, `outside` what no command may show or change."""

    root: Path
    log: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.pack = healthy(self.root / "pack")
        self.outside = self.root / "outside"
        self.outside.mkdir()
        (self.outside / "secret.txt").write_text(f"{SECRET}\nuser,password\n", encoding="utf-8")
        (self.outside / "other.yml").write_text('name: Other\nsearch: "a=1|stats   count"\n', encoding="utf-8")
        self.before = self._outside()

    def run(self, *words: str, **environment: str) -> tuple[int, str, str]:
        """The exit code, output and errors of a command line, which were looked at."""
        self.log.append(" ".join(words)[:300])
        result = CliRunner().invoke(main, list(words), env={"TMPDIR": str(self.root), **environment})
        output, errors = result.stdout, result.stderr
        hold(result.exit_code in CODES, f"exit code {result.exit_code}")
        for word in _BUGS:
            hold(word not in output + errors, f"{word}: {errors[-600:]}")
        hold(SECRET not in output + errors, "the secret is shown")
        return result.exit_code, output, errors

    def check(self) -> None:
        """Nothing outside was changed, and nothing that was written holds the secret."""
        hold(self._outside() == self.before, "a file outside was changed")
        for path in self.pack.rglob("dist/*"):
            is_ours = path.is_file() and path.resolve().is_relative_to(self.pack)
            hold(not is_ours or SECRET.encode() not in _unpacked(path), f"the secret is in {path.name}")

    def _outside(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.outside.iterdir()}


def hold(condition: object, why: str) -> None:
    """Raise NotHeld unless the condition is true."""
    if not condition:
        raise NotHeld(why)


def _unpacked(path: Path) -> bytes:
    import gzip

    data = path.read_bytes()
    return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data


Draw = Callable[[random.Random, Place], None]
TRIALS: dict[str, tuple[int, Draw]] = {}
"""By name: how often it is drawn beside the others, and the trial."""


def trial(number: int, share: int = 4) -> Callable[[Draw], Draw]:
    """Enter a trial for one of the fifteen numbers of docs/security.md."""

    def enter(draw: Draw) -> Draw:
        TRIALS[f"{number:02d} {draw.__name__.replace('_', ' ')}"] = (share, draw)
        return draw

    return enter


def run_trial(name: str, seed: int) -> str:
    """Why a trial did not hold; "" if it did."""
    draw = TRIALS[name][1]
    with tempfile.TemporaryDirectory(prefix="trial-") as folder:
        place = Place(Path(folder))
        try:
            draw(random.Random(f"{name} {seed}"), place)
            place.check()
        except NotHeld as error:
            return f"{error} | {' ; '.join(place.log[-2:])}"
        except Exception:  # noqa: BLE001 - what a library function raises beyond its own errors is a fault, too
            return traceback.format_exc()[-1500:]
    return ""


def run_trials(
    count: int, seed: int, only: str = "", tell: Callable[[str], object] = lambda fault: None
) -> tuple[Counter[str], list[str]]:
    """How many trials of each name held, and what did not hold, one line or more for each; `tell` hears it at once."""
    import tests.hostile.trials_ends
    import tests.hostile.trials_events
    import tests.hostile.trials_packs
    import tests.hostile.trials_searches
    import tests.hostile.trials_servers  # noqa: F401 - each enters its trials

    names = sorted(name for name in TRIALS if only in name)
    shares = [TRIALS[name][0] for name in names]
    held: Counter[str] = Counter()
    faults: list[str] = []
    for turn in range(count):
        name = random.Random(f"{seed} {turn}").choices(names, shares)[0]
        faulthandler.dump_traceback_later(LONGEST, exit=True)
        begun = time.process_time()
        fault = run_trial(name, seed * 1_000_000 + turn)
        faulthandler.cancel_dump_traceback_later()
        used = time.process_time() - begun
        if not fault and used > LONGEST / 5:
            fault = f"took {used:.0f} s of processor time"
        if fault:
            faults.append(f"{name}, turn {turn} of seed {seed}: {fault}")
            tell(f"{faults[-1]}\n")
        else:
            held[name] += 1
    return held, faults


def _main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="a part of the names of the trials")
    given = parser.parse_args()
    held, faults = run_trials(given.count, given.seed, given.only, sys.stderr.write)
    lines = [f"{number:5}  {name}" for name, number in sorted(held.items())]
    lines += [f"{sum(held.values())} of {given.count} trials held"]
    sys.stdout.write("\n".join(lines) + "\n")
    return bool(faults)


if __name__ == "__main__":
    from tests.hostile.trials import _main as run

    raise SystemExit(run())
