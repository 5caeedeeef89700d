"""Data models over events that add-ons tag."""

from __future__ import annotations

import pytest

from storypack.engine.datamodels import model_dataset
from storypack.engine.errors import SearchError
from storypack.reference import cim

from .add_on import AddOn

DATASETS = [dataset for model in cim.models() for dataset in model.datasets.values()]


@pytest.mark.parametrize("dataset", DATASETS, ids=lambda dataset: dataset.path)
def test_every_dataset_runs(dataset: cim.Dataset, ta: AddOn) -> None:
    """Each field can be asked for, in `by` and in `where`, and no event of another kind gets in."""
    known = model_dataset(dataset.path)
    assert known is not None
    fields = sorted(field.path for field in dataset.fields.values())
    measures = " ".join(f'values("{field}")' for field in fields)
    rows = ta.rows(f"| tstats count {measures} from datamodel={dataset.path}", ["an event of no kind"])
    assert rows == [{"count": 0}]
    assert ta.rows(f"| from datamodel:{dataset.path}", ["an event of no kind"]) == []


@pytest.fixture
def web(ta: AddOn) -> AddOn:
    ta.conf("eventtypes", "[w]\nsearch = sourcetype=x status=*\n").conf("tags", "[eventtype=w]\nweb = enabled\n")
    return ta


EVENTS = [
    {"time": "2026-11-20T10:00:00Z", "status": 200, "url": "/a", "bytes_in": 1, "bytes_out": 2, "user": "kim"},
    {"time": "2026-11-20T10:30:00Z", "status": 404, "url": "/b", "bytes_in": 4, "bytes_out": 8},
    {"time": "2026-11-20T11:00:00Z", "other": 1},
]


def test_tstats_counts_the_datasets_events(web: AddOn) -> None:
    assert web.rows("| tstats count from datamodel=Web", EVENTS) == [{"count": 2}]
    assert web.rows("| tstats count from datamodel=Web.Web where Web.status=200", EVENTS) == [{"count": 1}]


def test_fields_have_the_datasets_prefix(web: AddOn) -> None:
    found = web.rows("| tstats count from datamodel=Web by Web.url | sort Web.url", EVENTS)
    assert found == [{"Web.url": "/a", "count": 1}, {"Web.url": "/b", "count": 1}]


def test_calculated_and_filled_fields(web: AddOn) -> None:
    found = web.rows("| tstats sum(Web.bytes) as bytes from datamodel=Web by Web.user | sort bytes", EVENTS)
    assert found == [{"Web.user": "kim", "bytes": 3}, {"Web.user": "unknown", "bytes": 12}]


def test_spans_and_options(web: AddOn) -> None:
    search = (
        "| tstats summariesonly=false allow_old_summaries=true count from datamodel=Web"
        " where earliest=-3h by _time span=1h"
    )
    assert [row["count"] for row in web.rows(search, EVENTS)] == [2]


def test_datamodel_and_from(web: AddOn) -> None:
    assert web.rows("| datamodel Web Web search | search Web.status=404 | table Web.url", EVENTS) == [{"Web.url": "/b"}]
    assert web.rows("| from datamodel:Web.Web | search status=404 | table url", EVENTS) == [{"url": "/b"}]
    assert web.rows("| datamodel Web Web flat | search status=404 | table url", EVENTS) == [{"url": "/b"}]


def test_a_dataset_that_is_not_there_is_named(web: AddOn) -> None:
    assert model_dataset("Web.Nothing") is None
    with pytest.raises(SearchError, match=r"there is no data model dataset `Web\.Nothing`"):
        web.rows("| tstats count from datamodel=Web.Nothing", EVENTS)
