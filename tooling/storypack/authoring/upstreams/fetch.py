"""Where a release comes from: a folder, an archive, or a repository of git. What is fetched goes into a folder that the
caller gives, and nowhere else."""

from __future__ import annotations

import os
import re
import subprocess
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO
from urllib.parse import urlsplit, urlunsplit

from storypack.authoring.changes import GitError
from storypack.authoring.upstreams.release import MOST_BYTES, MOST_FILES, ReleaseError, digest_of
from storypack.opening import real

_ARCHIVES = (".tar.gz", ".tgz", ".tar", ".spl", ".zip")
_URL = re.compile(r"(?:https?|ssh|git|file)://.+|[\w.-]+@[\w.-]+:.+")
_PROTOCOLS = "file:git:http:https:ssh"  # no helper of git's that runs a command
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Fetched:
    """A release on disk. `ref` is the branch, tag or commit that was asked for, `commit` what it is; both empty for
    what is no repository. `digest` = that of an archive's bytes."""

    folder: Path
    ref: str = ""
    commit: str = ""
    digest: str = ""


def fetch(source: str, ref: str, into: Path) -> Fetched:
    """The release at `source`, in `into`, which is empty; a plain folder stays where it is.

    Raises ReleaseError, and GitError."""
    path = Path(source or os.devnull)  # an empty name would be the current folder
    if is_url(source) or (ref and path.is_dir()):
        return _from_git(source, ref or "HEAD", into)
    if ref:
        raise ReleaseError("--ref names a state of a repository, and this is none")
    if path.is_dir():
        return Fetched(path)
    if not path.is_file():
        raise ReleaseError("is no folder, archive or URL of a repository")
    if not path.name.endswith(_ARCHIVES):
        raise ReleaseError(f"is none of the archives that are read: {', '.join(_ARCHIVES)}")
    with path.open("rb") as file:
        unpack(file, into, is_zip=path.name.endswith(".zip"))
    return Fetched(into, digest=digest_of(path.read_bytes()))


def is_url(source: str) -> bool:
    """Whether a source is the URL of a repository, and no path."""
    return _URL.fullmatch(source) is not None


def without_secret(source: str) -> str:
    """A source without user and password: what may be kept in a file.

    >>> without_secret("https://me:token@git.example.com/pack.git")
    'https://git.example.com/pack.git'
    """
    if "://" not in source:
        return source
    parts = urlsplit(source)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, "", ""))


def unpack(file: IO[bytes], into: Path, *, is_zip: bool = False) -> None:
    """Write the plain files of an archive below a folder. In the place of a link, pipe or device stands a link to
    itself, which leads nowhere. A name that leads out of the folder, or too much of it, is refused. Raises
    ReleaseError."""
    written = count = 0
    try:
        for name, stream in _zip_files(file) if is_zip else _tar_files(file):
            count += 1
            if count > MOST_FILES:
                raise ReleaseError(f"it has more than {MOST_FILES:,} files")
            target = into / _inside(name)
            target.parent.mkdir(parents=True, exist_ok=True)
            if stream is None:
                target.symlink_to(target.name)
                continue
            with target.open("xb") as out:
                while chunk := stream.read(_CHUNK):
                    written += len(chunk)
                    if written > MOST_BYTES:
                        raise ReleaseError(f"it holds more than {MOST_BYTES >> 20} MiB")
                    out.write(chunk)
    except FileExistsError as error:
        raise ReleaseError(f"has a file twice: {name!r}") from error
    except (tarfile.TarError, zipfile.BadZipFile, EOFError, OSError, RuntimeError, NotImplementedError) as error:
        raise ReleaseError(f"cannot be unpacked: {error}") from error


def _inside(name: str) -> str:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or not name.isprintable() or not path.parts:
        raise ReleaseError(f"has a file whose name leads elsewhere: {name!r}")
    return path.as_posix()


def _tar_files(file: IO[bytes]) -> Iterator[tuple[str, IO[bytes] | None]]:
    """All but the folders; None for what is no plain file."""
    with tarfile.open(fileobj=file, mode="r|*") as archive:
        for member in archive:
            if not member.isdir():
                yield member.name, archive.extractfile(member) if member.isreg() else None


def _zip_files(file: IO[bytes]) -> Iterator[tuple[str, IO[bytes] | None]]:
    """All but the folders; None for what is no plain file."""
    with zipfile.ZipFile(file) as archive:
        for member in archive.infolist():
            kind = member.external_attr >> 28  # of the mode: 0o4 is a folder, 0o12 a link
            if member.is_dir() or kind == 0o4:
                continue
            if kind not in (0, 0o10):
                yield member.filename, None
                continue
            with archive.open(member) as stream:
                yield member.filename, stream


def _from_git(source: str, ref: str, into: Path) -> Fetched:
    """One state of a repository, as `git archive` writes it: nothing of the repository is run here."""
    if ref.startswith("-") or source.startswith("-"):  # git would take it for an option
        raise GitError(f"'{ref if ref.startswith('-') else source}' is an option of git")
    repository, tree = into / "git", into / "tree"
    where = source if is_url(source) else real(Path(source)).as_posix()
    _git("init", "-q", "--bare", str(repository))
    _git("-C", str(repository), "fetch", "-q", "--depth", "1", "--no-tags", where, ref)
    commit = _git("-C", str(repository), "rev-parse", "FETCH_HEAD^{commit}").strip()
    tree.mkdir()
    command = ["git", "-C", str(repository), "archive", "--format=tar", commit]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=_environment()) as process:
        stream: BinaryIO = process.stdout  # type: ignore[assignment]
        try:
            unpack(stream, tree)
        finally:
            stream.close()
            process.kill()
    return Fetched(tree, "" if ref == "HEAD" else ref, commit)


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, check=True, env=_environment())
    except FileNotFoundError as error:
        raise GitError("needs git, which is not installed") from error
    except subprocess.CalledProcessError as error:
        reason = os.fsdecode(error.stderr).strip().splitlines()
        raise GitError(f"git says: {reason[-1] if reason else 'no'}") from error
    return os.fsdecode(done.stdout)


def _environment() -> dict[str, str]:
    return {**os.environ, "GIT_TERMINAL_PROMPT": "0", "GIT_ALLOW_PROTOCOL": _PROTOCOLS}
