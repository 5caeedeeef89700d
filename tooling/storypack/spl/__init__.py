"""The search language: tokens, syntax tree, parser, printer, catalogue of commands and functions.

    parse("index=web status>=500 | stats count by host")   -> Pipeline
    parse_expression('if(bytes > 0, "sent", "none")')        -> Expr
    parse_term("index=web status>=500")                      -> Term
    print_search(pipeline)                                   -> canonical text, one stage a line
    expand("`base` | head 1", macros)                        -> Expanded: the text, and the way back from it

The first three and `expand` raise `SplError`, with the place and a cure. `spl.tree` has the nodes, `spl.pattern` takes
search values apart, `spl.catalogue` knows what Splunk documents. The names here are loaded when they are first used, so
that importing one small module of this package stays cheap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from storypack.spl.macros import MacroDefinition, expand
    from storypack.spl.parser import parse, parse_expression, parse_term
    from storypack.spl.printer import print_search
    from storypack.spl.source import NOWHERE, Span, SplError, line_column

_HOMES = {
    "MacroDefinition": "macros",
    "expand": "macros",
    "parse": "parser",
    "print_search": "printer",
    "parse_expression": "parser",
    "parse_term": "parser",
    "NOWHERE": "source",
    "Span": "source",
    "SplError": "source",
    "line_column": "source",
}

__all__ = [
    "NOWHERE",
    "MacroDefinition",
    "Span",
    "SplError",
    "expand",
    "line_column",
    "parse",
    "parse_expression",
    "parse_term",
    "print_search",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
