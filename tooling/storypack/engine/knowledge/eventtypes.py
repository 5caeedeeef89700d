"""Event types and tags of an event: eventtypes.conf, tags.conf.

Knowledge Manager Manual: "About event types", "About tags and aliases". An event type is a base search; a tag hangs on
a field and value, most often `eventtype=name`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from storypack.conf import Conf
from storypack.engine.compile.patterns import parse_pattern
from storypack.engine.readings import reading
from storypack.spl import parse_term, tree
from storypack.spl.macros import MacroDefinition, expand
from storypack.spl.source import SplError
from storypack.truth import CONF


@dataclass(frozen=True, slots=True)
class EventType:
    name: str
    term: tree.Term


def event_types(
    conf: Conf,
    macros: Mapping[str, MacroDefinition],
    constants: Mapping[str, str],
    warn: Callable[[str], object] = lambda message: None,
) -> Iterator[EventType]:
    """The event types that events of an origin can have: those that its sourcetype, source, host and index (all known
    before an event is read) do not rule out. One whose search cannot be read is left out, as Splunk does, with a
    warning."""
    for stanza in conf:
        text = stanza.get("search").strip()
        if not text or CONF.is_true(stanza.get("disabled")):
            continue
        try:
            term = parse_term(expand(text, macros).text)
        except SplError as error:
            warn(f"event type `{stanza.name}` is left out: {error.message}")
            continue
        reduced = reduce_term(term, constants)
        if reduced is not None:
            yield EventType(stanza.name, reduced)


def reduce_term(term: tree.Term, constants: Mapping[str, str]) -> tree.Term | None:
    """The term with comparisons of known fields decided: None if it cannot hold, `And(())` if it always does."""
    match term:
        case tree.And(terms):
            kept = []
            for part in terms:
                reduced = reduce_term(part, constants)
                if reduced is None:
                    return None
                if reduced != TRUE:
                    kept.append(reduced)
            return kept[0] if len(kept) == 1 else tree.And(tuple(kept))
        case tree.Or(terms):
            found = [reduced for part in terms if (reduced := reduce_term(part, constants)) is not None]
            if TRUE in found:
                return TRUE
            if not found:
                return None
            return found[0] if len(found) == 1 else tree.Or(tuple(found))
        case tree.Not(tree.And(())):
            return TRUE if reading("empty-not") == "every" else None
        case tree.Not(inner):
            reduced = reduce_term(inner, constants)
            if reduced is None:
                return TRUE
            return None if reduced == TRUE else tree.Not(reduced)
        case tree.Compare(field, op, tree.Word(text)) if field.name in constants and op in ("=", "!="):
            return TRUE if _matches(text, constants[field.name]) == (op == "=") else None
        case tree.In(field, values) if field.name in constants:
            texts = [value.text for value in values if isinstance(value, tree.Word)]
            return TRUE if any(_matches(text, constants[field.name]) for text in texts) else None
        case _:
            return term


def named_event_types(term: tree.Term, names: Iterable[str]) -> list[str]:
    """Those of the event types that a search names, be it by a wildcard."""
    patterns = list(_patterns(term))
    return [name for name in names if any(_matches(pattern, name) for pattern in patterns)]


def _patterns(term: tree.Term) -> Iterator[str]:
    match term:
        case tree.And(terms) | tree.Or(terms):
            for part in terms:
                yield from _patterns(part)
        case tree.Not(inner):
            yield from _patterns(inner)
        case tree.Compare(tree.Field("eventtype"), _, tree.Word(text)):
            yield text
        case tree.In(tree.Field("eventtype"), values):
            yield from (value.text for value in values if isinstance(value, tree.Word))


TRUE = tree.And(())


def _matches(pattern: str, value: str) -> bool:
    wanted = parse_pattern(pattern)
    return re.fullmatch(".*".join(re.escape(piece) for piece in wanted.pieces), value, re.I | re.S) is not None


def tags_of(conf: Conf) -> dict[tuple[str, str], tuple[str, ...]]:
    """The enabled tags of each (field, value)."""
    found = {}
    for stanza in conf:
        field, _, value = stanza.name.partition("=")
        tags = tuple(tag for tag, state in stanza.settings.items() if state.strip().lower() == "enabled")
        if value and tags:
            found[field.strip(), unquote(value.strip())] = tags
    return found
