"""Events given as rows, beside those of files: an index that was filled by a search."""

from pathlib import Path

from storypack.engine.events.origin import EventFile
from storypack.engine.knowledge.files import EventTable, FileSource
from storypack.engine.run import search

ORIGIN = EventFile(Path("risk"), sourcetype="stash", source="risk", index="risk")


def test_rows_are_events_of_their_index(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"_time": 1700000000, "user": "kim"}\n', encoding="utf-8")
    rows = [{"_time": 1_700_000_000.0 + at, "user": "lee", "rule": ["a", "b"], "score": at} for at in range(3)]
    file = EventFile(tmp_path / "a.jsonl", sourcetype="json")
    with FileSource([file], clock=1_700_000_000.0, tables=[EventTable(ORIGIN, rows)]) as source:
        assert source.count == 4
        found = search("index=risk rule=b | stats count sum(score) as score values(rule) as rule by user", source)
        assert found.rows == [{"user": "lee", "count": 3, "score": 3, "rule": ["a", "b"]}]
        assert search("user=* | stats count by index", source).rows == [
            {"index": "main", "count": 1},
            {"index": "risk", "count": 3},
        ]
