"""Text that must never be shown."""

from __future__ import annotations

import re

_HEADER = re.compile(r"\b(Splunk|Bearer|Basic)(\s+)[^\s\"',;<>]{8,}")
_LEAST = 4  # characters; what is shorter would be struck out of every other word
_known: set[str] = set()


def struck(text: str) -> str:
    """The text without any secret of this process and without what an Authorization header holds: a server may put our
    own request into its refusal. Control characters, which would steer a terminal, are spelt out."""
    for value in sorted(_known, key=len, reverse=True):
        text = text.replace(value, "****")
    text = _HEADER.sub(r"\1\2****", text)
    return "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode("ascii") for c in text)


class Secret:
    """A password or token. Every way of turning it into text gives asterisks, except `reveal`; it cannot be pickled.
    `struck` takes it out of what others say."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value
        if len(value) >= _LEAST:
            _known.add(value)

    def reveal(self) -> str:
        """The secret itself: for the one place that sends it."""
        return self._value

    def __repr__(self) -> str:
        return "Secret('****')"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> str:
        raise TypeError("a secret is not written down")
