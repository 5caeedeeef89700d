"""The registry of commands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from storypack.engine.commands.options import flag, options_of
from storypack.engine.errors import NotSupported, SearchError
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.spl import tree

_UNDOCUMENTED = "its statistics are not documented well enough to repeat them"
_APP = "it is an app's command"
_METRICS = "there are no metrics indexes"
_NO_SPLUNK = "there is no Splunk to ask"
_NO_INDEX = "there is no index to write to"
_OUTSIDE = "searches have no effects outside"
_NO_FILES = "searches read and write no files"
_NO_PROGRAMS = "searches run no programs"
_PARTIAL = "its rows are partial results of Splunk's own format"

_REASONS = {
    "apply fit deletemodel listmodels sample score summary": "it needs the Machine Learning Toolkit",
    "af analyzefields anomalies anomalousvalue anomalydetection arules associate cofilter correlate outlier x11": (
        _UNDOCUMENTED
    ),
    "cluster kmeans": "its clusters are not documented well enough to repeat them",
    "predict": "its forecasts are not documented well enough to repeat them",
    "erex findtypes typelearner": "what it learns from examples is not documented",
    "abstract": "its choice of lines is not documented",
    "concurrency": "it is not documented whether an event that ends as another begins counts",
    "bucketdir folderize": "how it groups names is not documented",
    "diff": "the form of its output is not documented",
    "geostats sigeostats": "its bins are not documented well enough to repeat them",
    "geom geomfilter": "there are no maps here",
    "gauge": "it only prepares a chart",
    "kvform": "there are no forms here",
    "overlap scrub stash crawl rtorder xmlunescape relevancy": "it is not for searches of this kind",
    "timewrap": "the names of its columns depend on Splunk's display",
    "sirare sistats sitop": _PARTIAL,
    "mstats mcatalog mpreview msearch": _METRICS,
    "audit dbinspect history loadjob metasearch rest searchtxn typeahead walklex": _NO_SPLUNK,
    "dbxlookup dbxoutput dbxquery": "there is no database to ask",
    "ldapfetch ldapfilter ldapgroup ldapsearch ldaptestconnection": "there is no directory to ask",
    "collapse makejson multireport prjob": "it is internal to Splunk, and what it does is not documented",
    "pivot": "write the search with tstats",
    "createrss sendalert sendemail": _OUTSIDE,
    "delete": "events are read only",
    "collect mcollect meventcollect tscollect": _NO_INDEX,
    "cefout dump inputcsv outputcsv outputtext": _NO_FILES,
    "run runshellscript script": _NO_PROGRAMS,
    "cyberchef entitymerge expandtoken inputintelligence snoweventstream ut_shannon xsdisplayconcept xsfindbestconcept "
    "xslistconcepts xslistcontexts xsupdateddcontext xswhere": _APP,
}

REFUSED = {name: reason for names_, reason in _REASONS.items() for name in names_.split()}
"""Commands of Splunk and its apps that are not run, and why."""


@dataclass(frozen=True, slots=True)
class Handler:
    """What runs a command; `generates` = it can stand first; `file` is the module that holds it.

    `without_effect`: options that would change results in Splunk and do not here; a search that uses one is warned of.
    Limits on how long a subsearch may take are none of them: here none is cut off."""

    name: str
    run: Callable[..., Relation]
    generates: bool
    file: str
    without_effect: frozenset[str] = frozenset()


_registry: dict[str, Handler] = {}


def command(*names: str, without_effect: str = "") -> Callable[[Callable[..., Relation]], Callable[..., Relation]]:
    """Enter a command that works on rows; `without_effect` are options, with blanks between them."""

    def enter(function: Callable[..., Relation]) -> Callable[..., Relation]:
        for name in names:
            _registry[name] = Handler(name, function, False, _file(function), frozenset(without_effect.split()))
        return function

    return enter


def generating(
    *names: str, anywhere: bool = False, without_effect: str = ""
) -> Callable[[Callable[..., Relation]], Callable[..., Relation]]:
    """Enter a command that can make rows of its own; where it stands first, its `rows` are None. It must stand first,
    unless it may stand `anywhere`, or the search says append=t."""

    def enter(function: Callable[..., Relation]) -> Callable[..., Relation]:
        for name in names:
            run = function if anywhere else _first(name, function)
            _registry[name] = Handler(name, run, True, _file(function), frozenset(without_effect.split()))
        return function

    return enter


def _file(function: Callable[..., Relation]) -> str:
    return function.__module__.rpartition(".")[2]


def _first(name: str, function: Callable[..., Relation]) -> Callable[..., Relation]:
    def run(node: Any, rows: Relation | None, session: Session) -> Relation:
        if rows is not None and not flag(options_of(getattr(node, "options", ())).get("append", "f")):
            raise SearchError(
                f"`{name}` must be the first command of a search; begin with it, or write `append [| {name} ...]`"
            )
        return function(node, rows, session)

    return run


_SQL_FUNCTIONS = ("conversions", "pcre", "structures")
"""Modules that enter functions for the SQL of commands and of search-time knowledge, and that these do not import."""


@cache
def _handlers() -> Mapping[str, Handler]:
    _load_sql_functions()
    for name in sorted(_files()):
        import_module(f"storypack.engine.commands.{name}")
    return _registry


def _load_sql_functions() -> None:
    for name in _SQL_FUNCTIONS:
        import_module(f"storypack.engine.{name}")


@cache
def _files() -> frozenset[str]:
    """The modules of the folder of commands."""
    folder = import_module("storypack.engine.commands").__path__
    return frozenset(module.name for module in iter_modules(folder) if module.name != "registry")


def handlers() -> Mapping[str, Handler]:
    """What runs each command, by name."""
    return _handlers()


def names() -> list[str]:
    """All commands, sorted."""
    return sorted(_handlers())


def find(node: tree.Command) -> Handler:
    """The handler of a command; NotSupported where there is none. The file that has the command's name is tried before
    all of them are read, which takes a tenth of a short search's time."""
    name = node.name
    handler = _of_own_file(name) or _handlers().get(name)
    if handler is None:
        close = get_close_matches(name, names(), n=1, cutoff=0.75)
        raise NotSupported("command", name, REFUSED.get(name) or (f"did you mean `{close[0]}`?" if close else ""))
    return handler


def _of_own_file(name: str) -> Handler | None:
    if name not in _registry:
        _load_sql_functions()
        for module in {name, f"{name}_"} & _files():
            import_module(f"storypack.engine.commands.{module}")
    return _registry.get(name)
