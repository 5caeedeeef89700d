"""What the text of a search says about other objects of the pack, beyond the names that it writes out."""

from __future__ import annotations

import re
from typing import Any

from storypack.pack.models.investigation import Investigation
from storypack.pack.models.macro import Macro
from storypack.pack.pack import Entry

_PUT_TOGETHER = re.compile(r"[\w-]\$\w+\$|\$\w+\$[\w-]")
_BY_TITLE = re.compile(r"savedsearch|loadjob|(?:^|[|\[])\s*from\b")


def search_text(entry: Entry[Any]) -> str:
    """The SPL of an object: a search, a macro's definition, the steps of an investigation; empty for others."""
    model = entry.model
    if isinstance(model, Investigation):
        return "\n".join(step.search or "" for step in model.steps)
    return str(getattr(model, "search", "") or getattr(model, "definition", ""))


def runs_by_title(text: str) -> bool:
    """Whether SPL has a command that may run another search of the pack by its title."""
    return bool(_BY_TITLE.search(text))


def puts_names_together(macro: Macro) -> bool:
    """Whether what a macro stands for may have names in it that stand in no text: it is an eval expression, or an
    argument may become a part of a name."""
    return macro.iseval or (bool(macro.arguments) and bool(_PUT_TOGETHER.search(macro.definition)))
