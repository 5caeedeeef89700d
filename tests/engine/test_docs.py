"""docs/engine.md says what there is."""

from __future__ import annotations

import re
from pathlib import Path

from storypack.engine import run_search
from storypack.engine.commands.registry import REFUSED, handlers, names
from storypack.engine.compile.pipeline import compile_pipeline
from storypack.engine.memory import DictSource
from storypack.engine.run import open_session
from storypack.engine.text import parse_search
from storypack.spl import catalogue

TEXT = (Path(__file__).parents[2] / "docs" / "engine.md").read_text(encoding="utf-8")


def test_every_command_is_listed() -> None:
    """With its aliases, once, and either with those that run or with the reason for which it does not."""
    tables = TEXT.partition("\n## Commands\n")[2].partition("\n## ")[0].split("\n\n")
    runs, refused = (
        [name for row in table.splitlines()[2:] for name in re.findall(r"\w+", row.split("|")[2])]
        for table in tables
        if table.startswith("| ")
    )
    assert sorted(runs) == names()
    assert sorted(refused) == sorted(REFUSED)


def test_no_command_is_both_run_and_refused() -> None:
    assert not set(names()) & set(REFUSED)


def test_the_example_runs() -> None:
    example = TEXT.partition("```python\n")[2].partition("```")[0]
    scope: dict[str, object] = {}
    exec(example, scope)
    assert scope["rows"] == [{"user": "kim", "count": 1}]
    assert run_search("search x=1", [{"x": 2}]) == []


def test_options_without_effect_are_options() -> None:
    for name, handler in handlers().items():
        facts = catalogue.command(name)
        assert facts is not None
        assert facts.any_option or handler.without_effect <= {option.name for option in facts.options}, name


def test_options_without_effect_are_warned_of() -> None:
    with open_session(DictSource([{"x": 1, "_time": 1}])) as session:
        compile_pipeline(parse_search("timechart partial=f count", session), session)
    assert session.warnings == ["timechart: option `partial` has no effect here"]
    assert all(
        f"`{name}`" in TEXT
        for command in ("stats", "timechart", "transaction")
        for name in handlers()[command].without_effect
    )
