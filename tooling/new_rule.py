"""Writes the files that a new rule over SPL begins with: `make rule ID=SP398 FILE=searches/short_windows`.

The rule fires on a search that no pack has, so that all is green until it is written.
"""

from __future__ import annotations

import re
from pathlib import Path

from scaffold import filled, run, write_new
from storypack.checks.catalogue import rules

PLACEHOLDER = "index=nothing_yet"

RULE = '''"""TITLE: what the rules of this file have in common."""

from __future__ import annotations

from storypack.checks.catalogue import Faults, rule
from storypack.checks.searches.reading import Reading
from storypack.checks.searches.world import World
from storypack.issue import Severity


@rule(
    "ID",
    "TITLE",
    on="spl",
    severity=Severity.WARNING,
    why="What goes wrong on Splunk, in a sentence or two.",
    example="search: PLACEHOLDER",
    cure="What to write instead.",
)
def FUNCTION(reading: Reading, world: World) -> Faults:
    if reading.tree and reading.text.startswith("PLACEHOLDER"):
        yield reading.fault("what is wrong here", reading.tree.span)
'''

CASES = """- search: PLACEHOLDER
  says:
  - 1:1 what is wrong here
- search: index=web
"""


def files(id: str, file: str) -> dict[str, str]:
    """The new files by path below the root. Raises ValueError for an id or a path that no rule can have."""
    if not re.fullmatch(r"SP[23]\d\d", id):
        raise ValueError(f"ID={id}: rules over SPL are SP200 to SP399")
    if id in rules():
        raise ValueError(f"ID={id}: that is {rules()[id].title!r}")
    if not re.fullmatch(r"searches/[a-z][a-z0-9_]*", file):
        raise ValueError(f"FILE={file}: write searches/NAME, in small letters")
    name = file.partition("/")[2]
    words = {"ID": id, "TITLE": name.replace("_", " ").capitalize(), "FUNCTION": name, "PLACEHOLDER": PLACEHOLDER}
    texts = {f"tooling/storypack/checks/{file}.py": RULE, f"tests/fixtures/spl/{id}.yml": CASES}
    return filled(texts, words)


def write(root: Path, id: str, file: str) -> list[str]:
    """Write them; nothing is overwritten. Raises ValueError."""
    return write_new(root, files(id, file))


if __name__ == "__main__":
    run(write)
