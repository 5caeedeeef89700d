"""What a dashboard's source says of being switched off, and a source that is switched like another."""

from __future__ import annotations

import pytest

from storypack.deploy.dashboards import switched, switched_like, without_state
from storypack.deploy.kinds import VIEW
from storypack.deploy.normalise import means_same

PLAIN = (
    '<?xml version="1.0"?>\n<!-- dashboard.disabled="true" -->\n'
    '<form theme="a > b" version="1.1">\n<label>x</label></form>'
)


@pytest.mark.parametrize(
    ("source", "state"),
    [
        ('<dashboard dashboard.disabled="true"/>', "true"),
        ("<dashboard version='2' dashboard.disabled = 'false' theme='dark'></dashboard>", "false"),
        (PLAIN, ""),
        (PLAIN.replace("<form", '<form dashboard.disabled="true"'), "true"),
        ('<dashboard><html dashboard.disabled="true"/></dashboard>', ""),
        ("no xml at all", ""),
        ("<!-- a -->" * 60 + "no root", ""),
        ("", ""),
    ],
)
def test_what_the_root_says(source: str, state: str) -> None:
    assert switched(source) == state
    assert switched(without_state(source)) == ""
    assert means_same(VIEW, "eai:data", source, without_state(source))


def test_only_the_root_loses_it() -> None:
    inner = '<dashboard><html dashboard.disabled="true"/></dashboard>'
    assert without_state(inner) == inner
    assert without_state(PLAIN) == PLAIN


@pytest.mark.parametrize("other", ['<form dashboard.disabled="true"/>', "<form/>"])
def test_switched_like_another(other: str) -> None:
    made = switched_like(PLAIN, other)
    assert switched(made) == switched(other)
    assert without_state(made) == PLAIN
    assert switched_like(made, other) == made
    assert switched_like(made, "<form/>") == PLAIN
