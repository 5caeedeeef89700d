"""A search's text limited to some events, by small edits of the author's own words.

Every place where events enter gets the test's index and mark: the head of the search and of its subsearches, and the
`where` of tstats. `index=aws` becomes the test's index, since that is where the events are. Lookups are read from, and
written to, copies of our own. A search that reads from where this cannot be done is refused by name, and so is one that
would change the instance.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from storypack.spl import parse, tree
from storypack.spl.source import Span

CHANGING = frozenset({
    "collect", "delete", "dump", "map", "mcollect", "meventcollect", "outputcsv", "outputtext", "runshellscript",
    "script", "run", "sendalert", "sendemail", "summaryindex", "sumindex", "tscollect",
})  # fmt: skip
GENERATING = frozenset({"makeresults", "gentimes"})


class CannotNarrow(ValueError):
    """Why a search cannot be run there, limited to the events of a test."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some events: those of `index` that carry the indexed field `storypack_part` = `mark`. `hosts` are the hosts that
    they came with, by which searches of data models are narrowed. An empty mark means all of the index."""

    index: str
    mark: str = ""
    hosts: tuple[str, ...] = ()

    @property
    def term(self) -> str:
        """The condition of a search over events."""
        return f"index={_word(self.index)}" + (f" storypack_part::{self.mark}" if self.mark else "")

    @property
    def model_term(self) -> str:
        """The condition of a search over a data model, where indexed fields of ours are not known."""
        hosts = " OR ".join(f"host={_word(host)}" for host in self.hosts)
        return f"index={_word(self.index)}" + (f" ({hosts})" if self.hosts and self.mark else "")


def narrow(text: str, part: Part, lookups: Mapping[str, str] | None = None) -> str:
    """The search over a part's events only. `text` has no macros left; `lookups` gives other names for tables.

    Raises CannotNarrow, or SplError for text that is no search.
    """
    pipeline = parse(text)
    edits: dict[Span, str] = {}
    for node in nodes(pipeline):
        edits |= _edits(node, text, part, lookups or {})
    if missing := _missing_head(pipeline, f"search {part.term} | "):
        edits = _with(edits, Span(pipeline.commands[0].span.start, pipeline.commands[0].span.start), missing)
    for span in sorted(edits, key=lambda span: (span.start, span.end), reverse=True):
        text = text[: span.start] + edits[span] + text[span.end :]
    return text


def with_head(text: str) -> str:
    """The search as Splunk wants it: one that begins with a command such as `stats`, here over all events, begins
    with `search *` there. Raises SplError."""
    return _missing_head(parse(text), "search * | ") + text


def _missing_head(pipeline: tree.Pipeline, everything: str) -> str:
    """What stands before the first command, where the author left it out: a search, or the pipe."""
    if pipeline.leading_pipe or not pipeline.commands:
        return ""
    first = pipeline.commands[0]
    if isinstance(first, tree.Search | tree.MacroStage):
        return ""
    return "| " if generates(first) else everything


def generates(command: object) -> bool:
    """Whether a command that stands first makes rows of its own, so that only the pipe before it was left out."""
    return isinstance(command, tree.Tstats | tree.Inputlookup) or getattr(command, "name", "") in GENERATING


def reads_lookups(text: str) -> list[str]:
    """The tables that a search reads or writes."""
    return list(dict.fromkeys(word.text for node in nodes(parse(text)) if (word := table_of(node)) is not None))


def writes_lookups(text: str) -> bool:
    """Whether a search writes a table."""
    return any(isinstance(node, tree.Plain) and node.name == "outputlookup" for node in nodes(parse(text)))


def is_ordered(text: str) -> bool:
    """Whether the rows' order is the search's own: it sorts, and nothing after that mixes them."""
    keeps = (
        *(tree.Where, tree.Eval, tree.Fieldformat, tree.Fields, tree.Rename, tree.Rex, tree.Regex, tree.Lookup),
        *(tree.Head, tree.Convert, tree.Search, tree.Replace),
    )
    for command in reversed(parse(text).commands):
        if isinstance(command, tree.Sort):
            return True
        if not isinstance(command, keeps) and getattr(command, "name", "") not in ("table", "fillnull", "outputlookup"):
            return False
    return False


# --- edits ----------------------------------------------------------------------------------------------------------


def _edits(node: object, text: str, part: Part, lookups: Mapping[str, str]) -> dict[Span, str]:
    """Replacements that a node asks for; an empty span inserts."""
    table = table_of(node)
    if table is not None and table.text in lookups:
        return {table.span: lookups[table.text]}
    if isinstance(node, tree.Plain) and node.name == "outputlookup":
        raise CannotNarrow("it writes a lookup that is none of the pack's")
    if isinstance(node, tree.Tstats):
        return _tstats(node, text, part)
    if isinstance(node, tree.Pipeline):
        return _head(node, text, part)
    if getattr(node, "name", "") in CHANGING and isinstance(node, tree.Plain | tree.Opaque | tree.Stats):
        raise CannotNarrow(f"its command `{node.name}` would change the instance or leave the search's own events")
    if isinstance(node, tree.MapSearch):
        raise CannotNarrow("its command `map` searches with text that is made as it runs")
    return {}


def _head(pipeline: tree.Pipeline, text: str, part: Part) -> dict[Span, str]:
    """The edits at the head of a search or subsearch."""
    first = pipeline.commands[0] if pipeline.commands else None
    if isinstance(first, tree.Search) and not pipeline.leading_pipe:
        start, end = first.span
        if not first.implied:
            start += len(re.match(r"search\b\s*", text[start:end], re.IGNORECASE)[0])  # type: ignore[index]
        return _condition(first.term, Span(start, end), part.term, part)
    if isinstance(first, tree.Tstats | tree.Inputlookup):
        return {}
    if not pipeline.leading_pipe and not isinstance(first, tree.MacroStage):
        return {}
    if isinstance(first, tree.MacroStage):
        raise CannotNarrow(f"the macro `{first.call.name}` is not known here")
    name = str(getattr(first, "name", "") or type(first).__name__.lower())
    if name in GENERATING or (isinstance(first, tree.Combine) and not first.words):
        return {}
    raise CannotNarrow(f"its command `{name}` reads events that cannot be narrowed to the test's")


def _tstats(node: tree.Tstats, text: str, part: Part) -> dict[Span, str]:
    if node.name != "tstats":
        raise CannotNarrow(f"its command `{node.name}` does not read events")
    term = part.model_term if node.datamodel else part.term
    start, end = node.span
    if node.by:
        end = _word_before(node.by[0].span.start, start, text, r"\b(?:group)?by\s*")[0]
    if node.where is None:
        return {Span(end, end): f" where {term} "}
    start = _word_before(node.where.span.start, start, text, r"\bwhere[\s(]*")[0] + len("where")
    return _condition(node.where, Span(start, end), term, part)


def _word_before(at: int, start: int, text: str, pattern: str) -> tuple[int, int]:
    """Where a keyword stands that ends at `at`, but for what the pattern lets follow it."""
    match = re.search(pattern + "$", text[start:at], re.IGNORECASE)
    if match is None:
        raise CannotNarrow("the clauses of its tstats cannot be told apart")
    return start + match.start(), start + match.end()


def _condition(term: tree.Term | None, whole: Span, added: str, part: Part) -> dict[Span, str]:
    """A condition, whose text is `whole`, with another one before it; the indexes that it names become the part's."""
    if term is None:
        return {Span(whole.end, whole.end): f" {added} "}
    edits = {span: f"index={_word(part.index)}" for span in _indexes(term)}
    return _with(_with(edits, Span(whole.start, whole.start), f" {added} ("), Span(whole.end, whole.end), ") ")


def _with(edits: dict[Span, str], span: Span, text: str) -> dict[Span, str]:
    """The edits with an insertion, which must not fall on the edge of what is replaced as well."""
    for other, old in list(edits.items()):
        if other.start == span.start and other.end > span.start:
            return {**edits, other: text + old}
        if other.end == span.end and other.start < span.start:
            return {**edits, other: old + text}
    return {**edits, span: edits.get(span, "") + text}


def _indexes(term: tree.Term) -> Iterator[Span]:
    """Where a condition asks for an index. Below NOT it stays: it is true of the part's events as it is."""
    match term:
        case tree.And(terms) | tree.Or(terms):
            for one in terms:
                yield from _indexes(one)
        case tree.Compare(tree.Field("index"), "=", _) | tree.In(tree.Field("index"), _):
            yield term.span
        case _:
            return


def table_of(node: object) -> tree.Word | None:
    """The name of the lookup that a command reads or writes; None for other nodes."""
    if isinstance(node, tree.Lookup | tree.Inputlookup) and isinstance(node.table, tree.Word):
        return node.table
    if isinstance(node, tree.Plain) and node.name == "outputlookup" and node.words:
        return node.words[0] if isinstance(node.words[0], tree.Word) else None
    return None


def nodes(node: Any) -> Iterator[object]:
    """A node and all below it. The pipeline of appendpipe begins with rows that are there already, so its own head is
    left out."""
    yield node
    children: Sequence[Any]
    if isinstance(node, tree.Combine) and node.name == "appendpipe":
        children = [command for pipeline in node.pipelines for command in pipeline.commands]
    elif isinstance(node, tuple):
        children = node
    else:
        children = [getattr(node, each.name) for each in fields(node) if each.name != "span"]
    for child in children:
        if isinstance(child, tuple) or (is_dataclass(child) and not isinstance(child, type)):
            yield from nodes(child)


def _word(text: str) -> str:
    return text if re.fullmatch(r"[\w.*-]+", text) else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
