"""Ends: by a signal, in the middle of whatever runs, with an exit code that says so and nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}

BEGIN = """
import os, sys, time, threading, signal
from storypack import ends, scratch
scratch.make_folder()
def main():
    ends.watch()
    {body}
with ends.heeded():
    try:
        main()
    except KeyboardInterrupt:
        print("caught", flush=True)
    if ends.exit_code():
        ends.leave(ends.exit_code())
"""
READY = "print('ready', flush=True)"
SLEEPING = f"{READY}; time.sleep(60)"
STUCK = f"{READY}; ctypes.CDLL(None).sleep(60)"  # a library that hears no signal
CLOSING = f"""
    try:
        {READY}
        time.sleep(60)
    finally:
        ctypes.CDLL(None).sleep(60)
"""


def start(body: str, tmp_path: Path, before: str = "") -> subprocess.Popen[str]:
    run = subprocess.Popen(
        [sys.executable, "-c", "import ctypes\n" + before + BEGIN.format(body=body)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert run.stdout
    assert run.stdout.readline() == "ready\n"
    return run


@pytest.mark.parametrize("number", CODES)
@pytest.mark.parametrize(
    "body", [f"{READY}; time.sleep(60)", STUCK, CLOSING], ids=["in Python", "in a library", "while closing"]
)
def test_a_signal_ends_it_soon(tmp_path: Path, number: signal.Signals, body: str) -> None:
    run = start(body, tmp_path)
    run.send_signal(number)
    out, err = run.communicate(timeout=90)
    assert run.returncode == CODES[number]
    assert out in ("", "caught\n")
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_what_was_ignored_stays_so(tmp_path: Path) -> None:
    """As `nohup` asks for."""
    ignore = "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)"
    run = start(f"{READY}; time.sleep(0.5); print('done')", tmp_path, ignore)
    run.send_signal(signal.SIGHUP)
    assert run.communicate(timeout=90)[0] == "done\n"
    assert run.returncode == 0


def test_who_leaves_something_elsewhere_may_take_its_time(tmp_path: Path) -> None:
    body = f"""
    with ends.unhurried():
        try:
            {READY}
            time.sleep(60)
        finally:
            time.sleep(1.5)
            print("cleared up", flush=True)
"""
    run = start(body, tmp_path)
    run.send_signal(signal.SIGINT)
    assert run.communicate(timeout=90)[0] == "cleared up\ncaught\n"
    assert run.returncode == 130


CHILDREN = f"""
    from storypack.processes import run_all
    ends._unwatch()  # a fork wants one thread
    {READY}
    def task():
        os.write(1, b"%d\\n" % os.getpid())
        time.sleep(60)
    run_all([task] * 2, workers=2)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="children are counted by /proc")
@pytest.mark.parametrize("number", [*CODES, signal.SIGKILL])
def test_children_end_with_their_parent(tmp_path: Path, number: signal.Signals) -> None:
    run = start(CHILDREN, tmp_path)
    assert run.stdout
    children = [int(run.stdout.readline()) for _ in range(2)]
    run.send_signal(number)
    run.communicate(timeout=90)
    assert run.returncode == CODES.get(number, -signal.SIGKILL)
    deadline = time.monotonic() + 20
    while any(is_alive(child) for child in children) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(is_alive(child) for child in children)


def is_alive(number: int) -> bool:
    try:
        state = Path(f"/proc/{number}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
