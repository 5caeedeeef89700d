"""Words, names and quotes: what may stand bare, and how the rest is quoted, so that it is read back the same."""

from __future__ import annotations

import re

from storypack.spl.calls import macro_call
from storypack.spl.nodes import Field, MacroCall, Option, Word
from storypack.spl.source import SplError
from storypack.spl.tokens import balanced_end

_BARE = re.compile(r"[^\s,\"'()\[\]|`=<>!][^\s,\"()\[\]|`]*").fullmatch
_BARE_VALUE = re.compile(r"[^\s,\"'()\[\]|`][^\s,\"()\[\]|`]*").fullmatch
_BARE_FIELD = re.compile(r"[^\s,\"'()\[\]|`=<>!$+-][^\s,\"'()\[\]|`=]*").fullmatch
_OPTION = re.compile(r"[A-Za-z_][\w.:-]*\s*=(?!=)").match
_CALL_BEGINS = re.compile(r"[^\s,\"'()\[\]|`]*\(").match

# Words that would end a list of fields, or begin a clause, if they stood bare.
RESERVED = frozenset({"by", "as", "over", "where", "from", "output", "outputnew", "with", "in", "sortby", "groupby"})


def _is_call(text: str) -> bool:
    """Is it a word with a bracket that closes at its very end, as `sma5(x)` and `eval(a="b")` do?"""
    begins = _CALL_BEGINS(text)
    return bool(begins) and balanced_end(text, 0) == (len(text), True)


def double(text: str, written: str = "") -> str:
    """`text` in double quotes: as it was `written`, else escaped, the inverse of `tokens.unescape`. A lone backslash
    stays single, as in `\\d`; several, and one before a quote or at the end, are doubled."""
    if written:
        return f'"{written}"'
    body = re.sub(r'\\{2,}|\\(?=["]|\Z)', lambda match: match[0] * 2, text)
    return '"' + body.replace('"', '\\"') + '"'


def single(text: str) -> str:
    """`text` in single quotes, a field name of eval."""
    body = re.sub(r"\\(?=[\\']|\Z)", r"\\\\", text)
    return "'" + body.replace("'", "\\'") + "'"


def macro(call: MacroCall) -> str:
    """A macro call; arguments are quoted only where they must be."""
    if not call.args:
        return f"`{call.name}`"
    return f"`{call.name}({', '.join(_argument(argument) for argument in call.args)})`"


def _argument(argument: str) -> str:
    try:
        if "`" not in argument and macro_call(f"`m({argument})`", 0).args == (argument,):
            return argument
    except SplError:
        pass
    return '"' + argument.replace('"', '\\"') + '"'


def word(node: Word | MacroCall) -> str:
    """An argument of a command."""
    if isinstance(node, MacroCall):
        return macro(node)
    text = node.text
    if not node.quoted and ((_BARE(text) and not _OPTION(text)) or _is_call(text)):
        return text
    return double(text, node.written)


def option(node: Option) -> str:
    value = node.value
    if isinstance(value, MacroCall):
        return f"{node.name}={macro(value)}"
    bare = not value.quoted and not value.text.startswith("=") and (_BARE_VALUE(value.text) or _is_call(value.text))
    return f"{node.name}={value.text if bare else double(value.text, value.written)}"


def options(nodes: tuple[Option, ...]) -> list[str]:
    return [option(node) for node in nodes]


def field(node: Field | MacroCall) -> str:
    """A field name among the arguments of a command."""
    if isinstance(node, MacroCall):
        return macro(node)
    name = node.name
    bare = not node.quoted and name.lower() not in RESERVED and not name.isdecimal()
    if bare and (_BARE_FIELD(name) or (_is_call(name) and (name[0].isalpha() or name[0] == "_"))):
        return name
    return double(name)


def fields(nodes: tuple[Field | MacroCall, ...], separator: str = ", ") -> str:
    return separator.join(field(node) for node in nodes)


def join(*pieces: str) -> str:
    """Pieces with blanks between them; empty ones are left out."""
    return " ".join(piece for piece in pieces if piece)


def by(nodes: tuple[Field | MacroCall, ...]) -> str:
    """A `by` clause, empty without fields."""
    return f"by {fields(nodes, ' ')}" if nodes else ""


def pattern(node: Word | MacroCall) -> str:
    """A regular expression in quotes."""
    return macro(node) if isinstance(node, MacroCall) else double(node.text, node.written)
