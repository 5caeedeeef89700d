"""Events of small files that were copied into one are the events of these files."""

from __future__ import annotations

from pathlib import Path

import pytest

from storypack.engine.events.copies import Copies
from storypack.engine.events.origin import EventFile
from storypack.engine.knowledge.apps import load_knowledge
from storypack.engine.knowledge.files import FileSource
from storypack.engine.run import search
from storypack.hunting.inputs import Given, Looked
from tests.engine_events.trails import as_lines, as_list, record, write

GIVEN = Given()
CLOCK = 1_800_000_000.0
ALL = "search index=* | sort 0 source _time eventID | table _time source sourcetype host eventName eventID _raw"


def looked_at(paths: list[Path], copies: Copies | None, given: Given = GIVEN) -> Looked:
    looked = Looked(copies=copies)
    for path, shown in looked.members(((path, str(path)) for path in paths), paths[0].parent):
        looked.add(path, shown, given)
    return looked


def rows_of(files: list[EventFile], spl: str = ALL) -> tuple[list[dict[str, object]], int, dict[Path, int]]:
    with FileSource(files, clock=CLOCK) as source:
        return search(spl, source, now=CLOCK).rows, source.count, dict(source.broken)


def trail_files(folder: Path, count: int) -> list[Path]:
    """Files in turn of lines and of lists, and one that is no trail."""
    paths = []
    for number in range(count):
        records = [record(number * 10 + at) for at in range(number % 4 + 1)]
        text = as_lines(records) if number % 2 else as_list(records)
        paths.append(write(folder / f"{number:03}.json.gz", text))
    return [*paths, write(folder / "other.json", '{"a": 1}\n')]


@pytest.mark.parametrize("count", [1, 3, 30])
def test_copies_give_the_same_rows(tmp_path: Path, count: int) -> None:
    paths = trail_files(tmp_path, count)
    with Copies(tmp_path / "copies") as copies:
        copied = looked_at(paths, copies)
    careful = looked_at(paths, None)
    assert [file.copy is not None for file in copied.files.values()] == [True] * count + [False]
    assert copied.files == careful.files
    assert (copied.names, copied.bytes) == (careful.names, careful.bytes)
    assert rows_of(list(copied.files.values())) == rows_of(list(careful.files.values()))


def test_a_list_that_was_not_divided_rightly_is_read_with_care(tmp_path: Path) -> None:
    """A list within an event holds what stands between two events; so do a broken event, and a second list."""
    within = record(1, requestParameters={"entries": [record(2), record(3)]})
    broken = as_list([record(4), record(5, name="Broken")]).replace('"Broken"', "Broken")
    paths = [
        write(tmp_path / "within.json", as_list([record(0), within])),
        write(tmp_path / "broken.json", broken),
        write(tmp_path / "two.json", as_list([record(8), record(9)]) + as_list([record(10)])),
        write(tmp_path / "good.json", as_list([record(6), record(7)])),
    ]
    with Copies(tmp_path / "copies") as copies:
        files = list(looked_at(paths, copies).files.values())
    assert all(file.copy is not None for file in files)
    careful = rows_of(list(looked_at(paths, None).files.values()))
    assert rows_of(files) == careful
    assert careful[1] == 9


def test_lines_that_are_no_json_are_counted_as_broken(tmp_path: Path) -> None:
    path = write(tmp_path / "trail.json", as_lines([record(1)]) + '{"eventVersion": "1.09", broken}\n')
    with Copies(tmp_path / "copies") as copies:
        (file,) = looked_at([path], copies).files.values()
    assert file.copy is not None
    assert rows_of([file])[1:] == (2, {path: 1})


def test_settings_of_an_add_on_want_the_file_itself(tmp_path: Path) -> None:
    path = write(tmp_path / "trail.json", as_lines([record(1, name="ToBeMasked")]))
    default = tmp_path / "TA" / "default"
    default.mkdir(parents=True)
    (default / "props.conf").write_text("[aws:cloudtrail]\nSEDCMD-mask = s/ToBeMasked/XX/\n", encoding="utf-8")
    with Copies(tmp_path / "copies") as copies:
        files = list(looked_at([path], copies).files.values())
    with FileSource(files, load_knowledge([tmp_path / "TA"]), clock=CLOCK) as source:
        (row,) = search("search index=* | table _raw", source, now=CLOCK).rows
    assert '"eventName": "XX"' in row["_raw"]


def test_another_sourcetype_wants_the_file_itself(tmp_path: Path) -> None:
    path = write(tmp_path / "trail.json", as_lines([record(1)]))
    with Copies(tmp_path / "copies") as copies:
        (file,) = looked_at([path], copies, Given("my:trail")).files.values()
    assert (file.sourcetype, file.copy) == ("my:trail", None)


def test_a_disk_that_takes_no_copies_leaves_the_files(tmp_path: Path) -> None:
    path = write(tmp_path / "trail.json", as_lines([record(1)]))
    with Copies(tmp_path / "missing" / "copies") as copies:
        (file,) = looked_at([path], copies).files.values()
    assert file.copy is None
    assert rows_of([file])[1] == 1
