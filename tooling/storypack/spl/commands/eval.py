"""eval. Search Reference: "eval"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from storypack.spl import arguments as args
from storypack.spl.calls import macro_call
from storypack.spl.cards import command
from storypack.spl.catalogue.model import CommandFacts, Flow, Kind
from storypack.spl.expressions import whole_expression
from storypack.spl.fields.names import Tables
from storypack.spl.fields.state import Fieldset
from storypack.spl.fields.uses import Use, of_expression
from storypack.spl.nodes import Command, Expr, Field, MacroCall, Node, node
from storypack.spl.nulls import NONE, Names, never_null
from storypack.spl.printing import text
from storypack.spl.printing.expressions import expression as print_expression
from storypack.spl.source import Span
from storypack.spl.tokens import ARGUMENTS, EVAL, Reader, unquote

# A name with blanks or brackets, unquoted, before its `=`.
_LOOSE = re.compile(r"""([\w.@#$-]++(?:\s*+\([^=,|"'`\[\]()]*+\)|\s++(?=[\w(])[\w.@#$-]*+)++)\s*+=(?!=)""").match


_BRACES = re.compile(r"\{[^{}]+\}")


@node(frozen=True, slots=True)
class Assignment(Node):
    """`target = value` of eval. `target` may hold `{field}` (Search Reference: eval, "field names from values")."""

    target: Field
    value: Expr


@command(
    CommandFacts("eval", Kind.STREAMING, "field=expression, ...", flow=Flow.ADDS, needs="fields of the expressions")
)
@node(frozen=True, slots=True)
class Eval(Command):
    assignments: tuple[Assignment | MacroCall, ...]

    @classmethod
    def read(cls, reader: Reader, name: str, start: int) -> Eval:
        assignments: list[Assignment | MacroCall] = []
        reader.begin(ARGUMENTS)
        while True:
            if reader.kind == "macro":
                assignments.append(macro_call(reader.value, reader.start))
                reader.begin(EVAL)
            else:
                assignments.append(assignment(reader))
            if reader.value != ",":
                return cls(tuple(assignments), span=Span(start, reader.before))
            reader.begin(ARGUMENTS)
            args.skip_comma(reader)  # nothing between two commas is passed over

    def to_spl(self) -> str:
        return f"eval {', '.join(assignment_to_spl(each) for each in self.assignments)}"

    def uses(self) -> Iterator[Use]:
        made: set[str] = set()
        for each in self.assignments:
            if isinstance(each, MacroCall):
                return
            yield from (use for use in of_expression(each.value) if use.name not in made)
            made.add(each.target.name)

    def yields(self, state: Fieldset, tables: Tables, inner: Sequence[Fieldset] = ()) -> Fieldset:
        names: list[str] = []
        for each in self.assignments:
            if isinstance(each, MacroCall):
                return state.plus(*names).opened()
            name = each.target.name
            # `{field}` is the field's value: any name. Names such as `a{}.b` hold no field.
            names.append(_BRACES.sub("*", name) if "{" in name else name)
        return state.plus(*names)

    def filled(self, known: Names) -> Names:
        for each in self.assignments:
            if isinstance(each, MacroCall) or "{" in each.target.name:
                return NONE
            name = frozenset({each.target.name})
            known = known | name if never_null(each.value, known) else known - name
        return known


def assignment(reader: Reader) -> Assignment:
    """`target = expression`, the current token being the target, read as an argument."""
    kind, text, start = reader.kind, reader.value, reader.start
    if kind == "word" and (loose := _LOOSE(reader.text, start)):  # `size(MB)=`, `Total Duration (hrs)=`
        text = loose[1].rstrip()
        target = Field(text, span=Span(start, start + len(text)))
        reader.end = start + len(text)
    elif kind == "option":
        target = Field(text, span=reader.span)
    elif kind in ("string", "quoted"):
        target = Field(unquote(text), True, span=reader.span)
    elif kind == "word":  # a name with signs of its own: `{x}_y`, `a{}`, `<<FIELD>>`, then `=`
        text = text.partition("=")[0] if not text.startswith("=") else text
        if text.startswith("=") or not text:
            reader.fail("a field to assign to is expected before `=`", "write `name=expression`")
        target = Field(text, span=Span(start, start + len(text)))
        reader.end = start + len(text)
    else:
        reader.expected("a field to assign to", "write `name=expression`")
    reader.begin(EVAL)
    if reader.value != "=":
        reader.expected(f"`=` after `{target.name}`", "an assignment is `name=expression`; a test belongs to `where`")
    value = whole_expression(reader)
    return Assignment(target, value, span=target.span.to(value.span))


def assignment_to_spl(node: Assignment | MacroCall) -> str:
    if isinstance(node, MacroCall):
        return text.macro(node)
    name = text.field(node.target)
    if name.startswith('"'):
        name = text.single(node.target.name)
    return f"{name}={print_expression(node.value)}"
