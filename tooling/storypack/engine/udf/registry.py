"""Where the files of this folder enter their functions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Macro:
    """An SQL macro. The body should name each parameter as seldom as it can: the text of an argument is put there."""

    name: str
    parameters: tuple[str, ...]
    body: str

    @property
    def sql(self) -> str:
        return f"CREATE OR REPLACE MACRO {self.name}({', '.join(self.parameters)}) AS ({self.body})"


@dataclass(frozen=True, slots=True)
class PythonFunction:
    """A Python function for each row. `varying` = it may give other values for the same arguments (random)."""

    name: str
    function: Callable[..., Any]
    parameters: tuple[str, ...]
    returns: str
    varying: bool = False

    def define(self, connection: DuckDBPyConnection) -> None:
        connection.create_function(  # type: ignore[call-overload]  # the stubs ask for enumerations
            self.name,
            self.function,
            list(self.parameters),
            self.returns,
            null_handling="special",
            side_effects=self.varying,
        )


class Refused(Exception):
    """Raised by a Python function for what a search must not ask; the message is for its author."""


MOST_CHARACTERS = 16_777_216
"""Of a text that a function makes: more than any event has."""

definitions: dict[str, Macro | PythonFunction] = {}


def macro(name: str, *parameters: str, body: str) -> None:
    """Enter an SQL macro."""
    _enter(Macro(name, parameters, body))


def udf(name: str, *parameters: str, returns: str, varying: bool = False) -> Callable[[F], F]:
    """Enter a Python function; `parameters` and `returns` are DuckDB types."""

    def enter(function: F) -> F:
        _enter(PythonFunction(name, function, parameters, returns, varying))
        return function

    return enter


def _enter(definition: Macro | PythonFunction) -> None:
    if definition.name in definitions:
        raise ValueError(f"two SQL functions are named {definition.name}")
    definitions[definition.name] = definition
