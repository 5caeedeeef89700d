"""The files of a public data repository that addresses in tests lead to, in a clone of it.

A test in contentctl's formats names its events by address
(https://media.githubusercontent.com/media/splunk/attack_data/master/datasets/...). Nothing is fetched here: an address
leads to a file of a folder, or the reason says what to run to have it there. A file that Git LFS has not fetched is a
pointer (https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md): a few lines of text in its place.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from storypack.opening import open_plain, read_plain
from storypack.pack.adapters import app_settings
from storypack.pack.yaml import YamlError, decode, parse
from storypack.testing.results import Cause

_POINTER = b"version https://git-lfs.github.com/spec/v1\n"
_MAP_BYTES = 1024 * 1024
_HOSTS = r"(?:media\.githubusercontent\.com/media|raw\.githubusercontent\.com|(?:www\.)?github\.com)"
_OF_A_CLONE = re.compile(
    rf"https?://{_HOSTS}/[^/]+/attack_data/(?:raw/|blob/)?(?:refs/(?:heads|tags)/)?[^/]+/(?P<path>.+)", re.IGNORECASE
)
_CACHES = "test_data_caches"


class AttackDataError(ValueError):
    """A map of addresses that cannot be used."""


@dataclass(frozen=True, slots=True)
class Absence:
    """Why an address leads to no file that can be read."""

    cause: Cause
    message: str


@dataclass(frozen=True, slots=True)
class AttackData:
    """Where the files of addresses lie. `clone` = a clone of splunk/attack_data or of a fork with that name, whatever
    branch it has checked out; `folders` = folders by the beginnings of addresses, which end with `/`; the longest
    wins."""

    clone: Path | None = None
    folders: tuple[tuple[str, Path], ...] = ()

    def path(self, address: str) -> Path | None:
        """The path that an address leads to, whether a file is there or not; None if it leads nowhere."""
        place = self._place(address)
        return place[0] / place[1] if place else None

    def absence(self, address: str) -> Absence | None:
        """Why the file of an address cannot be read; None if it can."""
        place = self._place(address)
        if place is None:
            return Absence(Cause.NOT_MAPPED, f"no folder of --attack-data answers to this address: {address}")
        folder, name = place
        try:
            with open_plain(folder / name, folder) as file:
                is_pointer = file.read(len(_POINTER)) == _POINTER
        except FileNotFoundError:
            return Absence(
                Cause.NO_FILE, f"there is no file {name} in {folder}; to fetch it: {_download(*place, address)}"
            )
        except (OSError, ValueError) as error:
            reason = str(getattr(error, "strerror", None) or error).replace("of the pack", f"of {folder}")
            return Absence(Cause.UNREADABLE, f"{name} {reason}")
        if not is_pointer:
            return None
        fetch = f"git -C {shlex.quote(str(folder))} lfs pull --include {shlex.quote(name)}"
        return Absence(Cause.POINTER, f"{name} is a Git LFS pointer, not the events; to fetch them: {fetch}")

    def _place(self, address: str) -> tuple[Path, str] | None:
        """The folder of an address, and the path of its file there."""
        plain = address.partition("?")[0].partition("#")[0]
        place = None
        for prefix, folder in sorted(self.folders, key=lambda pair: -len(pair[0])):
            if plain.startswith(prefix):
                place = folder, unquote(plain[len(prefix) :])
                break
        else:
            if self.clone and (match := _OF_A_CLONE.fullmatch(plain)):
                place = self.clone, unquote(match["path"])
        if place is None or {"", ".", ".."} & set(place[1].split("/")) or "\0" in place[1]:
            return None
        return place


def is_address(data: str) -> bool:
    """Whether a test's events are named by their address, not by a path in the pack."""
    return "://" in data


def attack_data_of(given: Path) -> AttackData:
    """What `--attack-data` names: a folder, taken for a clone of splunk/attack_data; or a YAML file of folders by the
    beginnings of addresses, relative to that file. A contentctl.yml with `test_data_caches` is such a file, too.

    Raises AttackDataError with file and cure.
    """
    if given.is_dir():
        return AttackData(clone=given)
    try:
        data, problems = parse(decode(read_plain(given, limit=_MAP_BYTES)))
    except OSError as error:
        raise AttackDataError(f"{given}: {error.strerror or error}") from error
    except YamlError as error:
        raise AttackDataError(f"{given}: {error}") from error
    if problems:
        raise AttackDataError(f"{given}: {problems[0].message}")
    if _CACHES not in data and given.name in app_settings.FILES:
        raise AttackDataError(f"{given}: has no `{_CACHES}`; name the folder where the events lie in its place")
    folders = _of_caches(data[_CACHES], given) if _CACHES in data else data
    return AttackData(folders=tuple(_folder(prefix, folder, given) for prefix, folder in folders.items()))


def _of_caches(caches: Any, file: Path) -> dict[Any, Any]:
    """Folders by addresses, as contentctl.yml has them."""
    keys = ("base_url", "base_directory_name")
    if not isinstance(caches, list) or not all(isinstance(cache, dict) and set(keys) <= set(cache) for cache in caches):
        raise AttackDataError(f"{file}: each of `{_CACHES}` has a `{keys[0]}` and a `{keys[1]}`")
    return {cache[keys[0]]: cache[keys[1]] for cache in caches}


def _folder(prefix: Any, folder: Any, file: Path) -> tuple[str, Path]:
    if not isinstance(prefix, str) or not re.match(r"https?://[^/\s]+", prefix):
        raise AttackDataError(
            f"{file}: '{prefix}' is not the beginning of an address; write https://HOST/PATH/: FOLDER"
        )
    if not isinstance(folder, str) or not (file.parent / folder).is_dir():
        raise AttackDataError(
            f"{file}: there is no folder '{folder}' (for {prefix}), seen from the folder of this file"
        )
    return prefix.rstrip("/") + "/", file.parent / folder


def _download(folder: Path, name: str, address: str) -> str:
    return f"curl --fail --location --create-dirs --output {shlex.quote(str(folder / name))} {shlex.quote(address)}"
