"""replace, convert, strcat, rangemap, fieldformat: values changed (Search Reference: the pages of these names)."""

from __future__ import annotations

import re

from storypack.engine.commands.fields import chosen
from storypack.engine.commands.names import star_name
from storypack.engine.commands.options import flag, options_of
from storypack.engine.commands.registry import command
from storypack.engine.errors import NotSupported, SearchError
from storypack.engine.functions import FunctionContext
from storypack.engine.functions import call as call_function
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.engine.sql import Kind, Sql, as_number, as_text, quote, string_constant
from storypack.spl import tree


@command("replace")
def replace(node: tree.Replace, rows: Relation, session: Session) -> Relation:
    """Whole values by others, in the named fields or in all; stars in both sides correspond."""
    if node.fields:
        names = chosen([field.name for field in node.fields], rows)
    else:
        rows = rows.closed()
        names = [name for name in rows.columns if not name.startswith("_")]
    values = {}
    for name in names:
        field = rows.field(name)
        if field.kind is Kind.MULTI:
            values[name] = Sql(f"list_transform({field.text}, lambda v_: {_replaced('v_', node)})", Kind.MULTI)
        elif field.kind is not Kind.NULL:
            values[name] = Sql(_replaced(as_text(field), node), Kind.STRING)
    return rows.extend("replace", values)


def _replaced(text: str, node: tree.Replace) -> str:
    """The first pair whose pattern is the whole value decides."""
    cases = []
    for old, new in node.pairs:
        pieces = old.text.split("*")
        if len(pieces) == 1:
            cases.append(f"WHEN {text} = {quote(old.text)} THEN {quote(new.text)}")
            continue
        regex = "^(?s)" + "(.*)".join(re.escape(piece) for piece in pieces) + "$"
        number = 0
        target = ""
        for piece in re.split(r"(\*)", new.text.replace("\\", "\\\\")):
            number += piece == "*"
            target += f"\\{number}" if piece == "*" else piece
        cases.append(
            f"WHEN regexp_matches({text}, {quote(regex)}) THEN regexp_replace({text}, {quote(regex)}, {quote(target)})"
        )
    return f"CASE {' '.join(cases)} ELSE {text} END"


@command("convert")
def convert(node: tree.Convert, rows: Relation, session: Session) -> Relation:
    """Values as numbers, times, durations, sizes; what cannot be converted becomes null (auto: stays)."""
    form = options_of(node.options).get("timeformat", "%m/%d/%Y %H:%M:%S")
    untouched = {name for call in node.calls if call.func == "none" for name in chosen([call.field.name], rows)}
    for call in node.calls:
        for name in chosen([call.field.name], rows):
            field = rows.field(name)
            if field.kind is Kind.NULL or call.func == "none" or ("*" in call.field.name and name in untouched):
                continue
            target = star_name(call.field.name, call.alias.name, name) if call.alias else name
            rows = rows.extend("convert", {target: _converted(call.func, field, form, session)})
    return rows


def _converted(func: str, field: Sql, form: str, session: Session) -> Sql:
    text, context = as_text(field), FunctionContext(session.now)
    match func:
        case "ctime":
            return call_function("strftime", [field, string_constant(form)], context)
        case "mktime":
            return call_function("strptime", [field, string_constant(form)], context)
        case "num":
            return Sql(f"coalesce({as_number(field)}, spl_unit_number({text}))", Kind.NUMBER)
        case "auto":
            return Sql(
                f"coalesce(spl_text(coalesce({as_number(field)}, spl_unit_number({text}))), {text})", Kind.STRING
            )
        case "rmcomma":
            return Sql(f"replace({text}, ',', '')", Kind.STRING)
        case "rmunit":
            return Sql(f"spl_number(regexp_extract({text}, '^\\s*([-+]?[0-9.]+)', 1))", Kind.NUMBER)
        case "dur2sec" | "mstime" | "memk":
            return Sql(f"spl_{func}({text})", Kind.NUMBER)
        case _:
            raise NotSupported("convert function", func)


@command("strcat")
def strcat(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """Fields and quoted texts joined into the last field; a missing field is left out, or with allrequired=t all is."""
    words = [word for word in node.words if isinstance(word, tree.Word)]
    if len(words) < 2:
        raise SearchError("strcat takes fields or texts, and a field to put them into")
    required = flag(node.option("allrequired", "f"))
    *sources, target = words
    pieces = [quote(word.text) if word.quoted else as_text(rows.field(word.text)) for word in sources]
    joined = " || ".join(pieces) if required else f"concat({', '.join(pieces)})"
    value = Sql(f"({joined})", Kind.STRING)
    if required and rows.find(target.text):
        value = Sql(f"coalesce({joined}, {as_text(rows.field(target.text))})", Kind.STRING)
    return rows.extend("strcat", {target.text: value})


@command("rangemap")
def rangemap(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """The names of the ranges in which a number lies, in `range`; `default` (None) where in none."""
    options = options_of(node.options)
    name = options.pop("field", "")
    if not name:
        raise SearchError("rangemap needs field=")
    default = options.pop("default", "None")
    number = as_number(rows.field(name))
    cases = []
    for label, text in options.items():
        found = re.fullmatch(r"(-?[0-9.]+)-(-?[0-9.]+)", text)
        if not found:
            raise SearchError(f"rangemap: `{text}` is not a range like 0-10")
        low, high = float(found[1]), float(found[2])
        cases.append(f"CASE WHEN {number} BETWEEN {low!r} AND {high!r} THEN {quote(label)} END")
    if not cases:
        raise SearchError("rangemap needs a range, such as low=0-10")
    matched = f"list_filter([{', '.join(cases)}], lambda v_: v_ IS NOT NULL)"
    return rows.extend(
        "rangemap",
        {"range": Sql(f"CASE WHEN len({matched}) > 0 THEN {matched} ELSE [{quote(default)}] END", Kind.MULTI)},
    )


@command("fieldformat")
def fieldformat(node: object, rows: Relation, session: Session) -> Relation:
    """How a field is shown; its value stays."""
    session.warn("fieldformat changes what people see, not the values; it has no effect here")
    return rows
