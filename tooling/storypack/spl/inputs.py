"""`$tokens$` of a search that somebody fills in: inputs of a dashboard, of a drilldown, of an investigation.

Splunk puts the value in as text. So does `fill`, but no value can change what the search does: inside double quotes it
is escaped, outside it must be a plain word, and `$name|s$` becomes a quoted string (Dashboards and Visualizations,
"Token usage in dashboards", token filters).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_TOKEN = re.compile(r"\$(?P<name>[A-Za-z_][\w.]*)(?:\|(?P<filter>[a-z]))?\$")
_QUOTED = re.compile(r"\$([A-Za-z_][\w.]*)\|s\$")
_MARK = "\u2063"  # an invisible separator
_MASKED = re.compile(f'"{_MARK}([^{_MARK}"]*){_MARK}"')
_PLAIN = re.compile(r"[\w.:@*/+-]+")


class InputError(ValueError):
    """A value cannot stand where its token stands, or has none."""


@dataclass(frozen=True, slots=True)
class Token:
    """A `$name$` of a search: where it begins, its filter (`s` or empty), and whether it stands in double quotes."""

    name: str
    filter: str
    start: int
    quoted: bool


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a search, in order. `$$` is a dollar sign.

    >>> [(token.name, token.quoted) for token in tokens('user="$user$" src=$ip|s$ price="$$5"')]
    [('user', True), ('ip', False)]
    """
    for match, quoted in _matches(text):
        yield Token(match["name"], match["filter"] or "", match.start(), quoted)


def fill(text: str, values: Mapping[str, str]) -> str:
    """The search with each token's value in its place. Raises `InputError` for a token without a value, or a value that
    would end the word in which it stands.

    >>> fill('user="$user$" | where src=$ip|s$', {"user": 'a"b', "ip": "192.0.2.1"})
    'user="a\\\\"b" | where src="192.0.2.1"'
    """
    pieces, end = [], 0
    for match, quoted in _matches(text):
        pieces += [text[end : match.start()], _value(match, values, quoted=quoted)]
        end = match.end()
    return "".join([*pieces, text[end:]])


def masked(text: str) -> str:
    """The text with each `$name|s$` as a quoted string of the same length, which can be read; `unmasked` takes it back.

    >>> unmasked(masked('user=$user|s$ | head 1'))
    'user=$user|s$ | head 1'
    """
    return _QUOTED.sub(rf'"{_MARK}\1{_MARK}"', text)


def unmasked(text: str) -> str:
    """What `masked` was given."""
    return _MASKED.sub(r"$\1|s$", text)


def _value(match: re.Match[str], values: Mapping[str, str], *, quoted: bool) -> str:
    name = match["name"]
    if name not in values:
        raise InputError(f"${name}$ has no value")
    value = values[name]
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    if quoted:
        return escaped
    if match["filter"] == "s":
        return f'"{escaped}"'
    if not _PLAIN.fullmatch(value):
        raise InputError(f"the value of ${name}$, {value!r}, is no plain word; write ${name}|s$ in the search")
    return value


def _matches(text: str) -> Iterator[tuple[re.Match[str], bool]]:
    """Each token, and whether it stands inside double quotes."""
    at, quoted = 0, False
    while at < len(text):
        if text[at] == "\\":
            at += 2
            continue
        if text[at] == '"':
            quoted = not quoted
        elif text.startswith("$$", at):
            at += 2
            continue
        elif match := _TOKEN.match(text, at):
            yield match, quoted
            at = match.end()
            continue
        at += 1
