"""One transform of transforms.conf at index time: REGEX and FORMAT, or INGEST_EVAL.

transforms.conf.spec. A match is written to DEST_KEY, or with WRITE_META as indexed fields; where REGEX does not match,
DEFAULT_VALUE is. REGEX sees LOOKAHEAD characters, so what it matches may end there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from storypack.engine.ingest.event import IngestEvent
from storypack.engine.ingest.settings import Settings, Warn
from storypack.engine.udf.regex import GIVEN_UP, STRIKES

LOOKAHEAD = 4_096

_PAIR = re.compile(r'([^\s"]+?)::(?:"((?:[^"\\]|\\.)*)"|(\S+))')
_REFERENCE = re.compile(r"\$(\d+)")
_PREFIXES = {"MetaData:Host": "host", "MetaData:Source": "source", "MetaData:Sourcetype": "sourcetype"}
_ROUTING = frozenset({"_TCP_ROUTING", "_SYSLOG_ROUTING", "_INDEX_AND_FORWARD_ROUTING"})


@dataclass(frozen=True)
class RegexTransform:
    """A transform by REGEX. `clone` = the source type of the copy that is changed; empty = the event itself is.
    `writes` = a match is written somewhere; a copy may be made as it stands."""

    name: str
    pattern: Any
    source: str
    target: str
    form: str
    default: str
    lookahead: int
    repeats: bool
    clone: str
    writes: bool

    def apply(self, event: IngestEvent) -> IngestEvent | None:
        """Change the event; gives its copy where one is made."""
        text = source_text(event, self.source)
        matches = [] if text is None else list(self._matches(text[: self.lookahead]))
        if not matches:
            if self.default:
                write(event, self.target, self.default)
            return None
        if self.clone and event.sourcetype == self.clone:
            return None  # the copy of a copy would have no end
        changed = event.copy(self.clone) if self.clone else event
        for match in matches if self.writes else ():
            self._write(changed, match)
        return changed if self.clone else None

    def _matches(self, text: str) -> Iterator[Any]:
        try:
            for match in self.pattern.finditer(text):
                yield match
                if not self.repeats:
                    return
        except GIVEN_UP as error:
            STRIKES.note(self.pattern.pattern, error)

    def _write(self, event: IngestEvent, match: Any) -> None:
        if self.target:
            before = source_text(event, self.target) or ""
            write(event, self.target, expanded(self.form, match, before))
            return
        if not self.form:
            for name, value in _named(match):
                event.add(name, value)
            return
        for name, quoted, bare in _PAIR.findall(self.form):
            value = expanded(quoted or bare, match)
            if value:
                event.add(expanded(name, match), value)


def regex_transform(name: str, given: Mapping[str, str], warn: Warn) -> RegexTransform | None:
    """A transform with REGEX; None for one that can do nothing, of which `warn` is told."""
    settings = Settings(given, lambda message: warn(f"transform {name}: {message}"))
    pattern = settings.pattern("REGEX")
    if pattern is None:
        if not given.get("REGEX"):
            settings.warn("has neither REGEX nor INGEST_EVAL")
        return None
    target = settings.text("DEST_KEY")
    if target in _ROUTING:
        settings.warn(f"DEST_KEY = {target} has no effect: there is no forwarding here")
        return None
    clone = settings.text("CLONE_SOURCETYPE")
    writes = bool(target) or settings.flag("WRITE_META", default=False)
    if not writes and not clone:
        settings.warn("has neither DEST_KEY nor WRITE_META = true, so it writes nothing")
        return None
    form = given.get("FORMAT", "").strip()
    if not form and (target or not pattern.groupindex):
        form = f"{name}::$1"
    return RegexTransform(
        name,
        pattern,
        settings.text("SOURCE_KEY", "_raw"),
        target,
        form,
        given.get("DEFAULT_VALUE", ""),
        settings.number("LOOKAHEAD", LOOKAHEAD),
        settings.flag("REPEAT_MATCH", default=False),
        clone,
        writes,
    )


def source_text(event: IngestEvent, key: str) -> str | None:
    """What a key holds: `_raw`, `MetaData:Host` and its kin with their prefix, `_meta`, an indexed field."""
    if key in _PREFIXES:
        name = _PREFIXES[key]
        return f"{name}::{getattr(event, name)}"
    match key:
        case "_raw" | "queue":
            return str(getattr(event, key.lstrip("_")))
        case "_MetaData:Index":
            return event.index
        case "_time":
            return None if event.time is None else f"{event.time:g}"
        case "_meta":
            return " ".join(f"{name}::{value}" for name, values in event.fields.items() for value in values)
    kind, _, names = key.partition(":")
    if kind == "fields":
        found = (event.fields.get(name.strip(), [""])[0] for name in names.split(","))
        return " ".join(found)
    values = event.fields.get(names if kind == "field" else key)
    return values[0] if values else None


def write(event: IngestEvent, key: str, value: str) -> None:
    """Put a value under a key; without one it is a list of `name::value`."""
    if key in _PREFIXES:
        name = _PREFIXES[key]
        setattr(event, name, value.removeprefix(f"{name}::"))
        return
    match key:
        case "_raw" | "queue":
            setattr(event, key.lstrip("_"), value)
        case "_MetaData:Index":
            event.index = value
        case "_meta" | "":
            if key:
                event.fields.clear()
            for name, quoted, bare in _PAIR.findall(value):
                event.add(name, quoted or bare)
        case _:
            event.fields[key] = [value]


def expanded(form: str, match: Any, before: str = "") -> str:
    """FORMAT with its `$1` filled in; `$0` is what the key held before."""

    def part(reference: re.Match[str]) -> str:
        number = int(reference[1])
        if number == 0:
            return before
        return (match[number] or "") if number <= match.re.groups else ""

    return _REFERENCE.sub(part, form)


def _named(match: Any) -> Iterator[tuple[str, str]]:
    """The named groups of a match; `_KEY_x` and `_VAL_x` make a pair."""
    groups = match.groupdict()
    for name, value in groups.items():
        if name.startswith("_KEY_"):
            other = groups.get("_VAL_" + name.removeprefix("_KEY_"))
            if value and other:
                yield value, other
        elif value and not name.startswith("_VAL_"):
            yield name, value
