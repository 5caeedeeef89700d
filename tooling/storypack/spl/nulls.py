"""Fields that have a value in every row: what a stage gives a value to or asks for; and expressions never null.

Careful in one direction: a field that is not `known` may well have a value in every row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from storypack.spl import tree
from storypack.spl.fields.names import matches
from storypack.spl.fields.state import OF_EVENTS
from storypack.spl.tree import Binary, Call, Expr, Field, InList, MacroCall, Number, String, Unary

Names: TypeAlias = frozenset[str]
NONE: Names = frozenset()

_COUNTS = frozenset({"count", "c", "dc", "distinct_count", "estdc"})
_OF_ANY_VALUE = frozenset({"first", "last", "min", "max", "values", "list", "earliest", "latest", "mode"})
_NEVER_NULL_CALLS = """
    isnull isnotnull isnum isstr isint isbool isarray isobject ismv isdouble true false now time random pi typeof
    searchmatch
"""
_STRICT_CALLS = """
    lower upper len trim ltrim rtrim replace match like cidrmatch in substr tostring round floor ceiling ceil abs md5
    sha1 sha256 sha512 split urldecode mvcount mvjoin mvdedup mvsort strftime relative_time
"""
_KEEPING_COMMANDS = """
    sort head tail reverse dedup bin bucket regex where search fieldformat eventstats streamstats outputlookup sendemail
    collect convert tags
"""
_NEVER_NULL = frozenset(_NEVER_NULL_CALLS.split())
_OF_ITS_ARGUMENTS = frozenset(_STRICT_CALLS.split())  # null only where an argument is
_KEEPS = frozenset(_KEEPING_COMMANDS.split())
_COMPARISONS = frozenset({"=", "==", "!=", "<", "<=", ">", ">=", "LIKE"})


def never_null(expr: Expr, known: Names) -> bool:
    """Does the expression have a value wherever the `known` fields have one?"""
    match expr:
        case Number() | String() | MacroCall():
            return True
        case Field(name):
            return name in known
        case Unary("NOT", operand):
            return never_null(operand, known)
        case Binary("AND", left, right):
            parts = list(_parts(expr, "AND"))
            asked = known.union(*(_asked(part, present=True) for part in parts))
            return all(never_null(part, asked) for part in parts)
        case Binary("OR", left, right):
            parts = list(_parts(expr, "OR"))
            asked = known.union(*(_asked(part, present=False) for part in parts))
            return all(never_null(part, asked) for part in parts)
        case Binary(operator, left, right) if operator in _COMPARISONS or operator in (".", "+", "XOR"):
            return never_null(left, known) and never_null(right, known)
        case InList(operand, values):
            return never_null(operand, known) and all(never_null(value, known) for value in values)
        case Call(name, args):
            return _call(name, args, known)
        case _:
            return False


def _call(name: str, args: Sequence[Expr], known: Names) -> bool:
    if name in _NEVER_NULL:
        return True
    if name in ("coalesce", "mvappend"):
        return any(never_null(argument, known) for argument in args)
    if name == "if" and len(args) == 3:
        with_it, without = known | guarded(args[0]), known | _asked(args[0], present=False)
        return never_null(args[1], with_it) and never_null(args[2], without)
    if name == "case" and len(args) > 1:
        branches = zip(args[::2], args[1::2], strict=False)
        complete = args[-2] == Call("true", ())
        return complete and all(never_null(value, known | guarded(condition)) for condition, value in branches)
    return name in _OF_ITS_ARGUMENTS and all(never_null(argument, known) for argument in args)


def _parts(expr: Expr, operator: str) -> Iterator[Expr]:
    """What a chain of one operator joins, from left to right."""
    if isinstance(expr, Binary) and expr.op == operator:
        yield from _parts(expr.left, operator)
        yield from _parts(expr.right, operator)
    else:
        yield expr


def conjuncts(expr: Expr) -> list[Expr]:
    """The conditions that AND joins."""
    return list(_parts(expr, "AND"))


def disjuncts(expr: Expr) -> list[Expr]:
    """The conditions that OR joins."""
    return list(_parts(expr, "OR"))


def _asked(condition: Expr, *, present: bool) -> Names:
    """The field that `isnotnull(f)` (`present`) or `isnull(f)` asks for, also under NOT."""
    match condition:
        case Unary("NOT", operand):
            return _asked(operand, present=not present)
        case Call("isnotnull" | "isnull" as name, (Field(field),)) if (name == "isnotnull") == present:
            return frozenset({field})
        case _:
            return NONE


def absent(condition: Expr) -> Names:
    """The fields that have a value where a condition such as `isnull(f)` does not hold."""
    return frozenset().union(*(_asked(part, present=False) for part in disjuncts(condition)))


def guarded(condition: Expr) -> Names:
    """The fields that have a value wherever the condition holds."""
    match condition:
        case Binary("AND"):
            return frozenset().union(*(guarded(part) for part in conjuncts(condition)))
        case Binary("OR"):
            first, *others = (guarded(part) for part in disjuncts(condition))
            return first.intersection(*others)
        case Binary(operator, left, right) if operator in _COMPARISONS:
            return _needed(left) | _needed(right)
        case InList(operand):
            return _needed(operand)
        case Call("match" | "like" | "cidrmatch" | "in", args):
            return frozenset().union(*(_needed(argument) for argument in args))
        case _:
            return _asked(condition, present=True)


def _needed(value: Expr) -> Names:
    """The fields without which the value is null."""
    match value:
        case Field(name):
            return frozenset({name})
        case Call(name, args) if name in _OF_ITS_ARGUMENTS or name in ("mvindex", "tonumber", "strptime"):
            return frozenset().union(*(_needed(argument) for argument in args))
        case Binary(operator, left, right) if operator in ("+", "-", "*", "/", "%", "."):
            return _needed(left) | _needed(right)
        case _:
            return NONE


def before(pipeline: tree.Pipeline) -> Names:
    """What has a value before the first stage: the default fields of events, nothing where the stage makes rows."""
    return NONE if pipeline.leading_pipe else OF_EVENTS


def after(command: tree.Command, known: Names) -> Names:
    """What has a value in every row behind a stage."""
    match command:
        case tree.Search(term):
            return known | _term(term)
        case tree.Where(condition):
            return known | guarded(condition)
        case tree.Eval(assignments):
            return _assigned(assignments, known)
        case tree.Stats(name, aggregations, by):
            return _stats(name, aggregations, _names(by), known)
        case tree.Tstats(_, aggregations, _, _, by):
            return _stats("stats", aggregations, _names(split.field for split in by), known)
        case tree.Rename(pairs):
            return _renamed(pairs, known)
        case tree.Fields(remove, fields):
            named = _names(fields)
            taken = frozenset(name for name in known if any(matches(pattern, name) for pattern in named))
            return known - taken if remove else taken | (known & {"_time", "_raw"})
        case tree.Lookup(_, _, output, outputs):
            filled = frozenset((mapping.target or mapping.source).name for mapping in outputs)
            return known if output == "OUTPUTNEW" and outputs else known - filled if outputs else NONE
        case tree.Dedup(fields):
            return known | _names(fields)
        case tree.Join() | tree.Rex() | tree.Regex() | tree.Sort() | tree.Head() | tree.Bin() | tree.Fieldformat():
            return known - _made(command)
        case tree.Plain(name):
            return _plain(command, name, known)
        case _:
            return NONE


def _names(fields: object) -> Names:
    return frozenset(each.name for each in fields if isinstance(each, Field))  # type: ignore[attr-defined]


def _made(command: tree.Command) -> Names:
    """Fields that a rex may leave empty in some rows."""
    if not isinstance(command, tree.Rex) or not isinstance(command.pattern, tree.Word):
        return NONE
    from storypack.spl.fields.adding import groups

    return frozenset(groups(command.pattern.text))


def _term(term: tree.Term | None) -> Names:
    match term:
        case tree.And(terms):
            return frozenset().union(*map(_term, terms))
        case tree.Or((first, *others)):
            return _term(first).intersection(*map(_term, others))
        case tree.Compare(field) | tree.In(field):
            return frozenset({field.name})
        case _:
            return NONE


def _assigned(assignments: Sequence[tree.Assignment | MacroCall], known: Names) -> Names:
    for each in assignments:
        if isinstance(each, MacroCall) or "{" in each.target.name:
            return NONE
        name = frozenset({each.target.name})
        known = known | name if never_null(each.value, known) else known - name
    return known


def _stats(name: str, aggregations: Sequence[tree.Aggregation | MacroCall], by: Names, known: Names) -> Names:
    found = by if name not in ("eventstats", "streamstats") else known
    complete = bool(by) or name in ("eventstats", "streamstats")  # no row comes of nothing
    for each in aggregations:
        if isinstance(each, MacroCall):
            continue
        of_any = each.func in _OF_ANY_VALUE and isinstance(each.arg, Field) and each.arg.name in known
        filled = (by <= known or name == "stats") and (each.func in _COUNTS or (complete and of_any))
        found = found | {each.output} if filled else found - {each.output}
    return found


def _renamed(pairs: Sequence[tuple[Field, Field] | MacroCall], known: Names) -> Names:
    for pair in pairs:
        if isinstance(pair, MacroCall):
            return NONE
        old, new = pair[0].name, pair[1].name
        if old.count("*") == new.count("*") == 1:
            head, tail = old.split("*")
            moved = {
                each: new.replace("*", each[len(head) : len(each) - len(tail)]) for each in known if matches(old, each)
            }
        elif "*" in old:
            return NONE
        else:
            moved = {old: new} if old in known else {}
            known -= {new}
        known = (known - moved.keys()) | frozenset(moved.values())
    return known


def _plain(command: tree.Plain, name: str, known: Names) -> Names:
    words = frozenset(word.text for word in command.words if isinstance(word, tree.Word))
    if name in ("fillnull", "mvexpand"):
        return known | words
    if name == "table":
        return frozenset(each for each in known if any(matches(pattern, each) for pattern in words))
    if name == "spath":
        return (
            known - {command.option("output") or command.option("path")} if command.words or command.options else NONE
        )
    if name == "makemv":
        return known - words
    return known if name in _KEEPS else NONE
