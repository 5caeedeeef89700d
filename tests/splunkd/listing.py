"""The arguments of every list: count, offset, search, sort_key, sort_dir, f."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache
from typing import TypeVar

from splunkd import atom
from splunkd.shapes import Entry, Feed, Refused, Request, Value, unknown_argument

COMMON = frozenset({"output_mode", "count", "offset", "search", "sort_key", "sort_dir", "sort_mode", "f", "summarize"})
PER_PAGE = 30
T = TypeVar("T")
_TERM = re.compile(r'(NOT\s+)?(?:([\w.:]+)\s*(!=|=)\s*)?(?:"((?:[^"\\]|\\.)*)"|(\S+))')


def check_arguments(request: Request, known: frozenset[str]) -> None:
    """400 for the first argument of a GET that the handler does not know."""
    for name in sorted(request.args):
        if name not in known and name not in COMMON:
            raise unknown_argument(name)
    if request.arg("sort_dir", "asc") not in ("asc", "desc"):
        raise Refused(400, f'Unknown sort order "{request.arg("sort_dir")}".')


def page(items: Sequence[T], request: Request) -> tuple[Sequence[T], int, int]:
    """The page of a list: its items, offset and size. 30 unless `count` is given; 0 or -1 is all."""
    count = _number(request, "count", PER_PAGE)
    offset = max(_number(request, "offset", 0), 0)
    if count <= 0:
        return items[offset:], offset, 0
    return items[offset : offset + count], offset, count


def feed(title: str, path: str, items: Sequence[T], make: Callable[[T], Entry], request: Request) -> Feed:
    """A list as asked for. Entries are made for the page alone unless `search` or `sort_key` looks into them."""
    if request.has("search") or request.has("sort_key"):
        entries = [entry for entry in map(make, items) if matches(entry, request.arg("search"))]
        key, backwards = request.arg("sort_key", "name"), request.arg("sort_dir", "asc") == "desc"
        entries.sort(key=lambda one: (_text(one, key).lower(), one.name), reverse=backwards)
        shown, offset, size = page(entries, request)
        return Feed(title, path, [chosen(one, request) for one in shown], len(entries), offset, size)
    on_page, offset, size = page(items, request)
    return Feed(title, path, [chosen(make(one), request) for one in on_page], len(items), offset, size)


def chosen(entry: Entry, request: Request) -> Entry:
    """The entry with the fields that `f` names (with *); all without `f`."""
    wanted = request.args.get("f")
    if not wanted:
        return entry
    fits = _patterns(tuple(wanted))
    content: Mapping[str, Value] = {key: value for key, value in entry.content.items() if fits(key)}
    return Entry(entry.name, entry.path, content, entry.acl, entry.updated)


@cache
def _patterns(patterns: tuple[str, ...]) -> Callable[[str], bool]:
    """Whether a name fits one of these; remembered, for lists ask it of the same names over and over."""
    return cache(lambda name: any(fnmatchcase(name, pattern) for pattern in patterns))


def matches(entry: Entry, search: str) -> bool:
    """Whether an entry fits `search`: `key=value`, `key!=value`, words (anywhere in it), NOT, OR; * is a wildcard."""
    if not search.strip():
        return True
    return any(all(_fits(entry, term) for term in _TERM.finditer(part)) for part in re.split(r"\s+OR\s+", search))


def _fits(entry: Entry, term: re.Match[str]) -> bool:
    negated, key, operator, quoted, bare = term.groups()
    wanted = (quoted.replace('\\"', '"').replace("\\\\", "\\") if quoted is not None else bare).lower()
    if key:
        found = fnmatchcase(_text(entry, key).lower(), _pattern(wanted))
        return found is not bool(negated) if operator == "=" else found is bool(negated)
    found = any(wanted.strip("*") in text.lower() for text in [entry.name, *map(atom.text, entry.content.values())])
    return found is not bool(negated)


def _pattern(wanted: str) -> str:
    return wanted.replace("[", "[[]").replace("?", "[?]")


def _text(entry: Entry, key: str) -> str:
    if key in ("name", "title"):
        return entry.name
    if key.startswith("eai:acl."):
        return atom.text(atom.acl(entry.acl).get(key.removeprefix("eai:acl."), ""))
    value = entry.content.get(key, "")
    return str(int(value)) if isinstance(value, bool) else str(value)


def _number(request: Request, name: str, default: int) -> int:
    try:
        return int(request.arg(name, str(default)))
    except ValueError:
        raise Refused(400, f"Invalid value for argument '{name}': {request.arg(name)}") from None
