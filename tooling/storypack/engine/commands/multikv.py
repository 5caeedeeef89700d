"""multikv: the lines of a table as rows (Search Reference: multikv)."""

from __future__ import annotations

from storypack.engine.commands.extract import extracted
from storypack.engine.commands.options import flag, options_of, whole, words_of
from storypack.engine.commands.registry import command
from storypack.engine.errors import SearchError
from storypack.engine.relation import Column, OrderKey, Relation
from storypack.engine.session import Session
from storypack.engine.sql import Kind, Sql, as_text, identifier, quote
from storypack.spl import tree


@command("multikv", without_effect="conf copyattrs multitable rmorig")
def multikv(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """A row for each line of a table in `_raw`, with the columns of its header: cells between tabs or commas where the
    header has some, else between gaps. `fields` limits the columns, `filter` the lines to those that hold a text."""
    options = options_of(node.options)
    columns, texts = _lists(node)
    source = rows.field("_raw")
    if source.kind is Kind.NULL:
        return rows
    no_header = "TRUE" if flag(options.get("noheader", "f")) else "FALSE"
    header = whole(options.get("forceheader", "0"), "forceheader")
    lines = identifier(rows.names.new("__lines"))
    place = identifier(rows.names.new("__place"))
    raw = Column(rows.names.new("_raw"), Kind.STRING)
    call = f"spl_table({as_text(source)}, {no_header}, {header}, {columns}, {texts})"
    rows = rows.stage("multikv", f"SELECT *, {call} AS {lines} FROM {rows.source}")
    text = (
        f"SELECT *, unnest(coalesce({lines}, [NULL])) AS {identifier(raw.ident)}, "
        f"unnest(range(greatest(len({lines}), 1))) AS {place} FROM {rows.source}"
    )
    order = (*rows.order, OrderKey(place))
    rows = rows.stage("multikv", text, order=order)
    line = identifier(raw.ident)
    found = extracted(rows, f"spl_table_line({line})", session, "multikv")
    # the text of an event that holds no table stays
    own = f"coalesce(spl_table_text({line}), {as_text(source)})"
    return found.extend("multikv", {"_raw": Sql(own, Kind.STRING)})


def _lists(node: tree.Plain) -> tuple[str, str]:
    """SQL of the words behind `fields`, and of those behind `filter`."""
    lists: dict[str, list[str]] = {"fields": [], "filter": []}
    current: list[str] | None = None
    for word, text in zip(node.words, words_of(node.words), strict=True):
        if text.lower() in lists and not (isinstance(word, tree.Word) and word.quoted):
            current = lists[text.lower()]
        elif current is None:
            raise SearchError(f"multikv: `{text}` is no option, and stands behind neither `fields` nor `filter`")
        else:
            current.append(text)
    fields, texts = (f"CAST([{', '.join(map(quote, words))}] AS VARCHAR[])" for words in lists.values())
    return fields, texts
