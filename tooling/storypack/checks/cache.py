"""What earlier runs learnt, in `.storypack/cache/` of the pack: safe to delete, never needed, never wrong.

A file there is JSON, holds the digest of the tool that wrote it, and is replaced in one step, so that runs which race
leave one whole file. It is sealed with a key of the user's: a pack that brings a cache along, to hide what is wrong
with it, is checked like any other. Nothing is written through links, and a folder that cannot be written is no
problem."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import platform
import secrets
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from storypack import plugins
from storypack.issue import Issue, Location, Severity
from storypack.opening import read_plain

FOLDER = Path(".storypack", "cache")
_MAX_BYTES = 64 * 1024 * 1024
_KEY_BYTES = 32
# What the results depend on beside the pack: these packages of ours, and libraries whose answers are in them.
_STAGES = ("app_build", "checks", "conf", "world", "pack", "spl", "reference", "")
_LIBRARIES = ("pcre2", "rapidfuzz", "pydantic", "PyYAML", "cronsim", "Jinja2")

Row = list[str | int]


def digest(*texts: str) -> str:
    """A digest of texts and of where each ends."""
    found = hashlib.blake2b(digest_size=16)
    for text in texts:
        raw = text.encode("utf-8", "surrogatepass")
        found.update(b"%d:" % len(raw))
        found.update(raw)
    return found.hexdigest()


@cache
def tool_digest() -> str:
    """A digest of the tool itself: its source and data, Python, the libraries whose answers it keeps, and the packages
    that bring rules."""
    root = Path(__file__).parents[1]
    files = [
        path
        for stage in _STAGES
        for path in sorted((root / stage).rglob("*") if stage else root.glob("*"))
        if path.suffix in (".py", ".json") and path.is_file()
    ]
    sources = [text for path in files for text in (path.relative_to(root).as_posix(), path.read_text("utf-8"))]
    others = plugins.identity(plugins.RULES)
    return digest(platform.python_version(), *(f"{name} {_version(name)}" for name in _LIBRARIES), *others, *sources)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"


def load(root: Path, name: str) -> dict[str, Any]:
    """What a run of this very tool has kept under `name`; empty if nothing is there that can be used."""
    path = root / FOLDER / name
    try:
        if _leads_out(root) or path.is_symlink():
            return {}
        found = json.loads(read_plain(path, limit=_MAX_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(found, dict) or not isinstance(text := found.get("kept"), str):
        return {}
    if not hmac.compare_digest(str(found.get("seal")).encode(), _seal(name, text).encode()):
        return {}
    kept = json.loads(text)  # what is sealed is our own
    return kept if isinstance(kept, dict) else {}


def save(root: Path, name: str, kept: dict[str, Any]) -> None:
    """Keep something for the next run, if the folder can be written."""
    folder = root / FOLDER
    temporary = folder / f".{name}.{os.getpid()}.tmp"
    try:
        if _leads_out(root):
            return
        folder.mkdir(parents=True, exist_ok=True)
        ignore = folder.parent / ".gitignore"
        with suppress(FileExistsError), ignore.open("x", encoding="utf-8") as file:  # follows no link
            file.write("*\n")
        text = json.dumps(kept, separators=(",", ":"))
        with temporary.open("x", encoding="utf-8") as file:
            json.dump({"seal": _seal(name, text), "kept": text}, file)
        temporary.replace(folder / name)
    except OSError:
        with suppress(OSError):
            temporary.unlink()


def _seal(name: str, text: str) -> str:
    """The seal of a file of this tool and this user; never the same twice for a user who can keep no key."""
    key = _key() or secrets.token_bytes(_KEY_BYTES)
    return hmac.new(key, f"{name}\n{tool_digest()}\n{text}".encode(), hashlib.sha256).hexdigest()


def _key() -> bytes | None:
    """The user's key, made when it is first needed; None if it cannot be kept."""
    try:
        folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "storypack"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / "key"
        with suppress(FileExistsError):
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(secrets.token_bytes(_KEY_BYTES))
        found = read_plain(path, limit=_KEY_BYTES)
    except (OSError, RuntimeError):  # no home, or one that cannot be written
        return None
    return found if len(found) == _KEY_BYTES else None


def _leads_out(root: Path) -> bool:
    """Is the folder, or the one above it, a link? What lies behind it is not ours to read or to write."""
    return any((root / part).is_symlink() for part in (FOLDER.parent, FOLDER))


def row_of(issue: Issue) -> Row:
    """An issue as plain data."""
    place = issue.location
    text: Row = [issue.rule, issue.severity.value, issue.message, place.file, place.line, place.column]
    return [*text, issue.key, issue.cure]


def issue_of(row: Any) -> Issue:
    """The issue of `row_of`. Raises ValueError for anything else."""
    match row:
        case [str(rule), str(severity), str(message), str(file), int(line), int(column), str(key), str(cure)]:
            return Issue(rule, Severity(severity), message, Location(file, line, column), key, cure)
    raise ValueError("this is no issue")
