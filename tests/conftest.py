"""Settings for all tests."""

from __future__ import annotations

import os

from hypothesis import settings

# In CI each run tries the same examples; at a desk each run tries others. A random failure teaches whoever sees it
# something, but it must not come up in a change that has nothing to do with it.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")
