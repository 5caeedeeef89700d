"""Which rows of consecutive runs an alert's throttling lets through.

savedsearches.conf, alert.suppress: after a row, rows with the same values in the fields are held back for the period.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from storypack.engine.values import to_multi
from storypack.pack.models.detection import Throttling

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass
class Throttle:
    """The rows of a search that runs again and again; without a setting all pass."""

    setting: Throttling | None
    _last: dict[tuple[tuple[str, ...], ...], float] = field(default_factory=dict)

    def passed(self, rows: Sequence[Mapping[str, Any]], now: float) -> list[Mapping[str, Any]]:
        """The rows of the run at `now` (epoch seconds) that are not held back."""
        if self.setting is None:
            return list(rows)
        return [row for row in rows if self._passes(row, self.setting, now)]

    def _passes(self, row: Mapping[str, Any], setting: Throttling, now: float) -> bool:
        key = tuple(tuple(to_multi(row.get(name)) or ()) for name in setting.fields)
        if key in self._last and now - self._last[key] < seconds(setting.period):
            return False
        self._last[key] = now
        return True


def seconds(period: str) -> int:
    """Seconds of a throttling period, such as 24h; a bare number is seconds."""
    return int(period.rstrip("smhd")) * _SECONDS[period[-1] if period[-1] in _SECONDS else "s"]
