"""Writes the files that a new kind of content begins with: `make kind NAME=event_type`, with `CONF=eventtypes` if the
app holds a stanza for each object of it.

    pack/models/NAME.py     the model: its keys beside those of all content
    app_build/NAME.py       the stanzas that an object becomes
    pack/kinds.py           its record, at the end of the table

As written, its objects have one key, `search`, and all is green: docs/house.md says what to change.
"""

from __future__ import annotations

import re
from keyword import iskeyword
from pathlib import Path

from scaffold import filled, run, write_new
from storypack.pack.kinds import BY_NAME

MODEL = '''"""CLASS: what it is, in a few words."""

from __future__ import annotations

from pydantic import Field

from storypack.pack.models.base import Content, Text


class CLASS(Content):
    """One NAME."""

    search: Text = Field(description="What is said of this key in the schema")
'''

STANZAS = '''"""CONF.conf: the pack's objects of the kind NAME."""

from __future__ import annotations

from collections.abc import Iterator

from storypack.conf import Stanza, tidy
from storypack.pack.models.NAME import CLASS


def stanzas(model: CLASS) -> Iterator[Stanza]:
    """The stanzas of one object; keys as in CONF.conf.spec."""
    yield Stanza(model.name, {"search": tidy(model.search)})
'''

TABLE = "tooling/storypack/pack/kinds.py"
END = '''
)
"""In the order in which they are loaded and shown."""
'''


def files(name: str, conf: str = "") -> dict[str, str]:
    """The new files by path below the root. Raises ValueError for names that no new kind can have."""
    if not re.fullmatch(r"[a-z][a-z_]*", name) or iskeyword(name):
        raise ValueError(f"NAME={name}: write the kind's name, in small letters")
    if name in BY_NAME:
        raise ValueError(f"NAME={name}: there is a kind of that name")
    if not re.fullmatch(r"[a-z_]*", conf):
        raise ValueError(f"CONF={conf}: write the name of a conf, such as eventtypes")
    words = {"NAME": name, "CLASS": _class(name), "CONF": conf}
    texts = {f"tooling/storypack/pack/models/{name}.py": MODEL}
    if conf:
        texts[f"tooling/storypack/app_build/{name}.py"] = STANZAS
    return filled(texts, words)


def _class(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def record(name: str, conf: str = "") -> str:
    """Its record in `KINDS`, as code."""
    arguments = [f'"{name}"', f'"{name}s"', f'_one("{name}.{_class(name)}")', "has_search=True"]
    if conf:
        arguments += ["in_app=True", f'conf="{conf}"']
    line = f"    ContentKind({', '.join(arguments)}),"
    if len(line) <= 120:
        return line
    return "\n".join(["    ContentKind(", *(f"        {each}," for each in arguments), "    ),"])


def write(root: Path, name: str, conf: str = "") -> list[str]:
    """Write them, and the record at the end of the table; nothing is overwritten. Raises ValueError."""
    table = root / TABLE
    head, end, rest = table.read_text(encoding="utf-8").partition(END)
    if not end:
        raise ValueError(f"{TABLE} has no table of kinds")
    written = write_new(root, files(name, conf))
    table.write_text(f"{head}\n{record(name, conf)}{end}{rest}", encoding="utf-8")
    return [*written, TABLE]


if __name__ == "__main__":
    run(write)
