"""A conf file as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


class ConfError(ValueError):
    """A stanza name, key or value that conf text cannot carry. `reason` says why, `cure` what to do about it, and
    `offset` at which character of the value it is."""

    def __init__(self, reason: str, *, stanza: str = "", key: str = "", cure: str = "", offset: int = 0) -> None:
        place = f"[{stanza}]" + (f" {key}" if key else "")
        super().__init__(f"{place}: {reason}" + (f" ({cure})" if cure else ""))
        self.reason = reason
        self.stanza = stanza
        self.key = key
        self.cure = cure
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Stanza:
    """One stanza: its name without brackets, and its settings in the order of the file."""

    name: str
    settings: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, key: str) -> str:
        return self.settings[key]

    def get(self, key: str, default: str = "") -> str:
        """The value of a setting, or `default` where the stanza does not set it."""
        return self.settings.get(key, default)


@dataclass(frozen=True, slots=True)
class Conf:
    """The stanzas of one conf file, in order."""

    stanzas: tuple[Stanza, ...] = ()

    def __iter__(self) -> Iterator[Stanza]:
        return iter(self.stanzas)

    def __len__(self) -> int:
        return len(self.stanzas)

    def __contains__(self, name: object) -> bool:
        return any(stanza.name == name for stanza in self.stanzas)

    def __getitem__(self, name: str) -> Stanza:
        for stanza in self.stanzas:
            if stanza.name == name:
                return stanza
        raise KeyError(name)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(stanza.name for stanza in self.stanzas)
