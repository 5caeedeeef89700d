"""TRUNCATE: an event of more bytes than that is cut (props.conf.spec)."""

from __future__ import annotations

from storypack.engine.udf.registry import udf


@udf("spl_truncate", "VARCHAR", "BIGINT", returns="VARCHAR")
def truncated(text: str | None, most: int) -> str | None:
    """As `truncate`."""
    return None if text is None else truncate(text, most)


def truncated_sql(sql: str, most: int) -> str:
    """Events as SQL, cut."""
    raw = f"CASE WHEN strlen(_raw) > {most} THEN spl_truncate(_raw, {most}) ELSE _raw END"
    return f"SELECT * REPLACE ({raw} AS _raw) FROM ({sql})"


def truncate(text: str, most: int) -> str:
    """The text within `most` bytes of UTF-8, without half a character at its end; 0 = whatever its size."""
    if most <= 0 or len(text) * 4 <= most:
        return text
    data = text.encode("utf-8", "surrogatepass")
    return text if len(data) <= most else data[:most].decode("utf-8", "ignore")
