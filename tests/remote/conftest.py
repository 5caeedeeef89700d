from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from remote.place import Place
from splunkd import Splunkd
from splunkd.fixtures import splunkd

__all__ = ["splunkd"]


@pytest.fixture
def place(splunkd: Splunkd) -> Iterator[Place]:
    """An instance with an empty index for tests, and a way in."""
    found = Place(splunkd)
    yield found
    found.close()


@pytest.fixture(autouse=True)
def everything_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """splunk-sdk's own lines, too, for the watch over secrets."""
    caplog.set_level(logging.DEBUG)
