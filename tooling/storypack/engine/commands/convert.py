"""convert. Search Reference: "convert"."""

from __future__ import annotations

from storypack.engine.commands.fields import chosen
from storypack.engine.commands.names import star_name
from storypack.engine.commands.options import options_of
from storypack.engine.commands.registry import command
from storypack.engine.errors import NotSupported
from storypack.engine.functions import FunctionContext
from storypack.engine.functions import call as call_function
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.engine.sql import Kind, Sql, as_number, as_text, string_constant
from storypack.spl import tree


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
    text, context = as_text(field), FunctionContext(session.start_sql)
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
