"""Search-time knowledge that grows: does its cost grow with it, or with the product of its parts?

    python bench/fields.py [--only NAME] [--sizes 12,24,48,96] [--events 20] [--limit 60]

Each shape is an add-on (or a search) of N parts over a few events: transforms that write the same five fields, patterns
that look into the field of the one before, aliases, calculated fields, lookups and event types that rest on each other,
functions within functions. Each runs as a process of its own, with N = 12, 24, 48 and 96; shown are processor seconds
and peak memory, less those of the same search over an add-on without any part. A straight line doubles with N. Aims: 48
transforms within 3 seconds and 500 MB.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

SOURCETYPE = "bench:fields"


@dataclass(frozen=True)
class AddOn:
    """A search, and the texts of the files of an add-on by their paths."""

    search: str
    props: str = ""
    files: Mapping[str, str] = field(default_factory=dict)


def event(number: int) -> str:
    """A line with five values behind each of 100 marks, and a text in brackets."""
    marks = " ".join(f"m{mark}={number},b{mark},{number * mark % 7},d,{mark}" for mark in range(100))
    return f"2026-11-20T09:00:{number % 60:02}Z host={number} a=1 b=2 c=3 d=4 e=5 {marks} [body of {number}]"


def transforms(size: int) -> AddOn:
    """Transforms that may each write the same five fields, read through aliases and calculated fields."""
    names = [f"m{number}" for number in range(size)]
    stanzas = [
        f"[{name}]\nREGEX = {name}=(\\w+),(\\w+),(\\w+),(\\w+),(\\w+)\nFORMAT = f1::$1 f2::$2 f3::$3 f4::$4 f5::$5\n"
        for name in reversed(names)
    ]
    aliases = " ".join(f"f{at} ASNEW g{at} f{at % 5 + 1} ASNEW g{at}" for at in range(1, 6))
    evals = "\n".join(
        f'EVAL-h{at} = case(g{at}=="x", f{at}, isnull(g{at}), "none", true(), g{at}."/".f{at})' for at in range(1, 6)
    )
    props = f"KV_MODE = none\nREPORT-all = {', '.join(names)}\nFIELDALIAS-all = {aliases}\n{evals}\n"
    return AddOn(
        "where h1!=h2 | table h1 h2 h3 h4 h5 g1 g2 g3 g4 g5", props, {"default/transforms.conf": "".join(stanzas)}
    )


def pairs(size: int) -> AddOn:
    """Transforms that take the field's name from the event."""
    names = [f"p{number}" for number in range(size)]
    stanzas = [f"[{name}]\nREGEX = (\\w{number})=([^ ,]+)\nFORMAT = $1::$2\n" for number, name in enumerate(names)]
    return AddOn(
        "table m1 m2 m3 m4 m5",
        f"KV_MODE = none\nREPORT-all = {', '.join(names)}\n",
        {"default/transforms.conf": "".join(stanzas)},
    )


def one_source(size: int) -> AddOn:
    """Transforms that look into the same extracted field."""
    names = [f"s{number}" for number in range(size)]
    stanzas = ["[body]\nREGEX = \\[(.*)\\]\nFORMAT = body::$1\n"]
    stanzas += [f"[{name}]\nSOURCE_KEY = body\nREGEX = of (.+)\nFORMAT = {name}::$1\n" for name in names]
    return AddOn(
        f'search {names[-1]}="*9*" | table {names[-1]}',
        f"KV_MODE = none\nREPORT-all = body, {', '.join(names)}\n",
        {"default/transforms.conf": "".join(stanzas)},
    )


def chain_of_sources(size: int) -> AddOn:
    """Two transforms for each field, that look into the field before."""
    stanzas, names = ["[q0]\nREGEX = \\[(.*)\\]\nFORMAT = q0::$1\n"], ["q0"]
    for at in range(1, size + 1):
        for kind, pattern in (("a", "^(x.*)"), ("b", "(.+)")):
            stanzas.append(f"[q{at}{kind}]\nSOURCE_KEY = q{at - 1}\nREGEX = {pattern}\nFORMAT = q{at}::$1\n")
            names.append(f"q{at}{kind}")
    return AddOn(
        f'search q{size}="*9*" | table q{size}',
        f"KV_MODE = none\nREPORT-all = {', '.join(names)}\n",
        {"default/transforms.conf": "".join(stanzas)},
    )


def aliases(size: int) -> AddOn:
    """Aliases that leave a value where there is one, over five fields."""
    lines = [f"FIELDALIAS-{at:03} = {'abcde'[at % 5]} ASNEW x f{at} ASNEW x x ASNEW y{at}" for at in range(size)]
    return AddOn(f'search x="*" | table x y{size - 1}', "\n".join(lines))


def calculated(size: int) -> AddOn:
    """Calculated fields over the same five."""
    lines = [
        f'EVAL-x{at} = case(a=="{at}", max(b, c), isnull(d), coalesce(e, a), true(), min(a, max(b, {at})).".".c)'
        for at in range(size)
    ]
    shown = " ".join(f"x{at}" for at in range(size))
    return AddOn(f'search x1="*" x2="*" | table {shown}', "\n".join(lines))


def lookups(size: int) -> AddOn:
    """Lookups that read what the one before gave."""
    lines = [f"LOOKUP-{at:03} = steps step AS x{at} OUTPUTNEW next AS x{at + 1}" for at in range(1, size + 1)]
    rows = "".join(f"{at},{at + 1}\n" for at in range(1, size + 2))
    return AddOn(
        f'search x{size + 1}="*" | table x{size + 1}',
        "FIELDALIAS-a = a AS x1\n" + "\n".join(lines),
        {
            "default/transforms.conf": "[steps]\nfilename = steps.csv\nmax_matches = 1\n",
            "lookups/steps.csv": f"step,next\n{rows}",
        },
    )


def eventtypes(size: int) -> AddOn:
    """Event types of which each names the one before twice."""
    stanzas = ["[t0]\nsearch = a=1\n"]
    stanzas += [f"[t{at}]\nsearch = (eventtype=t{at - 1} b=2) OR (eventtype=t{at - 1} c=3)\n" for at in range(1, size)]
    tags = "".join(f"[eventtype=t{at}]\nmany = enabled\nlast{at} = enabled\n" for at in range(size))
    return AddOn(
        f"search tag=last{size - 1} | table tag eventtype",
        "",
        {"default/eventtypes.conf": "".join(stanzas), "default/tags.conf": tags},
    )


def functions(size: int) -> AddOn:
    """Functions within functions, as deep as there are parts; 24 at most."""
    score = "a"
    for at in range(min(size, 24)):
        score = f"min({at + 2}, max(b, {score}))" if at % 2 else f'tostring(round(nullif({score}, b), 2), "commas")'
    return AddOn(f"eval score={score} | where score>0 | table score")


def steps(size: int) -> AddOn:
    """An eval for each part, that reads the field of the one before three times."""
    evals = [f'eval x{at}=if(isnull(x{at - 1}), "0", x{at - 1}."+".substr(x{at - 1}, 1, 3))' for at in range(1, size)]
    return AddOn(" | ".join(["eval x0=a", *evals, f"where x{size - 1}!=b", f"table x{size - 1}"]))


SHAPES: dict[str, Callable[[int], AddOn]] = {
    shape.__name__: shape
    for shape in (
        transforms,
        pairs,
        one_source,
        chain_of_sources,
        aliases,
        calculated,
        lookups,
        eventtypes,
        functions,
        steps,
    )
}


def measure(add_on: AddOn, events: int, limit: float) -> tuple[float, float]:
    """Processor seconds and peak megabytes of a search; both infinite where it takes longer than the limit."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "events.log").write_text("".join(event(number) + "\n" for number in range(events)), encoding="utf-8")
        texts = {"default/props.conf": f"[{SOURCETYPE}]\n{add_on.props}\n", **add_on.files}
        for name, text in texts.items():
            (root / "ta" / name).parent.mkdir(parents=True, exist_ok=True)
            (root / "ta" / name).write_text(text, encoding="utf-8")
        command = [sys.executable, "-m", "storypack.cli", "search", add_on.search, "--data", str(root / "events.log")]
        command += ["--sourcetype", SOURCETYPE, "--ta", str(root / "ta"), "--format", "json", "--pack", str(root)]
        with tempfile.TemporaryFile() as output:
            process = subprocess.Popen(["timeout", str(limit), *command], stdout=output, stderr=output)
            _, status, usage = os.wait4(process.pid, 0)
            if status:
                output.seek(0)
                text = output.read().decode(errors="replace")
                if os.waitstatus_to_exitcode(status) != 124:
                    raise SystemExit(f"failed: {add_on.search[:200]}\n{text[-2000:]}")
                return float("inf"), float("inf")
            return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="")
    parser.add_argument("--sizes", default="12,24,48,96")
    parser.add_argument("--events", type=int, default=20)
    parser.add_argument("--limit", type=float, default=60, help="seconds after which a search is ended")
    options = parser.parse_args()
    sizes = [int(size) for size in options.sizes.split(",")]
    seconds, megabytes = measure(AddOn("table a"), options.events, options.limit)
    print(f"without any part {seconds:.2f} s, {megabytes:.0f} MB; beyond that:")
    for name, shape in SHAPES.items():
        if options.only in name:
            cells = []
            for size in sizes:
                spent, held = measure(shape(size), options.events, options.limit)
                cells.append(f"{size}: {spent - seconds:6.2f} s {held - megabytes:5.0f} MB")
                if spent == float("inf"):
                    break
            print(f"{name:>18}  {'   '.join(cells)}", flush=True)


if __name__ == "__main__":
    main()
