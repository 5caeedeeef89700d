"""A text is read and expanded once, whoever asks; and what is kept stays small."""

from __future__ import annotations

import pytest

from storypack.spl import MacroDefinition, SplError, expand, parse, parse_expression, parse_term
from storypack.spl import macros as macros_module
from storypack.spl.memory import LONGEST_TEXT, Memory, forget


def test_the_same_text_gives_the_same_tree() -> None:
    assert parse("index=memory | stats count") is parse("index=memory | stats count")
    assert parse_expression("memory+1") is parse_expression("memory+1")
    assert parse_term("memory") is parse_term("memory")
    tree = parse("index=memory | stats count")
    forget()
    assert parse("index=memory | stats count") is not tree
    assert parse("index=memory | stats count") == tree


def test_a_text_that_cannot_be_read_is_refused_each_time() -> None:
    for _ in range(2):
        with pytest.raises(SplError, match="is not a command"):
            parse("index=memory | count=1")


def test_an_expansion_holds_as_long_as_the_macros_that_it_calls() -> None:
    first = {"a": MacroDefinition("a", (), "x `b`"), "b": MacroDefinition("b", (), "y"), "c": MacroDefinition("c")}
    expanded = expand("`a`", first)
    assert expanded.text == "x y"
    assert expand("`a`", {**first, "c": MacroDefinition("c", (), "other")}) is expanded
    second = {**first, "b": MacroDefinition("b", (), "z")}
    assert expand("`a`", second).text == "x z"
    assert expand("`a`", {**first, "b": MacroDefinition("b", iseval=True)}).kept == ("b",)
    assert expand("`a`", first) is expanded
    with pytest.raises(SplError, match="macro `b` is not defined"):
        expand("`a`", {"a": first["a"]})


def test_an_expansion_with_a_problem_is_not_kept() -> None:
    """Its problems, and their cures, depend on macros that it does not call."""
    for _ in range(2):
        problems: list[SplError] = []
        expand("`nothing` x", {"nothink": MacroDefinition("nothink")}, problems=problems)
        assert [problem.cure for problem in problems] == ["did you mean `nothink`?"]
    with pytest.raises(SplError):
        expand("`nothing` x", {})


def test_the_definitions_kept_for_a_text_are_few(monkeypatch: pytest.MonkeyPatch) -> None:
    memory = Memory[tuple[macros_module._Kept, ...]]()
    monkeypatch.setattr(macros_module, "_expansions", memory)
    for number in range(50):
        assert expand("`a`", {"a": MacroDefinition("a", (), str(number))}).text == str(number)
    assert len(memory.get("`a`") or ()) == macros_module._MOST_DEFINITIONS


def test_a_memory_forgets_what_was_asked_for_longest_ago() -> None:
    memory = Memory[int](most_characters=10)
    for text in ("aaaa", "bbbb"):
        memory.keep(text, len(text))
    assert memory.get("aaaa") == 4
    memory.keep("cccc", 4)
    assert [memory.get(text) for text in ("aaaa", "bbbb", "cccc")] == [4, None, 4]
    memory.keep("cccc", 5)
    assert [memory.get(text) for text in ("aaaa", "cccc")] == [4, 5]


def test_a_memory_keeps_no_giant() -> None:
    memory = Memory[int]()
    memory.keep("x" * (LONGEST_TEXT + 1), 1)
    assert memory.get("x" * (LONGEST_TEXT + 1)) is None
