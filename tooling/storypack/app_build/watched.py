"""Values that note which of them a template looks at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

ALL = "*"


class Watched(dict[str, Any]):
    """The values of a detection. `read` gets each key whose value is looked at, and ALL where something looks at the
    dictionary as a whole: writes it out, goes over it, compares or copies it."""

    __slots__ = ("_read",)

    def __init__(self, values: dict[str, Any], read: set[str]) -> None:
        super().__init__(values)
        self._read = read

    def __getitem__(self, key: str) -> Any:
        self._read.add(key)
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        self._read.add(key)
        return super().get(key, default)

    def __iter__(self) -> Iterator[str]:
        self._read.add(ALL)
        return super().__iter__()

    def __reversed__(self) -> Iterator[str]:
        self._read.add(ALL)
        return super().__reversed__()

    def keys(self) -> Any:
        self._read.add(ALL)
        return super().keys()

    def values(self) -> Any:
        self._read.add(ALL)
        return super().values()

    def items(self) -> Any:
        self._read.add(ALL)
        return super().items()

    def __repr__(self) -> str:
        self._read.add(ALL)
        return super().__repr__()

    def __eq__(self, other: object) -> bool:
        self._read.add(ALL)
        return super().__eq__(other)

    def __ne__(self, other: object) -> bool:
        self._read.add(ALL)
        return super().__ne__(other)

    __hash__ = None

    def copy(self) -> dict[str, Any]:
        self._read.add(ALL)
        return super().copy()

    def __or__(self, other: Any) -> Any:
        self._read.add(ALL)
        return super().__or__(other)

    def __ror__(self, other: Any) -> Any:
        self._read.add(ALL)
        return super().__ror__(other)
