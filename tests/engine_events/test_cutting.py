"""Cutting as the bytes come: what pieces give is what the whole gives, in time that grows with the size, and a record
that is broken costs no other."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from storypack.engine.events import event as cut_event
from storypack.engine.events.cutting import cut
from storypack.engine.events.event import CutEvent
from storypack.engine.events.formats import csv_rows, json_values, xml_events
from storypack.engine.events.formats.registry import format_named
from storypack.engine.events.shapes import Compression, Shape

EVENTS = [{"n": n, "text": 'a "b" \\ ü ☃ }],{', "list": [{"a": None}, [1.50, -2e3]]} for n in range(40)]


def cut_text(text: str, form: str, damage: list[str] | None = None) -> list[CutEvent]:
    return list(format_named(form).cut(io.StringIO(text), [] if damage is None else damage))


@pytest.fixture(params=[7, 64, 1 << 20])
def piece(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (json_values, xml_events):
        monkeypatch.setattr(module, "_PIECE", request.param)


WRITE: dict[str, Callable[[], str]] = {
    "array": lambda: json.dumps(EVENTS),
    "array over lines": lambda: json.dumps(EVENTS, indent=2, ensure_ascii=False),
    "array without indents": lambda: json.dumps(EVENTS, indent=0),
    "envelope": lambda: json.dumps({"Records": EVENTS}),
    "envelope over lines": lambda: json.dumps({"Records": EVENTS}, indent=4),
    "several envelopes": lambda: "\n".join(json.dumps({"Records": [event]}) for event in EVENTS),
    "several arrays": lambda: "\n".join(json.dumps([event]) for event in EVENTS),
    "objects over lines": lambda: "\n".join(json.dumps(event, indent=1) for event in EVENTS),
    "objects on one line": lambda: "".join(map(json.dumps, EVENTS)),
}


@pytest.mark.usefixtures("piece")
@pytest.mark.parametrize("kind", WRITE)
def test_json_in_pieces(kind: str) -> None:
    events = cut_text(WRITE[kind](), "json")
    assert [json.loads(event.raw) for event in events] == EVENTS
    assert not any(event.broken for event in events)
    assert [event.position for event in events] == [*range(1, len(EVENTS) + 1)]


@pytest.mark.usefixtures("piece")
def test_a_member_keeps_its_numbers_as_they_are_written() -> None:
    text = '[{"a": 1.50, "b": 1e400, "c": 123456789012345678901234567890},\n{\n"a":\n0.10\n}]'
    events = cut_text(text, "json")
    assert [event.raw for event in events] == [
        '{"a": 1.50, "b": 1e400, "c": 123456789012345678901234567890}',
        '{"a":0.10}',
    ]


@pytest.mark.usefixtures("piece")
@pytest.mark.parametrize("kind", [kind for kind in WRITE if "one line" not in kind])
@pytest.mark.parametrize("fault", ["bare", "cut off"])
def test_a_broken_object_costs_no_other(kind: str, fault: str) -> None:
    """In whatever layout; the broken one is an event as well."""
    text = WRITE[kind]()
    number = text.index('"n": 20')
    if fault == "bare":
        text = text[:number] + '"n": oops' + text[number + 7 :]
    else:
        end = text.index("\n", number) if "over" in kind or "without" in kind else number + 15
        brace = text.rindex("{", end, text.index('"n": 21'))
        next_line = text.rfind("\n", end, brace)
        text = text[:end] + text[next_line if next_line > 0 else brace :]
        if kind in ("array", "envelope"):
            pytest.skip("on one line, nobody knows where the next begins")
    events = cut_text(text, "json")
    whole = [json.loads(event.raw) for event in events if not event.broken]
    lost = [event for event in EVENTS if event not in whole]
    assert len(lost) <= 2, [event["n"] for event in lost]
    assert EVENTS[20] in lost
    assert any(event.broken and "n" in event.raw for event in events)
    if kind != "array without indents":  # where a part looks like a whole
        assert len(whole) + len(lost) == len(EVENTS)


@pytest.mark.usefixtures("piece")
def test_plain_lines_between_objects_are_events_of_their_own() -> None:
    text = '{"a":\n1}\nplain line\nanother\n{"b": 2, oops\nplain again\n{"c":\n3}\n]\n'
    events = cut_text(text, "json")
    assert [(event.raw, event.broken) for event in events] == [
        ('{"a":\n1}', False),
        ("plain line", True),
        ("another", True),
        ('{"b": 2, oops', True),
        ("plain again", True),
        ('{"c":\n3}', False),
        ("]", True),
    ]


@pytest.mark.usefixtures("piece")
def test_what_an_envelope_holds_beside_its_events_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of one that is too long to be looked at as a whole."""
    monkeypatch.setattr(json_values, "_ENVELOPE_HEAD", 16)
    text = json.dumps({"Records": [{"n": n, "text": "x" * 50_000} for n in range(40)], "next": "abc"})
    events = cut_text(text, "json")
    if len(events) > 1:
        assert [event.broken for event in events] == [False] * 40 + [True]
        assert events[-1].raw == '"next": "abc"}'


@pytest.mark.usefixtures("piece")
def test_xml_in_pieces() -> None:
    event = "<Event xmlns='x'><System><EventID>{}</EventID></System><EventData>\n<Data>ü</Data></EventData></Event >"
    raws = [event.format(n) for n in range(30)]
    for between in ("", "\n", "\n\n  "):
        events = cut_text(f"<?xml version='1.0'?><Events>\n{between.join(raws)}</Events>", "xml")
        assert [each.raw for each in events] == raws
    cut_off = raws[3][:40]
    events = cut_text("\n".join([*raws[:3], cut_off, *raws[4:], "<Event>tail"]), "xml")
    assert [each.raw for each in events if not each.broken] == raws[:3] + raws[4:]
    assert [each.raw for each in events if each.broken] == [cut_off, "<Event>tail"]


def test_csv_rows() -> None:
    text = 'a,b\n1,"x\ny"\n\n2,5" disk\n3,"open\n4,d\n5,"e, f"\n6\n' + '7,"' + "x" * 300_000 + '"\n'
    events = cut_text(text, "csv")
    assert [(event.raw[:10], event.position, event.broken) for event in events] == [
        ('1,"x\ny"', 2, False),
        ('2,5" disk', 5, False),
        ('3,"open', 6, True),
        ("4,d", 7, False),
        ('5,"e, f"', 8, False),
        ("6", 9, True),
        ('7,"' + "x" * 7, 10, False),
    ]
    assert json.loads(events[0].indexed or "") == {"a": "1", "b": "x\ny"}
    assert json.loads(events[4].indexed or "") == {"a": "5", "b": "e, f"}


def test_a_quotation_mark_that_nobody_closes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_rows, "MAX_ROW_LINES", 50)
    text = 'a,b\n0,"open\n' + "".join(f"{n},x\n" for n in range(1, 200))
    events = cut_text(text, "csv")
    assert [event.broken for event in events] == [True] + [False] * 199
    assert [event.position for event in events] == [*range(2, 202)]


@pytest.mark.parametrize("form", ["lines", "json", "xml", "csv"])
def test_an_event_beyond_all_measure_is_shortened_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    for module in (cut_event, json_values, xml_events):
        monkeypatch.setattr(module, "MAX_EVENT", 10_000)
    monkeypatch.setattr(xml_events, "_PIECE", 1_000)
    monkeypatch.setattr(json_values, "_PIECE", 1_000)
    begin = {"json": '{"a":"', "xml": "<Event>", "csv": "a\n"}.get(form, "")
    small = {"json": '{"b":1}', "xml": "<Event>b</Event>"}.get(form, "b")
    path = tmp_path / "events"
    path.write_text(f"{begin}{'x' * 35_000}\n{small}\n", encoding="utf-8")
    damage: list[str] = []
    events = list(cut(path, Shape(format_named(form), Compression.NONE), damage))
    assert all(len(event.raw) <= 10_001 for event in events)
    assert events[-1].raw == small
    assert not events[-1].broken
    assert "longer than 10,000 characters" in damage[0]


GROWING: dict[str, tuple[str, Callable[[int], str]]] = {
    "events without ends": ("xml", lambda n: "<Event a='b'>" * n),
    "ends without events": ("xml", lambda n: "</Event>" * n),
    "frames without ends": ("xml", lambda n: "<?xml " * n),
    "one object that is cut off": ("json", lambda n: "{\n" + '  "a": {"b": 1},\n' * n),
    "objects in objects": ("json", lambda n: '{"a":\n' * n),
    "objects in objects, and a fault": ("json", lambda n: '{"a":\n' * n + "oops" + "}" * n),
    "objects that are cut off": ("json", lambda n: '{"a": {\n' * n),
    "brackets": ("json", lambda n: "[" * n),
    "closing brackets": ("json", lambda n: "]\n" * n),
    "members on one line with faults": ("json", lambda n: "[" + '{"a": oops}, ' * n),
    "a text without an end": ("json", lambda n: '{"a": "' + "x" * 10 * n),
    "envelopes that are cut off": ("json", lambda n: '{"Records": [{"a": 1},' * n),
    "rows without ends": ("csv", lambda n: "a,b\n" + '1,"x\n' * n),
    "one row without an end": ("csv", lambda n: 'a,b\n1,"x\n' + "2,y\n" * n),
}


@pytest.mark.parametrize("kind", GROWING)
def test_the_work_grows_with_the_size(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No stretch of a text is looked at more than a few times. (Work that grew with the square would take hours.)"""
    form, make = GROWING[kind]
    read = 0
    decode = json_values._decode

    def counting(text: str, at: int) -> tuple[object, int]:
        nonlocal read
        try:
            value, end = decode(text, at)
        except json.JSONDecodeError as error:
            read += error.pos - at
            raise
        read += end - at
        return value, end

    monkeypatch.setattr(json_values, "_decode", counting)
    text = make(50_000)
    assert len(cut_text(text, form)) <= 2 * text.count("\n") + 50_010
    assert read <= 3 * json_values.ATTEMPTS * len(text)


@pytest.mark.usefixtures("piece")
@pytest.mark.parametrize(("begin", "name"), [('{"Records": [', "list of Records"), ("[", "array")])
@pytest.mark.parametrize(
    ("members", "rest"),
    [(members, rest) for members in (1, 3) for rest in ("", ", ", '{"n": 9, "te')] + [(0, '{"n": 9, "te')],
)
def test_a_list_without_its_end_is_named(begin: str, name: str, members: int, rest: str) -> None:
    """Between two members as within one, where no event that was read is broken."""
    text = begin + ", ".join(json.dumps({"n": n}) for n in range(members))
    whole_to = len(text)
    damage: list[str] = []
    events = cut_text(text + (", " if members and rest.startswith("{") else "") + rest, "json", damage)
    assert [event.raw for event in events if not event.broken] == [json.dumps({"n": n}) for n in range(members)]
    assert sum(event.broken for event in events) == rest.startswith("{")
    count = "1 whole event of it was read" if members == 1 else f"{members} whole events of it were read"
    assert damage == [f"its {name} is cut off or broken behind character {whole_to}; {count}"]


@pytest.mark.usefixtures("piece")
@pytest.mark.parametrize("kind", WRITE)
def test_a_whole_list_is_not_called_cut_off(kind: str) -> None:
    damage: list[str] = []
    cut_text(WRITE[kind](), "json", damage)
    assert damage == []


@pytest.mark.usefixtures("piece")
def test_a_cut_list_before_another_is_named() -> None:
    damage: list[str] = []
    events = cut_text('{"Records": [{"n": 1}, {"n": 2, "te\n{"Records": [{"n": 3}]}\n', "json", damage)
    assert [json.loads(event.raw) for event in events if not event.broken] == [{"n": 1}, {"n": 3}]
    assert damage == ["its list of Records is cut off or broken behind character 21; 1 whole event of it was read"]
