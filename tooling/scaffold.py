"""Files that something new begins with: written where there is none yet."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]


def filled(templates: Mapping[str, str], words: Mapping[str, str]) -> dict[str, str]:
    """Texts by path, each of the `words` in them replaced; of two that fit at one place the one that stands first."""
    pattern = re.compile("|".join(map(re.escape, words)))
    return {path: pattern.sub(lambda match: words[match[0]], text) for path, text in templates.items()}


def write_new(root: Path, files: Mapping[str, str]) -> list[str]:
    """Write texts by path below `root`. Raises ValueError, and writes nothing, if one of them is there already."""
    if there := [path for path in files if (root / path).exists()]:
        raise ValueError(f"{there[0]} is there already")
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return list(files)


def run(write: Callable[..., list[str]]) -> None:
    """Write into the repository what the two arguments of the command line ask for; say what, or why not."""
    try:
        sys.stdout.write("\n".join(write(ROOT, *sys.argv[1:3])) + "\n")
    except ValueError as error:
        sys.exit(str(error))
