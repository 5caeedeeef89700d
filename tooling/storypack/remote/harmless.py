"""Which searches may run on somebody's instance: those whose every command is known to read only.

A list of what is harmful is never complete: apps bring commands of their own, and every release of Splunk has new ones.
So the list says what is allowed ("SPL safeguards for risky commands", Securing Splunk Enterprise, names the risky ones,
none of which is here). Templates of foreach, subsearches and what macros expand to are looked at as well; a macro whose
definition is not at hand may hold anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from storypack.remote.narrow import CannotNarrow
from storypack.spl import parse, tree
from storypack.spl.source import SplError

_READING = """
abstract accum addcoltotals addinfo addtotals af analyzefields anomalies anomalousvalue anomalydetection append
appendcols appendpipe apply arules associate audit autoregress bin bucket bucketdir chart cluster cofilter
concurrency contingency convert correlate counttable ctable datamodel dbinspect dedup delta diff discretize erex
eval eventcount eventstats expandtoken extract fieldformat fields fieldsummary filldown fillnull findtypes folderize
foreach format from fromjson gauge gentimes geom geomfilter geostats head highlight history iconify inputcsv
inputintelligence inputlookup iplocation join kmeans kv kvform listmodels localize localop lookup makecontinuous
makemv makeresults maketable mcatalog metadata metasearch mpreview msearch mstats multikv multisearch mvcombine
mvexpand nomv noop outlier pivot predict rangemap rare redistribute regex relevancy reltime rename replace require
rest return reverse rex rtorder sample scrub search searchtxn selfjoin set setfields sichart sigeostats sirare
sistats sitimechart sitop sort spath stats strcat streamstats summary table tags tail timechart timewrap tojson top
transaction transpose trendline tstats typeahead typelearner typer union uniq untable ut_shannon walklex where x11
xmlkv xmlunescape xpath xyseries
"""
READING = frozenset(_READING.split())
"""Commands that read events, tables or settings, or work on rows."""


class MayChange(CannotNarrow):
    """Why nobody can say that a search only reads. `name` is the command or macro."""

    def __init__(self, message: str, name: str) -> None:
        super().__init__(message)
        self.name = name


def check_reads_only(text: str, allowed: frozenset[str] = frozenset()) -> None:
    """Raise `MayChange` for a search that may change the instance. `text` has its macros put in; `allowed` are further
    commands and macros that its user answers for. Raises `SplError` for text that cannot be read."""
    for node in _nodes(parse(text)):
        if isinstance(node, tree.MacroStage | tree.MacroCall):
            call = node.call if isinstance(node, tree.MacroStage) else node
            if call.name not in allowed:
                raise MayChange(f"what the macro `{call.name}` does is not known here", call.name)
        elif isinstance(node, tree.Command) and (name := node.name) not in READING | allowed:
            raise MayChange(f"its command `{name}` is not known to read only", name)


def _nodes(node: Any) -> Iterator[object]:
    """A node and everything below it, the templates of foreach included."""
    yield node
    if isinstance(node, tree.Foreach):
        yield from _nodes(_template(node.template))
    children = node if isinstance(node, tuple) else [getattr(node, each.name) for each in fields(node)]
    for child in children:
        if isinstance(child, tuple) or (is_dataclass(child) and not isinstance(child, type)):
            yield from _nodes(child)


def _template(text: str) -> tree.Pipeline:
    """A template as a search: `<<FIELD>>` and its kin stand for a field."""
    for token in ("FIELD", "MATCHSTR", "MATCHSEG1", "MATCHSEG2", "MATCHSEG3", "ITEM", "ITER"):
        text = text.replace(f"<<{token}>>", "x")
    try:
        return parse(text)
    except SplError as error:
        raise MayChange(f"the template of its foreach cannot be read: {error.message}", "foreach") from error
