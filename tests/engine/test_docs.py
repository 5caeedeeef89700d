"""docs/engine.md says what there is."""

from __future__ import annotations

import re
from pathlib import Path

from storypack.engine import run_search
from storypack.engine.commands.registry import REFUSED, WITHOUT_EFFECT, names
from storypack.engine.compile.pipeline import compile_pipeline
from storypack.engine.memory import DictSource
from storypack.engine.run import open_session
from storypack.engine.text import parse_search
from storypack.spl import catalogue

TEXT = (Path(__file__).parents[2] / "docs" / "engine.md").read_text(encoding="utf-8")


def test_every_command_is_listed() -> None:
    table = TEXT.partition("\n## Commands\n")[2].partition("\n## ")[0]
    listed = set(
        re.findall(r"[a-z]+", " ".join(line.split("|")[2] for line in table.splitlines() if line.count("|") == 3))
    )
    assert set(names()) - listed == set()
    assert listed - set(names()) - {"commands"} == set()


def test_no_command_is_both_run_and_refused() -> None:
    assert not set(names()) & set(REFUSED)


def test_the_example_runs() -> None:
    example = TEXT.partition("```python\n")[2].partition("```")[0]
    scope: dict[str, object] = {}
    exec(example, scope)
    assert scope["rows"] == [{"user": "kim", "count": 1}]
    assert run_search("search x=1", [{"x": 2}]) == []


def test_options_without_effect_are_options() -> None:
    for name, options in WITHOUT_EFFECT.items():
        facts = catalogue.command(name)
        assert facts is not None
        assert facts.any_option or options <= {option.name for option in facts.options}, name


def test_options_without_effect_are_warned_of() -> None:
    with open_session(DictSource([{"x": 1, "_time": 1}])) as session:
        compile_pipeline(parse_search("timechart partial=f count", session), session)
    assert session.warnings == ["timechart: option `partial` has no effect here"]
    assert all(
        f"`{name}`" in TEXT for command in ("stats", "timechart", "transaction") for name in WITHOUT_EFFECT[command]
    )
