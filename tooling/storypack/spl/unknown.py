"""Where the rows of a search can depend on a point that nobody has established (reference/data/unknown.yml)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from storypack.spl import nulls, tree, unknown_uses
from storypack.spl.fields.walk import children, own_nodes, walk
from storypack.spl.nulls import Names, never_null
from storypack.spl.printer import print_expression
from storypack.spl.tree import Binary, Call, Expr, Field, Node, Number, Pipeline, String, Unary
from storypack.spl.unknown_uses import Dependence


def dependences(
    pipeline: Pipeline,
    known: Names | None = None,
    lists: Names = nulls.NONE,
    suspects: Sequence[Node] | None = None,
) -> Iterator[Dependence]:
    """The places of a search, its subsearches included, in the order of its stages.

    The tree must be one that was read: stages are told by their spans. `suspects` = the nodes of the search that may
    depend on a point, if the caller knows them."""
    known = nulls.before(pipeline) if known is None else known
    suspects = [*filter(unknown_uses.may_depend, walk(pipeline))] if suspects is None else suspects
    stages = [(command, _inside_of(command, suspects)) for command in pipeline.commands]
    last = max((at for at, (_, own) in enumerate(stages) if own), default=-1)
    sums = any(isinstance(node, Binary) for node in suspects)
    for at, (command, suspicious) in enumerate(stages[: last + 1]):
        if suspicious or sums:
            own, inner = own_nodes(command)
        if suspicious:
            yield from _of_stage(command, own, suspicious, known, lists)
            for search in inner:
                if command.continues():
                    yield from dependences(search, known, lists, suspicious)
                else:
                    yield from dependences(search, suspects=suspicious)
        if at < last:
            known = command.filled(known)
            lists = unknown_uses.lists_after(command, own, lists) if sums else lists


def _inside_of(outer: Node, nodes: Sequence[Node]) -> list[Node]:
    """Those of the nodes that stand within the text of another one."""
    start, end = outer.span
    return [node for node in nodes if start <= node.span[0] < end]


def _of_stage(
    command: tree.Command, own: list[Node], suspects: Sequence[Node], known: Names, lists: Names
) -> Iterator[Dependence]:
    if isinstance(command, tree.Where):
        yield from _conditions(command.condition, known)
    elif isinstance(command, tree.Eval):
        yield from _assignments(command, suspects, known)
    else:
        for node in own:
            if isinstance(node, tree.Aggregation | tree.Head):
                inner = node.arg if isinstance(node, tree.Aggregation) else node.condition
                if inner is not None and _inside_of(inner, suspects):
                    yield from _conditions(inner, known)
    suspicious = [*filter(unknown_uses.may_depend, own)]
    for node in suspicious:
        yield from _patterns(node)
    yield from unknown_uses.uses(command, suspicious, known, lists)


def _assignments(command: tree.Eval, suspects: Sequence[Node], known: Names) -> Iterator[Dependence]:
    last = max(node.span.start for node in suspects)
    for each in command.assignments:
        if each.span.start > last:
            return
        if isinstance(each, tree.Assignment):
            if _inside_of(each, suspects):
                yield from _conditions(each.value, known)
            known = tree.Eval((each,)).filled(known)


# --- NOT of what may be null


def _conditions(expr: Expr, known: Names) -> Iterator[Dependence]:
    """`not-null` and `substr-zero` in an expression, `known` being the fields that have a value there."""
    match expr:
        case Unary("NOT", operand):
            if not never_null(operand, known):
                yield Dependence("not-null", expr.span, _instead(operand, known))
            yield from _conditions(operand, known)
        case Binary("AND"):
            parts = nulls.conjuncts(expr)
            for part in parts:
                yield from _conditions(
                    part, known.union(*(nulls.guarded(other) for other in parts if other is not part))
                )
        case Binary("OR"):
            parts = nulls.disjuncts(expr)
            for part in parts:
                yield from _conditions(
                    part, known.union(*(nulls.absent(other) for other in parts if other is not part))
                )
        case Call("if", (condition, yes, no)):
            yield from _conditions(condition, known)
            yield from _conditions(yes, known | nulls.guarded(condition))
            yield from _conditions(no, known | nulls.absent(condition))
        case Call("case", args):
            for condition, value in zip(args[::2], args[1::2], strict=False):
                yield from _conditions(condition, known)
                yield from _conditions(value, known | nulls.guarded(condition))
                known |= nulls.absent(condition)
        case Call("mvfilter" | "mvmap" as name, (first, *_)):
            values = walk(expr) if name == "mvfilter" else [first]  # the condition is asked of values that are there
            yield from _all(_inside(expr), known | {node.name for node in values if isinstance(node, Field)})
        case tree.SubsearchValue():
            pass  # a search of its own
        case _:
            if isinstance(expr, Call) and expr.name == "substr" and expr.args[1:2] == (Number("0"),):
                yield Dependence("substr-zero", expr.span, "count from 1: substr(x, 1, n)")
            yield from _all(_inside(expr), known)


def _inside(expr: Expr) -> Iterator[Expr]:
    for child in children(expr):
        for each in child if isinstance(child, tuple) else (child,):
            if isinstance(each, Node) and not isinstance(each, Pipeline):
                yield each  # type: ignore[misc]


def _all(inner: Iterable[Expr], known: Names) -> Iterator[Dependence]:
    for each in inner:
        yield from _conditions(each, known)


def _instead(operand: Expr, known: Names) -> str:
    """The spelling that does not depend on the point."""
    names = [node.name for node in walk(operand) if isinstance(node, Field) and node.name not in known]
    name = names[0] if names else "field"
    wanted, plain = "NOT ...", f"isnotnull({name}) AND NOT ..."
    match operand:
        case Binary("=" | "==", Field(), String() | Number() as right) if len(names) == 1:
            wanted = plain = f"{name}!={print_expression(right)}"
    return f"write `isnull({name}) OR {wanted}` if rows without {name} are wanted, `{plain}` if not"


# --- a backslash before a star


def _patterns(node: Node) -> Iterator[Dependence]:
    words: tuple[Node, ...] = ()
    if isinstance(node, tree.Compare):
        words = (node.value,)
    elif isinstance(node, tree.In):
        words = node.values
    elif isinstance(node, tree.Keyword):
        words = (node,)
    for word in words:
        if isinstance(word, tree.Word | tree.Keyword) and unknown_uses.has_escaped_star(word.text):
            cure = "write two backslashes for one before the star, or none"
            yield Dependence("star-backslash", word.span, cure)
