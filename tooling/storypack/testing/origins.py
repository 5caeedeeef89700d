"""What fields held before a stage, and which stages they got it from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from storypack.engine.relation import Relation
from storypack.engine.source import LookupTable
from storypack.spl import tree
from storypack.testing.stages import fields_in
from storypack.testing.trace import Trace, Values

MAX_INPUTS = 6
MAX_DEPTH = 3


@dataclass
class Reader:
    """Says what fields held before a stage, and where they got it from."""

    trace: Trace
    at: int
    said: set[str] = field(default_factory=set)  # fields whose origin was told
    told: set[str] = field(default_factory=set)  # values that were told

    def about(self, names: Sequence[str], rows: Relation) -> list[str]:
        """A line for each field in these rows, with the stage that sets it; `_raw` is no news."""
        found = []
        for name in [name for name in names if name != "_raw"][:MAX_INPUTS]:
            held = self.trace.values(name, rows)
            text = str(held) + self.hint(held, self.at)
            self.told.add(text)
            found.append(text)
            found += self._origin(name, self.at, 1)
        return found

    def hint(self, held: Values, at: int | None = None) -> str:
        """For a field that no row has: the name that was meant, or the stage that dropped it."""
        if not held.absent:
            return ""
        at = self.at if at is None else at
        setter = self._setter(held.name, at)
        if setter is not None:
            node = self.trace.stages[setter].node
            return f": {self._dropped(setter)}" if _closes(node) and held.name not in _names_of(node) else ""
        near = self.trace.near_name(held.name, self.trace.rows_before(at))
        return f"; no row has this field, did you mean `{near}`?" if near else "; no row has this field"

    def _dropped(self, at: int) -> str:
        stage = self.trace.stages[at]
        return f"{type(stage.node).__name__.lower()} at {stage.place} does not keep it"

    def _setter(self, name: str, at: int) -> int | None:
        """The last stage before `at` that sets a field, or that leaves only others."""
        for number in reversed(range(at)):
            node = self.trace.stages[number].node
            if self._renamed(node, name, number) or name in _names_of(node) or _closes(node):
                return number
        return None

    def _renamed(self, node: tree.Command, name: str, number: int) -> str:
        """What a field was called before a rename; a wildcard counts only where there was such a field."""
        if not isinstance(node, tree.Rename):
            return ""
        for pair in node.pairs:
            old = _old_name(pair, name) if isinstance(pair, tuple) else ""
            if old and ("*" not in pair[0].name or self.trace.rows_before(number).find(old) is not None):  # type: ignore[index]
                return old
        return ""

    def _origin(self, name: str, at: int, depth: int) -> Iterator[str]:
        """Where a field's value comes from, with what went into it."""
        number = self._setter(name, at)
        if number is None or depth > MAX_DEPTH or name in self.said:
            return
        self.said.add(name)
        stage = self.trace.stages[number]
        match stage.node:
            case tree.Eval(assignments):
                for index in reversed(range(len(assignments))):
                    one = assignments[index]
                    if isinstance(one, tree.Assignment) and one.target.name == name:
                        place = self.trace.staged.location(one.span if one.span.end else one.value.span).line
                        text = self.trace.staged.text(one.value)
                        yield from self._made_of(
                            f"{name} is set at line {place}: {text}", one.value, number, index, depth
                        )
                        return
            case tree.Stats(aggregations=aggregations) | tree.Tstats(aggregations=aggregations):
                for each in aggregations:
                    if isinstance(each, tree.Aggregation) and each.output == name and each.arg is not None:
                        text = self.trace.staged.text(each)
                        if isinstance(stage.node, tree.Stats):
                            yield from self._made_of(f"{name} is {text} ({stage.place})", each.arg, number, 0, depth)
                        return
                if isinstance(stage.node, tree.Stats):
                    yield from self._origin(name, number, depth)
            case tree.Rename():
                before = self._renamed(stage.node, name, number)
                held = self.trace.values(before, self.trace.rows_before(number))
                yield f"{name} was called {before} before {stage.place}{self.hint(held, number)}"
                yield from self._origin(before, number, depth + 1)
            case tree.Lookup():
                yield f"{name} comes from a lookup at {stage.place}: {lookup_text(self.trace, number, stage.node)}"
            case tree.Rex():
                option = next((one.value for one in stage.node.options if one.name == "field"), None)
                read = option.text if isinstance(option, tree.Word) else "_raw"
                held = self.trace.values(read, self.trace.rows_before(number))
                yield f"{name} is cut out at {stage.place} by {stage.text}" + (f"; {held}" if read != "_raw" else "")

    def _made_of(self, text: str, value: tree.Expr, number: int, index: int, depth: int) -> Iterator[str]:
        """A line on the fields that an expression reads, then on those of them that are empty everywhere."""
        rows = self.trace.partial(number, index)
        node = self.trace.stages[number].node
        here = set()  # fields that the same eval sets before
        if isinstance(node, tree.Eval):
            here = {one.target.name for one in node.assignments[:index] if isinstance(one, tree.Assignment)}
        held = [self.trace.values(name, rows) for name in fields_in(value)[:MAX_INPUTS]]
        said = [str(one) + self.hint(one, number + (one.name in here)) for one in held]
        news = [each for each in said if each not in self.told]
        self.told.update(news)
        yield f"{text}; {'; '.join(news)}" if news else text
        for one in held:
            if one.absent:
                yield from self._origin(one.name, number + (one.name in here), depth + 1)


def _old_name(pair: tuple[tree.Field, tree.Field], name: str) -> str:
    """What a field was called before a rename, with wildcards as in `Processes.* AS *`; empty if it is not its."""
    old, new = pair[0].name, pair[1].name
    found = re.fullmatch("(.*)".join(map(re.escape, new.split("*"))), name)
    if found is None or old.count("*") != new.count("*"):
        return ""
    parts = iter(found.groups())
    return "".join(next(parts) if char == "*" else char for char in old)


def _closes(node: tree.Command) -> bool:
    """Whether a stage leaves only the fields that it names."""
    match node:
        case tree.Stats(name=name):
            return name in ("stats", "sistats")
        case tree.Chart() | tree.Top() | tree.Tstats():
            return True
        case tree.Fields(remove=False):
            return True
        case tree.Plain(name="table"):
            return True
        case _:
            return False


def _names_of(node: tree.Command) -> set[str]:
    """The fields that a stage sets or, where it keeps only some, keeps."""
    match node:
        case tree.Eval(assignments):
            return {one.target.name for one in assignments if isinstance(one, tree.Assignment)}
        case tree.Stats(aggregations=aggregations, by=by):
            named = {one.name for one in by if isinstance(one, tree.Field)} if _closes(node) else set()
            return named | {one.output for one in aggregations if isinstance(one, tree.Aggregation)}
        case tree.Tstats(aggregations=aggregations):
            named = {one.field.name for one in node.by if isinstance(one.field, tree.Field)}
            return named | {one.output for one in aggregations if isinstance(one, tree.Aggregation)}
        case tree.Lookup(outputs=outputs):
            return {(one.target or one.source).name for one in outputs}
        case tree.Rex(pattern) if isinstance(pattern, tree.Word):
            return set(re.findall(r"\(\?P?<([A-Za-z_][A-Za-z0-9_]*)>", pattern.text))
        case tree.Top():
            return set(fields_in((node.fields, node.by)))
        case tree.Fields(remove=False, fields=kept):
            return {one.name for one in kept if isinstance(one, tree.Field)}
        case tree.Plain(name="table", words=words):
            return {one.text for one in words if isinstance(one, tree.Word)}
        case _:
            return set()


def lookup_text(trace: Trace, at: int, node: tree.Lookup) -> str:
    """The keys of a lookup and what they held, and how many rows the table has."""
    rows = trace.rows_before(at)
    keys = [(one.target or one.source).name for one in node.inputs]
    held = "; ".join(str(trace.values(name, rows)) for name in keys[:MAX_INPUTS])
    name = node.table.text if isinstance(node.table, tree.Word) else node.table.name
    table: LookupTable | None = trace.session.lookup(name)
    size = "" if table is None else f"; `{name}` has {rows_text(len(table.rows))}"
    return f"{held}{size}"


def rows_text(count: int) -> str:
    """`1 row`, `2 rows`."""
    return "1 row" if count == 1 else f"{count} rows"
