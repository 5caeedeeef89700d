"""Commands, aggregations and signs whose meaning nobody has established (reference/data/unknown.yml)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from storypack.spl import catalogue, tree
from storypack.spl.nulls import Names
from storypack.spl.source import Span
from storypack.spl.tree import Binary, Call, Expr, Field, Node, String

_EMA = re.compile(r"(?i)ema\d*\(.*")
_PERCENTILE = re.compile(r"(?:perc|p|exactperc|upperperc)\d+(?:\.\d+)?")
_SHORT_EPOCH = re.compile(r"%s%\d?[NQf]")
_MAP_TOKEN = re.compile(r"\$([^$\s][^$]*)\$")
_ZERO = tree.Number("0")
_LISTS = frozenset({"values", "list"})


class Dependence(NamedTuple):
    """A place where the readings of a point differ, and what to write instead. `in_tests` = only the events can tell
    whether they do, so the tests alone are to look."""

    point: str
    span: Span
    cure: str
    in_tests: bool = False


def may_depend(node: Node) -> bool:
    """Can a stage with this node depend on a point at all? Few can, and most of those do not."""
    asks = MAY_DEPEND.get(type(node))
    return asks is not None and asks(node)


def _word_may_depend(word: Node) -> bool:
    return isinstance(word, tree.Word | tree.Keyword) and has_escaped_star(word.text)


MAY_DEPEND: dict[type[Node], Callable[[Any], bool]] = {
    tree.Unary: lambda node: node.op == "NOT",
    Binary: lambda node: node.op == "+",
    Call: lambda node: node.name == "strptime" or (node.name == "substr" and node.args[1:2] == (_ZERO,)),
    tree.Compare: lambda node: node.field.name[:1] == "'" or _word_may_depend(node.value),
    tree.In: lambda node: node.field.name[:1] == "'" or any(map(_word_may_depend, node.values)),
    tree.Keyword: _word_may_depend,
    tree.Not: lambda node: node.term == tree.And(()),
    tree.Aggregation: lambda node: _PERCENTILE.fullmatch(node.func) is not None,
    tree.Plain: lambda node: node.name in ("selfjoin", "trendline"),
    tree.MapSearch: lambda node: True,
}
"""The nodes that `uses`, and the conditions and patterns of storypack.spl.unknown, look for."""


def has_escaped_star(text: str) -> bool:
    """Does a lone backslash stand before a star?"""
    return "\\*" in text and "\\*" in text.replace("\\\\", "")


def uses(command: tree.Command, suspects: Sequence[Node], known: Names, lists: Names) -> Iterator[Dependence]:
    """The places of a stage. `suspects` are its nodes that may depend on a point, those of subsearches left out;
    `known` are the fields that have a value there, `lists` those that hold several."""
    match command:
        case tree.Plain("selfjoin") if command.option("max", "1") != "0":
            yield Dependence("selfjoin-partner", command.span, "use stats, or join with a subsearch")
        case tree.Plain("trendline", words):
            for word in words:
                if isinstance(word, tree.Word) and _EMA.fullmatch(word.text):
                    yield Dependence("trendline-ema", word.span, "use sma")
        case tree.MapSearch(template):
            lacking = sorted(set(_MAP_TOKEN.findall(template)) - known)
            if lacking:
                cure = f"write `| where isnotnull({lacking[0]})` before it"
                yield Dependence("map-missing-token", command.span, cure)
        case tree.Eval(assignments):
            for each in assignments:
                if isinstance(each, tree.Assignment):
                    start, end = each.span
                    yield from _sums((node for node in suspects if start <= node.span[0] < end), lists)
                    lists = _assigned(each, lists)
    if not isinstance(command, tree.Eval):
        yield from _sums(suspects, lists)
    for node in suspects:
        yield from _signs(node)


def _signs(node: Node) -> Iterator[Dependence]:
    match node:
        case tree.Not(tree.And(())):
            yield Dependence("empty-not", node.span, "leave it out")
        case tree.Compare(field) | tree.In(field):
            if len(field.name) > 2 and field.name[0] == field.name[-1] == "'":  # SP330 tells of it
                yield Dependence("single-quotes", field.span, "take the single quotes away", in_tests=True)
        case tree.Aggregation(func) if _PERCENTILE.fullmatch(func):
            cure = "use max, min or median, or a threshold that both rules are far from"
            yield Dependence("percentile-rule", node.span, cure)
        case Call("strptime", (_, String(form))) if _SHORT_EPOCH.search(form):
            yield Dependence("epoch-short", node.span, "ask for the number of digits before it", in_tests=True)


def _sums(own: Iterable[Node], lists: Names) -> Iterator[Dependence]:
    for node in own:
        if isinstance(node, Binary) and node.op == "+" and (_is_list(node.left, lists) or _is_list(node.right, lists)):
            yield Dependence("plus-multivalue", node.span, 'join the values first: mvjoin(field, " ")')


def _is_list(value: Expr, lists: Names) -> bool:
    if isinstance(value, Call):
        facts = catalogue.functions().get(value.name)
        return facts is not None and facts.result == "multi"
    return isinstance(value, Field) and value.name in lists


def _assigned(assignment: tree.Assignment, lists: Names) -> Names:
    name = frozenset({assignment.target.name})
    return lists | name if _is_list(assignment.value, lists) else lists - name


def lists_after(command: tree.Command, own: Iterable[Node], lists: Names) -> Names:
    """The fields that hold several values in some row, as far as the text says so: those that values, list or a
    function of eval gives."""
    match command:
        case tree.Eval(assignments):
            for each in assignments:
                if isinstance(each, tree.Assignment):
                    lists = _assigned(each, lists)
            return lists
        case tree.Plain("makemv", words):
            return lists | {word.text for word in words if isinstance(word, tree.Word)}
        case tree.Plain("mvexpand" | "nomv", words):
            return lists - {word.text for word in words if isinstance(word, tree.Word)}
        case tree.Rename():
            return lists - {node.name for node in own if isinstance(node, Field)}
    made = [node for node in own if isinstance(node, tree.Aggregation)]
    if made:
        adds = isinstance(command, tree.Stats) and command.name in ("eventstats", "streamstats")
        kept = lists - {each.output for each in made} if adds else frozenset()
        return kept | {each.output for each in made if each.func in _LISTS}
    return lists
