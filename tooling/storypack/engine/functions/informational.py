"""Search Reference: Informational functions."""

from __future__ import annotations

from collections.abc import Sequence

from storypack.engine.functions.registry import FunctionContext, function
from storypack.engine.sql import Kind, Sql


@function("isnull", 1)
def isnull(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """True if the value is null."""
    return Sql(f"({args[0].text} IS NULL)", Kind.BOOL)


@function("isnotnull", 1)
def isnotnull(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """True unless the value is null."""
    return Sql(f"({args[0].text} IS NOT NULL)", Kind.BOOL)
