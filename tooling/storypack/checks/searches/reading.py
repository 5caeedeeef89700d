"""Reading the pack's SPL: each text expanded and parsed once, errors and nodes led back to the author's own text."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from storypack.checks.catalogue import Fault
from storypack.checks.searches.world import World
from storypack.pack.models import Baseline, Detection
from storypack.pack.models.base import Content
from storypack.spl import Span, SplError, catalogue, parse
from storypack.spl.catalogue.model import FunctionFacts
from storypack.spl.fields import Fieldset, StageFields, Use, flow
from storypack.spl.fields.walk import walk
from storypack.spl.macros import Expanded, expand
from storypack.spl.source import line_column
from storypack.spl.tokens import MACRO, STRING
from storypack.spl.tree import Aggregation, Call, Command, Foreach, MapSearch, Node, Pipeline

N = TypeVar("N", bound=Node)
WHOLE_SEARCH = "%original_detection_search%"  # in a drilldown: the detection's own search
_UNREAD = "`?`"  # stands for a stage that could not be read
_MOST_ERRORS = 5
_SHIELDED = re.compile(rf"(?s){STRING}|{MACRO}")
_QUOTED_TOKEN = re.compile(r"\$([A-Za-z_][\w.]*)\|s\$")
_WHOLE_SEARCH = re.compile(re.escape(WHOLE_SEARCH))


@dataclass(frozen=True, eq=False)
class Reading:
    """One text with SPL: `owner` has it at the key `key` (`drilldown_searches.0.search`).

    `macro_errors` and `errors` are about the author's text. Where a stage cannot be read, the tree has the others, and
    a macro of unknown meaning in its place; no tree at all is the last resort."""

    owner: Content
    key: str
    text: str
    expanded: Expanded | None
    tree: Pipeline | None
    errors: tuple[SplError, ...]
    macro_errors: tuple[SplError, ...]
    world: World

    @property
    def is_main(self) -> bool:
        """Is it the search of a detection or baseline, and no drilldown, step or macro?"""
        return self.key == "search"

    @property
    def detection(self) -> Detection | None:
        """The detection whose own search this is."""
        return self.owner if self.is_main and isinstance(self.owner, Detection) else None

    @property
    def in_baseline(self) -> bool:
        return isinstance(self.owner, Baseline)

    @cached_property
    def stages(self) -> tuple[StageFields, ...]:
        """The stages with the fields around each; none for a text that could not be read."""
        return flow(self.tree, self.world.tables) if self.tree is not None else ()

    @cached_property
    def missing(self) -> list[tuple[StageFields, Use]]:
        """Each field that a stage reads and that is not there, with the stage."""
        return list(missing(self.stages))

    @property
    def result(self) -> Fieldset | None:
        """The fields of the rows that come out, None for a text that could not be read."""
        return self.stages[-1].after if self.stages else None

    @cached_property
    def _nodes(self) -> dict[type[Node], list[Node]]:
        found: defaultdict[type[Node], list[Node]] = defaultdict(list)
        for node in walk(self.tree) if self.tree is not None else ():
            found[type(node)].append(node)
        for template in (*found.get(Foreach, ()), *found.get(MapSearch, ())):
            assert isinstance(template, Foreach | MapSearch)
            inner = self._template(template)
            for node in walk(inner) if inner is not None else ():
                found[type(node)].append(node)
        return dict(found)

    @cached_property
    def calls(self) -> list[tuple[Call, FunctionFacts | None]]:
        """Each call of a function of eval, and what is known of the function. Aggregations that stand inside
        `sparkline()` or `eval()` of a chart are none."""
        inside = {
            id(node)
            for aggregation in self.of(Aggregation)
            if aggregation.func in ("eval", "sparkline") and aggregation.arg is not None
            for node in walk(aggregation.arg)
            if isinstance(node, Call) and catalogue.aggregation(node.name)
        }
        functions = catalogue.functions()
        return [(call, functions.get(call.name)) for call in self.of(Call) if id(call) not in inside]

    def _template(self, node: Foreach | MapSearch) -> Pipeline | None:
        """The search inside a foreach or map, with spans that fit the text around it; None where it is no search
        before its tokens are filled in."""
        assert self.expanded is not None
        at = self.expanded.text.find(node.template, node.span.start, node.span.end)
        if at < 0 or not node.template.strip():
            return None
        try:
            # The first word of a foreach is a command. The pipe stands where its bracket does.
            return parse(
                " " * at + node.template if isinstance(node, MapSearch) else " " * (at - 1) + "|" + node.template
            )
        except SplError:
            return None

    def of(self, kind: type[N]) -> list[N]:
        """All nodes of a type, in the order of the text."""
        return self._nodes.get(kind, [])  # type: ignore[return-value]

    @cached_property
    def commands(self) -> list[Command]:
        """All stages, those of subsearches and templates among them."""
        kinds = [kind for kind in self._nodes if issubclass(kind, Command)]
        return [node for kind in kinds for node in self.of(kind)]

    def original(self, span: Span) -> Span:
        """A span of the tree as one of the author's text."""
        return self.expanded.original(span) if self.expanded else span

    def written(self, span: Span) -> bool:
        """Did the author write this here, rather than a macro?"""
        return not (self.expanded and self.expanded.piece_at(span.start).macros)

    def fault(self, message: str, span: Span, cure: str = "") -> Fault:
        """A fault at a span of the tree; names the macro that it lies in."""
        macros = self.expanded.piece_at(span.start).macros if self.expanded else ()
        inside = f" (inside macro `{'` > `'.join(macros)}`)" if macros else ""
        return Fault(message + inside, self.key, cure, offset=self.original(span).start)

    def error_fault(self, error: SplError) -> Fault:
        return Fault(error.message, self.key, error.cure, offset=error.span.start)

    def line(self, span: Span) -> int:
        """The line of the author's text, from 1."""
        return line_column(self.text, self.original(span).start)[0]


def missing(stages: Sequence[StageFields], *, inside: bool = False) -> Iterator[tuple[StageFields, Use]]:
    """Each field that a stage reads and that is not there, once per search, also in subsearches. `inside` = results
    come in from outside, so the first stage reads them."""
    seen: set[str] = set()
    for number, stage in enumerate(stages):
        if number or inside:
            for use in stage.uses:
                if not use.forgiving and use.name not in seen and not stage.before.has(use.name):
                    seen.add(use.name)
                    yield stage, use
        for inner in stage.inner:
            yield from missing(inner, inside=stage.command.continues())


def every_stage(stages: Sequence[StageFields]) -> Iterator[StageFields]:
    """The stages, each followed by those of its subsearches."""
    for stage in stages:
        yield stage
        for inner in stage.inner:
            yield from every_stage(inner)


def read(owner: Content, key: str, text: str, world: World) -> Reading:
    """Expand and parse one text."""
    macro_errors: list[SplError] = []
    filled = text if key == "search" else _filled(text)
    try:
        expanded = expand(filled, world.macros, problems=macro_errors)
    except SplError as error:
        return Reading(owner, key, text, None, None, (error,), tuple(macro_errors), world)
    tree, errors = _parsed(expanded.text)
    blamed = tuple(_blamed(error, expanded, filled) for error in errors)
    return Reading(owner, key, text, expanded, tree, blamed, tuple(macro_errors), world)


def _filled(text: str) -> str:
    """A text whose tokens somebody fills in later, with something of the same length that can be read: the detection's
    search, and `$user|s$`, which becomes a quoted string."""
    text = _WHOLE_SEARCH.sub(lambda match: "*".ljust(len(match[0])), text)
    return _QUOTED_TOKEN.sub(r'"$\1$"', text)


def _parsed(text: str) -> tuple[Pipeline | None, list[SplError]]:
    """The tree and all errors: a stage that cannot be read is blanked, as long as that leaves no bracket or quote of it
    open, and the rest read again."""
    errors: list[SplError] = []
    while True:
        try:
            return parse(text), errors
        except SplError as error:
            stage = _stage_at(text, error.span.start)
            if errors and error.span.start <= errors[-1].span.start:
                return None, errors
            errors.append(error)
            if stage is None or len(errors) >= _MOST_ERRORS:
                return None, errors
            text = text[: stage.start] + _UNREAD.ljust(stage.end - stage.start) + text[stage.end :]


def _outer(text: str) -> str:
    """A text in which the pipes within square brackets are no pipes."""
    depth, characters = 0, list(text)
    for at, character in enumerate(text):
        depth = max(depth + (character == "[") - (character == "]"), 0)
        if character == "|" and depth:
            characters[at] = "x"
    return "".join(characters)


def _stage_at(text: str, offset: int) -> Span | None:
    """The stage around an offset, its subsearches included, without its pipe; None if it is not whole in itself, or too
    short to be replaced."""
    shielded = _outer(_SHIELDED.sub(lambda found: "x" * len(found[0]), text))
    start = shielded.rfind("|", 0, offset) + 1
    end = shielded.find("|", offset)
    stage = Span(start, end if end >= 0 else len(text))
    inside = shielded[stage.start : stage.end]
    whole = not set(inside) & set('"`') and all(inside.count(a) == inside.count(b) for a, b in ("()", "[]"))
    return stage if whole and len(inside.strip()) >= len(_UNREAD) else None


def _blamed(error: SplError, expanded: Expanded, text: str) -> SplError:
    """The error as one about the author's text. One inside a macro may only show there what is wrong before it (a
    quote left open): then the text with its calls as they stand says so."""
    if expanded.piece_at(error.span.start).macros:
        try:
            parse(text)
        except SplError as own:
            return own
    return expanded.blame(error)


def readings(content: Content, world: World) -> list[Reading]:
    """All texts of an object, read. A macro without callers is not read: what it is meant for, nobody can say."""
    return [read(content, key, text, world) for key, text in content.searches()]
