"""INDEXED_EXTRACTIONS: structured data whose columns become indexed fields (props.conf.spec: "Structured Data Header
Extraction and configuration"). `_raw` stays the line of the data."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from storypack.csvtext import MAX_CELL
from storypack.engine.events.event import CutEvent, Labels
from storypack.engine.ingest.settings import Settings

_DELIMITERS = {"csv": ",", "tsv": "\t", "psv": "|", "w3c": " "}
_NAMED_DELIMITERS = {"space": " ", "whitespace": " ", "tab": "\t", "\\t": "\t", "fs": "\x1c", "comma": ","}
csv.field_size_limit(MAX_CELL)  # of this process

_UNCLEAN = re.compile(r"[^A-Za-z0-9_]")
_KINDS = (*_DELIMITERS, "json", "hec")

Lines = Iterable[str]


def kind_of(settings: Settings) -> str:
    """INDEXED_EXTRACTIONS in small letters; empty without it, and for one that is none."""
    kind = settings.text("INDEXED_EXTRACTIONS").lower()
    if kind and kind not in _KINDS:
        settings.warn(f"INDEXED_EXTRACTIONS = {kind} is none of {', '.join(_KINDS)}")
        return ""
    if kind == "json" and _is_read_again(settings):
        settings.warn(
            "beside INDEXED_EXTRACTIONS = json, Splunk extracts the fields of JSON twice, at index and at search time "
            "(props.conf.spec, KV_MODE); here they have one value. Set KV_MODE = none and AUTO_KV_JSON = false"
        )
    return kind


def _is_read_again(settings: Settings) -> bool:
    """Whether the search looks for JSON, too."""
    mode = settings.text("KV_MODE", "auto").lower()
    return mode == "json" or (mode.startswith("auto") and settings.flag("AUTO_KV_JSON", default=True))


def events(lines: Lines, settings: Settings) -> Iterator[CutEvent]:
    """The events of structured data, with their fields."""
    kind = kind_of(settings)
    texts = _documents(lines) if kind in ("json", "hec") else _without_preamble(lines, settings)
    if kind == "json":
        trim = settings.flag("JSON_TRIM_BRACES_IN_ARRAY_NAMES", default=False)
        return (_event(text, number, flattened(text, trim=trim)) for number, text in enumerate(texts, 1))
    if kind == "hec":
        return (_hec(text, number) for number, text in enumerate(texts, 1))
    return Table.of(settings, kind).events(texts)


def with_fields(cut: Iterable[CutEvent], settings: Settings) -> Iterator[CutEvent]:
    """JSON events that come apart by their own format, with their fields."""
    trim = settings.flag("JSON_TRIM_BRACES_IN_ARRAY_NAMES", default=False)
    for event in cut:
        yield replace(event, indexed=_event(event.raw, event.position, flattened(event.raw, trim=trim)).indexed)


def _event(raw: str, number: int, fields: Mapping[str, Sequence[str]]) -> CutEvent:
    plain = {name: values[0] if len(values) == 1 else list(values) for name, values in fields.items()}
    return CutEvent(raw, number, json.dumps(plain, ensure_ascii=False) if plain else None)


# --- tables -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Table:
    """How lines are cells. `names` without a header line; `header_line` counts from 1 (0 = the first that is none of
    the preamble); `header` = the pattern behind whose match the names stand."""

    kind: str
    delimiter: str
    quote: str
    header_delimiter: str
    header_quote: str
    names: tuple[str, ...]
    header_line: int
    header: Any
    missing: Any
    allowed: str

    @classmethod
    def of(cls, settings: Settings, kind: str) -> Table:
        """The table that the settings describe."""
        delimiter = _sign(settings.text("FIELD_DELIMITER")) or _DELIMITERS[kind]
        quote = _sign(settings.text("FIELD_QUOTE")) or '"'
        names = settings.text("FIELD_NAMES").strip("[]").split(",")
        return cls(
            kind,
            delimiter,
            quote,
            _sign(settings.text("HEADER_FIELD_DELIMITER")) or delimiter,
            _sign(settings.text("HEADER_FIELD_QUOTE")) or quote,
            tuple(name.strip().strip('"') for name in names if name.strip()),
            settings.number("HEADER_FIELD_LINE_NUMBER", 0),
            settings.pattern("FIELD_HEADER_REGEX"),
            settings.pattern("MISSING_VALUE_REGEX"),
            settings.text("HEADER_FIELD_ACCEPTABLE_SPECIAL_CHARACTERS"),
        )

    def events(self, lines: Lines) -> Iterator[CutEvent]:
        """An event for each record behind the header."""
        names = list(self.names)
        records = self._records(lines)
        for number, raw in enumerate(records, 1):
            if self.kind == "w3c" and raw.startswith("#"):
                if raw.startswith("#Fields:"):
                    names = self._names(raw.removeprefix("#Fields:").strip())
                continue
            if self.header is not None and not self.names:
                match = self.header.search(raw)
                if match is not None:
                    names = self._names(raw[match.start(1) if match.re.groups else match.end() :])
                    continue
            elif not self.names and self.kind != "w3c" and number <= max(self.header_line, 1):
                if number == max(self.header_line, 1):
                    names = self._names(raw)
                continue
            yield _event(raw, number, dict(self._fields(names, raw)))

    def _names(self, line: str) -> list[str]:
        """The fields that a header names: characters outside of letters, digits and `_` become `_`."""
        keep = set(self.allowed)
        cells = _cells(line, self.header_delimiter, self.header_quote)
        return [_UNCLEAN.sub(lambda sign: sign[0] if sign[0] in keep else "_", cell).strip("_") for cell in cells]

    def _fields(self, names: Sequence[str], raw: str) -> Iterator[tuple[str, list[str]]]:
        cells = _cells(raw, self.delimiter, self.quote)
        for place, cell in enumerate(cells):
            name = names[place] if place < len(names) else f"EXTRA_FIELD_{place + 1}"
            if not name or not cell or (self.kind == "w3c" and cell == "-"):
                continue
            if self.missing is None or not self.missing.fullmatch(cell):
                yield name, [cell]

    def _records(self, lines: Lines) -> Iterator[str]:
        """The records; a cell in quotes may go over lines."""
        held = ""
        for line in lines:
            held = f"{held}\n{line}" if held else line
            if held.count(self.quote) % 2 == 0 or held.startswith("#"):
                yield held
                held = ""
        if held:
            yield held


def _sign(text: str) -> str:
    """A delimiter or quote: a character, or its name."""
    text = text.strip()
    named = _NAMED_DELIMITERS.get(text.lower())
    if named:
        return named
    bare = text.strip("'\"") if len(text) > 1 else text
    return bare[:1]


def _cells(line: str, delimiter: str, quote: str) -> list[str]:
    if delimiter == " ":
        reader = csv.reader(io.StringIO(re.sub(r" +", " ", line.strip())), delimiter=" ", quotechar=quote)
        return next(reader, [])
    return next(csv.reader(io.StringIO(line, newline=""), delimiter=delimiter, quotechar=quote), [])


def _without_preamble(lines: Lines, settings: Settings) -> Iterator[str]:
    """The lines but those in front that PREAMBLE_REGEX matches."""
    pattern: Any = settings.pattern("PREAMBLE_REGEX")
    rest = iter(lines)
    if pattern is None:
        return rest
    for line in rest:
        if not pattern.search(line):
            return chain([line], rest)
    return iter(())


# --- JSON -------------------------------------------------------------------------------------------------------------


def _documents(lines: Lines) -> Iterator[str]:
    """JSON objects, each over one line or several; a line that begins none is an event of its own."""
    decoder = json.JSONDecoder()
    held: list[str] = []
    for line in lines:
        held.append(line)
        text = "\n".join(held)
        if not text.lstrip().startswith(("{", "[")) or _is_whole(decoder, text):
            yield text
            held = []
        elif len(held) > 1 and line.startswith("{") and _is_whole(decoder, line):
            yield from held  # what stands before was no whole object
            held = []
    yield from held


def _is_whole(decoder: json.JSONDecoder, text: str) -> bool:
    if not text.rstrip().endswith(("}", "]")):
        return False
    try:
        decoder.decode(text)
    except (ValueError, RecursionError):
        return False
    return True


def flattened(text: str, *, trim: bool = False) -> dict[str, list[str]]:
    """The values of a JSON object by their paths: `a.b`, `list{}` (`list` with `trim`). null is the text `null`."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    found: dict[str, list[str]] = {}
    if isinstance(value, dict):
        _flatten("", value, "" if trim else "{}", lambda name, each: found.setdefault(name, []).append(each))
    return found


def _flatten(path: str, value: Any, braces: str, put: Callable[[str, str], object]) -> None:
    if isinstance(value, dict):
        for key, member in value.items():
            _flatten(f"{path}.{key}" if path else key, member, braces, put)
    elif isinstance(value, list):
        for member in value:
            _flatten(path + braces, member, braces, put)
    elif path:
        put(path, _text(value))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _hec(text: str, number: int) -> CutEvent:
    """An event of the HTTP Event Collector: `event` is its text, `fields` its indexed fields, the rest its origin."""
    try:
        envelope = json.loads(text)
    except (ValueError, RecursionError):
        envelope = None
    if not isinstance(envelope, dict) or "event" not in envelope:
        return CutEvent(text, number, broken=True)
    event = envelope["event"]
    raw = event if isinstance(event, str) else json.dumps(event, ensure_ascii=False, separators=(",", ":"))
    fields = envelope.get("fields")
    given = fields if isinstance(fields, dict) else {}
    values = {
        name: [_text(each) for each in (value if isinstance(value, list) else [value])] for name, value in given.items()
    }
    labels = Labels(*(str(envelope.get(name) or "") for name in ("sourcetype", "source", "host", "index")))
    made = _event(raw, number, values)
    return CutEvent(raw, number, made.indexed, time=_epoch(envelope.get("time")), labels=labels)


def _epoch(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
