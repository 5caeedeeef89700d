"""Lookups: the CSV beside the YAML, its header, its rows, and how it is matched."""

from __future__ import annotations

import csv
import io
import ipaddress
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

from storypack.checks.catalogue import Context, Fault, Faults, rule
from storypack.csvtext import has_blanks, trimmed
from storypack.issue import Location, Severity
from storypack.opening import read_plain
from storypack.pack.files import readable
from storypack.pack.models import CsvLookup, Lookup
from storypack.pack.names import COLUMN_FORBIDDEN, COLUMN_PATTERN, catalogue_lookup
from storypack.spelling import did_you_mean, one_of

_MATCH = re.compile(r"(WILDCARD|CIDR|EXACT)\(\s*([^()]+?)\s*\)")
_COLUMN = re.compile(COLUMN_PATTERN)
_MOST_FAULTS = 5  # of one kind in one file


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV as it was read: rows with the line on which each begins. `problem` says why there are none."""

    rows: tuple[tuple[int, tuple[str, ...]], ...] = ()
    problem: str = ""
    line: int = 0

    @property
    def header(self) -> tuple[str, ...]:
        return self.rows[0][1] if self.rows else ()


def csv_path(lookup: CsvLookup, context: Context) -> str:
    """The CSV's path in the pack: beside the YAML."""
    return context.pack.csv_path(context.entry(lookup)).relative_to(context.root).as_posix()


def _csv(lookup: Lookup, context: Context) -> tuple[str, Table] | None:
    """The path and content of a lookup's CSV; None for a lookup of another type, and when there is no file (another
    rule says so)."""
    if not isinstance(lookup, CsvLookup):
        return None
    path = csv_path(lookup, context)
    file = context.inside(path)
    if file is None:
        return None
    status = file.stat()
    return path, read_table(file, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=256)
def read_table(path: Path, changed: int, size: int) -> Table:
    """Read a CSV. `changed` and `size` are part of the cache's key: a file that changes is read anew."""
    try:
        text = read_plain(path).decode("utf-8")
    except OSError as error:
        return Table(problem=f"the file cannot be read: {(error.strerror or str(error)).lower()}")
    except UnicodeDecodeError as error:
        return Table(problem="the file is not UTF-8", line=error.object[: error.start].count(b"\n") + 1)
    if "\0" in text:
        return Table(problem="the file holds a NUL character", line=text[: text.index("\0")].count("\n") + 1)
    if text.startswith("\ufeff"):
        return Table(
            problem="the file begins with a byte order mark, which Splunk takes for a part of the first column"
        )
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[tuple[int, tuple[str, ...]]] = []
    line = 1
    try:
        for row in reader:
            rows.append((line, tuple(row)))
            line = reader.line_num + 1
    except csv.Error as error:
        return Table(tuple(rows), problem=f"the file is not CSV: {error}", line=line)
    if has_blanks(row for _, row in rows):
        rows = [(line, tuple(row)) for (line, _), row in zip(rows, trimmed(text), strict=True)]
    return Table(tuple(rows))


@rule(
    "SP190",
    "CSV of a lookup missing",
    on="lookup",
    why="The app would define a lookup without a file: each search that uses it fails.",
    example="lookups/exf_trusted_accounts.yml without exf_trusted_accounts.csv beside it",
    cure="Put the CSV beside the YAML.",
)
def csv_missing(lookup: Lookup, context: Context) -> Faults:
    if isinstance(lookup, CsvLookup) and _csv(lookup, context) is None:
        path = csv_path(lookup, context)
        folder = (context.root / path).parent
        siblings = sorted(file.name for file in folder.glob("*.csv"))
        key = "filename" if lookup.filename else "name"
        yield Fault(f"there is no file '{path}'", key, did_you_mean(PurePosixPath(path).name, siblings))


@rule(
    "SP191",
    "CSV without a header",
    on="lookup",
    why="Splunk takes the first line for the names of the columns. Without one, the first row's values are the names.",
    example="10.0.0.1,scanner\n10.0.0.2,scanner",
    cure="Begin with a line of unique column names.",
)
def csv_header(lookup: Lookup, context: Context) -> Faults:
    path, table = _csv(lookup, context) or ("", None)
    if table is None or table.problem:
        return
    place = Location(path, 1, 1)
    if not any(name.strip() for name in table.header):
        yield Fault("the CSV has no header", location=place, cure="begin with a line of column names")
        return
    for number, name in enumerate(table.header):
        if not name.strip():
            yield Fault(f"column {number + 1} has no name", location=place)
        elif name != name.strip():
            yield Fault(f"the column name '{name}' begins or ends with a blank inside its quotes", location=place)
        elif name in table.header[:number]:
            yield Fault(f"two columns are called '{name}'", location=place)
        elif _looks_like_a_value(name):
            yield Fault(f"'{name}' looks like a value, not like the name of a column", location=place)
        elif not _COLUMN.fullmatch(name):
            yield Fault(f"no column can be called {name!r}", location=place, cure=f"leave out {COLUMN_FORBIDDEN}")


def _looks_like_a_value(name: str) -> bool:
    if re.fullmatch(r"[\d.:/ -]+", name):
        return True
    try:
        ipaddress.ip_network(name, strict=False)
    except ValueError:
        return False
    return True


@rule(
    "SP192",
    "Ragged CSV",
    on="lookup",
    why="A row with too few values lacks some, one with too many (an unquoted comma) has them in the wrong columns.",
    example="account,owner\n111122223333,Backup, nightly",
    cure="Quote values that hold a comma.",
)
def csv_ragged(lookup: Lookup, context: Context) -> Faults:
    path, table = _csv(lookup, context) or ("", None)
    if table is None or not table.rows:
        return
    width = len(table.header)
    ragged = [(line, len(row)) for line, row in table.rows[1:] if len(row) != width and row]
    more = len(ragged) - _MOST_FAULTS
    for number, (line, count) in enumerate(ragged[:_MOST_FAULTS], start=1):
        values = "1 value" if count == 1 else f"{count} values"
        rest = f"; and {more} more rows" if number == _MOST_FAULTS and more > 0 else ""
        message = f"the row has {values}, the header {width}{rest}"
        yield Fault(message, location=Location(path, line, 1))


@rule(
    "SP193",
    "CSV that Splunk can not read",
    on="lookup",
    why="A file in another encoding, or with an open quote, is read as something else than it says.",
    example="A CSV saved as UTF-16 by a spreadsheet",
    cure="Save it as CSV in UTF-8 without byte order mark.",
)
def csv_unreadable(lookup: Lookup, context: Context) -> Faults:
    path, table = _csv(lookup, context) or ("", None)
    if table is not None and table.problem:
        yield Fault(table.problem, location=Location(path, table.line))


@rule(
    "SP194",
    "Columns that the lookup does not have",
    on="lookup",
    why="Searches are checked against `fields`; a CSV with other columns makes that check a lie.",
    example="fields: [account, owner]\n# and the CSV's header is account,name",
    cure="Make `fields` and the header the same.",
)
def csv_fields(lookup: Lookup, context: Context) -> Faults:
    _, table = _csv(lookup, context) or ("", None)
    wanted = lookup.fields if isinstance(lookup, CsvLookup) else []
    if table is None or table.problem or not wanted:
        return
    for number, name in enumerate(wanted):
        if name not in table.header:
            yield Fault(f"the CSV has no column '{name}'", f"fields.{number}", one_of(name, table.header))
    extra = [name for name in table.header if name not in wanted]
    if extra:
        yield Fault(f"the CSV has columns that fields does not name: {', '.join(extra)}", "fields")


@rule(
    "SP195",
    "Match type of a column that is not there",
    on="lookup",
    why="Splunk ignores it, and the wildcard or subnet in the table is compared letter by letter.",
    example="match_type: [WILDCARD(domian)]",
    cure="Name a column of the lookup.",
)
def match_column(lookup: Lookup, context: Context) -> Faults:
    columns = _columns(lookup, context)
    for number, entry in enumerate(lookup.match_type):
        match = _MATCH.fullmatch(entry)
        if match and columns and match[2] not in columns:
            yield Fault(f"there is no column '{match[2]}'", f"match_type.{number}", one_of(match[2], columns))


def _columns(lookup: Lookup, context: Context) -> tuple[str, ...]:
    if isinstance(lookup, CsvLookup):
        _, table = _csv(lookup, context) or ("", Table())
        return table.header
    return tuple(lookup.fields)


@rule(
    "SP187",
    "Blank at the end of a quoted cell",
    on="lookup",
    policy=True,
    severity=Severity.WARNING,
    why="Splunk trims cells without quotes. Whether it trims those with quotes nobody has established "
    "(docs/unknown.md): the value may match on an instance, or not.",
    example='account,owner\n" root ",backup',
    cure="Take the blanks away.",
)
def quoted_blanks(lookup: Lookup, context: Context) -> Faults:
    path, table = _csv(lookup, context) or ("", None)
    for line, row in table.rows if table is not None and not table.problem else ():
        for cell in row:
            if cell != cell.strip():
                yield Fault(f"the cell {cell!r} begins or ends with a blank", location=Location(path, line, 1))


@rule(
    "SP196",
    "CSV that no lookup uses",
    on="pack",
    policy=True,
    severity=Severity.WARNING,
    why="It is not put into the app: only a YAML makes a CSV a lookup.",
    example="lookups/domains.csv without domains.yml",
    cure="Add the YAML, or remove the CSV.",
)
def csv_orphan(pack: object, context: Context) -> Faults:
    used = {csv_path(lookup, context) for lookup in context.lookups if isinstance(lookup, CsvLookup)}
    for file in sorted((context.root / context.settings.content_folder / "lookups").rglob("*.csv")):
        path = file.relative_to(context.root).as_posix()
        if path not in used and not context.is_broken("lookup", file.stem):
            place = Location(readable(path))
            yield Fault("no lookup uses this file", location=place, cure=f"describe it in {readable(file.stem)}.yml")


@rule(
    "SP197",
    "Subnet that is none",
    on="lookup",
    why="A value that is not an address or a subnet matches nothing in a column of match type CIDR.",
    example="match_type: [CIDR(subnet)]\n# and a row with 10.0.0.0/33",
    cure="Write addresses or subnets such as 192.0.2.0/24.",
)
def cidr_values(lookup: Lookup, context: Context) -> Faults:
    path, table = _csv(lookup, context) or ("", None)
    if table is None:
        return
    matches = [_MATCH.fullmatch(entry) for entry in lookup.match_type]
    for column in {match[2] for match in matches if match and match[1] == "CIDR"} & set(table.header):
        at = table.header.index(column)
        for line, row in table.rows[1:]:
            if len(row) > at and not _is_network(row[at]):
                yield Fault(f"'{row[at]}' is not a subnet", location=Location(path, line, 1))


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True


@rule(
    "SP198",
    "Default that is never used",
    on="lookup",
    severity=Severity.WARNING,
    why="transforms.conf.spec: default_match is used only when min_matches is above 0.",
    example="default_match: unknown\n# and no min_matches",
    cure="Set min_matches: 1.",
)
def default_match(lookup: Lookup, context: Context) -> Faults:
    if lookup.default_match is not None and not lookup.min_matches:
        yield Fault("default_match needs min_matches", "default_match", "add min_matches: 1")
    low, high = lookup.min_matches, lookup.max_matches
    if low is not None and high is not None and low > high:
        yield Fault(f"min_matches {low} is above max_matches {high}", "min_matches")


@rule(
    "SP199",
    "CSV of a name that another one has",
    on="pack",
    why="All CSV files of an app are in one folder: of two with one name, one lookup would read the other's rows.",
    example="lookups/aws/hosts.csv and lookups/gcp/hosts.csv",
    cure="Call one of the files otherwise.",
)
def csv_twice(pack: object, context: Context) -> Faults:
    first = {f"{catalogue_lookup(context.settings.macro_prefix)}.csv": "the list of the pack's detections"}
    for lookup in context.lookups:
        if isinstance(lookup, CsvLookup):
            path = csv_path(lookup, context)
            key = "filename" if lookup.filename else "name"
            other = first.setdefault(lookup.filename or f"{lookup.name}.csv", path)
            if other != path:
                yield Fault(f"its file would have the same name in the app as {other}", key, about=lookup)
