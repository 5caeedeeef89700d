"""Whatever can be read is printed so that it reads back the same; whatever cannot be read is an SplError.

The texts are drawn from pieces of the language, glued with and without blanks, so that most of them come close to
being searches without being so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from storypack.spl import SplError, parse, parse_expression, parse_term, print_search
from storypack.spl.printer import print_expression, print_term
from storypack.spl.terms import TIME_MODIFIERS
from storypack.spl.tree import Compare, Field, Keyword, String, Word
from tests.spl.spl_fixtures import blocks

CASES = Path(__file__).parents[3] / "shared" / "spl" / "cases.jsonl"

PIECES = r"""
search where eval x= stats tstats mstats mcatalog count by as AS from datamodel=Endpoint.Processes sum(x) values(*)
dc("a;b") dc('a;b') p95(x) count(eval(a="b")) eval( sparkline(sum(x),1h) if( case( match(x,"\d+\\w") a b f x=1 y!="a*"
z>5 "q;s" 'f;g' a{}.b 'a{}.b' `m` `m(1,"b;c")` ( ) [ ] [search | , = != < > == <= . + - * / % AND OR NOT and or not
xor IN in LIKE NOT;IN IN( "a" 5 1.5 .5 1e3 span=5m limit=5 sort dedup head tail top rare rename table fields rex regex
lookup OUTPUT OUTPUTNEW inputlookup join append appendpipe union foreach map search="a;\"b\"" transaction
startswith=eval(x="y") startswith=(a) xyseries convert ctime(x) num(x) return $a $ 10 -a -"b" +num(c) over useother=f
timechart chart replace with bin bucket fillnull value= datamodel:"A.B" datamodel:X "datamodel:y" "A"."B" fit apply
xcmd '[a|b]' ```c``` "open ' " ` TERM(a) CASE("b;c") earliest=-1d@d latest="x;y" host::x tag::a=b \ \* "a\\" "\*" a\
<<FIELD>> {x} {x}_y mode=multivalue sortby keepevents=t desc d makeresults format=csv rest /a/b?c=d prestats=t groupby
sid=5 ns where( field=(a;OR;b) a,b a, ! !a a! 'a 'a'=1 # @ é x="" ""="a" "" =b <3 every=2m (by) limit=(1) x=`m`
x=[search;a] NOT(a) -- 1.a a.1 a..b set diff multisearch [|makeresults] return fieldformat format "(" union left=L
right=R L.a=R.b
"""
piece = st.sampled_from([each.replace(";", " ") for each in PIECES.split()]) | st.sampled_from(["\n", "\t", " | ", "|"])


@st.composite
def nearly_searches(draw: st.DrawFn) -> str:
    glue = draw(st.sampled_from([" ", " ", " ", ""]))
    return draw(st.sampled_from(["", "| "])) + glue.join(draw(st.lists(piece, max_size=14)))


@settings(max_examples=1500, deadline=None)
@given(nearly_searches())
def test_printed_searches_read_back_the_same(text: str) -> None:
    try:
        tree = parse(text)
    except SplError as error:
        assert 0 <= error.span.start <= error.span.end <= len(text)
        assert error.message
        return
    printed = print_search(tree)
    assert parse(printed) == tree
    assert print_search(parse(printed)) == printed


@settings(max_examples=700, deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (parse, parse_expression, parse_term):
        try:
            read(text)
        except SplError as error:
            assert 0 <= error.span.start <= error.span.end <= len(text)


@settings(max_examples=500, deadline=None)
@given(st.text())
def test_any_string_prints_as_a_literal(value: str) -> None:
    assert parse_expression(print_expression(String(value))) == String(value)


@settings(max_examples=500, deadline=None)
@given(st.text(min_size=1))
def test_any_field_name_prints_as_one(name: str) -> None:
    assume("```" not in name)  # a remark begins there whatever stands around it, so no search can name such a field
    assert parse_expression(print_expression(Field(name))) == Field(name)
    assume(name.lower() not in TIME_MODIFIERS)  # `earliest=x` is a time range, also in quotes
    compare = Compare(Field(name), "=", Word("x"))
    assert parse_term(print_term(compare)) == compare


@pytest.mark.parametrize("search", blocks("canonical.txt"))
def test_every_prefix_is_read_or_refused(search: str) -> None:
    """A search that is still being typed never brings the reader down, and the error lies within it."""
    for end in range(len(search)):
        try:
            parse(search[:end])
        except SplError as error:
            assert 0 <= error.span.start <= error.span.end <= end


def test_a_phrase_keeps_its_quotes() -> None:
    assert print_term(Keyword("a b", True)) == '"a b"'


def test_conformance_cases_read_back_the_same() -> None:
    if not CASES.exists():
        pytest.skip(f"{CASES} is not here")
    for line in CASES.read_text(encoding="utf-8").splitlines():
        search = json.loads(line)["spl"]
        tree = parse(search)
        assert parse(print_search(tree)) == tree, search
