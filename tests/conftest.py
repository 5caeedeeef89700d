"""Settings for all tests."""

from __future__ import annotations

import os
import signal

from hypothesis import settings

from secret_watch import (
    no_secret_stays,
    pytest_configure,
    pytest_runtest_makereport,
    pytest_runtest_teardown,
    pytest_unconfigure,
)

__all__ = [
    "no_secret_stays",
    "pytest_configure",
    "pytest_runtest_makereport",
    "pytest_runtest_teardown",
    "pytest_unconfigure",
]

# How long an example takes says more of the machine than of the code.
settings.register_profile("desk", deadline=None)
# In CI each run tries the same examples; at a desk each run tries others. A random failure teaches whoever sees it
# something, but it must not come up in a change that has nothing to do with it.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "desk")

# A shell that starts the tests in the background has them ignore Ctrl-C, and with them all that they start; some tests
# press it.
signal.signal(signal.SIGINT, signal.default_int_handler)
