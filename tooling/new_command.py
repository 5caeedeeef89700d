"""Writes the files that a new command of SPL begins with: `make command NAME=squash`, or with `GRAMMAR=own`.

    spl/commands/NAME.py                card: what is documented of it, how it is read and printed, the fields it yields
    engine/commands/NAME.py             what runs it
    conformance/cases/command_NAME.jsonl   cases

As written, it is a command of one field which passes its rows on, and all is green: docs/house.md says what to change.
"""

from __future__ import annotations

import re
from keyword import iskeyword
from pathlib import Path

from scaffold import filled, run, write_new
from storypack.spl.cards import cards

PLAIN = '''"""NAME: what it does, in a few words. Search Reference: "NAME"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind
from storypack.spl.commands.plain import ONE_FIELD, first_word, plain

plain(
    CommandFacts("NAME", Kind.STREAMING, "field", flow=Flow.SAME, needs="field"),
    uses=first_word,
    wrong_words=ONE_FIELD,
)
'''

OWN = '''"""NAME: what it does, in a few words. Search Reference: "NAME"."""

from __future__ import annotations

from collections.abc import Iterator

from storypack.spl import arguments as args
from storypack.spl.cards import command
from storypack.spl.catalogue.model import CommandFacts, Flow, Kind
from storypack.spl.fields.uses import Use, of
from storypack.spl.nodes import Command, Field, node
from storypack.spl.printing import text
from storypack.spl.printing.text import join
from storypack.spl.source import Span
from storypack.spl.tokens import ARGUMENTS, Reader


@command(CommandFacts("NAME", Kind.STREAMING, "field", flow=Flow.SAME, needs="field"))
@node(frozen=True, slots=True)
class CLASS(Command):
    """`NAME field`."""

    field: Field

    @classmethod
    def read(cls, reader: Reader, name: str, start: int) -> CLASS:
        reader.begin(ARGUMENTS)
        return cls(args.field(reader), span=Span(start, reader.before))

    def to_spl(self) -> str:
        return join("NAME", text.field(self.field))

    def uses(self) -> Iterator[Use]:
        yield from of(self.field)
'''

RUNS = '''"""NAME. Search Reference: "NAME"."""

from __future__ import annotations

from storypack.engine.commands.registry import command
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.spl.commands.MODULE import CLASS


@command("NAME")
def NAME_(node: CLASS, rows: Relation, session: Session) -> Relation:
    """What becomes of the rows (Search Reference: NAME)."""
    return rows
'''

CASES = """{"id": "NAME-001", "area": "NAME", "provenance": "doc", "source": "Splunk Search Reference: NAME", \
"events": [{"_time": 1700000000, "a": 1}], "spl": "NAME a | table a", \
"expected": {"fields": ["a"], "rows": [{"a": 1}], "ordered": false}}
"""


def files(name: str, grammar: str = "") -> dict[str, str]:
    """The new files by path below the root. `grammar` is empty for a command of options and words, else `own`. Raises
    ValueError for a name that no new command can have."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise ValueError(f"NAME={name}: write the command's name, in small letters")
    if name in cards():
        raise ValueError(f"NAME={name}: there is a command of that name")
    if grammar not in ("", "own"):
        raise ValueError(f"GRAMMAR={grammar}: write GRAMMAR=own, or leave it out for options and words")
    module = f"{name}_" if iskeyword(name) else name
    node = "".join(part.capitalize() for part in name.split("_")) if grammar else "Plain"
    words = {"NAME_": module, "NAME": name, "CLASS": node, "MODULE": module if grammar else "plain"}
    texts = {
        f"tooling/storypack/spl/commands/{module}.py": OWN if grammar else PLAIN,
        f"tooling/storypack/engine/commands/{module}.py": RUNS,
        f"tooling/storypack/conformance/cases/command_{name}.jsonl": CASES,
    }
    return filled(texts, words)


def write(root: Path, name: str, grammar: str = "") -> list[str]:
    """Write them; nothing is overwritten. Raises ValueError."""
    return write_new(root, files(name, grammar))


if __name__ == "__main__":
    run(write)
