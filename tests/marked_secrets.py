"""Secrets for tests: random, and all of one family, so that one look finds any of them wherever it turns up."""

from __future__ import annotations

import base64
import secrets
import uuid
from collections.abc import Iterator

MARK = "5ec2e7" + "b9f04d"  # in two pieces, lest a traceback that shows this line pass for a leak


def new_secret(size: int = 15) -> str:
    """A password, token or session key with `size` random bytes."""
    return f"{MARK}{secrets.token_urlsafe(size)}"


def new_uuid() -> str:
    """The same in the form of a UUID, as the event collector's tokens have it."""
    return str(uuid.UUID(bytes=secrets.token_bytes(10) + bytes.fromhex(MARK), version=4))


def _spellings() -> Iterator[bytes]:
    """The mark as it is, and within base64 (a Basic header), where it has three looks."""
    yield MARK.encode()
    for before in range(3):
        coded = base64.b64encode(b"\0" * before + MARK.encode())
        whole = (before + len(MARK)) * 8 // 6  # characters that owe nothing to what follows
        yield coded[-(-before * 8 // 6) : whole]


SPELLINGS = tuple(_spellings())


def has_secret(text: str | bytes) -> bool:
    """Whether any secret of the family, or its beginning, is in there."""
    data = text.encode("utf-8", "replace") if isinstance(text, str) else text
    return any(spelling in data for spelling in SPELLINGS)
