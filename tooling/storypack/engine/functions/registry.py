"""The registry of eval functions, and the two ways to call one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from typing import Protocol, TypeAlias

from storypack.engine.sql import Sql, once
from storypack.spl import tree

_FAMILIES = (
    "bitwise",
    "comparison",
    "conversion",
    "cryptographic",
    "datetime",
    "informational",
    "json",
    "mathematical",
    "multivalue",
    "statistical",
    "text",
    "trigonometry",
)


class FunctionError(Exception):
    """A call that Splunk would refuse, or that we cannot run; the message names the function."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class FunctionNotSupported(FunctionError):
    """One that is not run here; `why` may be empty."""

    def __init__(self, name: str, why: str = "") -> None:
        super().__init__(f"function `{name}` is not supported" + (f"; {why}" if why else ""))
        self.why = why


@dataclass(frozen=True, slots=True)
class FunctionContext:
    """What a function may know beside its arguments.

    `now` gives the SQL of the search's start. `searchmatch` compiles the text of a search (the grammar of
    `search`) to a condition; None where there are no events to match. `lookup` gives the SQL (VARCHAR[][]: for each
    output field the values found) of a lookup by its name, its input fields with their SQL, and its output fields.
    """

    now: Callable[[], Sql]
    searchmatch: Callable[[str], Sql] | None = None
    lookup: Callable[[str, Mapping[str, Sql], Sequence[str]], str] | None = None


class Compile(Protocol):
    """The compiler's callback: the SQL of an expression, some fields standing for other SQL."""

    def __call__(self, expr: tree.Expr, fields: Mapping[str, Sql] = ..., /) -> Sql: ...


Plain: TypeAlias = Callable[[Sequence[Sql], FunctionContext], Sql]
Special: TypeAlias = Callable[[tree.Call, Compile, FunctionContext], Sql]


@dataclass(frozen=True, slots=True)
class Function:
    """An eval function; exactly one of `plain` and `special` is set. `max_args` None = any number."""

    name: str
    min_args: int
    max_args: int | None
    plain: Plain | None = None
    special: Special | None = None

    def check(self, count: int) -> None:
        """Raise FunctionError unless the function takes `count` arguments."""
        if count >= self.min_args and (self.max_args is None or count <= self.max_args):
            return
        if self.max_args is None:
            wanted = f"at least {self.min_args}"
        elif self.min_args == self.max_args:
            wanted = str(self.min_args)
        else:
            wanted = f"{self.min_args} to {self.max_args}"
        plural = "" if wanted.endswith(" 1") or wanted == "1" else "s"
        raise FunctionError(f"function `{self.name}` takes {wanted} argument{plural}, not {count}")


_registry: dict[str, Function] = {}


def function(name: str, min_args: int, max_args: int | None = -1) -> Callable[[Plain], Plain]:
    """Enter a function of arguments that are already SQL. `max_args` left out = `min_args`, None = any number."""

    def enter(implementation: Plain) -> Plain:
        _registry[name] = Function(name, min_args, min_args if max_args == -1 else max_args, plain=implementation)
        return implementation

    return enter


def special(name: str, min_args: int, max_args: int | None = -1) -> Callable[[Special], Special]:
    """Enter a function that compiles its own arguments."""

    def enter(implementation: Special) -> Special:
        _registry[name] = Function(name, min_args, min_args if max_args == -1 else max_args, special=implementation)
        return implementation

    return enter


@cache
def _functions() -> Mapping[str, Function]:
    for family in _FAMILIES:
        import_module(f"storypack.engine.functions.{family}")
    return _registry


def names() -> list[str]:
    """All functions, sorted."""
    return sorted(_functions())


def lookup(name: str) -> Function | None:
    """The function of that name (lower case), or None."""
    return _functions().get(name)


def _find(name: str, count: int) -> Function:
    found = lookup(name.lower())
    if found is None:
        close = get_close_matches(name.lower(), names(), n=1)
        hint = f"did you mean `{close[0]}`?" if close else ""
        raise FunctionNotSupported(name, hint)
    found.check(count)
    return found


def call(name: str, args: Sequence[Sql], context: FunctionContext) -> Sql:
    """The SQL of a plain function applied to SQL; FunctionError for an unknown name or a wrong number of arguments."""
    found = _find(name, len(args))
    if found.plain is None:
        raise FunctionError(f"function `{name}` needs expressions as arguments")
    return _applied(found.plain, args, context)


def _applied(plain: Plain, args: Sequence[Sql], context: FunctionContext) -> Sql:
    return once(args, lambda given: plain(given, context))


def compile_call(call: tree.Call, compile: Compile, context: FunctionContext) -> Sql:
    """The SQL of a call in a search, plain or special; FunctionError as `call`."""
    found = _find(call.name, len(call.args))
    if found.special is not None:
        return found.special(call, compile, context)
    assert found.plain is not None
    return _applied(found.plain, [compile(arg) for arg in call.args], context)
