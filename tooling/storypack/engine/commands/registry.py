"""The registry of commands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from storypack.engine.errors import NotSupported
from storypack.engine.relation import Relation
from storypack.spl import tree

REFUSED = {
    "apply": "it needs models of the Machine Learning Toolkit",
    "fit": "it needs the Machine Learning Toolkit",
    "anomalydetection": "its statistics are not documented well enough to repeat them",
    "anomalies": "its statistics are not documented well enough to repeat them",
    "anomalousvalue": "its statistics are not documented well enough to repeat them",
    "cluster": "its clusters are not documented well enough to repeat them",
    "kmeans": "its clusters are not documented well enough to repeat them",
    "predict": "its forecasts are not documented well enough to repeat them",
    "cyberchef": "it is an app's command",
    "mstats": "there are no metrics indexes",
    "mcatalog": "there are no metrics indexes",
    "rest": "there is no Splunk to ask",
    "dbxquery": "there is no database to ask",
    "sendemail": "searches have no effects outside",
    "sendalert": "searches have no effects outside",
    "script": "searches run no programs",
    "run": "searches run no programs",
    "delete": "events are read only",
    "collect": "there is no index to write to",
    "mcollect": "there is no index to write to",
    "meventcollect": "there is no index to write to",
    "tscollect": "there is no index to write to",
    "abstract": "its choice of lines is not documented",
    "dump": "searches write no files",
    "outputcsv": "searches write no files",
}


WITHOUT_EFFECT = {
    "stats": frozenset({"allnum"}),
    "eventstats": frozenset({"allnum"}),
    "streamstats": frozenset({"allnum"}),
    "timechart": frozenset({"partial"}),
    "transaction": frozenset({"name", "unifyends", "mvraw", "delim"}),
    "append": frozenset({"extendtimerange", "maxtime", "timeout"}),
    "appendcols": frozenset({"extendtimerange", "maxtime", "timeout"}),
    "foreach": frozenset({"datasource"}),
    "makecontinuous": frozenset({"start", "end"}),
}
"""Options that would change results in Splunk and do not here: a search that uses one is warned of."""


@dataclass(frozen=True, slots=True)
class Handler:
    """What runs a command; `generates` = it can stand first."""

    name: str
    run: Callable[..., Relation]
    generates: bool


_registry: dict[str, Handler] = {}


def command(*names: str) -> Callable[[Callable[..., Relation]], Callable[..., Relation]]:
    """Enter a command that works on rows."""

    def enter(function: Callable[..., Relation]) -> Callable[..., Relation]:
        for name in names:
            _registry[name] = Handler(name, function, generates=False)
        return function

    return enter


def generating(*names: str) -> Callable[[Callable[..., Relation]], Callable[..., Relation]]:
    """Enter a command that can make rows of its own; where it stands first, its `rows` are None."""

    def enter(function: Callable[..., Relation]) -> Callable[..., Relation]:
        for name in names:
            _registry[name] = Handler(name, function, generates=True)
        return function

    return enter


_SQL_FUNCTIONS = ("conversions", "structures")
"""Modules that enter functions for the SQL of commands, and that no command imports by itself."""


@cache
def _handlers() -> Mapping[str, Handler]:
    for name in _SQL_FUNCTIONS:
        import_module(f"storypack.engine.{name}")
    package = import_module("storypack.engine.commands")
    for module in iter_modules(package.__path__):
        if module.name != "registry":
            import_module(f"{package.__name__}.{module.name}")
    return _registry


def names() -> list[str]:
    """All commands, sorted."""
    return sorted(_handlers())


def command_name(node: Any) -> str:
    """The name by which a search calls the command."""
    if isinstance(node, tree.MapSearch):
        return "map"
    name = getattr(node, "name", None)
    return name.lower() if isinstance(name, str) else type(node).__name__.lower()


def find(node: Any) -> Handler:
    """The handler of a command; NotSupported where there is none."""
    name = command_name(node)
    handler = _handlers().get(name)
    if handler is None:
        raise NotSupported("command", name, REFUSED.get(name, ""))
    return handler
