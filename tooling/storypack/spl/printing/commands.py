"""Stages and pipelines as text: a function per node, found by its type."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from storypack.spl import tree
from storypack.spl.catalogue import is_command
from storypack.spl.printing import text
from storypack.spl.printing.expressions import expression
from storypack.spl.printing.terms import term
from storypack.spl.source import NOWHERE
from storypack.spl.tree import Field, MacroCall, Option, Pipeline, Word

_NAME = re.compile(r"([A-Za-z_][\w.-]*)(?!\s*(?:[=<>]|!=))").match
# What would end the condition of tstats or mstats if it stood outside brackets.
_CLAUSE = re.compile(
    r"(?i)(?:^|[\s(])(?:span|every|prestats|append|backfill|update_period|fillnull_value|chart)\s*="
).search


def pipeline(node: Pipeline, separator: str = " | ") -> str:
    """Stages with `separator` between them."""
    stages = [command(each) for each in node.commands]
    if node.leading_pipe:
        return "| " + separator.join(stages)
    first = node.commands[0]
    if isinstance(first, tree.Search) and first.implied and first.term is not None:
        written = term(first.term)
        found = _NAME(written)
        if not (found and is_command(found[1].lower())):
            stages[0] = written
    return separator.join(stages)


def subsearch(node: Pipeline) -> str:
    """A pipeline in square brackets, on one line."""
    return f"[{pipeline(node)}]"


def command(node: tree.Command) -> str:
    """One stage."""
    return _PRINTERS[type(node)](node)


def _join(*pieces: str) -> str:
    return " ".join(piece for piece in pieces if piece)


def _by(fields: tuple[Field | MacroCall, ...], word: str = "by") -> str:
    return f"{word} {text.fields(fields, ' ')}" if fields else ""


def _search(node: tree.Search) -> str:
    return f"search {term(node.term)}" if node.term else "search"


def _where(node: tree.Where) -> str:
    return f"where {expression(node.condition)}"


def _assignment(node: tree.Assignment | MacroCall) -> str:
    if isinstance(node, MacroCall):
        return text.macro(node)
    name = text.field(node.target)
    if name.startswith('"'):
        name = text.single(node.target.name)
    return f"{name}={expression(node.value)}"


def _eval(node: tree.Eval) -> str:
    return f"eval {', '.join(_assignment(each) for each in node.assignments)}"


def _fieldformat(node: tree.Fieldformat) -> str:
    return f"fieldformat {_assignment(node.assignment)}"


def _aggregation(node: tree.Aggregation | MacroCall) -> str:
    if isinstance(node, MacroCall):
        return text.macro(node)
    written = node.text or node.func
    if isinstance(node.arg, Field):
        function = node.text.partition("(")[0] or node.func
        if not node.text or node.text == f"{function}({node.arg.name})":
            name = node.arg.name
            plain = re.fullmatch(r"[^\s()\"'`,|\[\]]+", name) and not node.arg.quoted
            written = f"{function}({name if plain else text.double(name)})"
    elif node.arg is not None and not node.text:
        inner = expression(node.arg)
        written = f"{node.func}({inner if node.func in ('eval', 'sparkline') else f'eval({inner})'})"
    return f"{written} as {text.field(node.alias)}" if node.alias else written


def _aggregations(nodes: tuple[tree.Aggregation | MacroCall, ...]) -> str:
    return " ".join(_aggregation(each) for each in nodes)


def _stats(node: tree.Stats) -> str:
    return _join(node.name, *text.options(node.options), _aggregations(node.aggregations), _by(node.by))


def _split(node: tree.SplitBy | None, word: str) -> str:
    return _join(word, text.field(node.field), *text.options(node.options)) if node else ""


def _chart(node: tree.Chart) -> str:
    where = f"where {node.where}" if node.where else ""
    splits = (_split(node.over, "over"), _split(node.by, "by"))
    return _join(node.name, *text.options(node.options), _aggregations(node.aggregations), *splits, where)


def _tstats(node: tree.Tstats) -> str:
    early: list[str] = []
    late: list[str] = []
    for each in node.options:
        if isinstance(each, Option) and each.name in ("from", "sid"):
            late.append(f"from {text.word(each.value)}" if each.name == "from" else f"from {text.option(each)}")
        else:
            (late if late else early).append(text.macro(each) if isinstance(each, MacroCall) else text.option(each))
    source = "from " + text.option(Option("datamodel", Word(node.datamodel))) if node.datamodel else ""
    where = ""
    if node.where:
        written = term(node.where)
        where = f"where ({written})" if node.name != "tstats" and _CLAUSE(written) else f"where {written}"
    by = " ".join(_split(each, "") for each in node.by)
    aggregations = _aggregations(node.aggregations)
    return _join(node.name, *early, aggregations, source, *late, where, f"by {by}" if by else "")


def _from(node: tree.From) -> str:
    if re.fullmatch(r"[A-Za-z_]\w*", node.kind):
        return f'from {node.kind}:"{node.dataset}"'
    return f'from "{node.kind}:{node.dataset}"'


def _fields(node: tree.Fields) -> str:
    return _join("fields", "-" if node.remove else "", text.fields(node.fields))


def _rename(node: tree.Rename) -> str:
    pairs = [
        text.macro(pair) if isinstance(pair, MacroCall) else f"{text.field(pair[0])} as {text.field(pair[1])}"
        for pair in node.pairs
    ]
    return f"rename {', '.join(pairs)}"


def _rex(node: tree.Rex) -> str:
    pattern = node.pattern
    return _join("rex", *text.options(node.options), _pattern(pattern))


def _regex(node: tree.Regex) -> str:
    left = ""
    if node.field:
        name = node.field.name
        bare = not node.field.quoted and re.fullmatch(r"[^\s=\"!|`]+", name)
        left = (name if bare else f'"{name}"') + node.op
    return f"regex {left}{_pattern(node.pattern)}"


def _pattern(node: Word | MacroCall) -> str:
    return text.macro(node) if isinstance(node, MacroCall) else text.double(node.text, node.written)


def _mapping(node: tree.Mapping) -> str:
    source = text.field(node.source)
    return f"{source} AS {text.field(node.target)}" if node.target else source


def _lookup(node: tree.Lookup) -> str:
    inputs = ", ".join(_mapping(each) for each in node.inputs)
    outputs = ", ".join(_mapping(each) for each in node.outputs)
    table = text.word(node.table)
    return _join("lookup", *text.options(node.options), table, inputs, node.output, outputs)


def _inputlookup(node: tree.Inputlookup) -> str:
    where = f"where {term(node.where)}" if node.where else ""
    return _join("inputlookup", *text.options(node.options), text.word(node.table), where)


def _bin(node: tree.Bin) -> str:
    alias = f"as {text.field(node.alias)}" if node.alias else ""
    return _join("bin", *text.options(node.options), text.field(node.field), alias)


def _key(node: tree.SortKey | MacroCall) -> str:
    if isinstance(node, MacroCall):
        return text.macro(node)
    name = text.field(node.field)
    if name.lower() in ("d", "desc") or re.match(r"(?:auto|str|ip|num)\(", name):
        name = text.double(name)
    return ("-" if node.descending else "") + (f"{node.kind}({name})" if node.kind else name)


def _sort(node: tree.Sort) -> str:
    limit = "" if node.limit is None else str(node.limit)
    return _join(
        "sort",
        limit,
        *text.options(node.options),
        ", ".join(_key(key) for key in node.keys),
        "desc" if node.reverse else "",
    )


def _dedup(node: tree.Dedup) -> str:
    count = "" if node.count == 1 else str(node.count)
    sortby = f"sortby {', '.join(_key(key) for key in node.sortby)}" if node.sortby else ""
    return _join("dedup", count, text.fields(node.fields), *text.options(node.options), sortby)


def _head(node: tree.Head) -> str:
    count = "" if node.count is None else str(node.count)
    condition = f"({expression(node.condition)})" if node.condition else ""
    return _join("head", count, condition, *text.options(node.options))


def _top(node: tree.Top) -> str:
    count = "" if node.count is None else str(node.count)
    return _join(node.name, count, *text.options(node.options), text.fields(node.fields), _by(node.by))


def _join_command(node: tree.Join) -> str:
    early = [text.option(each) for each in node.options if each.name != "where"]
    pairs = [
        f"where {each.value.text}" for each in node.options if each.name == "where" and isinstance(each.value, Word)
    ]
    return _join("join", *early, text.fields(node.fields), *pairs, subsearch(node.pipeline))


def _dataset(node: Word) -> str:
    kind, colon, name = node.text.partition(":")
    if node.quoted and colon and kind.isidentifier() and name:
        return f"{kind}:{text.double(name)}"
    return text.word(node)


def _combine(node: tree.Combine) -> str:
    words = [_dataset(each) for each in node.words]
    return _join(node.name, *text.options(node.options), *words, *(subsearch(each) for each in node.pipelines))


def _foreach(node: tree.Foreach) -> str:
    return _join("foreach", *text.options(node.options), text.fields(node.fields, " "), f"[{node.template}]")


def _map(node: tree.MapSearch) -> str:
    saved = any(each.name == "savedsearch" for each in node.options)
    written = [text.word(each.value) if each.name == "savedsearch" else text.option(each) for each in node.options]
    return _join("map", "" if saved else f"search={text.double(node.template)}", *written)


def _replace(node: tree.Replace) -> str:
    pairs = ", ".join(
        f"{text.double(old.text, old.written)} with {text.double(new.text, new.written)}" for old, new in node.pairs
    )
    return _join("replace", pairs, f"in {text.fields(node.fields)}" if node.fields else "")


def _convert(node: tree.Convert) -> str:
    calls = [
        f"{each.func}({text.field(each.field)})" + (f" as {text.field(each.alias)}" if each.alias else "")
        for each in node.calls
    ]
    return _join("convert", *text.options(node.options), ", ".join(calls))


def _return(node: tree.Return) -> str:
    items = []
    for each in node.items:
        name = text.field(each.field)
        items.append(f"{each.alias}={name}" if each.alias else f"${name}" if each.value_only else name)
    return _join("return", "" if node.count is None else str(node.count), ", ".join(items))


def _plain(node: tree.Plain) -> str:
    """Options and words in the order in which they were written; the options of a tree made by hand come first."""
    arguments: list[Option | Word | MacroCall] = [*node.options, *node.words]
    if all(each.span != NOWHERE for each in arguments):
        arguments.sort(key=lambda each: each.span.start)
    written = [text.option(each) if isinstance(each, Option) else text.word(each) for each in arguments]
    separator = ", " if node.name == "table" else " "
    return _join(node.name, separator.join(written))


def _opaque(node: tree.Opaque) -> str:
    return _join(node.name, node.text)


def _macro_stage(node: tree.MacroStage) -> str:
    return _join(text.macro(node.call), node.rest)


def _deferred(node: tree.Deferred) -> str:
    parts = (part if isinstance(part, str) else subsearch(part) for part in node.parts)
    return _join(node.name, "".join(parts).strip())


_PRINTERS: dict[type, Callable[[Any], str]] = {
    tree.Search: _search,
    tree.Where: _where,
    tree.Eval: _eval,
    tree.Fieldformat: _fieldformat,
    tree.Stats: _stats,
    tree.Chart: _chart,
    tree.Tstats: _tstats,
    tree.From: _from,
    tree.Fields: _fields,
    tree.Rename: _rename,
    tree.Rex: _rex,
    tree.Regex: _regex,
    tree.Lookup: _lookup,
    tree.Inputlookup: _inputlookup,
    tree.Bin: _bin,
    tree.Sort: _sort,
    tree.Dedup: _dedup,
    tree.Head: _head,
    tree.Top: _top,
    tree.Join: _join_command,
    tree.Combine: _combine,
    tree.Foreach: _foreach,
    tree.MapSearch: _map,
    tree.Replace: _replace,
    tree.Convert: _convert,
    tree.Return: _return,
    tree.Plain: _plain,
    tree.Opaque: _opaque,
    tree.MacroStage: _macro_stage,
    tree.Deferred: _deferred,
}
