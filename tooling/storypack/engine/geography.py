"""Where addresses lie, as far as that is known without a geographic database."""

from __future__ import annotations

from functools import lru_cache
from itertools import count

from storypack.engine.session import Session
from storypack.engine.source import LookupTable
from storypack.engine.udf.network import cidr
from storypack.engine.udf.registry import udf
from storypack.engine.values import to_text

FIELDS = ("City", "Country", "Region", "lat", "lon")
MORE_FIELDS = ("Continent", "MetroCode", "Timezone")

Place = dict[str, str]

_US = {"Country": "United States", "lat": "37.75100", "lon": "-97.82200", "Continent": "North America"}
_AU = {"Country": "Australia", "lat": "-33.49400", "lon": "143.21040", "Continent": "Oceania"}
_CH = {"Country": "Switzerland", "lat": "47.14490", "lon": "8.15510", "Continent": "Europe"}
_KNOWN: tuple[tuple[str, Place], ...] = (
    ("8.8.8.0/24", _US),
    ("8.8.4.0/24", _US),
    ("4.2.2.0/24", _US),
    ("208.67.222.0/24", _US),
    ("208.67.220.0/24", _US),
    ("1.1.1.0/24", _AU),
    ("1.0.0.0/24", _AU),
    ("9.9.9.0/24", _CH),
)
"""Public resolvers, whose registered countries are common knowledge."""

_tables: dict[str, tuple[tuple[str, Place], ...]] = {}
_numbers = count(1)


def register(session: Session, table: LookupTable | None) -> str:
    """A handle for the networks of a lookup (its field with the match type CIDR, else `ip`), or for the known ones."""
    handle = f"places-{next(_numbers)}"
    _tables[handle] = _KNOWN if table is None else _of_lookup(table)
    session.at_end.append(lambda: _tables.pop(handle, None))
    return handle


def _of_lookup(table: LookupTable) -> tuple[tuple[str, Place], ...]:
    key = next((name for name, kind in table.match_types.items() if kind == "CIDR"), "ip")
    return tuple(
        (to_text(row[key]), {name: to_text(value) for name, value in row.items() if value is not None})
        for row in table.rows
        if row.get(key) is not None
    )


@lru_cache(maxsize=65536)
def _find(networks: tuple[str, ...], ip: str) -> int | None:
    return next((at for at, network in enumerate(networks) if cidr(network, ip)), None)


@udf("spl_place", "VARCHAR", "VARCHAR", returns="MAP(VARCHAR, VARCHAR)")
def place(handle: str | None, ip: str | None) -> Place | None:
    """What is known of an address; null for one that lies nowhere known."""
    if handle is None or ip is None:
        return None
    table = _tables[handle]
    at = _find(tuple(network for network, _ in table), ip.strip())
    return None if at is None else table[at][1]
