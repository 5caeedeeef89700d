"""The registries of the engine, which fill themselves when they are first asked."""

from __future__ import annotations

from importlib import import_module

from storypack.engine import udf
from storypack.engine.aggregations import registry as aggregations
from storypack.engine.commands import registry as commands
from storypack.engine.events.formats.registry import formats
from storypack.engine.events.openers.registry import openers
from storypack.engine.functions import registry as functions
from storypack.spl import catalogue

_LIBRARIES = ("numpy", "rapidfuzz.distance.OSA")
"""What DuckDB imports for the first Python function, and `spelling.py` for the first name that is not known."""


def fill() -> None:
    """Have everything imported that searches may need: for a process that goes on as several forks."""
    catalogue.commands(), catalogue.functions(), catalogue.aggregations()
    commands.handlers(), functions.names(), aggregations.names(), formats(), openers(), udf.library()
    for library in _LIBRARIES:
        import_module(library)
