"""The stages of the house: what each knows, what it must not know, and which stages it may import.

tests/test_architecture.py holds the tree to it, and `make docs` makes the table of docs/house.md from it. A new stage
(a folder of tooling/storypack/) gets its entry here; nothing may import `cli`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stage:
    """A folder of tooling/storypack/. `below` are the names of the stages that it may import."""

    name: str
    knows: str
    must_not_know: str
    below: frozenset[str] = frozenset()


SHARED = {
    "atomic",
    "csvtext",
    "ends",
    "extras",
    "issue",
    "opening",
    "plugins",
    "processes",
    "scratch",
    "spelling",
    "store",
    "timemod",
    "truth",
}
"""Modules at the top of the package that every stage may use."""

_TEXTS = frozenset({"spl", "conf", "reference"})
_RESULTS = frozenset({"checks", "testing", "hunting", "app_build", "splunkd", "deploy", "remote", "conformance"})

STAGES = (
    Stage(
        "spl",
        "the search language: tokens, syntax tree, parser, printer, macros, what Splunk documents of its commands, the "
        "fields that each stage of a search reads and yields",
        "packs, conf text, DuckDB",
    ),
    Stage("conf", "Splunk's `.conf` text: one writer, one reader, all the escaping", "packs"),
    Stage(
        "reference", "bundled facts: CIM data models, ATT&CK, object types, unknown points of SPL", "everything else"
    ),
    Stage(
        "conformance", "searches that bring their events, and their rows", "the engine, packs", frozenset({"reference"})
    ),
    Stage(
        "pack",
        "the content files: models, YAML with positions, older formats, linking into one `Pack`",
        "how anything is compiled or run",
        _TEXTS,
    ),
    Stage(
        "engine",
        "running SPL on DuckDB: events from files, search-time knowledge, commands, functions, aggregations",
        "packs",
        _TEXTS,
    ),
    Stage(
        "world",
        "what a search can see beside the events: what Splunk and its own apps ship",
        "terminals, the engine",
        _TEXTS | {"pack"},
    ),
    Stage("checks", "the rules of `validate` and their catalogue", "how issues are shown", _TEXTS | {"pack", "world"}),
    Stage(
        "authoring",
        "what people write content with: first files, the layout of searches, older formats rewritten, merges of "
        "releases, the choice of what a command works on",
        "how content is checked, run or built",
        _TEXTS | {"pack"},
    ),
    Stage(
        "hunting",
        "all detections over many events in one pass, findings and their ranking; the steps of an investigation",
        "terminals",
        _TEXTS | {"pack", "engine"},
    ),
    Stage(
        "testing",
        "a pack's detections run on the events of their tests, and why a test failed",
        "terminals",
        _TEXTS | {"pack", "engine", "world", "hunting"},
    ),
    Stage("app_build", "a `Pack` as a Splunk app: folder, then package", "networks, the engine", _TEXTS | {"pack"}),
    Stage(
        "splunkd",
        "the client of an instance: connection, transport, credentials, what its answers mean",
        "what an app is",
    ),
    Stage(
        "deploy",
        "an app on an instance: state, plan, apply, roll back",
        "how the app was built, the engine",
        _TEXTS | {"pack", "splunkd"},
    ),
    Stage(
        "remote",
        "tests, searches and hunts on an instance",
        "how the app was built",
        _TEXTS | {"pack", "engine", "hunting", "testing", "conformance", "splunkd", "deploy"},
    ),
    Stage(
        "report",
        "results as text, JSON, JUnit, SARIF, pages",
        "how results came about",
        _TEXTS | _RESULTS | {"pack", "engine"},
    ),
)

BELOW = {stage.name: stage.below for stage in STAGES}
