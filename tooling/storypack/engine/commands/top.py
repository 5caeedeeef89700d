"""top, rare (Search Reference: top, rare)."""

from __future__ import annotations

from storypack.engine.commands.fields import field_names
from storypack.engine.commands.options import flag, options_of, whole
from storypack.engine.commands.registry import command
from storypack.engine.commands.stats import by_columns
from storypack.engine.errors import SearchError
from storypack.engine.relation import Column, OrderKey, Relation
from storypack.engine.session import Session
from storypack.engine.sql import Kind, as_text, identifier, quote
from storypack.spl import tree


@command("top", "rare")
def top(node: tree.Top, rows: Relation, session: Session) -> Relation:
    """The commonest (rarest) combinations of values, how often they come, and their share of all that have values."""
    options = options_of(node.options)
    limit = node.count if node.count is not None else whole(options.get("limit", "10"), "limit")
    names, groups = field_names(node.fields), field_names(node.by)
    if not names:
        raise SearchError(f"{node.name} needs a field")
    rows, keys = by_columns([tree.Field(name) for name in (*groups, *names)], rows)
    count, percent = options.get("countfield", "count"), options.get("percentfield", "percent")
    counted = _counted(rows, keys, count)
    over = f"PARTITION BY {', '.join(counted.field(name).text for name in groups)}" if groups else ""
    number = counted.field(count).text
    direction = "ASC" if node.name == "rare" else "DESC"
    ties = ", ".join(counted.field(name).text for name in names)
    share = f"100.0 * {number} / sum({number}) OVER ({over})"
    rank = f"row_number() OVER ({over} ORDER BY {number} {direction}, {ties})"
    share_column, rank_column = Column(rows.names.new(percent), Kind.NUMBER), identifier(rows.names.new("__rank"))
    ranked = counted.stage(
        node.name,
        f"SELECT *, {share} AS {identifier(share_column.ident)}, {rank} AS {rank_column} FROM {counted.source}",
        columns={**counted.columns, percent: share_column},
    )
    if flag(options.get("useother", "f")) and limit:
        other = options.get("otherstr", "OTHER")
        ranked, rank_column = _with_other(ranked, groups, names, (count, percent), rank_column, limit, other)
    elif limit:
        ranked = ranked.where(node.name, f"{rank_column} <= {limit}")
    shown = [*groups, *names]
    shown += [count] if flag(options.get("showcount", "t")) else []
    shown += [percent] if flag(options.get("showperc", "t")) else []
    order = (*(OrderKey(ranked.field(name).text) for name in groups), OrderKey(rank_column))
    return ranked.stage(node.name, f"SELECT * FROM {ranked.source}", order=order).keep(shown)


def _counted(rows: Relation, keys: list[str], count: str) -> Relation:
    fields = [rows.field(name) for name in keys]
    columns = {}
    selects = []
    for name, field in zip(keys, fields, strict=True):
        columns[name] = Column(rows.names.new(name), Kind.NUMBER if field.kind is Kind.NUMBER else Kind.STRING)
        selects.append(f"{field.text} AS {identifier(columns[name].ident)}")
    columns[count] = Column(rows.names.new(count), Kind.NUMBER)
    selects.append(f"CAST(count(*) AS DOUBLE) AS {identifier(columns[count].ident)}")
    present = " AND ".join(f"{field.text} IS NOT NULL" for field in fields)
    grouping = ", ".join(str(at + 1) for at in range(len(keys)))
    text = f"SELECT {', '.join(selects)} FROM {rows.source} WHERE {present} GROUP BY {grouping}"
    return rows.stage("count", text, columns=columns, order=(), closes=True)


def _with_other(
    rows: Relation, groups: list[str], names: list[str], numbers: tuple[str, str], rank: str, limit: int, other: str
) -> tuple[Relation, str]:
    """The rows beyond the limit folded into one for each group, and the column of the ranks."""
    columns = {}
    selects = []
    place = f"least({rank}, {limit + 1})"
    for name in (*groups, *names):
        field = rows.field(name)
        columns[name] = Column(rows.names.new(name), field.kind if name in groups else Kind.STRING)
        folded = f"CASE WHEN {place} > {limit} THEN {quote(other)} ELSE {as_text(field)} END"
        selects.append(f"{field.text if name in groups else folded} AS {identifier(columns[name].ident)}")
    new_rank = identifier(rows.names.new("__rank"))
    selects.append(f"{place} AS {new_rank}")
    grouping = ", ".join(str(at + 1) for at in range(len(selects)))
    for name in numbers:
        columns[name] = Column(rows.names.new(name), Kind.NUMBER)
        selects.append(f"sum({rows.field(name).text}) AS {identifier(columns[name].ident)}")
    text = f"SELECT {', '.join(selects)} FROM {rows.source} GROUP BY {grouping}"
    return rows.stage("other", text, columns=columns, closes=True), new_rank
