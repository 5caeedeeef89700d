"""The fixture `splunkd`: a running stand-in of its own for each test. In a conftest.py:

from splunkd.fixtures import splunkd  # noqa: F401
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from splunkd.server import Splunkd


@pytest.fixture
def splunkd() -> Iterator[Splunkd]:
    """A stand-in with an administrator and the apps `search` and `system`; see README.md."""
    with Splunkd() as running:
        yield running
