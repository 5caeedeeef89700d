"""The YAML that nearly every content file is written in, read several times as fast as by `pack/yaml.py`.

Block mappings and sequences, one-line plain and quoted values, plain text over lines, `|`, `|-`, `>` and `>-`, and flow
collections on one line: what these forms mean is decided here as libyaml and `pack/yaml.py` decide it. A text with
anything else in it, or with anything wrong, is not read here at all. So every form that is admitted is spelled out, and
nothing is admitted because it looks harmless: no anchors, tags, escapes, tabs, markers of documents, keys in quotes in
block mappings, comments behind values, or keys that appear twice.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from storypack.pack.scalars import WORDS, plain_value

MOST_CHARACTERS = 99_000
"""Longer texts are not read here: each value takes a character, so none can have too many values."""
_MOST_DEPTH = 12

# No quantifier gives anything back (`*+`): there is one way to read a text, and no time is lost on others.
_KEY = r"[A-Za-z_][A-Za-z0-9_.()-]{0,99}+"
_SINGLE = r"[^'\n]*+(?:''[^'\n]*+)*+"
_DOUBLE = r'[^"\\\n]*+'
_START = r"(?:[\w/$(.+<=;~^\\]|-(?=\w))"
# A colon before a blank would make a key of the text, and a # behind one begins a comment.
_PLAIN = rf"{_START}[^:#\n]*+(?:(?::(?=\S)|(?<=\S)#)[^:#\n]*+)*+"
# In flow collections, text ends at brackets and commas, and a colon is text only before what surely is.
_FLOW_PLAIN = rf"{_START}[^:#,?\[\]{{}}\n]*+(?:(?::(?=[\w/\\])|(?<=\S)#)[^:#,?\[\]{{}}\n]*+)*+"

_PRINTABLE = bytes([0x0A, *range(0x20, 0x7F)])
_UNCLEAN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
"""Tabs, line breaks of other kinds, and what no file may hold."""
_next_line = re.compile(r"(?: *(?:#[^\n]*+)?\n)*+( *+)(?:(- )|(?=\S))").match
_first_of_block = re.compile(r" ++(?=[^\n])").match
_lines_skipped = re.compile(r"(?: *(?:#[^\n]*+)?\n)*+").match
_line_end = re.compile(r" *\n").match


def _flow(opening: str, piece: str, closing: str) -> str:
    return rf"{opening} *{piece} *(?:, *{piece} *)*{closing}"


_FLOW_VALUE = rf"(?:({_FLOW_PLAIN})|'({_SINGLE})'|\"({_DOUBLE})\")"
_ANY_VALUE = rf"(?:{_FLOW_PLAIN}|'{_SINGLE}'|\"{_DOUBLE}\")"
_PAIR = rf"(?:({_KEY})|'({_SINGLE})'|\"({_DOUBLE})\"): +"
_ANY_PAIR = rf"(?:{_KEY}|'{_SINGLE}'|\"{_DOUBLE}\"): +"
# Collections without others in them are matched as a whole, and then taken apart into the same pieces.
_flat_mapping = re.compile(rf" *{_ANY_PAIR}{_ANY_VALUE} *(?:, *{_ANY_PAIR}{_ANY_VALUE} *)*+\}}").match
_flat_sequence = re.compile(rf" *{_ANY_VALUE} *(?:, *{_ANY_VALUE} *)*+\]").match
_pairs = re.compile(rf"{_PAIR}{_FLOW_VALUE} *[,}}]").findall
_items = re.compile(rf"{_FLOW_VALUE} *[,\]]").findall
_key = re.compile(rf" *{_PAIR}").match
_flow_value = re.compile(rf" *{_FLOW_VALUE}").match
_opening = re.compile(r" *([\[{])").match
_separator = re.compile(r" *([,\]}])").match


class _OutsideError(Exception):
    """The text holds something that is not read here."""


def read_subset(text: str) -> dict[str, Any] | None:
    """The object that a text describes, just as `pack.yaml.parse` reads it; None if it is for that to read: there may
    be something wrong with it, or it is written in a form that is not known here."""
    if len(text) > MOST_CHARACTERS or not text.endswith("\n"):
        return None
    if text.encode("utf-8", "surrogatepass").translate(None, _PRINTABLE) and _UNCLEAN.search(text):
        return None
    reader = _Reader(text)
    try:
        data, end = reader.mapping(reader.skip(0), 0, 1, inline=False)
        return data if reader.skip(end) == len(text) else None
    except _OutsideError:
        return None


_ENDS = r"\n(?!(?: *\n)*+%(deeper)s *+[^#\n])"
# What a line can hold as a value. Groups: plain text, in single quotes, in double quotes, head of a block, bracket.
_ONE_LINE = rf"(?:({_PLAIN}){_ENDS}|'({_SINGLE})' *\n|\"({_DOUBLE})\" *\n|([|>]-?)\n|([\[{{]))"
_PLAIN_GROUP, _SINGLE_GROUP, _DOUBLE_GROUP, _BLOCK_GROUP = range(1, 5)
_MORE_LINES = rf"({_PLAIN}(?:\n++%(deeper)s *{_PLAIN})++){_ENDS}"


@cache
def _entry(indent: int, *, inline: bool, lines: bool = False) -> re.Pattern[str]:
    """A key of a block mapping at this column, with the value that its line holds. `inline` = the first one of a
    mapping that begins in the line of its `- `; `lines` = plain text over lines as value."""
    start = "" if inline else " " * indent
    value = f" +{_MORE_LINES}" if lines else rf"(?: *\n| +{_ONE_LINE})"
    return re.compile(f"{start}({_KEY}):{value % {'deeper': ' ' * (indent + 1)}}")


@cache
def _dash(indent: int) -> re.Pattern[str]:
    """The `- ` of an item, and whether a key stands behind it."""
    return re.compile(f"{' ' * indent}-( +)({_KEY}:[ \n])?+")


@cache
def _item(indent: int, *, lines: bool = False) -> re.Pattern[str]:
    """The value of an item of a sequence at this column."""
    return re.compile((_MORE_LINES if lines else _ONE_LINE) % {"deeper": " " * (indent + 1)})


@cache
def _block(indent: int) -> re.Pattern[str]:
    """The lines of a block whose first line is indented this far."""
    return re.compile(rf"(?:{' ' * indent}[^\n]*+\n|\n)++")


class _Reader:
    """Reads one text. Methods take an offset and return what is read there, and the offset behind it."""

    def __init__(self, text: str) -> None:
        self.text = text

    def skip(self, at: int) -> int:
        """Behind empty lines and lines of comment."""
        skipped = _lines_skipped(self.text, at)
        return skipped.end() if skipped else at

    def mapping(self, at: int, indent: int, depth: int, *, inline: bool) -> tuple[dict[str, Any], int]:
        """A block mapping whose keys are at this column."""
        text = self.text
        data: dict[str, Any] = {}
        match_entry = _entry(indent, inline=False).match
        entry = _entry(indent, inline=True).match(text, at) if inline else match_entry(text, at)
        while True:
            if entry is None:
                entry, at = self.rare_entry(at, indent, inline=inline and not data)
                if entry is None:
                    break
            key, kind = entry[1], entry.lastindex
            if key in data or key in WORDS:
                raise _OutsideError
            at = entry.end()
            if kind == 1 + _PLAIN_GROUP:
                data[key] = _value_of(entry[2])
            elif kind == 1:
                data[key], at = self.below(at, indent, depth)
            else:
                data[key], at = self.value(entry, 1, indent, depth)
            entry = match_entry(text, at)
        if not data:
            raise _OutsideError
        return data, at

    def rare_entry(self, at: int, indent: int, *, inline: bool) -> tuple[re.Match[str] | None, int]:
        """The next key of a mapping, if empty lines or comments are in front of it, or plain text over lines behind;
        None at the end of the mapping."""
        text = self.text
        if not inline:
            line = _next_line(text, at)
            if line is None or len(line[1]) != indent or line[2]:
                return None, at
            if line.start(1) != at:
                at = line.start(1)
                if entry := _entry(indent, inline=False).match(text, at):
                    return entry, at
        if entry := _entry(indent, inline=inline, lines=True).match(text, at):
            return entry, at
        raise _OutsideError

    def below(self, at: int, indent: int, depth: int) -> tuple[Any, int]:
        """The value of a key of a mapping that has none on its line: the collection below it, or null."""
        line = _next_line(self.text, at)
        if line is None:
            return None, at
        column = len(line[1])
        if depth >= _MOST_DEPTH:
            raise _OutsideError
        if line[2]:
            if column >= indent:
                return self.sequence(line.start(1), column, depth + 1)
        elif column > indent:
            return self.mapping(line.start(1), column, depth + 1, inline=False)
        return None, at

    def sequence(self, at: int, indent: int, depth: int) -> tuple[list[Any], int]:
        """A block sequence whose `- ` are at this column."""
        text = self.text
        items: list[Any] = []
        match_dash, match_item = _dash(indent).match, _item(indent).match
        while True:
            dash = match_dash(text, at)
            if dash is None:
                line = _next_line(text, at)
                if line is None or line.start(1) == at or len(line[1]) != indent or not line[2]:
                    return items, at
                at = line.start(1)
                continue
            at = dash.end(1)
            if dash.lastindex == 2:
                value, at = self.mapping(at, at - dash.start(), depth + 1, inline=True)
            elif item := match_item(text, at):
                value, at = self.value(item, 0, indent, depth)
            elif lines := _item(indent, lines=True).match(text, at):
                value, at = _value_of(lines[1]), lines.end()
            else:
                raise _OutsideError
            items.append(value)

    def value(self, match: re.Match[str], before: int, indent: int, depth: int) -> tuple[Any, int]:
        """What `_ONE_LINE` matched, with `before` groups in front of its own, in a collection at this column."""
        kind = (match.lastindex or 0) - before
        raw, end = match[kind + before], match.end()
        if kind == _PLAIN_GROUP:
            return _value_of(raw), end
        if kind == _DOUBLE_GROUP:
            return raw, end
        if kind == _SINGLE_GROUP:
            return raw.replace("''", "'"), end
        if kind == _BLOCK_GROUP:
            return self.block(end, raw, indent)
        value, end = self.flow(raw, end, depth + 1)
        if self.text[end] == "\n":
            return value, end + 1
        behind = _line_end(self.text, end)
        if behind is None:
            raise _OutsideError
        return value, behind.end()

    def block(self, at: int, head: str, indent: int) -> tuple[str, int]:
        """A block of text. `indent` = the column of the collection that it is in, which it must be deeper than."""
        line = _first_of_block(self.text, at)
        own = len(line[0]) if line else 0
        if own <= indent:
            raise _OutsideError
        lines = _block(own).match(self.text, at)
        assert lines is not None
        inner = lines[0][own:].rstrip("\n").replace("\n" + " " * own, "\n")
        if inner.endswith("\n"):  # a last line of blanks: text, or the end of it?
            raise _OutsideError
        if head[0] == ">":
            if "\n " in inner:  # deeper lines keep their breaks
                raise _OutsideError
            inner = _joined(inner)
        return inner if head.endswith("-") else inner + "\n", lines.end()

    def flow(self, bracket: str, at: int, depth: int) -> tuple[Any, int]:
        """A flow collection, from behind its opening bracket on."""
        text = self.text
        if depth > _MOST_DEPTH:
            raise _OutsideError
        if bracket == "[":
            if text[at] == "]":
                return [], at + 1
            if flat := _flat_sequence(text, at):
                return [_flow_scalar(*item) for item in _items(text, at, flat.end())], flat.end()
            return self.flow_sequence(at, depth)
        if text[at] == "}":
            return {}, at + 1
        if flat := _flat_mapping(text, at):
            pairs = _pairs(text, at, flat.end())
            data = {
                key or single_key.replace("''", "'") or double_key: _flow_scalar(plain, single, double)
                for key, single_key, double_key, plain, single, double in pairs
            }
            if len(data) != len(pairs) or not WORDS.keys().isdisjoint(data):
                raise _OutsideError
            return data, flat.end()
        return self.flow_mapping(at, depth)

    def flow_mapping(self, at: int, depth: int) -> tuple[dict[str, Any], int]:
        """A flow mapping with other collections in it."""
        data: dict[str, Any] = {}
        while match := _key(self.text, at):
            plain, single, double = match.groups(default="")
            key = plain or single.replace("''", "'") or double
            if key in data or key in WORDS:
                break
            data[key], at = self.flow_value(match.end(), depth)
            separator = _separator(self.text, at)
            if separator is None or separator[1] == "]":
                break
            at = separator.end()
            if separator[1] == "}":
                return data, at
        raise _OutsideError

    def flow_sequence(self, at: int, depth: int) -> tuple[list[Any], int]:
        """A flow sequence with other collections in it."""
        items: list[Any] = []
        while True:
            value, at = self.flow_value(at, depth)
            items.append(value)
            separator = _separator(self.text, at)
            if separator is None or separator[1] == "}":
                raise _OutsideError
            at = separator.end()
            if separator[1] == "]":
                return items, at

    def flow_value(self, at: int, depth: int) -> tuple[Any, int]:
        """A value in a flow collection."""
        if opening := _opening(self.text, at):
            return self.flow(opening[1], opening.end(), depth + 1)
        match = _flow_value(self.text, at)
        if match is None:
            raise _OutsideError
        return _flow_scalar(*match.groups(default="")), match.end()


def _value_of(raw: str) -> Any:
    """The value of plain text, which may go over lines."""
    if raw[-1] == " ":
        raw = raw.rstrip(" ")
    if "\n" in raw:
        raw = _joined("\n".join(line.strip(" ") for line in raw.split("\n")))
    return plain_value(raw)


def _flow_scalar(plain: str, single: str, double: str) -> Any:
    """The value of a scalar that is written in one of three ways."""
    return _value_of(plain) if plain else single.replace("''", "'") or double


def _joined(text: str) -> str:
    """Lines in one: a single break is a blank, of more in a row one goes."""
    if "\n\n" not in text:
        return text.replace("\n", " ")
    return re.sub(r"\n+", lambda breaks: "\n" * (len(breaks[0]) - 1) or " ", text)
