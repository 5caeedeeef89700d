"""Where POSIX ends: the package without what Windows lacks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from storypack.authoring.starter import named, starter

PROGRAM = r"""
import os, pkgutil, signal, sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name in {"fcntl", "pwd", "grp", "resource", "termios"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

# libraries pick their own way by the system that this is
import importlib, logging.handlers, multiprocessing.context, shutil, subprocess, tempfile
import click, duckdb, filelock, filelock._native, jinja2, pydantic, yaml
filelock.FileLock
for name in ("fcntl", "pwd", "grp", "resource", "termios"):
    sys.modules.pop(name, None)
sys.meta_path.insert(0, Blocked())
for name in ("SIGHUP", "SIGALRM", "SIGKILL", "ITIMER_REAL", "setitimer", "alarm", "pthread_sigmask"):
    if hasattr(signal, name):
        delattr(signal, name)
for name in (
    "fork", "getuid", "geteuid", "getgid", "pread", "pwrite", "mkfifo", "killpg", "setsid", "sysconf", "fchmod",
    "sched_getaffinity", "register_at_fork", "O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_DIRECTORY", "set_blocking",
):
    if hasattr(os, name):
        delattr(os, name)
import storypack

faults = []
for module in pkgutil.walk_packages(storypack.__path__, "storypack."):
    if module.name.endswith("__main__"):
        continue
    try:
        importlib.import_module(module.name)
    except Exception as error:
        faults.append(f"{module.name}: {type(error).__name__}: {error}")
print("\n".join(faults))
if faults:
    sys.exit(9)
from storypack.cli import main
main(["validate", "--pack", sys.argv[1]])
"""


def test_every_module_is_imported_and_a_pack_is_validated(tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    for path, text in starter(named("pack", "Example", "2026-11-22")).items():
        (pack / path).parent.mkdir(parents=True, exist_ok=True)
        (pack / path).write_text(text, encoding="utf-8")
    run = subprocess.run([sys.executable, "-c", PROGRAM, str(pack)], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    assert run.stdout == "\nchecked 10 files: no issues\n"
