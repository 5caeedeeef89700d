"""xyseries, untable, transpose: tables turned (Search Reference: xyseries, untable, transpose)."""

from __future__ import annotations

from typing import Any

from storypack.engine.commands.names import replace_all
from storypack.engine.commands.options import flag, options_of, whole, words_of
from storypack.engine.commands.registry import command
from storypack.engine.commands.wide import FEW, check_width, wide_table
from storypack.engine.errors import SearchError
from storypack.engine.relation import Column, OrderKey, Relation
from storypack.engine.session import Session
from storypack.engine.sql import Kind, as_multi, as_text, identifier, quote
from storypack.engine.values import from_column, to_text
from storypack.spl import tree


@command("xyseries", "maketable")
def xyseries(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """A row for each value of the first field, a column for each value of the second, filled from the third."""
    words = words_of(node.words)
    if len(words) < 3:
        raise SearchError("xyseries takes a row field, a column field and a data field")
    options = options_of(node.options)
    row_name, column_name, *data = words
    rows, place = session.materialise(rows.keep(dict.fromkeys(words))).numbered()
    row, column = rows.field(row_name), rows.field(column_name)
    label = as_text(column)
    labels = [
        text for (text,) in session.fetch(rows, f"SELECT DISTINCT {label} AS l", "ORDER BY l") if text is not None
    ]
    style = options.get("format", f"$AGG${options.get('sep', ': ')}$VAL$")
    check_width(len(labels) * len(data), "xyseries", "group the values of the column field before it")
    titles = {
        (field, name): name if len(data) == 1 else replace_all(style, {"$AGG$": field, "$VAL$": name})
        for field in data
        for name in labels
    }
    if len(titles) > FEW:
        values = ", ".join(rows.field(field).text for field in data)
        found_cells = session.fetch(rows, f"SELECT {row.text}, {label}, {values}", f"ORDER BY {row.text}, {place}")
        cells = [
            (key, titles[field, name], value)
            for key, name, *row_values in found_cells
            for field, value in zip(data, row_values, strict=True)
            if key is not None and name is not None
        ]
        return wide_table(row_name, cells, list(titles.values()), {}, session)
    columns = {row_name: Column(rows.names.new(row_name), row.kind)}
    selects = [f"{row.text} AS {identifier(columns[row_name].ident)}"]
    for field in data:
        value = rows.field(field)
        for name in labels:
            title = titles[field, name]
            columns[title] = Column(rows.names.new(title), value.kind if value.kind is not Kind.NULL else Kind.STRING)
            found = f"last({value.text} ORDER BY {place}) FILTER (WHERE {label} = {quote(name)})"
            selects.append(f"{found} AS {identifier(columns[title].ident)}")
    first = identifier(rows.names.new("__first"))
    selects.append(f"min({place}) AS {first}")
    text = f"SELECT {', '.join(selects)} FROM {rows.source} WHERE {row.text} IS NOT NULL GROUP BY {row.text}"
    order = (OrderKey(identifier(columns[row_name].ident)), OrderKey(first))
    return rows.stage("xyseries", text, columns=columns, order=order, closes=True)


@command("untable")
def untable(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """A row for each cell: the value of the first field, the column's name, the cell."""
    words = words_of(node.words)
    if len(words) != 3:
        raise SearchError("untable takes the row field, a name for the column names, a name for the values")
    row_name, label_name, value_name = words
    if len(set(words)) != 3:
        raise SearchError("untable: the row field and the names for the column names and the values must differ")
    rows = session.materialise(rows)
    row = rows.field(row_name)
    others = {n: column for n, column in rows.columns.items() if n != row_name and not n.startswith("_")}
    if not others:
        return session.table({name: [] for name in words}, "untable")
    kind = Kind.NUMBER if all(column.kind is Kind.NUMBER for column in others.values()) else Kind.MULTI
    cells = [column.sql.text if kind is Kind.NUMBER else as_multi(column.sql) for column in others.values()]
    columns = {
        row_name: Column(rows.names.new(row_name), row.kind if row.kind is not Kind.NULL else Kind.STRING),
        label_name: Column(rows.names.new(label_name), Kind.STRING),
        value_name: Column(rows.names.new(value_name), kind),
    }
    ids = [identifier(column.ident) for column in columns.values()]
    place = identifier(rows.names.new("__place"))
    before = rows.order[0].text
    text = (
        f"SELECT {row.text} AS {ids[0]}, unnest([{', '.join(quote(name) for name in others)}]) AS {ids[1]}, "
        f"unnest([{', '.join(cells)}]) AS {ids[2]}, unnest(range({len(others)})) AS {place}, {before} "
        f"FROM {rows.source}"
    )
    table = rows.stage("untable", text, columns=columns, order=(OrderKey(before), OrderKey(place)), closes=True)
    return table.where("untable", f"{ids[2]} IS NOT NULL")


@command("transpose")
def transpose(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """Rows (the first 5) become columns named `row 1` ... or by the values of `header_field`."""
    options = options_of(node.options)
    words = words_of(node.words)
    limit = whole(words[0] if words else options.get("int", "5"), "the number of rows")
    header = options.get("header_field", "")
    rows = rows.closed()
    shown = {name: column for name, column in rows.columns.items() if not name.startswith("_") or name == "_time"}
    select = "SELECT " + (", ".join(identifier(column.ident) for column in shown.values()) or "NULL")
    found = session.fetch(rows, select, f"{rows.order_by}" + (f" LIMIT {limit}" if limit else ""))
    check_width(len(found), "transpose", "write a smaller number of rows")
    titles = [f"row {at + 1}" for at in range(len(found))]
    if header:
        at = list(shown).index(header) if header in shown else -1
        if at < 0:
            raise SearchError(f"transpose: there is no field `{header}`")
        titles = [
            to_text(from_column(row[at])) if row[at] is not None else f"row {n + 1}" for n, row in enumerate(found)
        ]
    names = [name for name in shown if name != header]
    table: dict[str, list[Any]] = {options.get("column_name", "column"): list(names)}
    positions = [list(shown).index(name) for name in names]
    for title, row in zip(titles, found, strict=True):
        table[title] = [from_column(row[at]) for at in positions]
    if not flag(options.get("include_empty", "t")):
        kept = [n for n in range(len(names)) if any(table[title][n] is not None for title in titles)]
        table = {title: [cells[n] for n in kept] for title, cells in table.items()}
    return session.table(table, "transpose")
