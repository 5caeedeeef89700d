"""The functions of eval and where: one registry, one file for each family of Splunk's Search Reference.

The compiler calls

    compile_call(call, compile, context) -> Sql

for a `tree.Call`. Most functions are plain: they get their arguments as SQL (`@function`). Some need the expression
itself, because they evaluate it once per value, or not at all (`@special`: mvmap, mvfilter, searchmatch ...). For
these, `compile` is the compiler's callback: `compile(expr, {"x": sql})` gives the SQL of `expr` in which the
field `x` stands for `sql` (a lambda's variable).

The SQL that comes out uses macros and functions named `spl_...`: `engine.udf.provide(connection, sql)` defines them.
Errors that are the search's fault are `FunctionError`, whose message names the function.

Adding a function: in the file of its family under `@function("name", min_args, max_args)`, and a line in
`spl/catalogue/eval_functions.py`; docs/house.md has the whole way.
"""

from __future__ import annotations

from storypack.engine.functions.registry import (
    Compile,
    Function,
    FunctionContext,
    FunctionError,
    FunctionNotSupported,
    call,
    compile_call,
    function,
    lookup,
    names,
    special,
)

__all__ = [
    "Compile",
    "Function",
    "FunctionContext",
    "FunctionError",
    "FunctionNotSupported",
    "call",
    "compile_call",
    "function",
    "lookup",
    "names",
    "special",
]
