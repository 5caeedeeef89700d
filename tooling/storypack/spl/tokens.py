"""Tokens with positions.

SPL has no single lexis: `a.b` is one word after `search`, three tokens after `eval`. So there is one regular
expression per grammar (a *mode*), and a `Reader` that holds the current token and can read it again in another mode.
Every repetition is possessive, so reading is linear in the length of the text whatever it holds.

The kinds of token: `word`, `option` (a name with its `=`), `number`, `string` ("..."), `quoted` ('...'), `macro`
(`` `...` ``), `op`, `punct`, `end`, and `stray` for what can begin no token. `Reader.value` is the token as written,
quotes included, which is why `value == "("` can only be a bracket.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NoReturn, cast

from storypack.spl.nodes import Pipeline
from storypack.spl.source import Span, SplError, place, quote_for_message

STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
QUOTED = r"'[^'\\]*+(?:\\.[^'\\]*+)*+'"
MACRO = rf'`(?:[^`"]++|{STRING})*+`|`[^`]*+`'

# The deepest nesting that is read: brackets, calls, NOTs and subsearches count alike (a subsearch counts more, because
# reading it takes more). Far above what people write, far below what Python's own stack holds.
MAX_DEPTH = 128
SUBSEARCH_DEPTH = 6

# The longest search that is read, in tokens: a long list of values belongs in a lookup, and no text, however made, may
# keep a reader waiting. One string is one token, whatever its length.
MAX_TOKENS = 100_000

Match = Callable[[str, int], "re.Match[str]"]


def _mode(*alternatives: tuple[str, str], skip: str = r"\s*+") -> Match:
    """`end` and `stray` leave nothing unmatched. Alternatives are tried in their order: frequent ones come first."""
    groups = "|".join(f"(?P<{kind}>{pattern})" for kind, pattern in (*alternatives, ("end", r"\Z"), ("stray", ".")))
    return cast(Match, re.compile(f"(?s){skip}(?:{groups})").match)


# eval and where. A name may hold braces (`a{}`), `$token$` and the `<<FIELD>>` of foreach; a dot joins two texts.
_NUMBER = r"\d++(?:\.\d++)?(?:[eE][-+]?\d++)?(?![\w{}:@#$])"
EVAL = _mode(
    ("punct", r"[(),\[\]|]"),
    ("word", rf"[A-Za-z_][\w{{}}:@#$]*+(?!<<)|(?!{_NUMBER})(?:[\w{{}}:@#$]++|<<\w++>>)++"),
    ("string", STRING),
    ("op", r"[=!<>]=|[-+*/%.=<>!]"),
    ("number", _NUMBER),
    ("quoted", QUOTED),
    ("macro", MACRO),
)

# The terms of search. A comma inside a word belongs to it, one at its end does not. A single quote is a character like
# any other: only double quotes keep a name or a value together here (Search Manual: "Quotes and escaping characters").
_ESCAPE = r'\\["|\\]?+'
SEARCH = _mode(
    ("word", rf'(?:[^\s"()\[\]|=<>!`,\\]++|{_ESCAPE}|!(?!=)|,(?=[^\s()\[\]|"`=<>!,]))++'),
    ("op", r"[=!<>]=|[=<>]"),
    ("string", STRING),
    ("punct", r"[()\[\]|]"),
    ("macro", MACRO),
    skip=r"[\s,]*+",
)

# The value of a comparison in search: `=`, `<` and `>` are text here (`cmd=abc==`).
_CALL = r'\([^\s"()\[\]|`,=<>]*+\)'  # brackets inside a value: `*Get()*`
VALUE = _mode(
    ("word", rf'(?:TERM|CASE)(?=\()|(?:[^\s"()\[\]|`,\\]++(?:{_CALL})*+|{_ESCAPE}|,(?=[^\s()\[\]|"`=<>!,]))++'),
    ("string", STRING),
    ("punct", r"[()\[\]|]"),
    ("macro", MACRO),
)

# The values of IN ( ... ).
LIST = _mode(
    ("word", rf'(?:[^\s"()\[\]|`,\\]++|{_ESCAPE})++'),
    ("string", STRING),
    ("punct", r"[(),\[\]|]"),
    ("macro", MACRO),
)

# Arguments of commands: words and fields between blanks or commas, and `name=value` options.
ARGUMENTS = _mode(
    ("option", r"[A-Za-z_][\w.:-]*+(?=\s*+=(?!=))"),
    ("string", STRING),
    ("quoted", QUOTED),
    ("word", r'[^\s,"()\[\]|`]++'),
    ("punct", r"[(),\[\]|]"),
    ("macro", MACRO),
)

# The arguments of rangemap: a label is any text in front of a `=`, so it may begin with a digit or hold a sign.
LABELS = _mode(
    ("option", r"[^\s,\"'()\[\]|`=]++(?=\s*+=)"),
    ("string", STRING),
    ("quoted", QUOTED),
    ("word", r'[^\s,"()\[\]|`]++'),
    ("punct", r"[(),\[\]|]"),
    ("macro", MACRO),
)

# The value of an option.
OPTION_VALUE = _mode(
    ("string", STRING),
    ("quoted", QUOTED),
    ("word", r'[^\s,"()\[\]|`]++'),
    ("punct", r"[(),\[\]|]"),
    ("macro", MACRO),
)

_COUNTED = re.compile(rf"(?s){STRING}|[^\s\"(),=|\[\]]++|[(),=|\[\]]")
_COMMENT = re.compile(rf"(?s)(?P<before>(?:[^\"`]++|{STRING}|\"|`(?!``))*+)(?:(?P<comment>```.*?```)|(?P<open>```)|\Z)")
_RAW = re.compile(rf"(?s)[^\"`'\[\]|]++|{STRING}|(?<=[\s=(,`])'[^']*+'|{MACRO}|(?P<stop>[\[\]|\"`])|'")
_BALANCED = re.compile(rf"(?s)[^\"()`|\[\]]++|{STRING}|{MACRO}|(?P<bracket>[()])").match


class Reader:
    """The current token of a text, and the way to the next one. Made by `storypack.spl.parser` only."""

    __slots__ = (
        "before",
        "depth",
        "end",
        "height",
        "kind",
        "match",
        "nesting",
        "read_pipeline",
        "start",
        "text",
        "value",
    )

    def __init__(self, text: str, read_pipeline: Callable[[Reader], Pipeline]) -> None:
        self.text = blank_comments(text)
        if len(text) > MAX_TOKENS:
            _refuse_endless(self.text)
        self.read_pipeline = read_pipeline
        self.match = ARGUMENTS
        self.kind = ""
        self.value = ""
        self.start = 0
        self.end = 0
        self.before = 0  # where the token before this one ended
        self.depth = 0
        self.nesting = 0  # subsearches around the current token
        self.height = 0  # of the expression read last; see storypack.spl.expressions

    # --- moving -----------------------------------------------------------------------------------------------

    def advance(self) -> None:
        """Go to the next token, in the present mode."""
        self.before = end = self.end
        token = self.match(self.text, end)
        self.kind = token.lastgroup or ""
        self.value = value = token[token.lastindex or 0]
        self.end = end = token.end()
        self.start = end - len(value)

    def begin(self, mode: Match) -> None:
        """Go to the next token, in another mode."""
        self.match = mode
        self.advance()

    def again(self, mode: Match) -> None:
        """Read the current token once more, in another mode."""
        before = self.before
        self.match = mode
        self.end = self.start
        self.advance()
        self.before = before

    def skip_to(self, offset: int) -> None:
        """Go to the first token at or after `offset`, in the present mode."""
        self.end = offset
        self.advance()

    def end_stage(self, before: int, end: int) -> None:
        """Go to the pipe that ends at `end`, or to the end of the text there, `before` being the end of the token in
        front of it."""
        self.before = before
        self.value = "|" if self.text[end - 1] == "|" else ""
        self.kind = "punct" if self.value else "end"
        self.start, self.end = end - len(self.value), end

    # --- looking ----------------------------------------------------------------------------------------------

    @property
    def at_end(self) -> bool:
        """At the end of the stage: a pipe, the bracket that closes a subsearch, or the end of the text."""
        return self.value in ("|", "]", "")

    @property
    def span(self) -> Span:
        return Span(self.start, self.end)

    def is_word(self, *words: str) -> bool:
        """Is the token one of these words, in any case, and not quoted?"""
        return self.kind == "word" and self.value.lower() in words

    def called(self) -> bool:
        """Does an opening bracket follow the token at once?"""
        return self.text.startswith("(", self.end)

    # --- larger pieces ----------------------------------------------------------------------------------------

    def subsearch(self) -> Pipeline:
        """The `[ pipeline ]` at the current token, which is its `[`; then the token after `]`, in the present mode."""
        mode, opener = self.match, self.start
        self.enter(SUBSEARCH_DEPTH)
        self.nesting += 1
        pipeline = self.read_pipeline(self)
        if self.value != "]":
            self.fail_unclosed("]", "[", opener)
        self.leave(SUBSEARCH_DEPTH)
        self.nesting -= 1
        self.begin(mode)
        return pipeline

    def balanced(self) -> str:
        """The text from the current token on, up to the bracket that closes the first `(`; then the next token."""
        start = self.start
        end, closed = balanced_end(self.text, start)
        if not closed:
            opener = self.text.index("(", start)
            self.skip_to(end)
            self.fail_unclosed(")", "(", opener)
        self.skip_to(end)
        return self.text[start:end]

    def raw_until(self, closing: str) -> str:
        """The text from where the current token ends up to the end of the stage (`closing` empty) or up to the `]`
        that closes the bracket just read; quotes, macros and brackets inside are skipped. Stands on that end then."""
        start = position = self.end
        openers: list[int] = []
        while match := _RAW.match(self.text, position):
            stop = match["stop"]
            if stop == "[":
                openers.append(match.start())
                if len(openers) > MAX_DEPTH:
                    self.start = match.start()
                    self.fail_deep()
            elif stop == "]":
                if not openers:
                    break
                openers.pop()
            elif stop == "|" and not openers and not closing:
                break
            elif stop == '"' or stop == "`":
                self.start = match.start()
                self.fail_stray()
            position = match.end()
        if openers:
            self.before = self.start = self.end = len(self.text)
            self.kind, self.value = "end", ""
            self.fail_unclosed("]", "[", openers[0])
        self.skip_to(position)
        return self.text[start:position]

    def enter(self, levels: int = 1) -> None:
        """Note that reading goes one level deeper; raise before Python's own stack would end."""
        self.depth += levels
        if self.depth > MAX_DEPTH:
            self.fail_deep()

    def leave(self, levels: int = 1) -> None:
        self.depth -= levels

    # --- failing ----------------------------------------------------------------------------------------------

    def fail_deep(self) -> NoReturn:
        raise SplError(f"nested deeper than {MAX_DEPTH} levels", self.span, "break the search into several stages")

    def fail_unclosed(self, closer: str, opener: str, offset: int) -> NoReturn:
        """`)` or `]` is missing before the current token."""
        self.fail_if_stray()
        message = f"`{closer}` expected for the `{opener}` at {place(self.text, offset)}, found {self.shown}"
        where = Span(self.before, self.before)  # right behind what was read: the token found may be lines away
        raise SplError(message, where, f"add `{closer}`, or take the `{opener}` away")

    def fail(self, message: str, cure: str = "") -> NoReturn:
        """Raise at the current token; a token that cannot be one (an open quote) is the truer cause, and told first."""
        self.fail_if_stray()
        raise SplError(message, self.span, cure)

    def expected(self, what: str, cure: str = "") -> NoReturn:
        self.fail(f"{what} expected, found {self.shown}", cure)

    @property
    def shown(self) -> str:
        return quote_for_message(self.value) if self.value else "the end of the search"

    def fail_if_stray(self) -> None:
        if self.kind == "stray":
            self.fail_stray()

    def fail_stray(self) -> NoReturn:
        character = self.text[self.start]
        if character == '"':
            message, cure = "the string opened here is never closed", 'add the closing `"`'
        elif character == "`":
            message, cure = "the macro call opened here is never closed", "add the closing backtick"
        elif character == "'":
            message, cure = "the field name opened with ' is never closed", "add the closing single quote"
        else:
            message, cure = f"`{character}` has no meaning here", "take it away, or put it in quotes"
        raise SplError(message, Span(self.start, self.start + 1), cure)


def _refuse_endless(text: str) -> None:
    for count, match in enumerate(_COUNTED.finditer(text)):
        if count == MAX_TOKENS:
            message = f"the search has more than {MAX_TOKENS:,} words and signs"
            raise SplError(message, Span(*match.span()), "move long lists of values to a lookup")


def blank_comments(text: str) -> str:
    """The text with every ```` ```comment``` ```` turned into blanks, so that offsets stay true.

    Search Manual: "Add comments to searches". Line breaks inside a comment stay; quotes shield what they hold."""
    if "```" not in text:
        return text

    def blank(match: re.Match[str]) -> str:
        if match["open"]:
            message = "the comment opened here is never closed"
            raise SplError(message, Span(*match.span("open")), "close it with three backticks")
        comment = match["comment"]
        return match["before"] + re.sub(r"[^\n]+", lambda line: " " * len(line[0]), comment) if comment else match[0]

    return _COMMENT.sub(blank, text)


def balanced_end(text: str, start: int) -> tuple[int, bool]:
    """Where the bracket closes that opens first at or after `start`, and whether it does: it does not if a pipe, a
    square bracket, an open quote or the end of the text comes first, or if the nesting is too deep."""
    level, position = 0, start
    while level <= MAX_DEPTH and (match := _BALANCED(text, position)):
        position = match.end()
        if match["bracket"]:
            level += 1 if match["bracket"] == "(" else -1
            if level <= 0:
                return position, level == 0
    return position, False


def unescape(text: str) -> str:
    """The text of a quoted string (without its quotes): `\\\\` is a backslash, `\\"` a quote; any other escape keeps
    its backslash, as regular expressions need (Search Manual: "SPL and regular expressions")."""
    if "\\" not in text:
        return text
    return re.sub(r'\\(["\\])', r"\1", text)


def unquote(text: str) -> str:
    """A `string` or `quoted` token without its quotes and escapes."""
    body = text[1:-1]
    if "\\" not in body:
        return body
    return unescape(body) if text[0] == '"' else re.sub(r"\\(['\\])", r"\1", body)
