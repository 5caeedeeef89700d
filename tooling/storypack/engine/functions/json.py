"""Search Reference: JSON functions. A JSON value lives in a field as its text."""

from __future__ import annotations

import json
from collections.abc import Sequence

from storypack.engine.functions.registry import FunctionContext, FunctionError, function
from storypack.engine.functions.shapes import literal_text, single
from storypack.engine.sql import Kind, Sql, as_bool, as_text, quote
from storypack.engine.udf.json import extract_sql


def _string(text: str) -> Sql:
    return Sql(text, Kind.STRING)


def value(arg: Sql) -> str:
    """SQL of the JSON text of an argument: number, truth value, null, object, array or string.

    A field that holds the text of a JSON object or array gives that object or array, a literal gives a string.
    """
    match arg.kind:
        case Kind.NULL:
            return "'null'"
        case Kind.BOOL:
            return f"CASE {arg.text} WHEN TRUE THEN 'true' WHEN FALSE THEN 'false' ELSE 'null' END"
        case Kind.NUMBER:
            return f"spl_json_number({arg.text})"
        case Kind.MULTI:
            return f"coalesce(spl_json_from_list({arg.text}, FALSE), 'null')"
    if arg.constant:
        return quote(json.dumps(arg.value, ensure_ascii=False))
    return f"spl_json_value({arg.text})"


def _list(items: Sequence[str]) -> str:
    return f"CAST([{', '.join(items)}] AS VARCHAR[])"


def _pairs(name: str, args: Sequence[Sql]) -> tuple[str, str]:
    """The lists of the paths and of the JSON values of path-value pairs."""
    if len(args) % 2:
        raise FunctionError(f"function `{name}` takes pairs of a key and a value")
    return _list([as_text(arg) for arg in args[::2]]), _list([value(arg) for arg in args[1::2]])


@function("json_object", 0, None)
def json_object(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """An object of keys and values."""
    if len(args) % 2:
        raise FunctionError("function `json_object` takes pairs of a key and a value")
    members = [f"{_key(key)} || ':' || {value(item)}" for key, item in zip(args[::2], args[1::2], strict=True)]
    return _string("('{' || " + " || ',' || ".join(members or ["''"]) + " || '}')")


def _key(arg: Sql) -> str:
    if arg.constant:
        return quote(json.dumps(str(arg.value), ensure_ascii=False))
    return f"CAST(to_json({as_text(arg)}) AS VARCHAR)"


@function("json_array", 0, None)
def json_array(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """An array of values."""
    return _string("('[' || " + " || ',' || ".join([value(arg) for arg in args] or ["''"]) + " || ']')")


@function("json", 1)
def json_(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """The value, if its text is JSON; else null."""
    return _string(f"spl_json({single(args[0])})")


@function("json_valid", 1)
def json_valid(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """Whether the text is JSON; null for null."""
    return Sql(f"spl_json_valid({single(args[0])})", Kind.BOOL)


@function("json_extract", 1, None)
def json_extract(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """What stands at a path (`a.b{0}.c{}`); of several paths, an array of what stands there."""
    path = literal_text(args[1]) if len(args) == 2 else None
    if path is not None:
        return _string(extract_sql(single(args[0]), path))
    return _string(f"spl_json_extract({single(args[0])}, {_list([as_text(arg) for arg in args[1:]])})")


@function("json_extract_exact", 1, None)
def json_extract_exact(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """The value of a key; of several keys, an array of their values."""
    return _string(f"spl_json_extract_exact({single(args[0])}, {_list([as_text(arg) for arg in args[1:]])})")


@function("json_keys", 1)
def json_keys(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """The keys of an object, as an array."""
    return _string(f"spl_json_keys({single(args[0])})")


@function("json_entries", 1)
def json_entries(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """The members of an object, as an array of `{"key": ..., "value": ...}`."""
    return _string(f"spl_json_entries({single(args[0])})")


@function("json_has_key_exact", 2)
def json_has_key_exact(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """Whether an object has the key."""
    return Sql(f"spl_json_has_key({single(args[0])}, {as_text(args[1])})", Kind.BOOL)


@function("json_set", 3, None)
def json_set(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """The document with values put at paths, whose keys are made; a path that does not fit is passed over."""
    paths, values = _pairs("json_set", args[1:])
    return _string(f"spl_json_set({single(args[0])}, {paths}, {values})")


@function("json_set_exact", 3, None)
def json_set_exact(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """The object with values for keys."""
    keys, values = _pairs("json_set_exact", args[1:])
    return _string(f"spl_json_set_exact({single(args[0])}, {keys}, {values})")


@function("json_append", 3, None)
def json_append(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """The document with values put at the end of the arrays at the paths."""
    paths, values = _pairs("json_append", args[1:])
    return _string(f"spl_json_append({single(args[0])}, {paths}, {values})")


@function("json_extend", 3, None)
def json_extend(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """As json_append, with the elements of arrays."""
    paths, values = _pairs("json_extend", args[1:])
    return _string(f"spl_json_extend({single(args[0])}, {paths}, {values})")


@function("json_delete", 2, None)
def json_delete(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """The object without the keys."""
    keys = _list([as_text(arg) for arg in args[1:]])
    return _string(f"spl_json_delete({single(args[0])}, {keys})")


@function("json_array_to_mv", 1, 2)
def json_array_to_mv(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """The elements of an array; texts in their quotes if the second argument is true."""
    quotes = as_bool(args[1]) if len(args) == 2 else "FALSE"
    return Sql(f"spl_json_to_list({single(args[0])}, {quotes})", Kind.MULTI)
