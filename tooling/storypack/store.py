"""What earlier runs learnt, in `.storypack/cache/` of the pack or a folder of the user's choice: safe to delete, never
needed, never wrong.

A file there is JSON, holds the digest of the tool that wrote it, and is replaced in one step, so that runs which race
leave one whole file. It is sealed with a key of the user's, or with the one in STORYPACK_CACHE_KEY where the folder
goes from one machine to another, as in CI: a pack that brings a store along, to hide what is wrong with it, is checked
like any other. Nothing is written through links, and a folder that cannot be written is no problem."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import platform
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from storypack import plugins
from storypack.atomic import write_whole
from storypack.opening import read_plain

FOLDER = Path(".storypack", "cache")
KEY_VARIABLE = "STORYPACK_CACHE_KEY"
LEAST_KEY = 16
"""Characters that a key from the environment has at least."""

_MAX_BYTES = 64 * 1024 * 1024
_KEY_BYTES = 32
_SOURCES = (".py", ".json", ".conf", ".csv", ".yml", ".j2")


def digest(*texts: str) -> str:
    """A digest of texts and of where each ends."""
    made = hashlib.blake2b(digest_size=16)
    for text in texts:
        raw = text.encode("utf-8", "surrogatepass")
        made.update(b"%d:" % len(raw))
        made.update(raw)
    return made.hexdigest()


@cache
def tool_digest(stages: Sequence[str], libraries: Sequence[str], groups: Sequence[str]) -> str:
    """A digest of what results depend on beside the pack: the source and data of these stages and of the small modules,
    Python, libraries whose answers are in the results, and what other packages offer in these groups."""
    root = Path(__file__).parent
    files = [
        path
        for stage in (*stages, "")
        for path in sorted((root / stage).rglob("*") if stage else root.glob("*"))
        if path.suffix in _SOURCES and path.is_file()
    ]
    sources = [text for path in files for text in (path.relative_to(root).as_posix(), path.read_text("utf-8"))]
    offers = [line for group in groups for line in plugins.identity(group)]
    return digest(platform.python_version(), *(f"{name} {_version(name)}" for name in libraries), *offers, *sources)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"


@dataclass(frozen=True, slots=True)
class Store:
    """A folder that things are kept in, by name. `tool` is the digest of the tool: what another one wrote is not used.
    `inside` = the folder is a part of a pack, which may be anybody's. `keeps` = what is saved is kept."""

    folder: Path
    tool: str
    inside: bool = True
    keeps: bool = True

    @classmethod
    def of(cls, root: Path, tool: str, chosen: Path | None = None) -> Store:
        """The store of a pack: its own, or the folder that the user chose."""
        return cls(chosen, tool, inside=False) if chosen else cls(root / FOLDER, tool)

    def load(self, name: str) -> dict[str, Any]:
        """What a run of this very tool has kept under `name`; empty if nothing is there that can be used."""
        path = self.folder / name
        try:
            if self._leads_out() or path.is_symlink():
                return {}
            given, _, text = read_plain(path, limit=_MAX_BYTES).decode("ascii").partition("\n")
        except (OSError, ValueError):
            return {}
        if not is_sealed(self._label(name), text, given):
            return {}
        kept = json.loads(text)  # what is sealed is our own
        return kept if isinstance(kept, dict) else {}

    def save(self, name: str, kept: dict[str, Any]) -> None:
        """Keep something for the next run, if the folder can be written and it is not too much."""
        try:
            if not self.keeps or self._leads_out():
                return
            self.folder.mkdir(parents=True, exist_ok=True)
            ignore = (self.folder.parent if self.inside else self.folder) / ".gitignore"
            with suppress(FileExistsError), ignore.open("x", encoding="utf-8") as file:  # follows no link
                file.write("*\n")
            text = json.dumps(kept, separators=(",", ":"))
            sealed = f"{seal(self._label(name), text)}\n{text}"
            if len(sealed) > _MAX_BYTES:
                return
            write_whole(self.folder / name, sealed.encode(), durable=False, anything=True)
        except OSError:
            pass

    def _label(self, name: str) -> str:
        return f"{name}\n{self.tool}"

    def _leads_out(self) -> bool:
        """Is the pack's folder of it, or the one above it, a link? What lies behind it is not ours to read or write."""
        return self.inside and any(folder.is_symlink() for folder in (self.folder.parent, self.folder))


def seal(label: str, text: str) -> str:
    """The seal of a text under a label, with this user's key; never the same twice for a user who can keep no key."""
    key = _key() or secrets.token_bytes(_KEY_BYTES)
    return hmac.new(key, f"{label}\n{text}".encode(), hashlib.sha256).hexdigest()


def is_sealed(label: str, text: str, given: object) -> bool:
    """Whether `given` is the text's seal."""
    return hmac.compare_digest(str(given).encode(), seal(label, text).encode())


def _key() -> bytes | None:
    """The key of the environment, if it is long enough to be none that others guess; else the user's own, made when it
    is first needed; None if it cannot be kept."""
    given = os.environ.get(KEY_VARIABLE, "")
    if len(given) >= LEAST_KEY:
        return hashlib.sha256(given.encode("utf-8", "surrogateescape")).digest()
    try:
        folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "storypack"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / "key"
        with suppress(FileExistsError):
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(secrets.token_bytes(_KEY_BYTES))
        key = read_plain(path, limit=_KEY_BYTES)
    except (OSError, RuntimeError):  # no home, or one that cannot be written
        return None
    return key if len(key) == _KEY_BYTES else None
