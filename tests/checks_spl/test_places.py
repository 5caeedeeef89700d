"""Faults are found in the file where their author sees them, however YAML carries the search."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import yaml

from storypack.checks.context import Context
from storypack.checks.searches.reading import readings
from storypack.checks.searches.world import world_of
from storypack.pack.load import load_pack
from storypack.pack.models.base import Content
from tests.checks.example_pack import HUNT, ODD, STEPS, base, variant, write
from tests.checks_spl.applied import search_issues

PACK = Path(__file__).parents[2]
# The search as it stands in the file; each has the unknown command `statz`.
STYLES = {
    "literal": "search: |\n  index=web\n  | statz count by user\n  | `exf_odd_upload_filter`\n",
    "literal, indented": "search: |-\n      index=web\n        | statz count\n",
    "folded": "search: >-\n  index=web\n  status=500\n  | statz count\n",
    "plain": "search: index=web | statz count\n",
    "plain on lines": "search: index=web\n  status=500\n  | statz count\n",
    "double": 'search: "index=web x=\\"a\\" \\x7c statz count"\n',
    "double on lines": 'search: "index=web\n  x=\\"a\\" \\\n  | statz count"\n',
    "single": "search: 'index=web x=''a'' | statz count'\n",
}


@pytest.mark.parametrize("style", STYLES)
def test_the_place_in_the_file(tmp_path: Path, style: str) -> None:
    root = write(tmp_path, variant({}))
    rest = {key: value for key, value in base()[ODD].items() if key != "search"}
    text = yaml.safe_dump(rest, sort_keys=False) + STYLES[style]
    (root / ODD).write_text(text, encoding="utf-8")
    loaded = load_pack(root)
    assert loaded.issues == []
    found = search_issues(Context(loaded.pack, dt.date(2026, 11, 22)))
    issue = next(issue for issue in found if issue.rule == "SP202")
    offset = text.index("statz")
    line = text.count("\n", 0, offset) + 1
    assert (issue.location.line, issue.location.column) == (line, offset - text.rfind("\n", 0, offset))
    assert issue.key == "search"


def test_drilldowns_and_steps_are_read(tmp_path: Path) -> None:
    drilldown = [{"name": "All", "search": "`exf_cloud` user=$user$ | (head"}]
    steps = [{"name": "Look", "description": "Look at it.", "search": "index=a | statz"}]
    found = search_issues(
        Context(
            load_pack(
                write(tmp_path, variant({HUNT: {"drilldown_searches": drilldown}, STEPS: {"steps": steps}}))
            ).pack,
            dt.date(2026, 11, 22),
        )
    )
    assert ("SP201", HUNT, "drilldown_searches[0].search") in {(i.rule, i.location.file, i.key) for i in found}
    assert ("SP202", STEPS, "steps[0].search") in {(i.rule, i.location.file, i.key) for i in found}


def test_every_text_of_our_pack_is_read() -> None:
    """Searches, drilldowns, steps, and with them the macros that they call."""
    context = Context(load_pack(PACK).pack, dt.date(2026, 11, 22))
    world = world_of(context)
    models = [entry.model for entry in context.pack.entries() if isinstance(entry.model, Content)]
    read = [reading for model in models for reading in readings(model, world)]
    assert len(read) >= len(context.pack.searches)
    assert [(reading.owner.name, reading.key, reading.errors) for reading in read if reading.errors] == []
    called = {key for reading in read if reading.expanded for key in reading.expanded.used}
    assert {entry.model.body.stanza for entry in context.pack.macros} <= called
