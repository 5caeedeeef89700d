"""Digests of large files, worked out once for as long as a file stays as it is."""

from __future__ import annotations

import hashlib
import os
import time
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from storypack.opening import open_plain
from storypack.store import Store

FILE = "file-digests.json"
_CHUNK = 1024 * 1024
_RECENT = 2 * 10**9
"""Nanoseconds: a file that changed so lately may change again and look the same to a file system with coarse times."""


@dataclass(eq=False)
class FileDigests:
    """Digests by path, and what tells that the file is still the one that was read: size, times and inode."""

    store: Store
    _new: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def _known(self) -> dict[str, Any]:
        return self.store.load(FILE)

    def of(self, path: Path) -> str:
        """The digest of a plain file's bytes; of one that cannot be read, why."""
        key = str(path.absolute())
        try:
            with open_plain(path) as file:
                state = os.fstat(file.fileno())
                mark = [state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino]
                match self._known.get(key):
                    case [known, str(digest)] if known == mark:
                        return digest
                made = hashlib.blake2b(digest_size=16)
                while chunk := file.read(_CHUNK):
                    made.update(chunk)
        except (OSError, ValueError) as error:
            return f"is not: {type(error).__name__}"
        if abs(time.time_ns() - state.st_ctime_ns) > _RECENT:
            self._new[key] = [mark, made.hexdigest()]
        return made.hexdigest()

    def keep(self) -> None:
        """Keep what was worked out for the next run; of files that are gone, nothing."""
        if self._new:
            known = {key: value for key, value in self._known.items() if os.path.lexists(key)}
            self.store.save(FILE, {**known, **self._new})
