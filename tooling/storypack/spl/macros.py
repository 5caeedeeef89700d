"""Macros: `expand` puts definitions in the place of calls, and remembers where everything came from.

Follows the Knowledge Manager Manual, "Use search macros in searches" and "Define search macros in Settings": the
definition is chosen by name and number of arguments, `$arg$` is replaced as text wherever it stands, and the result is
expanded again. A call inside double quotes is text. `iseval` macros need Splunk's eval, so they stay as calls.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from typing import NamedTuple

from storypack.spl.calls import macro_call
from storypack.spl.memory import Memory
from storypack.spl.nodes import MacroCall
from storypack.spl.source import NOWHERE, Span, SplError
from storypack.spl.tokens import MACRO, STRING, blank_comments
from storypack.truth import CONF

MAX_DEPTH = 100  # limits.conf, max_macro_depth
MAX_CALLS = 20_000
MAX_LENGTH = 4_000_000
_MOST_DEFINITIONS = 4  # sets of macros for which the expansion of a text is kept

_BEHIND_ALL = (inf,)  # greater than any span: pieces are compared as tuples
_SCAN = re.compile(rf"(?s)(?:[^\"`]++|{STRING}|\")*+(?:(?P<macro>{MACRO})|`|\Z)")


class UnknownMacro(SplError):
    """A call of a macro that nobody defines; `key` is its name, with the number of arguments: `name(2)`."""

    def __init__(self, message: str, span: Span = NOWHERE, cure: str = "", key: str = "") -> None:
        super().__init__(message, span, cure)
        self.key = key


class MacroArguments(SplError):
    """A call with another number of arguments than any definition of that name takes."""


class EndlessMacro(SplError):
    """A macro that calls itself, or an expansion without end."""


@dataclass(frozen=True, slots=True)
class MacroDefinition:
    """A macro as macros.conf has it: `name` without the number of arguments, `args` their names."""

    name: str
    args: tuple[str, ...] = ()
    definition: str = ""
    iseval: bool = False

    @property
    def key(self) -> str:
        """The stanza: `name`, or `name(2)` for two arguments."""
        return f"{self.name}({len(self.args)})" if self.args else self.name


def definitions(raw: Mapping[str, Mapping[str, object]]) -> dict[str, MacroDefinition]:
    """Macros from plain dictionaries, `{"name(1)": {"args": "x", "definition": "...", "iseval": ...}}`."""
    definitions = {}
    for key, value in raw.items():
        args = value.get("args") or ""
        names = [str(each) for each in args] if isinstance(args, list | tuple) else str(args).split(",")
        iseval = CONF.is_true(str(value.get("iseval", "")))
        definitions[key] = MacroDefinition(
            key.partition("(")[0].strip(),
            tuple(name.strip() for name in names if name.strip()),
            str(value.get("definition", "")),
            iseval,
        )
    return definitions


class Piece(NamedTuple):
    """A stretch of expanded text. Written by the author (`macros` empty; offsets run along with `origin`), or by a
    call that stands at `origin`, through the named macros, outermost first."""

    start: int
    origin: Span
    macros: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Expanded:
    """Text without macro calls; `kept` names the `iseval` macros whose calls are still in it."""

    text: str
    pieces: tuple[Piece, ...] = field(repr=False)
    used: tuple[str, ...] = ()  # keys of the macros expanded, in order of first use
    kept: tuple[str, ...] = ()

    def piece_at(self, offset: int) -> Piece:
        """The piece that an offset of the expanded text belongs to."""
        return self.pieces[
            max(bisect_right(self.pieces, (offset, _BEHIND_ALL)) - 1, 0)
        ]  # pieces begin with their start

    def original(self, span: Span) -> Span:
        """The place in the author's text: the same characters, or the whole call that they came from."""
        first, last = self.piece_at(span.start), self.piece_at(max(span.end - 1, span.start))
        start = first.origin.start if first.macros else first.origin.start + span.start - first.start
        end = last.origin.end if last.macros else last.origin.start + span.end - last.start
        return Span(start, max(start, end))

    def blame(self, error: SplError) -> SplError:
        """An error about the expanded text as one about the author's, naming the macro it lies in."""
        macros = self.piece_at(error.span.start).macros
        inside = f" (inside macro `{'` > `'.join(macros)}`)" if macros else ""
        return SplError(error.message + inside, self.original(error.span), error.cure)


def expand(text: str, macros: Mapping[str, MacroDefinition], *, problems: list[SplError] | None = None) -> Expanded:
    """`text` with its macros expanded; comments become blanks.

    Raises `SplError` for an unknown macro (with the nearest name), a wrong number of arguments, a loop, or an expansion
    without end. With a list as `problems`, the errors go there instead and the calls stay as they are.

    A text is expanded once, as long as the macros that it calls stay the same."""
    earlier = _expansions.get(text) or ()
    for expansion in earlier:
        if expansion.holds(macros):
            return expansion.expanded
    worker = _Expansion(macros, problems)
    worker.author(blank_comments(text))
    expanded = Expanded("".join(worker.out), tuple(worker.pieces), tuple(worker.used), tuple(worker.kept))
    if worker.complete:
        called = {key: macros[key] for key in (*expanded.used, *expanded.kept)}
        _expansions.keep(text, (_Kept(called, expanded), *earlier[: _MOST_DEFINITIONS - 1]))
    return expanded


@dataclass(frozen=True, slots=True)
class _Kept:
    """An expansion, and the macros of which it was made."""

    macros: Mapping[str, MacroDefinition]
    expanded: Expanded

    def holds(self, macros: Mapping[str, MacroDefinition]) -> bool:
        """Would these macros give the same?"""
        return all(macros.get(key) == definition for key, definition in self.macros.items())


_expansions = Memory[tuple[_Kept, ...]]()


class _Expansion:
    """One run of `expand`: what has been written so far."""

    def __init__(self, macros: Mapping[str, MacroDefinition], problems: list[SplError] | None) -> None:
        self.macros = macros
        self.problems = problems
        self.out: list[str] = []
        self.pieces: list[Piece] = []
        self.length = 0
        self.calls = 0
        self.used: dict[str, None] = {}
        self.kept: dict[str, None] = {}
        self.complete = True

    def author(self, text: str) -> None:
        """Expand the author's own text."""
        done = 0
        for match in _SCAN.finditer(text):
            if not match["macro"]:
                continue
            start, end = match.span("macro")
            self._write(text[done:start], Span(done, start), ())
            self._call(match["macro"], Span(start, end), ())
            done = match.end()
        self._write(text[done:], Span(done, len(text)), ())

    def _definition(self, text: str, origin: Span, chain: tuple[str, ...]) -> None:
        """Expand what a macro stands for."""
        names = tuple(key.partition("(")[0] for key in chain)
        text = blank_comments(text)
        done = 0
        for match in _SCAN.finditer(text):
            if not match["macro"]:
                continue
            self._write(text[done : match.start("macro")], origin, names)
            self._call(match["macro"], origin, chain)
            done = match.end()
        self._write(text[done:], origin, names)

    def _write(self, text: str, origin: Span, names: tuple[str, ...]) -> None:
        if text or not self.pieces:
            self.pieces.append(Piece(self.length, origin, names))
            self.out.append(text)
            self.length += len(text)

    def _call(self, written: str, origin: Span, chain: tuple[str, ...]) -> None:
        try:
            call = macro_call(written, origin.start)
            definition = self._find(call, origin, chain)
            text = _substitute(definition, call) if definition else None
        except SplError as error:
            problem = error.elsewhere(error.message + _through(chain), origin)
            if self.problems is None:
                raise problem from None
            self.problems.append(problem)
            self.complete = False
            text = None
        if text is None:
            self._write(written, origin, tuple(key.partition("(")[0] for key in chain))
        else:
            self._definition(text, origin, (*chain, _key(call)))

    def _find(self, call: MacroCall, origin: Span, chain: tuple[str, ...]) -> MacroDefinition | None:
        """The definition for a call, None for one that stays; marks it as used."""
        key = _key(call)
        definition = self.macros.get(key)
        if definition is None:
            raise _unknown(call, self.macros)
        if key in chain:
            circle = "` > `".join([*chain[chain.index(key) :], key])
            raise EndlessMacro(f"macro `{key}` calls itself: `{circle}`", origin, "break the circle")
        self.calls += 1
        if len(chain) >= MAX_DEPTH or self.calls > MAX_CALLS or self.length > MAX_LENGTH:
            raise EndlessMacro("the macros expand without end", origin, "let macros call fewer macros")
        if definition.iseval:
            self.kept[key] = None
            return None
        self.used[key] = None
        return definition


def _key(call: MacroCall) -> str:
    return f"{call.name}({len(call.args)})" if call.args else call.name


def _through(chain: tuple[str, ...]) -> str:
    return f" (called by macro `{'` > `'.join(chain)}`)" if chain else ""


def _substitute(definition: MacroDefinition, call: MacroCall) -> str:
    if not call.args:
        return definition.definition
    values = dict(zip(definition.args, call.args, strict=False))
    names = "|".join(re.escape(name) for name in sorted(values, key=len, reverse=True))
    pattern = re.compile(rf"\$({names})\$")
    grown = sum(len(values[match[1]]) for match in pattern.finditer(definition.definition))
    if grown > MAX_LENGTH:
        raise EndlessMacro(f"macro `{definition.key}` grows without end", call.span, "pass it shorter arguments")
    return pattern.sub(lambda match: values[match[1]], definition.definition)


def _unknown(call: MacroCall, macros: Mapping[str, MacroDefinition]) -> SplError:
    others = sorted(key for key in macros if key.partition("(")[0] == call.name)
    if others:
        takes = " or ".join(str(_arity(key)) for key in others)
        given = len(call.args)
        plural = "argument" if takes == "1" else "arguments"
        message = f"macro `{call.name}` takes {takes} {plural}, {given} given"
        return MacroArguments(message, call.span, f"see {others[0]}")
    from difflib import get_close_matches  # costs time, and errors are rare

    names = {key.partition("(")[0] for key in macros}
    near = get_close_matches(call.name, sorted(names), n=1, cutoff=0.6)
    cure = f"did you mean `{near[0]}`?" if near else "define it in macros/, or mend its name"
    return UnknownMacro(f"macro `{_key(call)}` is not defined", call.span, cure, _key(call))


def _arity(key: str) -> int:
    number = key.partition("(")[2].rstrip(")")
    return int(number) if number.isdecimal() else 0
