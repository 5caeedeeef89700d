"""The shape of the catalogue's entries."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from storypack.truth import OPTION


class Kind(StrEnum):
    """How a command treats results. Search Reference: "Command types"."""

    STREAMING = "streaming"  # one result at a time, on the indexers
    CENTRALIZED = "centralized streaming"  # one at a time, in order, on the search head
    TRANSFORMING = "transforming"  # results become a table
    GENERATING = "generating"  # makes results; stands first
    ORCHESTRATING = "orchestrating"  # changes how the search runs, not what it yields
    DATASET = "dataset processing"  # needs all results before it begins


class Flow(StrEnum):
    """What a command does to the fields of the results."""

    SAME = "same"  # no field comes or goes
    ADDS = "adds"  # fields pass, `yields` or those that the arguments name are added
    ONLY = "only"  # nothing but `yields` and what the arguments name is left
    REMOVES = "removes"  # some fields go, none comes
    OPEN = "open"  # cannot be told from the text
    NOTHING = "nothing"  # no results come out


@dataclass(frozen=True, slots=True)
class OptionFacts:
    """`name=value`: `type` is bool, int, num, string, field, fields, span, time, any, or choices (`left|inner`)."""

    name: str
    type: str

    @property
    def choices(self) -> tuple[str, ...]:
        return tuple(self.type.split("|")) if "|" in self.type else ()

    def accepts(self, value: str) -> bool:
        """Is `value` of this type? Types that hold any text accept everything."""
        match self.type:
            case "bool":
                return OPTION.read(value) is not None
            case "int":
                return value.lstrip("+-").isdecimal()
            case "num":
                return _is_number(value)
            case _:
                return not self.choices or value.lower() in self.choices


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class CommandFacts:
    """What the Search Reference says of a command, in short.

    `syntax` leaves the options out; they are in `options`, where `any_option` = others may stand there as well.
    `needs` says which of its arguments are fields that have to exist, or names them."""

    name: str
    kind: Kind
    syntax: str
    options: tuple[OptionFacts, ...] = ()
    flow: Flow = Flow.SAME
    yields: tuple[str, ...] = ()
    needs: str = ""
    aliases: tuple[str, ...] = ()
    risky: bool = False  # "Commands that trigger SPL safeguards"
    origin: str = "Splunk"  # or the app that brings it
    internal: bool = False  # undocumented, deprecated, or only for Splunk's own use
    any_option: bool = False
    anywhere: bool = False  # may stand first, and behind other commands as well

    @property
    def generating(self) -> bool:
        """May it, or must it, be the first command of a search?"""
        return self.kind is Kind.GENERATING

    def option(self, name: str) -> OptionFacts | None:
        return next((option for option in self.options if option.name == name), None)


Null = Literal["", "never", "strict"]
Result = Literal["number", "string", "bool", "multi", "any", "null"]


@dataclass(frozen=True, slots=True)
class FunctionFacts:
    """A function of eval and where. `most` None = any number of arguments; `step` 2 = after the least, they come in
    pairs. `regex` is the position of an argument that is a regular expression. `null`: its result is null never, or
    only where an argument is (`strict`); empty = as it comes. `forgiving`: made for fields that may be missing."""

    name: str
    family: str
    least: int
    most: int | None
    result: Result
    step: int = 1
    regex: int | None = None
    null: Null = ""
    forgiving: bool = False

    def takes(self, count: int) -> bool:
        """May it be called with so many arguments?"""
        if count < self.least or (self.most is not None and count > self.most):
            return False
        return (count - self.least) % self.step == 0

    @property
    def arity(self) -> str:
        """The number of arguments in words: `2`, `1 or 2`, `at least 1`, `2, 4, 6, ...`."""
        if self.step > 1:
            return ", ".join(str(self.least + self.step * each) for each in range(3)) + ", ..."
        if self.most is None:
            return f"at least {self.least}"
        return str(self.least) if self.least == self.most else f"{self.least} to {self.most}"


@dataclass(frozen=True, slots=True)
class AggregationFacts:
    """A function of stats and its kin. `numeric` = values that are not numbers are passed over. `counts`: its result is
    never null. `of_values`: it gives one of the values, or all, so there is a result where there is a value."""

    name: str
    family: str
    numeric: bool
    multivalue: bool = False
    aliases: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()  # the only commands that have it; empty = stats, chart, timechart and their kin
    bare: bool = False  # may stand without a field
    counts: bool = False
    of_values: bool = False


def options(text: str) -> tuple[OptionFacts, ...]:
    """Options from the catalogue's shorthand: `limit:int useother:bool`."""
    return tuple(OptionFacts(*each.split(":", 1)) for each in text.split())
