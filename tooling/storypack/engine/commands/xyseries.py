"""xyseries. Search Reference: "xyseries"."""

from __future__ import annotations

from storypack.engine.commands.names import replace_all
from storypack.engine.commands.options import options_of, words_of
from storypack.engine.commands.registry import command
from storypack.engine.commands.wide import FEW, check_width, wide_table
from storypack.engine.errors import SearchError
from storypack.engine.relation import Column, OrderKey, Relation
from storypack.engine.session import Session
from storypack.engine.sql import Kind, as_text, identifier, quote
from storypack.spl import tree


@command("xyseries", "maketable", without_effect="grouped")
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
