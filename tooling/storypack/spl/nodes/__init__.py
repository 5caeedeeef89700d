"""What the syntax tree is made of, beside the commands: pipelines, terms, expressions, fields, words and options."""

from storypack.spl.nodes.expressions import Binary, Call, Expr, InList, Number, String, SubsearchValue, Unary
from storypack.spl.nodes.pipelines import Command, Pipeline
from storypack.spl.nodes.shared import Field, MacroCall, Node, Option, Word, field_names, is_true, node, option_text
from storypack.spl.nodes.terms import And, Compare, Directive, In, Keyword, Not, Or, SubsearchTerm, Term, TimeModifier

__all__ = [
    "And",
    "Binary",
    "Call",
    "Command",
    "Compare",
    "Directive",
    "Expr",
    "Field",
    "In",
    "InList",
    "Keyword",
    "MacroCall",
    "Node",
    "Not",
    "Number",
    "Option",
    "Or",
    "Pipeline",
    "String",
    "SubsearchTerm",
    "SubsearchValue",
    "Term",
    "TimeModifier",
    "Unary",
    "Word",
    "field_names",
    "is_true",
    "node",
    "option_text",
]
