"""Jinja2 for templates that a stranger wrote: values only, no way out of them, and a bound on all that grows.

A pack may come from anywhere, and `build`, `validate` and `deploy` render its `app/`. A template sees plain data
(texts, numbers, lists, dictionaries); it can call its own macros and a few functions and filters of which none reaches
an object, the clock or the machine. Loops, calls and texts are counted against a budget, so where a template ends does
not depend on how fast the machine is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Any

from jinja2 import filters, nodes
from jinja2.exceptions import SecurityError
from jinja2.runtime import LoopContext, Macro, StrictUndefined, Undefined, markup_join, str_join
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace
from jinja2.visitor import NodeTransformer
from pydantic import BaseModel

MAX_STEPS = 2_000_000
"""Turns of loops, values that filters look at, and calls, over one template."""
MAX_TEXT = 64 * 1024 * 1024
"""Characters that one template may put together, its output and everything on the way to it."""
_CALL = 20  # steps that a call counts for, as it takes that much longer than the turn of a loop
_MAX_BITS = 256  # of a number
_MAX_POWER = 64

_FILTERS = """
    abs capitalize count d default dictsort e escape filesizeformat first float forceescape groupby int items last
    length list lower map max min reject rejectattr reverse safe select selectattr sort string striptags title tojson
    trim truncate unique upper urlencode wordcount
"""
_METHODS = frozenset(
    [
        *("capitalize", "count", "endswith", "find", "get", "index", "items", "keys", "lower", "lstrip", "rstrip"),
        *("split", "splitlines", "startswith", "strip", "title", "upper", "values", "cycle", "changed"),
    ]
)


class TooMuch(SecurityError):
    """A template that goes on for longer, or grows larger, than any file of an app does."""


class Sandbox(ImmutableSandboxedEnvironment):
    """An environment for rendering one template once: what it has spent is counted in it."""

    intercepted_binops = frozenset(["+", "*", "**", "%"])

    def __init__(self, **options: Any) -> None:
        super().__init__(undefined=StrictUndefined, optimized=False, cache_size=0, **options)
        self._steps = 0
        self._text = 0
        self.filters = {name: self._bounded(filters.FILTERS[name]) for name in _FILTERS.split()}
        self.filters |= {"join": self._join, "replace": self._replace, "indent": self._indent, "round": _round}
        self.globals = {"range": self._range, "dict": dict, "namespace": Namespace}
        self.concat = self._concat  # type: ignore[method-assign]

    # --- the budget

    def spend(self, steps: int) -> None:
        """Count steps. Raises TooMuch."""
        self._steps += steps
        if self._steps > MAX_STEPS:
            raise TooMuch(f"the template takes more than {MAX_STEPS:,} steps")

    def write(self, characters: int) -> None:
        """Count characters before they are put together. Raises TooMuch."""
        self._text += characters
        if self._text > MAX_TEXT:
            raise TooMuch(f"the template puts together more than {MAX_TEXT // 1024 // 1024} MiB of text")

    # --- what a template may do

    def call(__self, __context: Any, __obj: Any, *args: Any, **kwargs: Any) -> Any:
        """Call a macro of the template, one of the few functions, or a harmless method of a text or dictionary."""
        __self.spend(_CALL)
        if isinstance(__obj, Undefined | Macro) or __obj is dict or __obj is Namespace or _of(__obj) is __self:
            return super().call(__context, __obj, *args, **kwargs)
        name = getattr(__obj, "__name__", "")
        owner = _of(__obj)
        if name in _METHODS and isinstance(owner, str | dict | list | tuple | LoopContext):
            __self.spend(len(owner) if isinstance(owner, str | dict | list | tuple) else 1)
            return super().call(__context, __obj, *args, **kwargs)
        raise SecurityError(f"`{name or type(__obj).__name__}` cannot be called in a template")

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """The operators whose result can be much larger than their sides."""
        if operator == "%" and isinstance(left, str):
            raise SecurityError("`%` of a text is not for templates: join texts with ~")
        if operator == "**" and not (_is_small(left) and _is_small(right)):
            raise TooMuch("the number is too large")
        if operator in "+*":
            self._grow(operator, left, right)
        return super().call_binop(context, operator, left, right)

    def _grow(self, operator: str, left: Any, right: Any) -> None:
        if operator == "*" and isinstance(left, int) and isinstance(right, int):
            if left.bit_length() + right.bit_length() > _MAX_BITS:
                raise TooMuch("the number is too large")
            return
        sizes = [len(side) for side in (left, right) if isinstance(side, str | list | tuple)]
        times = next((side for side in (left, right) if isinstance(side, int)), 1) if operator == "*" else 1
        if sizes:
            self.write(sum(sizes) * max(times, 0))

    # --- what the transformed template calls

    def joined(self, *parts: Any) -> Any:
        """`a ~ b`."""
        texts = [part if isinstance(part, str) else str(part) for part in parts]
        self.write(sum(map(len, texts)))
        return markup_join(texts) if any(hasattr(part, "__html__") for part in texts) else str_join(texts)

    def counted(self, values: Any) -> Any:
        """What a loop goes over, as a list; each turn is a step."""
        if isinstance(values, Undefined):
            return values  # the loop itself says what is undefined
        items = []
        for value in values:
            self.spend(1)
            items.append(value)
        return items

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        _Counting(self).visit(tree)
        return tree

    # --- functions and filters

    def _concat(self, parts: Iterable[str]) -> str:
        texts = []
        for part in parts:
            self.write(len(part))
            texts.append(part)
        return "".join(texts)

    def _range(self, *bounds: int) -> range:
        made = range(*bounds)
        self.spend(len(made))
        return made

    def _bounded(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def bounded(*args: Any, **kwargs: Any) -> Any:
            for each in args:
                if isinstance(each, str):
                    self.write(len(each))
                elif isinstance(each, list | tuple | dict):
                    self.spend(len(each))
            return function(*args, **kwargs)

        return bounded

    def _join(self, values: Any, separator: str = "", attribute: str | None = None) -> str:
        values = self.counted(values)
        if attribute is not None:
            values = [self.getattr(value, attribute) for value in values]
        return str(separator).join(self._pieces(values, len(str(separator))))

    def _pieces(self, values: Iterable[Any], between: int) -> list[str]:
        texts = []
        for value in values:
            texts.append(str(value))
            self.write(len(texts[-1]) + between)
        return texts

    def _replace(self, text: str, old: str, new: str, count: int = -1) -> str:
        text = str(text)
        self.write(len(text) + len(new) * min(text.count(old), count if count >= 0 else len(text) + 1))
        return text.replace(str(old), str(new), count)

    def _indent(self, text: str, width: int = 4, first: bool = False, blank: bool = False) -> str:
        self.write(len(text) + max(width, 0) * (text.count("\n") + 1))
        return filters.do_indent(text, width, first, blank)


class _Counting(NodeTransformer):
    """Lets each loop and each `~` go through the environment, which counts."""

    def __init__(self, environment: Sandbox) -> None:
        self.environment = environment

    def visit_For(self, node: nodes.For) -> nodes.For:
        if node.recursive:
            raise SecurityError(f"line {node.lineno}: a loop cannot be recursive in a template")
        self.generic_visit(node)
        node.iter = self._call("counted", [node.iter], node)  # type: ignore[list-item]
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:
        self.generic_visit(node)
        return self._call("joined", node.nodes, node)

    def _call(self, name: str, args: list[nodes.Expr], at: nodes.Node) -> nodes.Call:
        function = nodes.EnvironmentAttribute(name, lineno=at.lineno, environment=self.environment)
        return nodes.Call(function, args, [], None, None, lineno=at.lineno, environment=self.environment)


def _of(function: Any) -> Any:
    """What a method belongs to."""
    return getattr(function, "__self__", None)


def _is_small(number: Any) -> bool:
    return isinstance(number, int | float) and abs(number) <= _MAX_POWER


def _round(value: float, precision: int = 0) -> float:
    if abs(precision) > 15:
        raise TooMuch("round takes a precision of at most 15")
    return round(value, precision)


def plain(value: Any) -> Any:
    """Plain data of models, dates and numbers: what a template may see."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude={"tests"}) | _worked_out(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value if value is None or isinstance(value, str | int | float) else str(value)


def _worked_out(model: Any) -> dict[str, Any]:
    """What a model says of itself beside its keys."""
    return {name: getattr(model, name) for name in ("stanza",) if hasattr(model, name)}
