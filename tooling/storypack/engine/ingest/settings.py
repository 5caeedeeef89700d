"""The index-time settings of props.conf, read once for the events of an origin. props.conf.spec has the defaults."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from storypack.engine.udf.regex import PatternError, compile_pattern
from storypack.truth import CONF

Warn = Callable[[str], object]

TRUNCATE = 10_000
"""Bytes of an event, unless TRUNCATE says otherwise."""

MAX_EVENTS = 256
"""Lines that an event may have behind its first one, unless MAX_EVENTS says otherwise."""

BREAKING = frozenset(
    {
        "LINE_BREAKER",
        "SHOULD_LINEMERGE",
        "BREAK_ONLY_BEFORE",
        "BREAK_ONLY_BEFORE_DATE",
        "MUST_BREAK_AFTER",
        "MUST_NOT_BREAK_AFTER",
        "MUST_NOT_BREAK_BEFORE",
        "MAX_EVENTS",
    }
)
"""Settings that say where events begin and end."""

_TIMES = frozenset(
    {
        "TIME_PREFIX",
        "TIME_FORMAT",
        "MAX_TIMESTAMP_LOOKAHEAD",
        "TZ",
        "DATETIME_CONFIG",
        "MAX_DAYS_AGO",
        "MAX_DAYS_HENCE",
        "TIMESTAMP_FIELDS",
    }
)
INDEX_TIME = BREAKING | _TIMES | {"TRUNCATE", "INDEXED_EXTRACTIONS", "CHARSET"}
"""Settings that work before an event is stored, beside the classes of SEDCMD and TRANSFORMS."""

_CLASSES = ("SEDCMD", "TRANSFORMS", "RULESET")


def is_index_time(key: str) -> bool:
    """Whether a setting works before an event is stored."""
    return key in INDEX_TIME or key.partition("-")[0] in _CLASSES


@dataclass(frozen=True)
class Settings:
    """The merged settings of an origin, and where to say what of them cannot be followed."""

    values: Mapping[str, str]
    warn: Warn = field(default=lambda message: None, repr=False)

    def text(self, key: str, default: str = "") -> str:
        """A setting's value; of an empty one the default."""
        return self.values.get(key, "").strip() or default

    def flag(self, key: str, *, default: bool) -> bool:
        """A setting that is true or false; of one that is neither the default."""
        word = self.text(key).lower()
        value = CONF.read(word)
        if value is None and word:
            self.warn(f"{key} = {word} is neither true nor false; {str(default).lower()} is used")
        return default if value is None else value

    def number(self, key: str, default: int) -> int:
        """A whole number; of a setting that is none the default."""
        text = self.text(key)
        try:
            return int(text) if text else default
        except ValueError:
            self.warn(f"{key} = {text} is no number; {default} is used")
            return default

    def pattern(self, key: str) -> Any:
        """A compiled regular expression; None without one, and for one that is not valid."""
        text = self.values.get(key, "")
        if not text:
            return None
        try:
            return compile_pattern(text)
        except PatternError as error:
            self.warn(f"{key} has no effect: {error}")
            return None

    def classes(self, prefix: str) -> list[tuple[str, str]]:
        """The settings `<prefix>-<class>`, keys and values, in ASCII order of the classes."""
        found = [(key, value) for key, value in self.values.items() if key == prefix or key.startswith(prefix + "-")]
        return sorted(found)
