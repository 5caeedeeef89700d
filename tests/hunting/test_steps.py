"""Steps of an investigation: ranges, inputs, and one that cannot be run."""

from __future__ import annotations

from typing import Any

from storypack.engine.memory import DictSource
from storypack.hunting.steps import Answer, investigate, missing_inputs
from storypack.pack.models import Investigation

MOMENT = 1_795_000_000.0
HEAD = {
    "name": "Who Took It",
    "id": "00000000-0000-4000-8000-000000000001",
    "version": 1,
    "creation_date": "2026-11-01",
    "modification_date": "2026-11-01",
    "author": "a",
    "description": "d",
    "status": "production",
    "analytic_story": [],
}
EVENTS = [
    {"_time": MOMENT + minutes * 60, "user": user} for minutes, user in [(50, "a"), (5, "a"), (-5, "b"), (-90, "a")]
]


def asked(
    steps: list[dict[str, Any]], given: dict[str, str], moment: float | None = MOMENT, **more: Any
) -> list[Answer]:
    named = [{"name": f"step {number}", "description": "d", **step} for number, step in enumerate(steps)]
    model = Investigation.model_validate({**HEAD, "steps": named, **more})
    return list(investigate(model, given, moment, DictSource(EVENTS, {}), {}))


def test_each_step_looks_at_its_own_window() -> None:
    steps = [
        {"search": "stats count"},
        {"search": "stats count", "window": {"before": "10m", "after": "10m"}},
        {"search": "stats count", "earliest_time": "-10m", "latest_time": "now"},
    ]
    answers = asked(steps, {}, window={"before": "2h", "after": "30m"})
    assert [answer.rows[0]["count"] for answer in answers] == [3, 2, 1]
    assert (answers[1].earliest, answers[1].latest) == (MOMENT - 600, MOMENT + 600)


def test_without_a_moment_all_time_is_asked() -> None:
    (answer,) = asked([{"search": "stats count", "window": {"before": "1m", "after": "1m"}}], {}, None)
    assert (answer.rows[0]["count"], answer.earliest, answer.latest) == (4, None, None)


def test_inputs_and_moments_are_filled_in() -> None:
    steps = [{"search": "search user=$user|s$ | where _time>$time$ | eval from=$earliest$ | table from"}]
    (answer,) = asked(steps, {"user": "a"}, inputs=["user"], window={"before": "1h", "after": "1h"})
    assert [row["from"] for row in answer.rows] == [MOMENT - 3600] * 2


def test_a_default_stands_for_what_is_not_given() -> None:
    inputs = ["user", {"name": "host", "default": "*"}]
    model = Investigation.model_validate({**HEAD, "inputs": inputs, "steps": [{"name": "s", "description": "d"}]})
    assert missing_inputs(model, {}) == ["user"]
    assert missing_inputs(model, {"user": "a"}) == []


def test_a_step_that_cannot_be_run_says_why_and_the_next_one_is_asked() -> None:
    steps = [{"search": "stats cuont"}, {"search": "search user=$user$"}, {}, {"search": "stats count"}]
    broken, unfilled, manual, good = asked(steps, {"user": "a b"}, inputs=["user"])
    assert "cuont" in broken.error
    assert "$user|s$" in unfilled.error
    assert (manual.error, manual.search, manual.has_answer) == ("", "", False)
    assert good.rows[0]["count"] == 4
