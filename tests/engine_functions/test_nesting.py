"""Functions within functions: an argument that is named several times is worked out once."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from storypack.engine import run_search
from storypack.engine.commands import foreach
from storypack.engine.compile.pipeline import compile_pipeline
from storypack.engine.errors import SearchError
from storypack.engine.functions import lookup, names
from storypack.engine.memory import DictSource
from storypack.engine.run import open_session
from storypack.engine.session import Session
from storypack.engine.text import parse_search

EVENT = {"a": "3", "b": "7", "m": ["1", "2", "x"], "_time": 1.0, "_raw": "a=3"}
CONDITIONS = frozenset({"case", "if", "validate"})
TRUTHS = frozenset({"cidrmatch", "in", "like", "match", *(name for name in names() if name.startswith("is"))})
OWN_ARGUMENTS = frozenset({"lookup", "searchmatch", "sigfig", "mvfilter", "mvmap"})


def shapes() -> Iterator[tuple[str, int, int]]:
    """A function, how many arguments it gets, and which of them is the call within."""
    for name in names():
        function = lookup(name)
        assert function is not None
        if function.max_args == 0 or name in OWN_ARGUMENTS - {"sigfig"}:
            continue
        count = function.max_args or function.min_args + 2
        for place in sorted({0, 1, count - 1} & set(range(count))):
            yield name, count, place


def nested(name: str, count: int, place: int, depth: int) -> str:
    text = "a"
    for _ in range(depth):
        args = [text if at == place else "b" for at in range(count)]
        if name in CONDITIONS:
            args = [f"({arg})>1" if at % 2 == 0 and (name != "if" or at == 0) else arg for at, arg in enumerate(args)]
        text = f"{name}({', '.join(args)})"
        if name in TRUTHS:
            text = f"if({text}, 1, 0)"
    return text


def _cost(expression: str, session: Session) -> int | None:
    """The size of DuckDB's plan for an expression before it is optimised; None if the engine refuses it."""
    try:
        rows = compile_pipeline(parse_search(f"eval out={expression} | table out", session), session)
    except SearchError:
        return None
    plans = dict(session.execute(f"EXPLAIN (FORMAT json) {rows.select('SELECT *')}").fetchall())
    return len(json.dumps(json.loads(plans["logical_plan"])))


@pytest.mark.slow
def test_the_cost_of_calls_within_each_other_is_their_number() -> None:
    seen, dear = set(), []
    with open_session(DictSource([EVENT])) as session:
        session.execute("PRAGMA explain_output = 'all'; SET disabled_optimizers = 'common_subexpressions'").fetchall()
        for name, count, place in shapes():
            once, deep = (_cost(nested(name, count, place, depth), session) for depth in (2, 10))
            if once is not None:
                seen.add(name)
                if deep is None or deep > 7 * once + 20_000:
                    dear.append((name, count, place, once, deep))
    assert dear == []
    assert len(seen) > 60


def test_a_clamped_score_is_what_its_steps_give() -> None:
    clamped = "min(100, max(0, min(90, max(10, min(80, max(a*b, b*3, max(a, b)))))))"
    steps = "eval x=max(a*b, b*3, max(a, b)) | eval x=min(80, x) | eval x=max(10, x) | eval x=min(90, x)"
    assert run_search(f"eval x={clamped} | table x", [EVENT]) == run_search(
        f"{steps} | eval x=max(0, x) | eval x=min(100, x) | table x", [EVENT]
    )


def test_a_random_number_is_one_number_wherever_it_is_named() -> None:
    drawn = 'mvappend("1", mvappend("2", mvindex(mvsort(mvappend(random(), random().".")), 0)))'
    expression = f"eval x=if(max(random(), 0, 0.5, {drawn})>=0, 1, 0), y=nullif(max(random(), 0.5, -1, -2, -3), 1)"
    rows = run_search(f"{expression} | table x y", [EVENT] * 50)
    assert len({row["y"] for row in rows}) > 40
    same = 'eval z=nullif(tostring(random() + 0.25 + 0.25 + 0.25 + 0.25 + 0.25 + 0.25, "commas"), "x") | eval n=len(z)'
    assert all(row["z"] for row in run_search(same, [EVENT] * 50))


def _joined(delimiter: str) -> str:
    return delimiter.join(["1", "2", "x"])


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ('mvmap(m, max(m, b, max(a, max(m, max(a, max(b, max(a, m.a)))))).".".m)', ["13.1", "23.2", "x3.x"]),
        ('mvfilter(max(m, min(m, max(m, min(m, max(m, "1")))))="x")', "x"),
        ("mvjoin(m, mvjoin(m, mvjoin(m, mvjoin(m, b))))", _joined(_joined(_joined(_joined("7"))))),
        (
            'mvzip(m, mvzip(m, mvzip(m, m, b), b), mvjoin(m, tostring(a+b, "commas")))',
            [f"{one}{_joined('10')}{one}7{one}7{one}" for one in "12x"],
        ),
    ],
)
def test_what_is_bound_may_name_the_values_of_a_multivalue(expression: str, value: object) -> None:
    assert run_search(f"eval x={expression} | table x", [EVENT]) == [{"x": value}]


def test_functions_for_each_value_have_a_limit() -> None:
    inner = "m.b"
    for _ in range(4):
        inner = f"mvmap(m, {inner})"
    assert run_search(f"eval x={inner} | table x", [EVENT]) == [{"x": ["17", "27", "x7"]}]
    with pytest.raises(SearchError, match="mvmap and mvfilter may stand within each other 4 times"):
        run_search(f"eval x=mvmap(m, {inner})", [EVENT])


def test_templates_within_each_other_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreach, "_MOST_NESTED", 100)
    events = [{f"a{at}": "1" for at in range(12)}]
    alone = "foreach a* [ eval '<<FIELD>>'='<<FIELD>>'+1 ]"
    (row,) = run_search(f"{' | '.join([alone] * 10)} | table a1", events)
    assert int(row["a1"]) == 11
    within = (
        "foreach a* [ eval s=coalesce(s, 0)+'<<FIELD>>' | foreach {} fieldstr=\"##\" [ eval t=coalesce(t, 0)+'##' ] ]"
    )
    (row,) = run_search(f"{within.format('a1 a2 a3')} | table s t", events)
    assert (int(row["s"]), int(row["t"])) == (12, 36)
    with pytest.raises(SearchError, match="templates within templates would be run more than 100 times"):
        run_search(within.format("a*"), events)
