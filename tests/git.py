"""Repositories of tests: commits without a user's settings."""

from __future__ import annotations

import subprocess
from pathlib import Path

_IDENTITY = ("-c", "user.name=Pack Author", "-c", "user.email=author@example.com")


def git(folder: Path, *arguments: str) -> None:
    """Run a command of git in a folder."""
    subprocess.run(["git", "-C", str(folder), *_IDENTITY, *arguments], check=True, capture_output=True)


def commit_all(folder: Path) -> Path:
    """Make a repository of a folder, with all that it holds in a first commit on the branch `main`."""
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "First")
    return folder
