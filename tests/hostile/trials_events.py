"""Trials with events and searches that somebody else made, and with ends in the middle."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import random
import signal
import subprocess
import sys
import tarfile
import time
import zipfile

import zstandard

from engine_events.evtx_writer import Element, event, evtx
from storypack.engine import run_search
from tests.hostile.hostile_pack import write
from tests.hostile.trials import SECRET, Place, hold, trial

NAMES = (
    "{rows}",
    "{left}",
    "{right}",
    "{0}",
    "%s",
    "__origin",
    "__position",
    "_raw",
    "_time",
    "rowid",
    "a.b",
    "a{}",
    "a b",
    '"',
    '""',
    "'",
    ";--",
    "$1",
    "?",
    "é",
    "A",
    "a",
    "\u202e",
    "x" * 200,
    "<<FIELD>>",
    "\\",
    "/*",
    "*/",
    "*",
    "count",
    "null",
)


def packed(kind: str, data: bytes) -> bytes:
    if kind == "gz":
        return gzip.compress(data, 1, mtime=0)
    if kind == "zst":
        return zstandard.ZstdCompressor(write_checksum=True).compress(data)
    return bz2.compress(data) if kind == "bz2" else data


def lines(draw: random.Random, count: int) -> list[bytes]:
    """Events, one a line, of one of three shapes."""
    shape = draw.choice(("json", "key", "text"))
    found = []
    for number in range(count):
        size = draw.choice((1, 10, 1000, 100_000)) if number % 50 == 0 else 3
        word = "x" * size
        if shape == "json":
            found.append(
                json.dumps(
                    {"n": number, draw.choice(NAMES): draw.choice((word, number, None, [1])), "z": word}
                ).encode()
            )
        else:
            found.append((f"n={number} w={word}" if shape == "key" else f"{number} {word} \x7f").encode())
    return found


def counted(place: Place, name: str, *more: str) -> tuple[int, int | None, str]:
    """The exit code, the number of events, and what was said, of a search over a file."""
    words = ("search", "* | stats count", "--data", str(place.root / name), "--format", "csv", *more)
    code, output, errors = place.run(*words)
    numbers = [line for line in output.split() if line.isdigit()]
    return code, int(numbers[-1]) if numbers else None, errors


@trial(8, 8)
def no_event_is_lost(draw: random.Random, place: Place) -> None:
    count = draw.choice((1, 2, 50, 400))
    data = draw.choice((b"\n", b"\r\n")).join(lines(draw, count)) + draw.choice((b"", b"\n"))
    kind = draw.choice(("log", "gz", "zst"))
    write(place.root, f"events.{kind}", packed(kind, data))
    code, number, errors = counted(place, f"events.{kind}", "--sourcetype", "plain")
    hold(code == 0 and number == count, f"{number} of {count} events, exit code {code}: {errors[-300:]}")


@trial(8, 8)
def damage_is_told(draw: random.Random, place: Place) -> None:
    count = draw.choice((2, 100, 2000))
    kind = draw.choice(("gz", "zst"))
    data = bytearray(packed(kind, b"\n".join(lines(draw, count)) + b"\n"))
    how = draw.choice(("cut", "flip", "zero", "tail", "twice", "double"))
    at = draw.randrange(10, len(data))
    if how == "cut":
        del data[at:]
    elif how == "flip":
        data[at] ^= 1 << draw.randrange(8)
    elif how == "zero":
        data[at:] = b"\0" * (len(data) - at)
    elif how == "tail":
        data += b"garbage"
    elif how == "twice":
        data, count = data + data, 2 * count
    else:
        data[at:at] = data[at : at + 8]
    write(place.root, f"events.{kind}", bytes(data))
    code, number, errors = counted(place, f"events.{kind}", "--sourcetype", "plain")
    hold(number == count or code != 0 or errors.strip(), f"{how}: {number} of {count} events, and nothing is said")


def _logon(number: int) -> Element:
    data = [("TargetUserName", f"kim{number}"), ("LogonType", "3")]
    return event(number, 4624, "2025-11-30T10:00:00.000000Z", data, "Security", "Microsoft-Windows-Security-Auditing")


@trial(8, 6)
def damage_of_archives(draw: random.Random, place: Place) -> None:
    """Archives and event logs: cut, or with bits flipped, they cost themselves at most."""
    kind = draw.choice(("zip", "tar.gz", "bz2", "xz", "evtx"))
    text = b"\n".join(b"n=%d" % number for number in range(200)) + b"\n"
    if kind == "zip":
        with zipfile.ZipFile(place.root / "x.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a/b.log", text)
    elif kind == "tar.gz":
        with tarfile.open(place.root / "x.tar.gz", "w:gz") as tar:
            info = tarfile.TarInfo("a/b.log")
            info.size = len(text)
            tar.addfile(info, io.BytesIO(text))
    elif kind == "evtx":
        write(place.root, "x.evtx", evtx([[_logon(number) for number in range(8)]] * 2))
    else:
        write(place.root, f"x.{kind}", bz2.compress(text) if kind == "bz2" else lzma.compress(text))
    file = place.root / f"x.{kind}"
    _, whole, _ = counted(place, file.name, "--sourcetype", "plain")
    hold(whole in (200, 16), f"{whole} events of a whole {kind}")
    data = bytearray(file.read_bytes())
    if draw.random() < 0.3:
        del data[draw.randrange(len(data)) :]
    else:
        for _ in range(draw.randint(1, 40)):
            data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
    file.write_bytes(bytes(data))
    code, number, errors = counted(place, file.name, "--sourcetype", "plain")
    hold(
        number == whole or code != 0 or errors.strip() or kind == "evtx",
        f"{number} of {whole} of a {kind}, nothing said",
    )
    write(place.root, "y.log", text)
    code, number, errors = counted(place, "y.log", "--data", str(file), "--sourcetype", "plain")
    hold(code != 0 or (number or 0) >= 200, f"{number} events with the whole file beside it: {errors[-300:]}")


@trial(8)
def broken_records(draw: random.Random, place: Place) -> None:
    """Whatever stands between whole lines, the whole lines are there."""
    good = [json.dumps({"mark": "here", "n": number}).encode() for number in range(20)]
    odd = draw.choice(
        (
            b"{",
            b"[",
            b"}",
            b'"',
            b"\x00\x00",
            b"\xff\xfe",
            b"<Event>",
            b"{'a'}",
            b'{"a":' * 80,
            b"]]>",
            b"a,b",
            b"\x1f\x8b",
        )
    )
    at = draw.randrange(1, 20)
    write(place.root, "events.jsonl", b"\n".join([*good[:at], odd, *good[at:]]) + b"\n")
    words = ("search", "mark here | stats count", "--data", str(place.root / "events.jsonl"), "--format", "csv")
    code, output, errors = place.run(*words, "--sourcetype", "plain")
    hold(code != 0 or "20" in output.split() or errors.strip(), f"{odd!r}: {output} {errors[-300:]}")


@trial(10, 8)
def names_of_fields(draw: random.Random, place: Place) -> None:
    names = draw.sample(NAMES, 4)
    fields = [name for name in names if not name.startswith("_")]
    write(place.root, "e.jsonl", "".join(json.dumps(dict.fromkeys(names, number)) + "\n" for number in range(5)))
    quoted = " ".join('"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"' for name in fields)
    search = draw.choice(
        (
            f"* | stats count by {quoted}",
            f"* | table {quoted}",
            "* | table *",
            f"* | dedup {quoted}",
            f"* | eventstats count by {quoted}",
            f"* | join {quoted} [ search * ]",
            f"* | transpose 0 | table {quoted}",
        )
    )
    place.run("search", search, "--data", str(place.root / "e.jsonl"), "--sourcetype", "plain")
    rows = run_search(
        f"search * | rename {fields[0] and 'n'} as m | stats count", events=[dict.fromkeys(fields, "1")] * 3
    )
    hold(rows == [{"count": "3"}] or str(rows[0]["count"]) == "3", f"{rows} of 3 events")


@trial(12, 4)
def much_of_little(draw: random.Random, place: Place) -> None:
    bulk = {
        "zeros": b"\0" * 20_000_000,
        "one line": b"a" * 20_000_000,
        "blanks": b"\n" * 5_000_000,
        "opens": b"{" * 3_000_000,
        "events": b"<Event>" * 400_000,
        "cut object": b'{"a":\n' * 200_000,
        "array": b"[" + b"{},\n" * 200_000,
        "commas": b"a,b\n" + b"," * 3_000_000,
        "quotes": b'"' * 3_000_000,
        "keys": b"{" + b'"a":1,' * 300_000 + b'"b":1}\n',
    }
    name = draw.choice(sorted(bulk))
    kind = draw.choice(("gz", "zst", "log"))
    write(place.root, f"e.{kind}", packed(kind, bulk[name]))
    place.log.append(name)
    place.run("search", "* | stats count", "--data", str(place.root / f"e.{kind}"), "--memory", "400MB")


SETTINGS = (
    "LOOKUP-x =",
    "LOOKUP-x = none k OUTPUT",
    "EXTRACT-a = (?<b",
    "EXTRACT-a = (?<a>(x+)+)$",
    "TIME_FORMAT = %",
    "TIME_FORMAT = %Q%9N",
    "TZ = Nowhere/Land",
    "TZ =",
    "TIMESTAMP_FIELDS = a.b.c",
    "MAX_TIMESTAMP_LOOKAHEAD = 99999999999999",
    "TIME_PREFIX = (",
    "LINE_BREAKER = x",
    "LINE_BREAKER = ()",
    "KV_MODE = none",
    "KV_MODE = what",
    "REPORT-x = nothing",
    "EVAL-a = ",
    "EVAL-a = 1/0",
    "EVAL-a = lookup(",
    "FIELDALIAS-a = a as",
    "SHOULD_LINEMERGE = what",
    "BREAK_ONLY_BEFORE = (((",
    "TRUNCATE = -5",
    "CHARSET = nonsense",
    "INDEXED_EXTRACTIONS = odd",
    "[",
    "]",
    "= x",
    "a" * 500,
    "\\",
    "[x\\",
    "\x00",
    "DATETIME_CONFIG = /etc/passwd",
    "SEDCMD-x = s/(/)/",
    "SEDCMD-x = y/ab/c/",
)


@trial(15, 6)
def settings_of_an_add_on(draw: random.Random, place: Place) -> None:
    text = "[plain]\n" + "\n".join(draw.choices(SETTINGS, k=draw.randint(1, 4))) + "\n"
    write(place.root, f"TA-x/{draw.choice(('default', 'local'))}/props.conf", text)
    write(
        place.root,
        "TA-x/default/transforms.conf",
        draw.choice(("[none]\nfilename = ../../outside/secret.txt\n", "[x]\nREGEX = (\n", "[")),
    )
    write(place.root, "e.log", "".join(f"2025-11-30T10:00:0{number} a={number} xxxx\n" for number in range(5)))
    place.log.append(repr(text))
    code, output, errors = place.run(
        "search",
        "* | stats count",
        "--data",
        str(place.root / "e.log"),
        "--ta",
        str(place.root / "TA-x"),
        "--sourcetype",
        "plain",
        "--format",
        "csv",
    )
    rule = any(word in text for word in ("LINE", "TRUNCATE", "CHARSET", "INDEXED", "BREAK"))
    hold(code != 0 or rule or "5" in output.split() or errors.strip(), f"5 events became {output!r}")


@trial(13, 5)
def ends_in_the_middle(draw: random.Random, place: Place) -> None:
    number = draw.choice((signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL))
    write(place.root, "e.jsonl", "".join(json.dumps({"n": n, "w": "x" * 200}) + "\n" for n in range(60_000)))
    temporary = place.root / "tmp"
    temporary.mkdir()
    output = place.root / "out.json"
    words = draw.choice(
        (
            [
                "search",
                "* | sort w | dedup n | stats values(n) by w",
                "--data",
                str(place.root / "e.jsonl"),
                "-o",
                str(output),
            ],
            ["test", "--pack", str(place.pack)],
            ["build", "--pack", str(place.pack)],
            [
                "search",
                "* | stats list(w) by n",
                "--data",
                str(place.root / "e.jsonl"),
                "--memory",
                "100MB",
                "--temp",
                str(temporary),
            ],
        )
    )
    run = subprocess.Popen(
        [sys.executable, "-m", "storypack.cli", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(temporary), "EXAMPLE": SECRET},
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    time.sleep(draw.uniform(0.3, 4))
    run.send_signal(number)
    _, errors = run.communicate(timeout=120)
    codes = (0, 1, 128 + number, -number)
    hold(run.returncode in codes, f"exit code {run.returncode} after {number!r}: {errors[-300:]}")
    early = run.returncode == -number  # before our own handler was there
    hold("Traceback" not in errors or early, errors[-600:])
    left = [path.name for path in temporary.iterdir()]
    hold(number == signal.SIGKILL or early or not left, f"left behind after {number!r}: {left}")
    hold(not output.exists() or run.returncode == 0 or output.read_text(encoding="utf-8").endswith("\n"), "half a file")
    hold(not list(place.root.glob(".out*")) or number == signal.SIGKILL, "a temporary file is left")
    if left:
        place.run("search", "| makeresults", "--temp", str(temporary))
        hold(
            not [p for p in temporary.iterdir() if (p / "ready").exists()], "a killed process's folder is never removed"
        )
