"""What we did, on disk: `.storypack/deploy/<instance>-<app>/`, readable by the owner alone (600, folders 700).

    state.json           what we last applied, per object
    lock                 held while something is applied or rolled back
    applies/0001/        one apply or rollback
        about.json       what it is, of which version, when begun and ended
        before.json      each object as it was before we touched it (null = it was not there), and the fields touched
        intended.json    what each object is to be (null = it is to go)
        state.json       state.json as it was before
            journal.jsonl    a line before each step, on disk before the step is sent, and one after it

A run that breaks off leaves a folder whose `about.json` has no end. The next run opens it again: what was begun and not
ended is looked at on the instance, the snapshot keeps the first state, and the rest is done.
"""

from __future__ import annotations

import errno
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout

from storypack.deploy.desired import Key, Object
from storypack.deploy.kinds import BY_ID
from storypack.deploy.plan import Applied
from storypack.deploy.record_files import (
    append_line,
    cannot_write,
    damaged,
    read_about,
    read_lines,
    read_objects,
    write_about,
    write_objects,
)
from storypack.splunkd.errors import DeployError

What = Literal["apply", "rollback"]
Event = Literal["begin", "done", "refused"]
Settings = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Before:
    """An object before we touched it. `fields` are those that we touched; all of them when it was to be deleted."""

    object: Object | None
    fields: frozenset[str]


@dataclass(frozen=True, slots=True)
class Steps:
    """The objects that a step was begun for; those whose step was done; and those that a look showed untouched after
    the instance had refused it."""

    begun: set[Key]
    done: set[Key]
    refused: set[Key]

    @property
    def unclear(self) -> set[Key]:
        """Begun, and neither done nor seen undone."""
        return self.begun - self.done - self.refused


@dataclass(slots=True)
class Record:
    """One apply or rollback on disk."""

    folder: Path
    about: dict[str, Any]
    before: dict[Key, Before] = field(default_factory=dict)
    intended: dict[Key, Settings | None] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return self.folder.name

    @property
    def what(self) -> What:
        return "rollback" if self.about["what"] == "rollback" else "apply"

    @property
    def ended(self) -> bool:
        return "ended" in self.about

    @property
    def steps(self) -> Steps:
        """What the journal says of each object. A torn last line counts as not written."""
        begun: Counter[Key] = Counter()
        done: set[Key] = set()
        for line in read_lines(self.folder / "journal.jsonl"):
            key = (str(line["kind"]), str(line["name"]))
            if line["event"] == "done":
                done.add(key)
            begun[key] += {"begin": 1, "refused": -1}.get(line["event"], 0)
        refused = {key for key, times in begun.items() if times <= 0} - done
        return Steps(set(begun), done, refused)

    def touched(self) -> dict[Key, Before]:
        """What the objects that a step was begun for were before. DeployError when that is not there."""
        begun = self.steps.begun
        if begun - self.before.keys():
            raise damaged(self.folder / "before.json", f"{len(begun - self.before.keys())} objects are missing")
        return {key: one for key, one in self.before.items() if key in begun}

    def state_before(self) -> dict[Key, Settings]:
        return read_objects(self.folder / "state.json")

    def write(self) -> None:
        """Snapshot and intention, on disk before the first step."""
        write_objects(self.folder / "intended.json", self.intended)
        write_objects(self.folder / "before.json", {key: _plain(one) for key, one in self.before.items()})

    def note(self, event: Event, key: Key, effect: str) -> None:
        """Add a line to the journal. Only a beginning waits for the disk: an end that is lost is looked up."""
        line = {"event": event, "kind": key[0], "name": key[1], "effect": effect}
        append_line(self.folder / "journal.jsonl", line, wait=event == "begin")


class Store:
    """The folder of one app on one instance."""

    def __init__(self, root: Path, guid: str, app: str) -> None:
        self.folder = root / ".storypack" / "deploy" / f"{guid}-{app}"

    # --- reading --------------------------------------------------------------------------------------------

    def records(self) -> list[Record]:
        """Every apply and rollback, oldest first."""
        folders = sorted((self.folder / "applies").glob("[0-9]*")) if self.folder.is_dir() else []
        return [_record(folder) for folder in folders if folder.name.isdecimal() and (folder / "about.json").is_file()]

    def unfinished(self) -> Record | None:
        """The run that broke off, if the last one did."""
        records = self.records()
        return records[-1] if records and not records[-1].ended else None

    def state(self) -> dict[Key, Settings]:
        return read_objects(self.folder / "state.json")

    def applied(self) -> Applied:
        """What earlier runs did, the one that broke off included."""
        settings = self.state()
        record = self.unfinished()
        if record is None or record.what == "rollback":
            return Applied(settings)
        steps = record.steps
        for key in steps.done:
            wanted = record.intended.get(key)
            if wanted is None:
                settings.pop(key, None)
            else:
                settings[key] = wanted
        fresh = {
            key
            for key in steps.unclear
            if key in record.before and record.before[key].object is None and key not in settings
        }
        made_the_app = any(
            BY_ID[key[0]].is_app and key in steps.begun and one.object is None for key, one in record.before.items()
        )
        if made_the_app:  # splunkd gave it a menu, which is no more the site's than the app
            fresh |= {key for key in record.before if BY_ID[key[0]].comes_with_app and key not in steps.done}
        return Applied(settings, frozenset(fresh))

    # --- writing --------------------------------------------------------------------------------------------

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every other apply and rollback of this app on this instance out, as far as they run on this machine."""
        self._make(self.folder)
        try:
            lock = FileLock(self.folder / "lock", mode=0o600, blocking=False)
            lock.acquire()
        except Timeout:
            raise DeployError("another deployment of this app is running", "wait for it to end") from None
        except OSError as error:
            raise cannot_write(self.folder, error) from error
        try:
            yield
        finally:
            lock.release()

    def begin(self, what: What, version: str, now: str, **more: str) -> Record:
        """A new record, begun; nothing is in it yet."""
        number = max((int(record.id) for record in self.records()), default=0) + 1
        folder = self.folder / "applies" / f"{number:04d}"
        self._make(folder)
        write_objects(folder / "state.json", self.state())
        about = {"what": what, "version": version, "begun": now, **more}
        write_about(folder / "about.json", about)
        return Record(folder, about)

    def end(self, record: Record, state: Mapping[Key, Settings], now: str) -> None:
        """The run is through: the new state first, then the end. A crash between the two repeats nothing but this."""
        write_objects(self.folder / "state.json", state)
        record.about["ended"] = now
        write_about(record.folder / "about.json", record.about)

    def save_state(self, state: Mapping[Key, Settings]) -> None:
        self._make(self.folder)
        write_objects(self.folder / "state.json", state)

    def _make(self, folder: Path) -> None:
        try:
            for part in (*reversed(folder.parents[: folder.parts[::-1].index(".storypack")]), folder):
                part.mkdir(exist_ok=True, mode=0o700)
                if part.is_symlink():
                    raise OSError(errno.EACCES, f"{part.name} is a link, and nothing is written through it")
        except OSError as error:
            raise cannot_write(folder, error) from error


def _record(folder: Path) -> Record:
    before = {key: _before(folder, key, one) for key, one in read_objects(folder / "before.json").items()}
    return Record(folder, read_about(folder / "about.json"), before, read_objects(folder / "intended.json", gone=True))


def _before(folder: Path, key: Key, plain: Any) -> Before:
    try:
        one = plain["object"]
        there = None if one is None else Object(BY_ID[key[0]], key[1], dict(one["settings"]), bool(one["removable"]))
        return Before(there, frozenset(plain["fields"]))
    except (KeyError, TypeError, ValueError) as error:
        raise damaged(folder / "before.json", f"{key[0]} {key[1]} is not whole") from error


def _plain(before: Before) -> dict[str, Any]:
    one = before.object
    shown = None if one is None else {"settings": dict(one.settings), "removable": one.removable}
    return {"object": shown, "fields": sorted(before.fields)}
