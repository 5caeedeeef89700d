"""The eval grammar as a tree."""

from __future__ import annotations

import pytest

from storypack.spl import parse_expression
from storypack.spl.tree import (
    Binary,
    Call,
    Expr,
    Field,
    InList,
    MacroCall,
    Number,
    String,
    SubsearchValue,
    Unary,
)

A, B = Field("a"), Field("b")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a", A),
        ("'a.b{}.c'", Field("a.b{}.c")),
        ("'it\\'s'", Field("it's")),
        ("a.b", Binary(".", A, B)),
        ("a{}", Field("a{}")),
        ("$token$", Field("$token$")),
        ("'<<FIELD>>'", Field("<<FIELD>>")),
        ("<<FIELD>>_x", Field("<<FIELD>>_x")),
        ("größe", Field("größe")),
        ("5", Number("5")),
        ("1.5e-3", Number("1.5e-3")),
        (".5", Number(".5")),
        ("5min", Field("5min")),
        ("a.1", Binary(".", A, Number("1"))),
        ("1.5.a", Binary(".", Number("1.5"), A)),
        ("-5", Unary("-", Number("5"))),
        ("a- -5", Binary("-", A, Unary("-", Number("5")))),
        ('"x"', String("x")),
        ('""', String("")),
        (r'"a\"b"', String('a"b')),
        (r'"a\\b"', String("a\\b")),
        (r'"\d+\.\s"', String(r"\d+\.\s")),
        (r'"\\\\"', String("\\\\")),
        ('"two\nlines"', String("two\nlines")),
        ('"a|b]c)"', String("a|b]c)")),
        ("now()", Call("now", ())),
        ("Upper( a )", Call("upper", (A,))),
        ("if (a, b, 1)", Call("if", (A, B, Number("1")))),
        ('like(a, "x%")', Call("like", (A, String("x%")))),
        ("in(a, 1)", Call("in", (A, Number("1")))),
        ('a LIKE "x%"', Binary("LIKE", A, String("x%"))),
        ('a like "x%"', Binary("LIKE", A, String("x%"))),
        ("a IN (1, b)", InList(A, (Number("1"), B))),
        ("not a", Unary("NOT", A)),
        ("not(a)", Unary("NOT", A)),
        ("a==b", Binary("==", A, B)),
        ("a=b", Binary("=", A, B)),
        ("a!=b", Binary("!=", A, B)),
        ("a>=b", Binary(">=", A, B)),
        ("a and b", Binary("AND", A, B)),
        ("`m(a, 1)`+b", Binary("+", MacroCall("m", ("a", "1")), B)),
        ("((a))", A),
        ("null", Field("null")),
    ],
)
def test_expression(text: str, tree: Expr) -> None:
    assert parse_expression(text) == tree


def test_subsearch_as_a_value() -> None:
    tree = parse_expression("a > [search b | return $c]")
    assert isinstance(tree, Binary)
    assert isinstance(tree.right, SubsearchValue)


def test_spans() -> None:
    text = 'if(a="b",  lower( x ) , -5)'
    tree = parse_expression(text)
    assert isinstance(tree, Call)
    assert [text[each.span.start : each.span.end] for each in (tree, *tree.args)] == [
        text,
        'a="b"',
        "lower( x )",
        "-5",
    ]


def test_long_chains_stay_shallow() -> None:
    """Ten thousand ORs are fourteen levels, not ten thousand, and in the order of the text."""
    tree = parse_expression(" OR ".join(f'a="{n}"' for n in range(10_000)))
    depth, node = 0, tree
    while isinstance(node, Binary) and node.op == "OR":
        depth, node = depth + 1, node.left
    assert depth == 14
    assert node == Binary("=", A, String("0"))


def test_short_chains_group_from_the_left() -> None:
    assert parse_expression("a OR b OR a") == Binary("OR", Binary("OR", A, B), A)
