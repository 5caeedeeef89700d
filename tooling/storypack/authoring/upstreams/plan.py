"""What a release makes of the files of a pack: what would be written, moved and removed, and every conflict."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Any, Literal

from storypack.authoring.upstreams.local import File, Local, Triple, triples
from storypack.authoring.upstreams.merge import ABSENT, Conflict, Side, merge
from storypack.authoring.upstreams.record import Base
from storypack.authoring.upstreams.release import Release, ReleaseError, data_of
from storypack.authoring.upstreams.rows import merged_rows
from storypack.authoring.upstreams.text import TextError, merged_text
from storypack.pack.files import SUFFIXES

Action = Literal["added", "updated", "merged", "removed", "kept"]


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of one file of this pack. `data` = its new bytes; None = they stay, or the file goes. `old_path` =
    where it is now, if it moves. `places` came from upstream; `note` says what is left as it is here."""

    action: Action
    path: str
    data: bytes | None = None
    old_path: str = ""
    places: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class FileConflict:
    """A conflict, and the file of this pack that it is in."""

    path: str
    conflict: Conflict

    @property
    def name(self) -> str:
        """What --ours and --theirs call it."""
        return f"{self.path}:{self.conflict.place}" if self.conflict.place else self.path


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a release would do, and what keeps it from being done."""

    steps: Sequence[Step]
    conflicts: Sequence[FileConflict]
    unused: Sequence[str]
    """Words of --ours and --theirs that decide nothing."""


def plan(local: Local, base: Base | None, release: Release, decisions: Mapping[Side, Sequence[str]]) -> Plan:
    """What the release makes of a pack. `decisions` has, by side, globs over the names of conflicts. Nothing is
    written. Raises ReleaseError for a file of the pack that cannot be read, and for a link in the place of a file that
    the last release had: that is no removal."""
    planner = _Planner(local, decisions)
    states = triples(local, base, release)
    _no_links_for_files(states, release)
    for triple in states:
        planner.file(triple)
    unused = [f"--{side} '{word}'" for side, words in decisions.items() for word in words if word not in planner.used]
    return Plan(planner.steps, planner.conflicts, unused)


def _no_links_for_files(states: Sequence[Triple], release: Release) -> None:
    gone = (triple.base for triple in states if triple.base and triple.theirs is None)
    links = sorted({link for path in gone if (link := release.link_over(path))})
    if links:
        raise ReleaseError(
            f"has a link, pipe or device where its last release had files, which would count as removed: "
            f"{', '.join(links)}; replace each by the file or folder itself"
        )


@dataclass
class _Planner:
    local: Local
    decisions: Mapping[Side, Sequence[str]]
    steps: list[Step] = field(default_factory=list)
    conflicts: list[FileConflict] = field(default_factory=list)
    used: set[str] = field(default_factory=set)

    def file(self, triple: Triple) -> None:
        """Add what becomes of one file."""
        path = self.local.here(triple.path)
        if triple.ours is not None and triple.theirs is not None:
            self._both(triple, triple.ours, triple.theirs, path)
        elif triple.theirs is not None:
            self._only_theirs(triple, triple.theirs, path)
        elif triple.ours is not None:
            self._only_ours(triple, triple.ours, path)

    def _decide(self, path: str) -> Callable[[str], Side | None]:
        def decided(place: str) -> Side | None:
            names = (path, f"{path}:{place}") if place else (path,)
            for side, words in self.decisions.items():
                for word in words:
                    if any(name == word or fnmatchcase(name, word) for name in names):
                        self.used.add(word)
                        return side
            return None

        return decided

    def _only_ours(self, triple: Triple, ours: File, path: str) -> None:
        """Upstream has the file no longer."""
        side = "theirs" if triple.is_base(ours) else self._decide(path)("")
        if side == "theirs":
            self.steps.append(Step("removed", path))
        elif side == "ours":
            self.steps.append(Step("kept", path, note="gone upstream; from now on it is this pack's own"))
        else:
            self._conflict(path, Conflict("", _text(triple.old), _text(ours.data), ABSENT))

    def _only_theirs(self, triple: Triple, theirs: File, path: str) -> None:
        if not triple.base:
            self.steps.append(Step("added", path, theirs.data))
        elif not triple.is_base(theirs):
            self.steps.append(Step("kept", path, note="removed here, and changed upstream: it stays out"))

    def _both(self, triple: Triple, ours: File, theirs: File, path: str) -> None:
        old = self.local.here(ours.path)
        moved = old if old != path else ""
        if moved and self.local.read(triple.path) is not None:
            self._conflict(path, Conflict("", ABSENT, f"another file, beside {old}", _text(theirs.data)))
        elif ours.data == theirs.data or triple.is_base(theirs):
            self.steps += [Step("updated", path, ours.data, moved)] if moved else []
        elif triple.is_base(ours):
            before, after = _object(ours.path, ours.data), _object(theirs.path, theirs.data)
            places = merge(before, before, after).taken if before is not None and after is not None else ()
            self.steps.append(Step("updated", path, theirs.data, moved, places))
        else:
            data, places = self._merged(triple, ours, theirs, path)
            if data != ours.data or moved:
                self.steps.append(Step("merged", path, data, moved, places))

    def _merged(self, triple: Triple, ours: File, theirs: File, path: str) -> tuple[bytes, tuple[str, ...]]:
        """The bytes of a file that both sides changed, with ours where there is a conflict, and what theirs gave."""
        decide = self._decide(path)
        before = _object(triple.base, triple.old) if triple.base else {}
        here, there = _object(ours.path, ours.data), _object(theirs.path, theirs.data)
        if before is not None and here is not None and there is not None and here.get("id") == there.get("id"):
            merged = merge(before, here, there, decide)
            try:
                text = merged_text(ours.data.decode(), theirs.data.decode(), merged).encode()
            except TextError:
                return self._whole(triple, ours, theirs, path)
            self._conflicts(path, merged.conflicts)
            return text if merged.taken else ours.data, merged.taken
        rows = _rows(triple.old, ours, theirs, decide)
        if rows is None:
            return self._whole(triple, ours, theirs, path)
        self._conflicts(path, rows[1])
        return rows[0].encode(), ()

    def _whole(self, triple: Triple, ours: File, theirs: File, path: str) -> tuple[bytes, tuple[str, ...]]:
        """One side of a file that cannot be merged."""
        side = self._decide(path)("")
        if side is None:
            self._conflict(path, Conflict("", _text(triple.old), _text(ours.data), _text(theirs.data)))
        return theirs.data if side == "theirs" else ours.data, ()

    def _conflicts(self, path: str, conflicts: Sequence[Conflict]) -> None:
        for conflict in conflicts:
            self._conflict(path, conflict)

    def _conflict(self, path: str, conflict: Conflict) -> None:
        self.conflicts.append(FileConflict(path, conflict))


def _rows(
    old: bytes | None, ours: File, theirs: File, decide: Callable[[str], Side | None]
) -> tuple[str, Sequence[Conflict]] | None:
    """The text of a CSV, merged by rows, if it can be, and the conflicts."""
    if not ours.path.endswith(".csv") or old is None:
        return None
    try:
        return merged_rows(old.decode(), ours.data.decode(), theirs.data.decode(), decide)
    except UnicodeDecodeError:
        return None


def _object(path: str, data: bytes | None) -> dict[str, Any] | None:
    return data_of(data) if data is not None and PurePosixPath(path).suffix in SUFFIXES else None


def _text(data: bytes | None) -> Any:
    """A whole file as a conflict shows it."""
    if data is None:
        return ABSENT
    try:
        return data.decode()
    except UnicodeDecodeError:
        return f"{len(data):,} bytes"
