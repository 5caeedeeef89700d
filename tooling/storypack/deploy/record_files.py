"""The files of our records: JSON that is there whole or not at all, readable by the owner alone."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from storypack.atomic import write_whole
from storypack.deploy.desired import Key
from storypack.deploy.kinds import BY_ID
from storypack.splunkd.errors import DeployError

FORMAT = 1  # of all of them; a file that says a higher one is of a newer storypack

_APPEND = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


# --- what can go wrong ---------------------------------------------------------------------------------------------


def damaged(path: Path, what: str) -> DeployError:
    """A record that cannot be read. Nothing is guessed: without it somebody's changes could be lost."""
    if path.parent.parent.name == "applies":
        cure = (
            f"restore it from a backup; without it run {path.parent.name} cannot be rolled back: move its folder away"
        )
    else:
        cure = (
            "restore it from a backup, or move it away: then the plan cannot tell what the site changed, "
            "but the runs beside it keep their snapshots"
        )
    return DeployError(f"{path} is damaged: {what}", cure)


def cannot_write(path: Path, error: OSError) -> DeployError:
    """Without records nothing is done: there would be no way back."""
    cure = "make room, or give the right to write: without records nothing is changed on the instance"
    return DeployError(f"cannot keep records in {path}: {error.strerror or error}", cure)


# --- objects -------------------------------------------------------------------------------------------------------


def write_objects(path: Path, objects: Mapping[Key, Any]) -> None:
    """Something for each of some objects."""
    plain: dict[str, dict[str, Any]] = {}
    for (kind, name), value in sorted(objects.items(), key=lambda item: item[0]):
        plain.setdefault(kind, {})[name] = value
    _write(path, {"format": FORMAT, "objects": plain})


def read_objects(path: Path, *, gone: bool = False) -> dict[Key, Any]:
    """The same again; nothing when there is no file. `gone`: an object may be null."""
    plain = _read(path)
    if plain is None:
        return {}
    objects = plain.get("objects")
    if not isinstance(objects, dict) or not all(isinstance(names, dict) for names in objects.values()):
        raise damaged(path, "it holds no objects")
    if unknown := objects.keys() - BY_ID.keys():
        raise damaged(path, f"nothing is known of the kind {min(unknown)}")
    values = {(kind, name): value for kind, names in objects.items() for name, value in names.items()}
    for (kind, name), value in values.items():
        if not isinstance(value, dict) and not (gone and value is None):
            raise damaged(path, f"{kind} {name} is not whole")
    return values


def write_about(path: Path, about: Mapping[str, Any]) -> None:
    """What a run is."""
    _write(path, {"format": FORMAT, **about})


def read_about(path: Path) -> dict[str, Any]:
    """The same again."""
    plain = _read(path) or {}
    lacking = [key for key in ("what", "version", "begun") if not isinstance(plain.get(key), str)]
    if plain.get("what") == "rollback" and not isinstance(plain.get("to"), str):
        lacking.append("to")
    if lacking:
        raise damaged(path, f"it lacks {', '.join(lacking)}")
    plain.pop("format", None)
    return plain


# --- lines ---------------------------------------------------------------------------------------------------------


def append_line(path: Path, line: Mapping[str, str], *, wait: bool) -> None:
    """Add a line; `wait` until it is on disk. Half a line that a full disk or a power cut left is closed first."""
    try:
        handle = os.open(path, _APPEND, 0o600)
        try:
            size = os.fstat(handle).st_size
            os.lseek(handle, max(size - 1, 0), os.SEEK_SET)
            torn = size > 0 and os.read(handle, 1) != b"\n"
            data = ("\n" if torn else "") + json.dumps(line) + "\n"
            if os.write(handle, data.encode()) < len(data):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))  # there was room for a part only
            if wait:
                os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise cannot_write(path, error) from error


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The lines that are whole."""
    if path.is_file():
        for text in path.read_bytes().splitlines():
            try:
                line = json.loads(text)
            except ValueError:
                continue
            if isinstance(line, dict) and {"event", "kind", "name"} <= line.keys():
                yield line


# --- whole files ---------------------------------------------------------------------------------------------------


def _read(path: Path) -> dict[str, Any] | None:
    try:
        plain = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DeployError(f"cannot read {path}: {error.strerror or error}") from error
    except ValueError as error:
        raise damaged(path, f"no JSON: {error}") from error
    if not isinstance(plain, dict):
        raise damaged(path, "it holds no object")
    version = plain.get("format")
    if not isinstance(version, int):
        raise damaged(path, "it does not say its format")
    if version > FORMAT:
        raise DeployError(f"{path} is of a newer storypack (format {version}, this one knows {FORMAT})", "update it")
    return plain


def _write(path: Path, value: Any) -> None:
    """Write a file in one step, mode 600: a reader or a power cut finds the old one or the new one."""
    try:
        # no indentation: json writes that with its slow encoder
        write_whole(path, json.dumps(value, sort_keys=True).encode(), mode=0o600)
    except OSError as error:
        raise cannot_write(path, error) from error
