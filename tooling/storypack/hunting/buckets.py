"""Files behind a URL: `s3://`, `gs://`, `abfs://`, `hdfs://`, `https://`, and what else fsspec knows.

They are fetched one by one into a folder of ours, in pieces. Credentials are those of the environment, as the libraries
of each provider read them; they are never asked for. Names of a listing are text: no path is made of them.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from storypack import extras

_URL = re.compile(r"(?P<protocol>[a-z][a-z0-9+.-]+)://\S+", re.IGNORECASE)
_EXTRAS = {
    **dict.fromkeys(("s3", "s3a"), "s3"),
    **dict.fromkeys(("gs", "gcs"), "gs"),
    **dict.fromkeys(("abfs", "abfss", "az", "adl"), "abfs"),
    **dict.fromkeys(("http", "https"), "https"),
    "hdfs": "hdfs",
}
"""The extra of storypack that brings a protocol's file system."""
_FAULTS = (
    ("aiohttp", "ClientError"),
    ("botocore.exceptions", "BotoCoreError"),
    ("botocore.exceptions", "ClientError"),
    ("azure.core.exceptions", "AzureError"),
    ("google.auth.exceptions", "GoogleAuthError"),
    ("gcsfs.retry", "HttpError"),
    ("pyarrow", "ArrowException"),
)
"""What the libraries raise beside OSError and ValueError."""
_KEPT_FREE = 0.05
"""The share of the scratch folder's disk that stays free."""


class BucketError(Exception):
    """A URL that cannot be read, and why."""


@dataclass(frozen=True, slots=True)
class Remote:
    """A file behind a URL. `name` is the file system's own, `shown` its URL without credentials; `size` in bytes, None
    if nobody says."""

    name: str
    shown: str
    size: int | None


def is_url(name: str) -> bool:
    return _URL.fullmatch(name) is not None


def shown_url(url: str) -> str:
    """A URL without what may be secret in it: a password, the signature of a link."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url.partition("?")[0]
    if not parts.netloc:
        return url
    signed = parts.scheme.lower() in ("http", "https")
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "" if signed else parts.query, ""))


def listed(url: str) -> tuple[Any, list[Remote]]:
    """The file system of a URL, and the files below it in the order of their names. Raises BucketError."""
    system, root = open_system(url)
    try:
        infos = _infos(system, root)
    except _faults() as error:
        raise BucketError(f"{shown_url(url)}: {_words(error)}") from error
    except ImportError as error:
        raise _missing(url) from error
    if not infos:
        raise BucketError(f"{shown_url(url)}: there is nothing there")
    files = [
        Remote(name, shown_url(str(system.unstrip_protocol(name))), size if isinstance(size, int) else None)
        for name, info in sorted(infos.items())
        for size in [info.get("size")]
    ]
    return system, files


def fetched(url: str, folder: Path) -> Iterator[tuple[Path | None, str, str]]:
    """Each file below a URL: where it was fetched to in `folder`, its own URL, and else (no path) why it could not be.
    Raises BucketError if nothing can be read, or more lies there than the disk of `folder` can take."""
    system, files = listed(url)
    folder.mkdir(parents=True, exist_ok=True)
    disk = shutil.disk_usage(folder)
    size, room = sum(each.size or 0 for each in files), int(disk.free - _KEPT_FREE * disk.total)
    if size > room:
        raise BucketError(
            f"{shown_url(url)}: {size:,} bytes lie there, and {max(room, 0):,} can be fetched to {folder}: "
            "name a larger place with --temp, a part of it, or hunt with --cluster"
        )
    for number, file in enumerate(files):
        yield fetch(system, file, folder, number)


def fetch(system: Any, file: Remote, folder: Path, number: int) -> tuple[Path | None, str, str]:
    """One file; see `fetched`. `number` tells it from the others in the folder."""
    last = file.name.partition("?")[0].rpartition("/")[2]
    target = folder / f"{number:07}-{re.sub(r'[^A-Za-z0-9._-]', '_', last)[-80:]}"
    try:
        system.get_file(file.name, str(target))
    except _faults() as error:
        with suppress(OSError):
            target.unlink()
        return None, file.shown, _words(error)
    return target, file.shown, ""


def open_system(url: str) -> tuple[Any, str]:
    """The file system of a URL, and its name there. Raises BucketError."""
    import fsspec

    try:
        system, root = fsspec.core.url_to_fs(url)
    except ImportError as error:
        raise _missing(url) from error
    except _faults() as error:
        raise BucketError(f"{shown_url(url)}: {_words(error)}") from error
    return system, str(root)


def _missing(url: str) -> BucketError:
    protocol = url.partition("://")[0].lower()
    extra = _EXTRAS.get(protocol)
    cure = extras.install(extra) if extra else f"install the package of fsspec's file system {protocol}"
    return BucketError(f"{shown_url(url)}: nothing here reads {protocol}://; {cure}")


def _infos(system: Any, root: str) -> dict[str, Mapping[str, Any]]:
    if "http" in (system.protocol if isinstance(system.protocol, tuple) else (system.protocol,)):
        return _linked(system, root)
    if system.isfile(root):
        return {root: system.info(root)}
    return dict(system.find(root, detail=True))


def _linked(system: Any, root: str) -> dict[str, Mapping[str, Any]]:
    """The file, or what the page of a folder (its address ends with a slash) links to below itself."""
    if not urlsplit(root).path.endswith("/"):
        return {root: system.info(root)}
    files: dict[str, Mapping[str, Any]] = {}
    base = root.partition("?")[0]
    todo, seen = [base], {base}
    while todo:
        for entry in system.ls(todo.pop(), detail=True):
            name = str(entry["name"])
            if not name.startswith(base) or name in seen or "/../" in name or urlsplit(name).query:
                continue
            seen.add(name)
            if name.endswith("/"):
                todo.append(name)
            else:
                files[name] = entry
    return files


def _faults() -> tuple[type[Exception], ...]:
    """What reading from elsewhere may raise, of the libraries that are in use."""
    modules = [(sys.modules.get(module), name) for module, name in _FAULTS]
    theirs = (getattr(module, name) for module, name in modules if module is not None and hasattr(module, name))
    return (OSError, ValueError, *theirs)


def _words(error: BaseException) -> str:
    """Why, in one line. A library's words may hold an address with credentials."""
    text = " ".join(str(error).split()) or type(error).__name__
    return re.sub(r"[a-z][a-z0-9+.-]*://\S+", lambda match: shown_url(match[0]), text)[:300]
