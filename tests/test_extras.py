"""What to say when an optional library is missing."""

from __future__ import annotations

import json
from importlib.metadata import Distribution
from pathlib import Path
from typing import Any

import pytest

from storypack import extras

ROOT = Path(__file__).parents[1]


class Installed(Distribution):
    """A distribution with what pip wrote down of its origin."""

    def __init__(self, origin: dict[str, Any] | None) -> None:
        self.origin = origin

    def read_text(self, filename: str) -> str | None:
        return None if self.origin is None else json.dumps(self.origin)

    def locate_file(self, path: Any) -> Any:
        raise AssertionError(path)


def test_a_checkout_is_named() -> None:
    assert extras.install("deploy") == f"pip install '{ROOT}[deploy]'"


@pytest.mark.parametrize(
    ("origin", "source"),
    [
        (
            {"url": "https://example.com/a.git", "vcs_info": {"vcs": "git", "commit_id": "abc"}},
            "storypack[deploy] @ git+https://example.com/a.git@abc",
        ),
        ({"url": "file:///opt/storypack", "dir_info": {}}, "storypack[deploy] @ file:///opt/storypack"),
        (None, ".[deploy]"),
    ],
)
def test_elsewhere_it_is_where_pip_had_it_from(
    origin: dict[str, Any] | None, source: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(extras, "__file__", str(tmp_path / "lib/storypack/extras.py"))
    monkeypatch.setattr(extras, "distribution", lambda name: Installed(origin))
    assert extras.install("deploy") == f"pip install '{source}'"
