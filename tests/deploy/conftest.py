"""The instance that deploy's tests talk to."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from deploy.site import Site
from splunkd import Splunkd
from splunkd.fixtures import splunkd

__all__ = ["splunkd"]


@pytest.fixture
def site(splunkd: Splunkd, tmp_path: Path) -> Site:
    """An instance without the app, and an empty folder for what we know of it."""
    return Site(splunkd, tmp_path)


@pytest.fixture(autouse=True)
def everything_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """splunk-sdk's own lines, too, for the watch over secrets."""
    caplog.set_level(logging.DEBUG)
