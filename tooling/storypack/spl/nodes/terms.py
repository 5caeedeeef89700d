"""The boolean grammar of `search`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from storypack.spl.nodes.expressions import SubsearchValue
from storypack.spl.nodes.shared import Field, MacroCall, Node, Word, node

if TYPE_CHECKING:
    from storypack.spl.nodes.pipelines import Pipeline


@node(frozen=True, slots=True)
class And(Node):
    """Terms side by side, or joined by AND. Nested `And`s only where the text had parentheses."""

    terms: tuple[Term, ...]


@node(frozen=True, slots=True)
class Or(Node):
    terms: tuple[Term, ...]


@node(frozen=True, slots=True)
class Not(Node):
    term: Term


@node(frozen=True, slots=True)
class Compare(Node):
    """`field op value`: `op` is one of `= != < <= > >=` (`==` is read as `=`, `host::x` as `host=x`).

    The value is a pattern. `value.text` is it as written, without the quotes around it but with its escapes: `\\\\*` is
    a backslash and a wildcard. `storypack.spl.pattern` takes it apart."""

    field: Field
    op: str
    value: Word | MacroCall | SubsearchValue


@node(frozen=True, slots=True)
class In(Node):
    """`field IN (a, b)`, each value a pattern as in `Compare`."""

    field: Field
    values: tuple[Word | MacroCall | SubsearchValue, ...]


@node(frozen=True, slots=True)
class Keyword(Node):
    """A bare word or a quoted phrase to be found in `_raw`; a pattern as in `Compare`."""

    text: str
    quoted: bool = False


@node(frozen=True, slots=True)
class Directive(Node):
    """`TERM(x)` or `CASE(x)`, alone or as a value (`field` set)."""

    name: Literal["TERM", "CASE"]
    text: str
    field: Field | None = None


@node(frozen=True, slots=True)
class TimeModifier(Node):
    """`earliest=-1d@d` and its kin (`latest`, `_index_earliest`, `starttime`, ...), `name` in lower case."""

    name: str
    value: str


@node(frozen=True, slots=True)
class SubsearchTerm(Node):
    """`[ ... ]` as a condition."""

    pipeline: Pipeline


Term = And | Or | Not | Compare | In | Keyword | Directive | TimeModifier | SubsearchTerm | MacroCall
