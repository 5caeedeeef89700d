"""The screen that docs/remote.md shows is that of a real run, its seconds aside."""

from __future__ import annotations

import re
import shlex

import pytest

from remote.place import ROOT, Place

SCREEN = re.compile(r"^```text\n(\$ storypack .*?)^```", re.MULTILINE | re.DOTALL)


@pytest.mark.slow
def test_the_screen(place: Place) -> None:
    place.may_delete()
    (screen,) = SCREEN.findall((ROOT / "docs" / "remote.md").read_text(encoding="utf-8"))
    steps = re.split(r"^\$ storypack ", screen.replace("\\\n", ""), flags=re.MULTILINE)[1:]
    assert len(steps) == 2
    for step in steps:
        command, _, shown = step.partition("\n")
        done = place.run(*shlex.split(command))
        assert done.returncode == 0, done.stderr
        assert without_seconds(done.stdout + done.stderr) == without_seconds(shown)
    assert place.events == []


def without_seconds(text: str) -> str:
    return re.sub(r"\(\d+\.\d s\)", "(… s)", text).strip()
