"""Where POSIX ends: the package without what Windows lacks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

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
    pack.mkdir()
    (pack / "storypack.yml").write_text(SETTINGS, encoding="utf-8")
    (pack / "macros").mkdir()
    (pack / "macros/exa_proxy.yml").write_text(MACRO, encoding="utf-8")
    run = subprocess.run([sys.executable, "-c", PROGRAM, str(pack)], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    assert "0 errors" in run.stdout


SETTINGS = """\
app_id: DA-ESS-Example
title: Example Stories
version: 1.0.0
author: Example
description: An example.
license: Apache-2.0
stanza_prefix: EXA
macro_prefix: exa_
"""
MACRO = """\
name: exa_proxy
id: 0fa25243-cdc0-4a68-93d2-dc4e405b454b
version: 1
creation_date: 2026-11-30
modification_date: 2026-11-30
author: Example
description: Where the proxy's events are.
definition: sourcetype=plain
"""
