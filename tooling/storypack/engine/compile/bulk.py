"""OR of very many terms: a subsearch may stand for 10,000 rows. Equalities of the same fields become one IN."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from storypack.engine.compile.patterns import is_whole, parse_pattern
from storypack.engine.sql import Kind, Sql, as_text, quote
from storypack.spl import tree

FEW = 8
"""So many terms are compiled one by one: the SQL stays close to the search."""


@dataclass(frozen=True, slots=True)
class _Key:
    """One equality as SQL: an expression over the row, and the literal that it has to equal."""

    expression: str
    literal: str
    multi: bool = False


def compile_or(terms: Sequence[tree.Term], field: Callable[[str], Sql], compile: Callable[[tree.Term], str]) -> str:
    """BOOLEAN SQL: whether one of the terms holds. `compile` gives the SQL of one that is no equality."""
    groups: dict[tuple[tuple[str, bool], ...], list[str]] = {}
    parts: list[str] = []
    for term in terms:
        keys = _equalities(term, field) if len(terms) > FEW else None
        if not keys or (len(keys) > 1 and any(key.multi for key in keys)):
            parts.append(compile(term))
        else:
            literals = ", ".join(key.literal for key in keys)
            groups.setdefault(tuple((key.expression, key.multi) for key in keys), []).append(literals)
    for group, rows in groups.items():
        if len(group) > 1:
            expressions = ", ".join(expression for expression, _ in group)
            parts.append(f"(({expressions}) IN (VALUES {', '.join(f'({row})' for row in rows)}))")
        elif group[0][1]:
            parts.append(f"list_has_any({group[0][0]}, [{', '.join(rows)}])")
        else:
            parts.append(f"({group[0][0]} IN ({', '.join(rows)}))")
    return "(" + (" OR ".join(parts) or "FALSE") + ")"


def _equalities(term: tree.Term, field: Callable[[str], Sql]) -> list[_Key] | None:
    """The equalities that a term consists of; None where it is more than that."""
    keys = []
    for part in term.terms if isinstance(term, tree.And) else (term,):
        if not isinstance(part, tree.Compare) or part.op != "=" or not isinstance(part.value, tree.Word):
            return None
        key = _equality(field(part.field.name), parse_pattern(part.value.text).literal)
        if key is None:
            return None
        keys.append(key)
    # the same fields in another order are the same condition
    return sorted(keys, key=lambda key: key.expression)


def _equality(field: Sql, literal: str | None) -> _Key | None:
    """`field = literal` as `search` means it; None for a wildcard, a possible subnet, or a field that no row has."""
    if literal is None or field.kind is Kind.NULL or "/" in literal:
        return None
    if field.kind is Kind.MULTI:
        return _Key(f"list_transform({field.text}, lambda v_: lower(v_))", quote(literal.lower()), multi=True)
    if field.kind is Kind.NUMBER and is_whole(literal):
        return _Key(field.text, f"CAST({float(literal)!r} AS DOUBLE)")
    return _Key(f"lower({as_text(field)})", quote(literal.lower()))
