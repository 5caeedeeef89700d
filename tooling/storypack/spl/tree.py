"""The syntax tree of a search.

Frozen dataclasses; two trees are equal when they mean the same, wherever they stand in the text (spans do not
take part in comparison). Three kinds of node:

* `Expr`    - the grammar of `eval` and `where` (Search Reference: "Evaluation functions"; NOT, AND, then OR)
* `Term`    - the boolean grammar of `search` and of `tstats ... where` (NOT, OR, then AND)
* `Command` - one pipe stage, in `spl/commands/`

A command whose shape is "options, then words" is a `Plain`; one that we know by name only is an `Opaque`.

Here are the nodes that other stages ask for by type. One that only the file of its command knows need not be here.
"""

from storypack.spl.aggregations import Aggregation
from storypack.spl.commands.bin import Bin
from storypack.spl.commands.chart import Chart, SplitBy
from storypack.spl.commands.combine import Combine
from storypack.spl.commands.convert import Convert, ConvertCall
from storypack.spl.commands.dedup import Dedup
from storypack.spl.commands.deferred import Deferred
from storypack.spl.commands.eval import Assignment, Eval
from storypack.spl.commands.fieldformat import Fieldformat
from storypack.spl.commands.fields import Fields
from storypack.spl.commands.foreach import Foreach
from storypack.spl.commands.from_ import From
from storypack.spl.commands.head import Head
from storypack.spl.commands.inputlookup import Inputlookup
from storypack.spl.commands.join import Join
from storypack.spl.commands.lookup import Lookup, Mapping
from storypack.spl.commands.macro import MacroStage
from storypack.spl.commands.map import MapSearch
from storypack.spl.commands.opaque import Opaque
from storypack.spl.commands.plain import Plain
from storypack.spl.commands.rangemap import Range, Rangemap
from storypack.spl.commands.regex import Regex
from storypack.spl.commands.rename import Rename
from storypack.spl.commands.replace import Replace
from storypack.spl.commands.return_ import Return, ReturnItem
from storypack.spl.commands.rex import Rex
from storypack.spl.commands.search import Search
from storypack.spl.commands.sort import Sort, SortKey
from storypack.spl.commands.stats import Stats
from storypack.spl.commands.top import Top
from storypack.spl.commands.tstats import Tstats
from storypack.spl.commands.where import Where
from storypack.spl.nodes import (
    And,
    Binary,
    Call,
    Command,
    Compare,
    Directive,
    Expr,
    Field,
    In,
    InList,
    Keyword,
    MacroCall,
    Node,
    Not,
    Number,
    Option,
    Or,
    Pipeline,
    String,
    SubsearchTerm,
    SubsearchValue,
    Term,
    TimeModifier,
    Unary,
    Word,
)

__all__ = [
    "Aggregation",
    "And",
    "Assignment",
    "Bin",
    "Binary",
    "Call",
    "Chart",
    "Combine",
    "Command",
    "Compare",
    "Convert",
    "ConvertCall",
    "Dedup",
    "Deferred",
    "Directive",
    "Eval",
    "Expr",
    "Field",
    "Fieldformat",
    "Fields",
    "Foreach",
    "From",
    "Head",
    "In",
    "InList",
    "Inputlookup",
    "Join",
    "Keyword",
    "Lookup",
    "MacroCall",
    "MacroStage",
    "MapSearch",
    "Mapping",
    "Node",
    "Not",
    "Number",
    "Opaque",
    "Option",
    "Or",
    "Pipeline",
    "Plain",
    "Range",
    "Rangemap",
    "Regex",
    "Rename",
    "Replace",
    "Return",
    "ReturnItem",
    "Rex",
    "Search",
    "Sort",
    "SortKey",
    "SplitBy",
    "Stats",
    "String",
    "SubsearchTerm",
    "SubsearchValue",
    "Term",
    "TimeModifier",
    "Top",
    "Tstats",
    "Unary",
    "Where",
    "Word",
]
