"""Text that must never be shown."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

_HEADER = re.compile(r"\b(Splunk|Bearer|Basic)(\s+)[^\s\"',;<>]{8,}")
_LEAST = 4  # characters; what is shorter would be struck out of every other word
MOST_CHARACTERS = 300  # of what somebody else says, in a message of ours
_known: set[str] = set()


def struck(text: str) -> str:
    """The text without any secret of this process and without what an Authorization header holds: a server may put our
    own request into its refusal. Control characters, which would steer a terminal, are spelt out."""
    return _printable(_without_secrets(text))


def _without_secrets(text: str) -> str:
    for value in sorted(_known, key=len, reverse=True):
        text = text.replace(value, "****")
    return _HEADER.sub(r"\1\2****", text)


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode("ascii") for c in text)


def one_line(text: str, most: int = MOST_CHARACTERS) -> str:
    """What somebody else says, as one line of bounded length. Secrets are struck out first: half of one is no longer
    known for what it is."""
    line = _printable(" ".join(_without_secrets(text).split()))
    return line if len(line) <= most else line[: most - 1] + "…"


def _spellings(value: str) -> Iterator[str]:
    """A secret as requests hold it, and so as a server may repeat it: in a form, in JSON."""
    yield value
    data = value.encode("utf-8", "surrogateescape")
    yield quote(data, safe="")
    yield quote_plus(data)
    yield json.dumps(value)[1:-1]


def basic(username: str, password: Secret) -> Secret:
    """The credentials of a Basic Authorization header, which are a secret too."""
    return Secret(base64.b64encode(f"{username}:{password.reveal()}".encode()).decode())


class Secret:
    """A password or token. Every way of turning it into text gives asterisks, except `reveal`; it cannot be pickled.
    `struck` takes it out of what others say."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value
        if len(value) >= _LEAST:
            _known.update(_spellings(value))

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
