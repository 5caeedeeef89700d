"""Commands that let fields pass and add some: eval, rex, lookup, bin, convert, eventstats and their kin."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from storypack.spl.fields.names import Tables
from storypack.spl.fields.state import Fieldset
from storypack.spl.fields.walk import walk
from storypack.spl.tree import (
    Bin,
    Command,
    Convert,
    Dedup,
    Deferred,
    Eval,
    Fieldformat,
    Head,
    Lookup,
    MacroCall,
    MacroStage,
    Opaque,
    Option,
    Regex,
    Replace,
    Rex,
    Search,
    Sort,
    Where,
    Word,
)

_GROUP = re.compile(r"\(\?(?:P?<|')([A-Za-z_]\w*)[>']")
_BRACES = re.compile(r"\{[^{}]+\}")
_OF_APPS = {"ut_shannon": ("ut_shannon",), "xswhere": ("WhereCIX",), "sample": (), "deletemodel": ()}


def same(command: Command, state: Fieldset, tables: Tables) -> Fieldset:
    """No field comes or goes."""
    return state


def _search(command: Search | Where, state: Fieldset, tables: Tables) -> Fieldset:
    """A macro whose text nobody knows may hold whole stages."""
    term = command.term if isinstance(command, Search) else command.condition
    if isinstance(command, Search) and term is not None and any(isinstance(node, MacroCall) for node in walk(term)):
        return state.opened()
    return state


def _eval(command: Eval, state: Fieldset, tables: Tables) -> Fieldset:
    for each in command.assignments:
        if isinstance(each, MacroCall):
            return state.opened()
        name = each.target.name
        # `{field}` is the field's value: any name. Names such as `a{}.b` hold no field.
        state = state.plus(_BRACES.sub("*", name) if _BRACES.search(name) else name)
    return state


def _rex(command: Rex, state: Fieldset, tables: Tables) -> Fieldset:
    if isinstance(command.pattern, MacroCall):
        return state.opened()
    names = [] if option(command.options, "mode") else groups(command.pattern.text)
    return state.plus(*names, option(command.options, "offset_field"))


def groups(pattern: str) -> list[str]:
    """The named groups of a regular expression."""
    return _GROUP.findall(pattern)


def _lookup(command: Lookup, state: Fieldset, tables: Tables) -> Fieldset:
    if command.outputs:
        return state.plus(*((mapping.target or mapping.source).name for mapping in command.outputs))
    columns = tables.lookups.get(command.table.text, ()) if isinstance(command.table, Word) else ()
    return state.plus(*columns) if columns else state.opened()


def _bin(command: Bin, state: Fieldset, tables: Tables) -> Fieldset:
    return state.plus(command.alias.name) if command.alias else state


def _convert(command: Convert, state: Fieldset, tables: Tables) -> Fieldset:
    return state.plus(*(call.alias.name for call in command.calls if call.alias))


def _opaque(command: Opaque, state: Fieldset, tables: Tables) -> Fieldset:
    return state.plus(*_OF_APPS[command.name]) if command.name in _OF_APPS else state.opened()


def _macro(command: MacroStage | Deferred, state: Fieldset, tables: Tables) -> Fieldset:
    return state.opened()


def option(options: tuple[Option | MacroCall, ...], name: str) -> str:
    """The text of an option; empty if it is not given."""
    for each in options:
        if isinstance(each, Option) and each.name == name and isinstance(each.value, Word):
            return each.value.text
    return ""


def is_true(text: str) -> bool:
    return text.lower() in ("t", "true", "1", "yes", "y")


EFFECTS: dict[type[Command], Callable[[Any, Fieldset, Tables], Fieldset]] = {
    Search: _search,
    Where: _search,
    Eval: _eval,
    Fieldformat: same,
    Rex: _rex,
    Regex: same,
    Lookup: _lookup,
    Bin: _bin,
    Convert: _convert,
    Replace: same,
    Sort: same,
    Dedup: same,
    Head: same,
    Opaque: _opaque,
    MacroStage: _macro,
    Deferred: _macro,
}
