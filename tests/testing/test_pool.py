"""Several processes, one Ctrl-C."""

from __future__ import annotations

import signal
import subprocess
import sys

from storypack.processes import interrupts_held

PROCESS = "print('up', flush=True); input(); print('alive')"


def test_a_process_that_starts_does_not_hear_an_interrupt() -> None:
    with interrupts_held():
        process = subprocess.Popen(
            [sys.executable, "-c", PROCESS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    process.send_signal(signal.SIGINT)
    assert process.communicate("\n", timeout=60)[0] == "alive\n"
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())
