from __future__ import annotations

from splunkd.fixtures import splunkd

__all__ = ["splunkd"]
