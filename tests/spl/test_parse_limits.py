"""Size, depth and time: every text ends soon, in a tree or in a clean error."""

from __future__ import annotations

import copy
import pickle
import sys
import time

import pytest

from storypack.spl import MacroDefinition, SplError, expand, parse, print_search
from storypack.spl.memory import forget
from storypack.spl.tokens import MAX_DEPTH, MAX_TOKENS

MEGABYTE = 1_000_000
DEEP = 10_000

DEEP_TEXTS = {
    "brackets of search": "search " + "(" * DEEP + "a" + ")" * DEEP,
    "brackets of eval": "eval x=" + "(" * DEEP + "1" + ")" * DEEP,
    "calls": "where " + "f(" * DEEP + "a" + ")" * DEEP,
    "NOT of search": "search " + "NOT " * DEEP + "a",
    "NOT of where": "where " + "NOT " * DEEP + "a",
    "signs": "eval x=" + "-" * DEEP + "1",
    "differences": "eval x=" + "-".join(["a"] * DEEP),
    "subsearches": "search " + "[search " * DEEP + "a" + "]" * DEEP,
    "append": "search a " + "| append [search b " * DEEP + "]" * DEEP,
    "unknown commands": "a | xcmd " + "[| xcmd " * DEEP + "]" * DEEP,
    "foreach": "a | foreach x " + "[" * DEEP + "]" * DEEP,
    "brackets of options": "a | transaction startswith=" + "(" * DEEP + ")" * DEEP,
    "brackets that never close": "where " + "(" * MEGABYTE,
    "lists": "where " + "a IN (" * DEEP + "1" + ")" * DEEP,
}


@pytest.mark.parametrize("name", DEEP_TEXTS)
def test_too_deep_is_a_clean_error(name: str) -> None:
    start = time.process_time()
    with pytest.raises(SplError):
        parse(DEEP_TEXTS[name])
    assert time.process_time() - start < 2  # a second on an idle machine; this guards against explosions only


LONG_TEXTS = {
    "a string": 'search "' + "x" * MEGABYTE + '"',
    "escapes": 'search "' + '\\"' * (MEGABYTE // 2) + '"',
    "a word": "search " + "x" * MEGABYTE,
    "blanks": "a" + " " * MEGABYTE + "| head 1",
    "remarks": "a " + "``` x ```" * (MEGABYTE // 9),
    "backslashes": "search " + "\\" * MEGABYTE,
    "exclamation marks": "search " + "!" * MEGABYTE,
    "macro arguments": "`m(" + ", " * 90_000 + ")`",
}
REFUSED_TEXTS = {
    "ORs": "search " + " OR ".join(["a=b"] * (MEGABYTE // 7)),
    "words": "search " + "a " * (MEGABYTE // 2),
    "values": "search x IN (" + ",".join(["abc"] * (MEGABYTE // 4)) + ")",
    "stages": "search a" + " | eval a=1" * (MEGABYTE // 11),
    "joined texts": "eval x=" + ".".join(["a"] * (MEGABYTE // 2)),
    "aggregations": "a | stats " + "sum(a) as b " * (MEGABYTE // 12),
    "macro brackets": "`m(" + "(" * MEGABYTE + ")`",
    "commas": "a" + "," * MEGABYTE,
    "open quotes": "search " + '"' * (MEGABYTE + 1),
    "open macro": "search " + "`" * (MEGABYTE + 1),
    "digits before a letter": "where x=" + "1" * MEGABYTE + "a" + " b",
}


@pytest.mark.parametrize("name", LONG_TEXTS)
def test_a_megabyte_is_read(name: str) -> None:
    start = time.process_time()
    parse(LONG_TEXTS[name])
    assert time.process_time() - start < 3


@pytest.mark.parametrize("name", REFUSED_TEXTS)
def test_a_megabyte_is_refused(name: str) -> None:
    start = time.process_time()
    with pytest.raises(SplError):
        parse(REFUSED_TEXTS[name])
    assert time.process_time() - start < 3


def test_time_grows_with_length_not_faster() -> None:
    """Eight times the text may take some more than eight times the time, never sixty-four."""

    def seconds(count: int) -> float:
        text = "search " + " OR ".join(f'user="u{n}"' for n in range(count)) + " | where a=1" * count
        found = []
        for _ in range(3):
            forget()
            start = time.process_time()
            parse(text)
            found.append(time.process_time() - start)
        return min(found)

    assert seconds(4000) < 24 * seconds(500)


def test_the_longest_search_that_is_read() -> None:
    values = ",".join(["abc"] * (MAX_TOKENS // 2 - 10))
    assert len(parse(f"search x IN ({values})").commands) == 1


@pytest.mark.parametrize(
    "text",
    [
        "eval x=" + "(" * (MAX_DEPTH - 2) + "1" + ")" * (MAX_DEPTH - 2),
        "where " + "NOT " * (MAX_DEPTH - 2) + "a",
        "where " + "f(" * (MAX_DEPTH - 3) + "a" + ")" * (MAX_DEPTH - 3),
        "eval x=" + "-".join(["a"] * (MAX_DEPTH - 2)),
        "search " + "NOT (b OR " * (MAX_DEPTH // 2 - 2) + "a" + ")" * (MAX_DEPTH // 2 - 2),
        "search a " + "[search b " * 20 + "]" * 20,
        "where " + " OR ".join(["a=1"] * 5000),
    ],
)
def test_what_is_read_can_be_handled(text: str) -> None:
    """The deepest trees survive all that is done with trees, with the stack of a test run already below."""
    tree = parse(text)
    assert sys.getrecursionlimit() == 1000
    assert parse(print_search(tree)) == tree
    assert hash(tree) == hash(parse(text))
    assert repr(tree)
    assert pickle.loads(pickle.dumps(tree)) == tree
    assert copy.copy(tree) == tree


def test_macros_that_explode() -> None:
    macros = {f"m{n}": MacroDefinition(f"m{n}", (), f"`m{n + 1}` `m{n + 1}`") for n in range(60)}
    macros["m60"] = MacroDefinition("m60", (), "")
    start = time.process_time()
    with pytest.raises(SplError, match="without end"):
        expand("`m0`", macros)
    assert time.process_time() - start < 3


def test_macros_that_grow() -> None:
    macros = {f"m{n}": MacroDefinition(f"m{n}", ("x",), f"`m{n + 1}($x$$x$)`") for n in range(60)}
    macros = {f"{name}(1)": each for name, each in macros.items()}
    macros["m60(1)"] = MacroDefinition("m60", ("x",), "$x$")
    with pytest.raises(SplError, match="without end"):
        expand("`m0(ab)`", macros)
