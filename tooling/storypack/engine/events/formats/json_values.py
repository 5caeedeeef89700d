"""JSON that is not one event a line: objects one after another, arrays, envelopes of events, wrapped events.

The text is parsed as it comes. What is cut off or broken is tried again where the next value may begin, but no stretch
of text more often than ATTEMPTS times: the work grows with the size of the file.
"""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

from storypack.engine.events.event import MAX_EVENT, CutEvent, too_long
from storypack.engine.events.formats.registry import Format, Head
from storypack.engine.events.openers.registry import ListEnvelope, Opened, begin_of_list, is_envelope, opened
from storypack.engine.unicode import mended

ATTEMPTS = 8

_PIECE = 1 << 20
_ENVELOPE_HEAD = 1 << 12
_AHEAD = 1 << 16
"""Characters behind a fault in which the next member of an array is looked for."""
_INDENT = 256
"""Blanks before a value that are kept in sight."""
_BLANK = re.compile(r"[ \t\r\n,]*")
_COLON = re.compile(r"\s*:\s*")
_ARRAY = re.compile(r"\[\s*\{")
_NEXT_MEMBER = re.compile(r"\}\s*,\s*(?=\{)")
_decode = json.JSONDecoder().raw_decode


def events(stream: io.TextIOBase, damage: list[str]) -> Iterator[CutEvent]:
    """The objects of a text in their order; arrays of them, and what else wraps events, are opened."""
    position = 0
    for raw, value in _Cutter(_Text(stream), damage).values():
        within = opened(value, raw) if isinstance(value, dict) else None
        if within is None:
            position += 1
            yield CutEvent(raw, position, broken=not isinstance(value, dict))
            continue
        for event in within:
            position += 1
            yield event_of(event, position)


def event_of(event: Opened, position: int) -> CutEvent:
    """An event that was wrapped."""
    fields = event.fields or {}
    return CutEvent(
        event.raw,
        position,
        json.dumps(fields, ensure_ascii=False) if fields else None,
        event.broken,
        event.time,
        event.labels,
        tuple(name for name, value in fields.items() if isinstance(value, list)),
        event.note,
        event.is_stored,
    )


class _Uncounted(str):
    """A text of which the JSON library does not count the lines up to each fault: that takes longer than the fault."""

    __slots__ = ()

    def count(self, *of: object) -> int:
        return 0

    def rfind(self, *of: object) -> int:
        return -1


class _Text:
    """The text from the place that has been reached on, and as much more as was needed."""

    def __init__(self, stream: io.TextIOBase) -> None:
        self._stream = stream
        self.text = _Uncounted()
        self.at = 0
        self.is_whole = False
        """Whether the file ends where the text does."""
        self.before = 0
        """Characters of the file before the text."""

    @property
    def place(self) -> int:
        """Where in the file the text has been reached."""
        return self.before + self.at

    def more(self) -> bool:
        """Read on, as much as there is at hand; False at the file's end."""
        if self.is_whole:
            return False
        line = max(0, self.at - len(self._line_so_far()) - 1)
        kept = self.text[line:]
        piece = self._stream.read(max(_PIECE, len(kept)))
        self.is_whole = not piece
        self.before += line
        self.text, self.at = _Uncounted(kept + piece), self.at - line
        return bool(piece)

    def see(self, size: int) -> None:
        """Have so many characters in sight, if the file has them."""
        while len(self.text) - self.at < size and self.more():
            pass

    def skip_blanks(self) -> bool:
        """Go to the next sign that is neither blank nor comma; False if there is none."""
        while True:
            match = _BLANK.match(self.text, self.at)
            self.at = match.end() if match else self.at
            if self.at < len(self.text):
                return True
            if not self.more():
                return False

    def line(self) -> str:
        """The rest of the line, which is passed."""
        begin = 0
        while (end := self.text.find("\n", self.at + begin)) < 0:
            begin = len(self.text) - self.at
            if not self.more():
                end = len(self.text)
                break
        line, self.at = self.text[self.at : end], end
        return line

    def indent(self) -> int | None:
        """How far the line is indented at whose first sign the text has been reached; None inside a line."""
        blank = self._line_so_far()
        is_begin = len(blank) == self.place or self.text[self.at - len(blank) - 1 : self.at].startswith("\n")
        return len(blank) if is_begin and not blank.strip() else None

    def _line_so_far(self) -> str:
        """The line up to the place, as much of it as is kept in sight."""
        return self.text[max(0, self.at - _INDENT) : self.at].rpartition("\n")[2]


@dataclass
class _Cutter:
    text: _Text
    damage: list[str]
    frames: list[tuple[ListEnvelope, ...]] = field(default_factory=list)
    """The arrays that are open, each with the envelopes whose list it may be; none = an array by itself."""
    failed_to: int = -1
    attempts: int = 0
    """The place in the file that a value could not be read beyond, and how often that was seen."""
    is_lost: bool = False
    """Whether the end of an open array may have been passed, inside of what is broken."""
    members: int = 0
    """How many whole values the outermost open array has given, and the place in the file behind the last of them."""
    whole_to: int = 0

    def values(self) -> Iterator[tuple[str, object]]:
        """The text of each event, and its value; None = it is broken."""
        text = self.text
        while text.skip_blanks():
            sign = text.text[text.at]
            self._find_again(sign)
            if sign == "]" and self.frames:
                yield from self._close(self.frames.pop())
            elif not self.frames and (end := self._frame(sign)):
                text.at = end
            elif (read := self._value()) is not None:
                value, end = read
                yield self._raw(value, end), value
                text.at = end
                self.members, self.whole_to = self.members + 1, text.place
            else:
                self.is_lost = True
                yield self._broken(sign), None
        self._note_open()

    def _note_open(self) -> None:
        """Say of an array that is still open that its end is missing: it may have held more than was read."""
        if self.frames:
            keys = " or ".join(dict.fromkeys(envelope.key for envelope in self.frames[0]))
            self.damage.append(
                f"its {f'list of {keys}' if keys else 'array'} is cut off or broken behind character "
                f"{self.whole_to:,}; {self.members:,} whole event{'' if self.members == 1 else 's'} of it "
                f"{'was' if self.members == 1 else 'were'} read"
            )

    def _find_again(self, sign: str) -> None:
        """Leave the arrays that are open where another begins at the begin of a line."""
        text = self.text
        if self.is_lost and self.frames and sign in "[{" and text.indent() == 0:
            text.see(_ENVELOPE_HEAD)
            if _ARRAY.match(text.text, text.at) or begin_of_list(text.text, text.at)[0]:
                self._note_open()
                self.frames.clear()
                self.is_lost = False

    def _frame(self, sign: str) -> int:
        """Where the members of an array or an envelope begin, which is open from now on; 0 for another value."""
        text = self.text
        if sign == "[":
            self._open(text.at + 1, ())
            return text.at + 1
        if sign != "{":
            return 0
        text.see(_ENVELOPE_HEAD)
        begin, may_be = begin_of_list(text.text, text.at)
        if not begin:
            return 0
        try:
            value, _ = _decode(text.text, text.at)
        except json.JSONDecodeError as error:
            is_open = error.pos >= begin  # its end is not in sight, or there is none; its events are
        except RecursionError:
            is_open = False
        else:
            is_open = is_envelope(value)
        if is_open:
            self._open(begin, may_be)
        return begin if is_open else 0

    def _open(self, begin: int, may_be: tuple[ListEnvelope, ...]) -> None:
        self.frames.append(may_be)
        self.members, self.whole_to = 0, self.text.before + begin

    def _close(self, may_be: tuple[ListEnvelope, ...]) -> Iterator[tuple[str, object]]:
        text = self.text
        text.at += 1
        while may_be and text.skip_blanks():
            if text.text[text.at] == "}":
                text.at += 1
                return
            if not (end := self._beside(may_be)):
                yield text.line(), None  # what else the envelope holds
                return
            text.at = end

    def _beside(self, may_be: tuple[ListEnvelope, ...]) -> int:
        """Where the member of an envelope ends that belongs to it beside its list; 0 for anything else."""
        text = self.text
        text.see(_ENVELOPE_HEAD)
        try:
            key, end = _decode(text.text, text.at)
            colon = _COLON.match(text.text, end)
            if colon is None or not any(one.allows(key) for one in may_be if isinstance(key, str)):
                return 0
            _, end = _decode(text.text, colon.end())
        except (json.JSONDecodeError, RecursionError):
            return 0
        return end

    def _value(self) -> tuple[object, int] | None:
        """The value at the place, and where it ends; None for one that is broken, cut off or too long."""
        text = self.text
        if text.place < self.failed_to and self.attempts >= ATTEMPTS:
            return None
        while True:
            try:
                value, end = _decode(text.text, text.at)
            except json.JSONDecodeError as error:
                if _runs_out(error, len(text.text)) and len(text.text) - text.at <= MAX_EVENT and text.more():
                    continue
                runs_out = _runs_out(error, len(text.text))
                self._failed(text.before + (len(text.text) if runs_out else error.pos))
                return None
            except RecursionError:
                self._failed(text.place + sys.getrecursionlimit())
                return None
            if end < len(text.text) or isinstance(value, dict | list) or not text.more():
                return value, end

    def _failed(self, place: int) -> None:
        self.attempts = self.attempts + 1 if self.text.place < self.failed_to else 1
        self.failed_to = max(place, self.failed_to)

    def _raw(self, value: object, end: int) -> str:
        """The text of a value. A member of an array comes on one line."""
        raw = self.text.text[self.text.at : end]
        if not self.frames:
            return raw
        if "\\u" in raw:
            return str(mended(json.dumps(value, separators=(",", ":"), ensure_ascii=False)))
        return "".join(line.strip() for line in raw.splitlines()) if "\n" in raw else raw

    def _broken(self, sign: str) -> str:
        """The text from the place to where another value may begin."""
        text = self.text
        indent = text.indent()
        if self.frames and indent is None and (within := self._member_ahead()):
            raw, text.at = text.text[text.at : within].rstrip(" ,\r\n\t"), within
            return raw
        lines, size, rest = [text.line()], 0, 0
        while sign in "{[" and self._continues(indent or 0):
            text.at += 1
            line = text.line()
            size += len(line)
            if size <= MAX_EVENT:
                lines.append(line)
            else:
                rest += len(line)
        raw = "\n".join(lines).rstrip()
        if (lost := rest + max(0, len(raw) - MAX_EVENT)) > 0:
            self.damage.append(too_long("a JSON value", lost))
        return raw[:MAX_EVENT]

    def _member_ahead(self) -> int:
        """Where, on this line, the next member of an array may begin; 0 if nowhere."""
        text = self.text
        begin = max(text.at, self.failed_to - text.before - 1)
        match = _NEXT_MEMBER.search(text.text, begin, begin + _AHEAD)
        return match.end() if match and text.text.find("\n", text.at, match.end()) < 0 else 0

    def _continues(self, indent: int) -> bool:
        """Whether the next line goes on with a value that began with such an indent."""
        text = self.text
        text.see(_ENVELOPE_HEAD)
        line = text.text[text.at + 1 : text.at + _ENVELOPE_HEAD]
        bare = line.lstrip(" \t")
        return bool(bare) and bare[0] != "\n" and (len(line) - len(bare) > indent or bare[0] in '"}]')


def _runs_out(error: json.JSONDecodeError, length: int) -> bool:
    """Whether a text was read to its end and lacks something."""
    return error.pos >= length - 8 or error.msg.startswith("Unterminated string")


LIST_LINE = re.compile(r'^\s*\{\s*"[^"\n]+"\s*:\s*\[\s*[{\]]', re.MULTILINE)
"""A line that may be an envelope with its list at the begin."""


def recognises(head: Head) -> bool:
    """Arrays of objects, envelopes, wrapped events, objects over several lines or put together on one."""
    text = head.text.lstrip()
    if text.startswith("["):
        return text[1:].lstrip()[:1] in ("{", "]")
    if not text.startswith("{"):
        return False
    return not _is_event_line(head.first_line) or any(
        is_list_line(text[match.start() :].partition("\n")[0]) for match in LIST_LINE.finditer(text)
    )


def is_list_line(line: str) -> bool:
    """Whether a line is a list of events in an object."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return bool(begin_of_list(line, len(line) - len(line.lstrip()))[0])
    return isinstance(value, dict) and is_envelope(value)


def _is_event_line(line: str) -> bool:
    """A JSON object that is an event itself, and wraps none."""
    try:
        value = json.loads(line)
    except json.JSONDecodeError as error:
        # A line longer than what was read of the file, or a broken one; an object printed over lines is short.
        together = error.msg == "Extra data" and line[error.pos :].lstrip().startswith("{")
        return len(line) > 200 and not together and not begin_of_list(line, 0)[0]
    except (ValueError, RecursionError):
        return len(line) > 200
    return isinstance(value, dict) and not is_envelope(value) and opened(value, line) is None


FORMAT = Format("json", rank=300, recognises=recognises, cut=events)
