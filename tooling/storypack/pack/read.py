"""What came of a file before models are made of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from storypack.issue import Issue
from storypack.pack.adapters import CURRENT
from storypack.pack.source import SourceFile


@dataclass(frozen=True, slots=True)
class Read:
    """What a file holds, in the current format: data, unless nothing can be read, and issues either way."""

    source: SourceFile
    data: dict[str, Any] | None
    issues: list[Issue]
    version: int = CURRENT
    """The format that the file is in: contentctl's 4 or 5, or the current one."""
