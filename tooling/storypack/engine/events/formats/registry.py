"""The formats of event files: each a file of this folder, or a `Format` that another package offers under the entry
point `storypack.formats`.

A format is asked whether it recognises the beginning of a file, in the order of `rank`; the last one, lines, takes all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import iter_modules
from typing import Any

from storypack.engine.errors import EngineError
from storypack.engine.events.event import CutEvent

ENTRY_POINTS = "storypack.formats"


@dataclass(frozen=True, slots=True)
class Head:
    """The beginning of a file: bytes, unpacked, and their text. `name` is the file's in small letters, without the ends
    of packings. `csv`: a sourcetype says that it is CSV (True), or denies it (False)."""

    data: bytes
    text: str = field(repr=False)
    name: str = ""
    csv: bool | None = None

    @property
    def first_line(self) -> str:
        """The first line that is not blank, without blanks around it."""
        return self.text.lstrip().partition("\n")[0].rstrip()


Cutter = Callable[[Any, list[str]], Iterator[CutEvent]]
"""From a stream to its events, in their order. What does not fit the format comes as raw text, marked broken; a word on
what is lost goes into the list. The stream is of text (io.TextIOBase), of bytes (BinaryIO) for a `binary` format."""


@dataclass(frozen=True, slots=True)
class Format:
    """How a file is recognised and cut into events. `guess` names the sourcetype of an event's text ("" = it cannot
    tell); without it, `engine/events/sourcetypes.py` guesses. `by_line` = each line that is not blank is an event as it
    stands, so that DuckDB may read it."""

    name: str
    rank: int
    recognises: Callable[[Head], bool] = field(repr=False)
    cut: Cutter = field(repr=False)
    guess: Callable[[str], str] | None = field(default=None, repr=False)
    binary: bool = False
    by_line: bool = False

    def __reduce__(self) -> tuple[Callable[[str], Format], tuple[str]]:
        """Pickled by its name, since it holds functions."""
        return format_named, (self.name,)


@cache
def formats() -> tuple[Format, ...]:
    """All formats, in the order in which they are asked. Raises EngineError for an entry point that gives none."""
    here = __name__.rpartition(".")[0]
    modules = [import_module(f"{here}.{module.name}") for module in iter_modules(import_module(here).__path__)]
    own = [module.FORMAT for module in modules if hasattr(module, "FORMAT")]
    return tuple(sorted([*own, *_offered()], key=lambda form: form.rank))


def _offered() -> Iterator[Format]:
    """The formats of other packages."""
    for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda point: point.name):
        try:
            form = point.load()
        except (ImportError, AttributeError) as error:
            raise EngineError(f"the event format {point.name} ({point.value}) cannot be loaded: {error}") from error
        if not isinstance(form, Format):
            raise EngineError(f"the event format {point.name} ({point.value}) is no Format of {__name__}")
        yield form


def format_named(name: str) -> Format:
    """The format of a name. Raises KeyError."""
    return {form.name: form for form in formats()}[name]


def recognised(head: Head) -> Format:
    """The first format that recognises the beginning of a file."""
    return next(form for form in formats() if form.recognises(head))
