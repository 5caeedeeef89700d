"""Data models, their datasets and fields, against the bundled Common Information Model; tstats without one."""

from __future__ import annotations

from collections.abc import Iterator

from storypack.checks.catalogue import Fault, Faults, rule
from storypack.checks.searches.reading import Reading
from storypack.checks.searches.world import World
from storypack.issue import Severity
from storypack.reference import cim
from storypack.spelling import did_you_mean, one_of
from storypack.spl import Span
from storypack.spl.fields.walk import walk
from storypack.spl.tree import Aggregation, Combine, Compare, Directive, Field, From, In, Plain, Term, Tstats, Word

# Fields of every dataset, and the indexed ones that tstats has beside them.
_INDEXED_NAMES = """
    _time _indextime _raw host source sourcetype index splunk_server splunk_server_group linecount punct eventtype tag
    nodename is_not_null tag::eventtype date_hour date_mday date_minute date_month date_second date_wday date_year
    date_zone timestartpos timeendpos
"""
INDEXED = frozenset(_INDEXED_NAMES.split())


def dataset_names(reading: Reading) -> Iterator[tuple[str, Span]]:
    """Each data model or dataset that a search reads, as written, and where."""
    for command in reading.of(Tstats):
        if command.datamodel:
            yield command.datamodel, _place(reading, command.span, command.datamodel)
    for source in reading.of(From):
        if source.kind == "datamodel":
            yield source.dataset, _place(reading, source.span, source.dataset)
    for plain in reading.of(Plain):
        if plain.name == "datamodel" and plain.words:
            words = [word for word in plain.words[:2] if isinstance(word, Word)]
            names = [word.text for word in words]
            if names and names[-1].lower() in ("search", "flat", "acceleration_search"):
                names = names[:-1]
            if names:
                yield ".".join(names), words[0].span
    for union in reading.of(Combine):
        for word in union.words:
            kind, _, name = word.text.partition(":")
            if kind == "datamodel" and name:
                yield name.strip('"'), word.span


def _place(reading: Reading, span: Span, text: str) -> Span:
    assert reading.expanded is not None
    at = reading.expanded.text.find(text, span.start, span.end)
    return Span(at, at + len(text)) if at >= 0 else span


@rule(
    "SP212",
    "Unknown data model or dataset",
    on="spl",
    why="Splunk refuses the search; over an unknown dataset it finds nothing.",
    example="search: '| tstats count from datamodel=Endpoint.Process by Process.dest'",
    cure="Mend the name. A data model of your own is a matter for a silence.",
)
def unknown_model(reading: Reading, world: World) -> Faults:
    for path, span in dataset_names(reading):
        model_name, _, rest = path.partition(".")
        if model_name in cim.OTHER_MODELS or "$" in path or "*" in path:
            continue
        model = cim.model(model_name)
        if model is None:
            cure = did_you_mean(model_name, [*cim.model_names(), *cim.OTHER_MODELS]) or _owner_of(model_name)
            yield reading.fault(f"there is no data model `{model_name}`", _start(span, model_name), cure)
        elif rest and cim.dataset(path) is None:
            at = Span(span.start + len(model_name) + 1, span.end)
            cure = one_of(rest, [dataset.lineage for dataset in model.datasets.values()])
            yield reading.fault(f"the data model `{model_name}` has no dataset `{rest}`", at, cure)


def _owner_of(name: str) -> str:
    owners = [model.name for model in cim.models() if name in model.datasets]
    return f"did you mean '{owners[0]}.{name}'?" if owners else ""


def _start(span: Span, name: str) -> Span:
    return Span(span.start, span.start + len(name))


def tstats_fields(command: Tstats) -> Iterator[tuple[Field, str]]:
    """The fields that a tstats reads, and where: `by`, `where` or the aggregation."""
    for aggregation in command.aggregations:
        if isinstance(aggregation, Aggregation) and aggregation.arg is not None:
            for node in walk(aggregation.arg):
                if isinstance(node, Field):
                    yield node, aggregation.func
    for split in command.by:
        if isinstance(split.field, Field):
            yield split.field, "by"
    yield from ((field, "where") for field in _term_fields(command.where))


def _term_fields(term: Term | None) -> Iterator[Field]:
    for node in walk(term) if term is not None else ():
        field = node.field if isinstance(node, Compare | In | Directive) else None
        if field is not None:
            yield field


@rule(
    "SP213",
    "Field that the data model does not have",
    on="spl",
    why="tstats finds nothing for a field that the data model lacks: the search is valid, and never fires.",
    example="search: '| tstats count from datamodel=Endpoint.Processes by Processes.proces_name'",
    cure="Use a field of the dataset, with the dataset's name in front.",
)
def unknown_field(reading: Reading, world: World) -> Faults:
    for command in reading.of(Tstats):
        dataset = _dataset(command)
        if dataset is None:
            continue
        for field, _ in tstats_fields(command):
            yield from _field(reading, dataset, field)


@rule(
    "SP215",
    "Field of another dataset",
    on="spl",
    why="tstats reads one dataset. A field of another one of the same data model is not in its summaries, and every "
    "event lacks it.",
    example="search: '| tstats count from datamodel=Endpoint.Processes where Filesystem.file_name=*.zip by "
    "Processes.dest'",
    cure="Read the dataset that has the field; two of them need two tstats.",
)
def foreign_field(reading: Reading, world: World) -> Faults:
    for command in reading.of(Tstats):
        dataset = _dataset(command)
        if dataset is None:
            continue
        for field, _ in tstats_fields(command):
            other = _other_owner(dataset, field.name)
            if other:
                message = f"`{field.name}` is a field of {other}, and this reads {dataset.path}"
                yield reading.fault(message, field.span)


def _dataset(command: Tstats) -> cim.Dataset | None:
    """The dataset that is read. A model without dataset name is read as its only root; of several, none is known."""
    return cim.dataset(command.datamodel) if command.datamodel else None


def _other_owner(dataset: cim.Dataset, name: str) -> str:
    """The dataset of a field that `dataset` neither owns nor inherits (nor a child of it owns)."""
    lineage = name.rpartition(".")[0]
    model = cim.model(dataset.model)
    if not lineage or model is None:
        return ""
    owner = model.datasets.get(lineage.rpartition(".")[2])
    if owner is None or owner.lineage != lineage or _related(owner.lineage, dataset.lineage):
        return ""
    return owner.path


def _related(one: str, other: str) -> bool:
    return f"{one}.".startswith(f"{other}.") or f"{other}.".startswith(f"{one}.")


def _field(reading: Reading, dataset: cim.Dataset, field: Field) -> Iterator[Fault]:
    name = field.name
    if name in INDEXED or "*" in name or "$" in name or "(" in name or _other_owner(dataset, name):
        return
    if any(name == known.path for known in _all_fields(dataset)) or cim.find_field(dataset.model, name) is not None:
        return
    lineage, _, last = name.rpartition(".")
    if name in dataset.fields:
        wanted = f"`tstats` knows it as `{dataset.fields[name].path}`"
        yield reading.fault(f"`{name}` lacks the name of its dataset", field.span, wanted)
    elif last in INDEXED:
        yield reading.fault(f"`{last}` belongs to no dataset", field.span, f"write `{last}`")
    else:
        names = [known.path for known in _all_fields(dataset)]
        if lineage == dataset.lineage:  # then the dataset's name says nothing about what is near
            cure = did_you_mean(last, [path.rpartition(".")[2] for path in names]).replace("'", f"'{lineage}.", 1)
        else:
            cure = did_you_mean(name, names)
        yield reading.fault(f"{dataset.path} has no field `{name}`", field.span, cure)


def _all_fields(dataset: cim.Dataset) -> Iterator[cim.Field]:
    yield from dataset.fields.values()
    model = cim.model(dataset.model)
    for child in model.datasets.values() if model else ():
        if child.lineage.startswith(f"{dataset.lineage}."):
            yield from child.fields.values()


@rule(
    "SP318",
    "Statistics over a field that may not be indexed",
    on="spl",
    severity=Severity.WARNING,
    why="Without a data model tstats sees indexed fields only: index, host, source, sourcetype, and those that a site "
    "or add-on extracts at index time. Any other has no value, and the search finds nothing.",
    example="search: '| tstats count where index=web by user'",
    cure="Read a data model, or use a raw search with stats; for a word of the raw event use PREFIX() or TERM().",
)
def not_indexed(reading: Reading, world: World) -> Faults:
    for command in reading.of(Tstats):
        if command.name != "tstats" or command.datamodel:
            continue
        for field, _ in tstats_fields(command):
            name = field.name
            if name not in INDEXED and not name.startswith(("date_", "PREFIX(")) and "*" not in name:
                yield reading.fault(f"`{name}` is indexed only where somebody set that up", field.span)
