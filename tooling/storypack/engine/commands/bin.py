"""bin. Search Reference: "bin"."""

from __future__ import annotations

from storypack import timemod
from storypack.engine.commands.options import decimal, options_of, whole
from storypack.engine.commands.registry import command
from storypack.engine.errors import SearchError
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.engine.spans import DEFAULT_BINS, Span, auto_span, auto_time_span, parse_span
from storypack.engine.sql import Kind, Sql, as_number, as_text
from storypack.spl import tree

TIMES = ("_time", "_indextime", "starttime", "endtime")


@command("bin", "bucket", "discretize")
def bin_(node: tree.Bin, rows: Relation, session: Session) -> Relation:
    """A number becomes the bin in which it lies: a time the bin's start, other numbers a range (`10-20`)."""
    name = node.field.name
    options = options_of(node.options)
    rows, value = binned(name, options, rows, session)
    return rows.extend("bin", {node.alias.name if node.alias else name: value})


def binned(name: str, options: dict[str, str], rows: Relation, session: Session) -> tuple[Relation, Sql]:
    """The binned value of a field."""
    field = rows.field(name)
    if field.kind is Kind.NULL:
        return rows, field
    time = name in TIMES or bool("span" in options and parse_span(options["span"]).unit)
    rows, span = span_of(name, options, rows, session, time=time)
    field = rows.field(name)
    number = as_number(field)
    if time:
        return rows, Sql(f"coalesce({span.time_sql(number)}, {number})", Kind.NUMBER)
    bounds = f"CASE WHEN isfinite({number}) THEN {_range(span, number)} END"
    return rows, Sql(f"coalesce({bounds}, {as_text(field)})", Kind.STRING)


def _range(span: Span, number: str) -> str:
    if span.base:
        power = f"floor(ln({number} / {span.factor!r}) / ln({span.base!r}) + 1e-12)"
        low = f"{span.factor!r} * pow({span.base!r}, {power})"
        high = f"{span.factor!r} * pow({span.base!r}, {power} + 1)"
        return f"CASE WHEN {number} > 0 THEN spl_text({low}) || '-' || spl_text({high}) END"
    width = span.width
    low = f"floor({number} / {width!r}) * {width!r}"
    if width == int(width):
        return f"(spl_text({low}) || '-' || spl_text({low} + {width!r}))"
    places = len(repr(width).partition(".")[2])
    return f"(spl_text(round({low}, {places})) || '-' || spl_text(round({low} + {width!r}, {places})))"


def span_of(
    name: str, options: dict[str, str], rows: Relation, session: Session, *, time: bool
) -> tuple[Relation, Span]:
    if "span" in options:
        return rows, aligned(parse_span(options["span"]), options, session) if time else parse_span(options["span"])
    number = as_number(rows.field(name))
    low, high = extremes(number, rows, session)
    if low is None or high is None:
        return rows, Span(1.0)
    low = min(low, decimal(options["start"], "start")) if "start" in options else low
    high = max(high, decimal(options["end"], "end")) if "end" in options else high
    bins = whole(options.get("bins", str(DEFAULT_BINS)), "bins", least=1)
    least = parse_span(options["minspan"]).seconds if "minspan" in options else 0.0
    return rows, auto_time_span(low, high, bins, least) if time else auto_span(low, high, bins)


def extremes(number: str, rows: Relation, session: Session) -> tuple[float | None, float | None]:
    """The least and the greatest value of a number (SQL); what is not finite is neither."""
    finite = f"FILTER (isfinite({number}))"
    ((low, high),) = session.fetch(rows, f"SELECT min({number}) {finite}, max({number}) {finite}")
    return low, high


def aligned(span: Span, options: dict[str, str], session: Session) -> Span:
    """A span of less than a day that begins where `aligntime` says."""
    if "aligntime" not in options or not span.width or span.width >= 86400:
        return span
    return Span(span.width, offset=_align(options["aligntime"], session) % span.width)


def _align(text: str, session: Session) -> float:
    if text in ("earliest", "latest"):
        return session.range[text == "latest"] or 0.0
    try:
        return timemod.resolve(text, session.now)
    except timemod.TimeModifierError as error:
        raise SearchError(error.message) from error
