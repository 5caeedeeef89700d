"""Macros: what they expand to, where it came from, and what goes wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from storypack.spl import MacroDefinition, Span, SplError, expand, parse
from storypack.spl.macros import definitions

CASES = Path(__file__).parents[3] / "shared" / "spl" / "cases.jsonl"

MACROS = {
    each.key: each
    for each in (
        MacroDefinition("base", (), "index=main sourcetype=x"),
        MacroDefinition("level", ("l",), 'lvl="$l$"'),
        MacroDefinition("level", ("l", "m"), "(lvl=$l$ OR lvl=$m$)"),
        MacroDefinition("both", ("x",), "`base` `level($x$)`"),
        MacroDefinition("twice", ("a", "ab"), "$a$-$ab$-$a$ $abc$ $$"),
        MacroDefinition("filter", (), "search *"),
        MacroDefinition("loop_a", (), "x `loop_b`"),
        MacroDefinition("loop_b", (), "y `loop_a`"),
        MacroDefinition("self", ("n",), "`self($n$)`"),
        MacroDefinition("computed", ("n",), "tostring($n$)", iseval=True),
        MacroDefinition("lost", (), "`basee`"),
    )
}


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("`base` | head 1", "index=main sourcetype=x | head 1"),
        ("`level(warn)`", 'lvl="warn"'),
        ("`level(warn, info)`", "(lvl=warn OR lvl=info)"),
        ('`level("a, b")`', 'lvl="a, b"'),
        ("`both(warn)`", 'index=main sourcetype=x lvl="warn"'),
        ("`twice(1,2)`", "1-2-1 $abc$ $$"),
        ("`twice($ab$, x)`", "$ab$-x-$ab$ $abc$ $$"),
        ('a="`base`" `filter`', 'a="`base`" search *'),
        ("a [search `base`]", "a [search index=main sourcetype=x]"),
        ("a ```remark``` b", "a              b"),
    ],
)
def test_expansion(text: str, expanded: str) -> None:
    assert expand(text, MACROS).text == expanded


@pytest.mark.parametrize(
    ("text", "message", "cure"),
    [
        ("a `bsae`", "macro `bsae` is not defined", "did you mean `base`?"),
        (
            "a `nothing_like_it(1)`",
            "macro `nothing_like_it(1)` is not defined",
            "define it in macros/, or mend its name",
        ),
        ("a `base(1)`", "macro `base` takes 0 arguments, 1 given", "see base"),
        ("a `level`", "macro `level` takes 1 or 2 arguments, 0 given", "see level(1)"),
        (
            "a `loop_a`",
            "macro `loop_a` calls itself: `loop_a` > `loop_b` > `loop_a` (called by macro `loop_a` > `loop_b`)",
            "break the circle",
        ),
        (
            "a `self(1)`",
            "macro `self(1)` calls itself: `self(1)` > `self(1)` (called by macro `self(1)`)",
            "break the circle",
        ),
        ("a `lost`", "macro `basee` is not defined (called by macro `lost`)", "did you mean `base`?"),
        ("a ``", "this is not a call of a macro", "a macro is called as `name` or `name(argument, ...)`"),
    ],
)
def test_errors(text: str, message: str, cure: str) -> None:
    with pytest.raises(SplError) as caught:
        expand(text, MACROS)
    assert (caught.value.message, caught.value.cure) == (message, cure)
    assert caught.value.span == (2, len(text))


def test_errors_can_be_collected() -> None:
    problems: list[SplError] = []
    found = expand("`bsae` `base` `level`", MACROS, problems=problems)
    assert found.text == "`bsae` index=main sourcetype=x `level`"
    assert [problem.span for problem in problems] == [(0, 6), (14, 21)]


def test_iseval_macros_stay_as_calls() -> None:
    found = expand("| eval x=`computed(5)`", MACROS)
    assert found.text == "| eval x=`computed(5)`"
    assert found.kept == ("computed(1)",)


def test_what_was_used() -> None:
    assert expand("`both(a)` `base`", MACROS).used == ("both(1)", "base", "level(1)")


def test_the_way_back() -> None:
    text = "`both(warn)` | statz count"
    found = expand(text, MACROS)
    assert found.text == 'index=main sourcetype=x lvl="warn" | statz count'
    word = found.text.index("statz")
    assert found.original(Span(word, word + 5)) == (text.index("statz"), text.index("statz") + 5)
    inside = found.text.index("lvl")
    assert found.original(Span(inside, inside + 3)) == (0, len("`both(warn)`"))
    assert found.piece_at(inside).macros == ("both", "level")
    assert found.original(Span(0, len(found.text))) == (0, len(text))


def test_an_error_inside_a_macro_is_blamed_on_the_call() -> None:
    text = "index=a\n| search `bad` | head 1"
    found = expand(text, {"bad": MacroDefinition("bad", (), "a=1)")})
    with pytest.raises(SplError) as caught:
        parse(found.text)
    error = found.blame(caught.value)
    assert text[error.span.start : error.span.end] == "`bad`"
    assert error.message == "this `)` closes nothing (inside macro `bad`)"
    unclosed = expand("`q`", {"q": MacroDefinition("q", (), 'a="b')})
    with pytest.raises(SplError) as caught:
        parse(unclosed.text)
    error = unclosed.blame(caught.value)
    assert error.message == "the string opened here is never closed (inside macro `q`)"
    assert error.span == (0, 3)


def test_definitions_from_plain_dictionaries() -> None:
    found = definitions(
        {
            "level(2)": {"args": "l, m", "definition": "$l$"},
            "base": {"definition": "index=a"},
            "calc(1)": {"args": ["x"], "definition": "$x$", "iseval": "1"},
        }
    )
    assert found == {
        "level(2)": MacroDefinition("level", ("l", "m"), "$l$"),
        "base": MacroDefinition("base", (), "index=a"),
        "calc(1)": MacroDefinition("calc", ("x",), "$x$", True),
    }
    assert found["level(2)"].key == "level(2)"


def test_conformance_cases_with_macros() -> None:
    if not CASES.exists():
        pytest.skip(f"{CASES} is not here")
    found = 0
    for line in CASES.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        if "macros" in case:
            found += 1
            assert "`" not in expand(case["spl"], definitions(case["macros"])).text
    assert found
