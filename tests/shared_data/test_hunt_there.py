"""A hunt over real files, and one over an instance that holds their events: the same findings. A folder takes minutes,
since the instance is asked for each window; `make there` does it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from remote.both import comparable, here_and_there
from remote.place import Place as Standin
from splunkd import Splunkd
from splunkd.fixtures import splunkd

from .runs import DATA

if not (DATA / "MANIFEST.yml").is_file():
    pytest.skip(f"the real events are not there ({DATA})", allow_module_level=True)
if not os.environ.get("STORYPACK_THERE"):
    pytest.skip("hunts over an instance with all real events take long: make there", allow_module_level=True)

__all__ = ["splunkd"]


@pytest.fixture
def standin(splunkd: Splunkd) -> Iterator[Standin]:
    opened = Standin(splunkd)
    yield opened
    opened.close()


@pytest.mark.slow
@pytest.mark.parametrize("folder", sorted(path.name for path in DATA.iterdir() if path.is_dir()))
def test_an_instance_gives_the_findings_of_the_files(folder: str, standin: Standin, tmp_path: Path) -> None:
    files = sorted(path for path in (DATA / folder).rglob("*") if path.is_file() and path.suffix != ".csv")
    here, there = here_and_there(files, standin, tmp_path)
    assert comparable(there) == comparable(here)
    seen = {each.detection for each in here.outcomes if each.state != "no data"}
    assert {each.detection for each in there.outcomes if each.state == "findings"} <= seen
