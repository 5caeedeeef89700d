"""The search grammar as a tree."""

from __future__ import annotations

import pytest

from storypack.spl import parse, parse_term
from storypack.spl.tree import (
    And,
    Compare,
    Directive,
    Field,
    In,
    Keyword,
    MacroCall,
    Not,
    Or,
    Search,
    SubsearchTerm,
    SubsearchValue,
    Term,
    TimeModifier,
    Word,
)


def equals(field: str, value: str, op: str = "=") -> Compare:
    return Compare(Field(field), op, Word(value))


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("error", Keyword("error")),
        ('"two words"', Keyword("two words", True)),
        ("fail*", Keyword("fail*")),
        ("don't", Keyword("don't")),
        ("10.0.0.0/8", Keyword("10.0.0.0/8")),
        ("a,b", Keyword("a,b")),
        ("and", Keyword("and")),
        ("action=blocked", equals("action", "blocked")),
        ("src_ip=10.0.0.0/8", equals("src_ip", "10.0.0.0/8")),
        ("cmd=abc==", equals("cmd", "abc==")),
        ("url=*?a=b&c=d*", equals("url", "*?a=b&c=d*")),
        ("port<50", equals("port", "50", "<")),
        ("port >= 50", equals("port", "50", ">=")),
        ("delta>-5", equals("delta", "-5", ">")),
        ("user!=*", equals("user", "*", "!=")),
        ('user=""', equals("user", "")),
        ("items{}.name=x", equals("items{}.name", "x")),
        ('"a b"=x', equals("a b", "x")),
        ("'user'=x", equals("'user'", "x")),
        ("'a b'=x", And((Keyword("'a"), equals("b'", "x")))),
        ("user='ann lee'", And((equals("user", "'ann"), Keyword("lee'")))),
        ('path="C:\\\\*"', equals("path", "C:\\\\*")),  # two backslashes, as written
        ('say="a \\"b\\""', equals("say", 'a \\"b\\"')),
        ("path=C:\\Windows\\*", equals("path", "C:\\Windows\\*")),
        ("tag=web", equals("tag", "web")),
        ("tag::host=web", equals("tag::host", "web")),
        ("host::web", equals("host", "web")),
        ("user=`admin`", Compare(Field("user"), "=", MacroCall("admin"))),
        ("`level(warn, 2)`", MacroCall("level", ("warn", "2"))),
        ('`say("a, b", (c,d))`', MacroCall("say", ("a, b", "(c,d)"))),
        ("TERM(a=b.c)", Directive("TERM", "a=b.c")),
        ('CASE("A b")', Directive("CASE", "A b")),
        ("host=TERM(web.1)", Directive("TERM", "web.1", Field("host"))),
        ("TERM", Keyword("TERM")),
        ("earliest=-1d@d", TimeModifier("earliest", "-1d@d")),
        ('latest="01/31/2026:10:00:00"', TimeModifier("latest", "01/31/2026:10:00:00")),
        ("_index_earliest=-5m", TimeModifier("_index_earliest", "-5m")),
        ("earliest>5", equals("earliest", "5", ">")),
        ('x IN (a, "b c" `m`)', In(Field("x"), (Word("a"), Word("b c"), MacroCall("m")))),
        ("x IN(a,b)", In(Field("x"), (Word("a"), Word("b")))),
        ("x in (a)", In(Field("x"), (Word("a"),))),
        ("x in a", And((Keyword("x"), Keyword("in"), Keyword("a")))),
        ("a NOT b", And((Keyword("a"), Not(Keyword("b"))))),
        ("a (b c)", And((Keyword("a"), And((Keyword("b"), Keyword("c")))))),
        ("a OR (b OR c)", Or((Keyword("a"), Or((Keyword("b"), Keyword("c")))))),
        ("NOT (a)", Not(Keyword("a"))),
        ("search index=a", equals("index", "a")),  # as conf files have it
        ("search=a", equals("search", "a")),
    ],
)
def test_term(text: str, term: Term) -> None:
    assert parse_term(text) == term


def test_subsearches() -> None:
    tree = parse("a [search b | fields c] d=[search e]").commands[0]
    assert isinstance(tree, Search)
    assert isinstance(tree.term, And)
    _, condition, compare = tree.term.terms
    assert isinstance(condition, SubsearchTerm)
    assert len(condition.pipeline.commands) == 2
    assert isinstance(compare, Compare)
    assert isinstance(compare.value, SubsearchValue)


def test_subsearches_nest() -> None:
    text = "a [search b [search c [| inputlookup d where e=f] g] h] i"
    assert str(parse(text)).count("SubsearchTerm") == 3


def test_a_pipe_in_quotes_macros_and_brackets_is_no_pipe() -> None:
    assert len(parse('a="b | c" `m("d | e")` [search f | head 1] | stats count').commands) == 2


def test_spans_point_into_the_text() -> None:
    text = 'index=a  user IN ("x", y)  NOT (b=1 OR c=2)'
    term = parse_term(text)
    assert isinstance(term, And)
    first, second, third = term.terms
    assert [text[each.span.start : each.span.end] for each in (first, second)] == ["index=a", 'user IN ("x", y)']
    assert text[third.span.start : third.span.end] == "NOT (b=1 OR c=2)"
    assert isinstance(second, In)
    assert [text[value.span.start : value.span.end] for value in second.values] == ['"x"', "y"]
    assert text[second.field.span.start : second.field.span.end] == "user"


def test_the_first_word_decides_between_terms_and_command() -> None:
    assert isinstance(parse("sort=up").commands[0], Search)
    assert isinstance(parse("statistics today").commands[0], Search)
    assert not isinstance(parse("stats count").commands[0], Search)
    assert isinstance(parse("`base` stats").commands[0], Search)
