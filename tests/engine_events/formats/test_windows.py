"""Windows event logs, as they are and as converters write them: each event once, in the XML that Windows writes."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from engine_events.evtx_writer import CHUNK, CHUNK_HEADER, FILE_HEADER, Element, event, evtx
from storypack.engine.events.cutting import cut
from storypack.engine.events.event import CutEvent
from storypack.engine.events.shapes import recognise
from storypack.engine.events.sourcetypes import guess
from storypack.engine.events.windows_xml import NAMESPACE, as_windows_writes

CHANNEL, PROVIDER = "Microsoft-Windows-PowerShell/Operational", "Microsoft-Windows-PowerShell"
SCRIPT = "Copy-Item \"C:\\a b\" 'D:\\' # <x> & y\r\n  Get-Item ü ☃"
NAMED = [("ScriptBlockText", SCRIPT), ("Path", "")]

EVENT = (
    "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
    "<Provider Name='Microsoft-Windows-PowerShell'/><EventID>4104</EventID><Level>4</Level>"
    "<TimeCreated SystemTime='2026-11-03T08:01:02.1234567Z'/><EventRecordID>{}</EventRecordID><Correlation/>"
    "<Channel>Microsoft-Windows-PowerShell/Operational</Channel><Computer>ws01.example.com</Computer>"
    "<Security UserID='S-1-5-18'/></System><EventData>"
    "<Data Name='ScriptBlockText'>Copy-Item \"C:\\a b\" 'D:\\' # &lt;x&gt; &amp; y{}  Get-Item ü ☃</Data>"
    "<Data Name='Path'></Data></EventData></Event>"
)


def log(*sizes: int) -> bytes:
    """A log with so many events in each chunk."""
    numbers = iter(range(1, 100))
    return evtx(
        [
            [event(next(numbers), 4104, "2026-11-03T08:01:02.1234567Z", NAMED, CHANNEL, PROVIDER) for _ in range(size)]
            for size in sizes
        ]
    )


def read(path: Path, data: bytes | str) -> tuple[list[CutEvent], list[str]]:
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    damage: list[str] = []
    return list(cut(path, recognise(path), damage)), damage


@pytest.mark.parametrize("packed", [False, True])
def test_a_log_gives_the_xml_of_windows(tmp_path: Path, packed: bool) -> None:
    data = log(2, 3)
    events, damage = read(tmp_path / "log", gzip.compress(data) if packed else data)
    assert [event.raw for event in events] == [EVENT.format(number, "\r\n") for number in range(1, 6)]
    assert not damage
    assert not any(event.broken for event in events)
    assert guess(tmp_path / "log").sourcetype == "XmlWinEventLog"


def test_a_record_that_is_damaged_costs_no_other_and_is_told(tmp_path: Path) -> None:
    data = bytearray(log(2, 2))
    at = FILE_HEADER + CHUNK_HEADER + 24 + 20
    data[at : at + 30] = b"\xff" * 30
    events, damage = read(tmp_path / "log", bytes(data))
    assert [event.raw for event in events] == [EVENT.format(number, "\r\n") for number in (2, 3, 4)]
    (word,) = damage
    assert word.startswith("a part of the log cannot be read: Failed to parse record number 1")


def test_a_chunk_that_is_damaged_costs_no_other_and_is_told(tmp_path: Path) -> None:
    data = bytearray(log(2, 2, 1))
    data[FILE_HEADER + CHUNK : FILE_HEADER + CHUNK + 8] = b"nothing "
    events, damage = read(tmp_path / "log", bytes(data))
    assert [event.raw for event in events] == [EVENT.format(number, "\r\n") for number in (1, 2, 5)]
    assert "Failed to parse chunk number 1" in damage[0]


def test_a_log_that_is_cut_off_is_told(tmp_path: Path) -> None:
    events, damage = read(tmp_path / "log", log(2, 2)[: FILE_HEADER + CHUNK + 700])
    assert len(events) == 2
    assert damage[0] == "it is cut off: 70,332 bytes of 2 chunks of 64 KiB"
    events, damage = read(tmp_path / "log", log(2)[:100])
    assert not events
    assert damage[0] == "it is cut off: 100 bytes of 1 chunks of 64 KiB"


@pytest.mark.parametrize("packed", [False, True])
def test_records_before_the_cut_come(tmp_path: Path, packed: bool) -> None:
    """Of a chunk that is cut off, too."""
    data = log(1, 4)
    at = FILE_HEADER + CHUNK + CHUNK_HEADER
    sizes = int.from_bytes(data[at + 4 : at + 8], "little")
    cut_off = data[: at + 3 * sizes + 40]
    events, damage = read(tmp_path / "log", gzip.compress(cut_off) if packed else cut_off)
    assert [event.raw for event in events] == [EVENT.format(number, "\r\n") for number in (1, 2, 3, 4)]
    assert damage[0].startswith("it is cut off")


def test_several_data_without_names_keep_their_places(tmp_path: Path) -> None:
    data = evtx([[event(1, 3, "2026-11-03T08:01:02Z", [("", "one"), ("", "two"), ("x", "3")], "System", "NETLOGON")]])
    (only,), _ = read(tmp_path / "log", data)
    assert "<EventData><Data>one</Data><Data>two</Data><Data Name='x'>3</Data></EventData>" in only.raw


def test_user_data_keeps_its_elements(tmp_path: Path) -> None:
    cleared = Element("LogFileCleared", {"xmlns": "urn:example"}, [Element("Channel", content="System")])
    root = Element("Event", {"xmlns": NAMESPACE}, [Element("UserData", content=[cleared])])
    (only,), _ = read(tmp_path / "log", evtx([[root]]))
    assert only.raw.partition("<UserData>")[2] == (
        "<LogFileCleared xmlns='urn:example'><Channel>System</Channel></LogFileCleared></UserData></Event>"
    )


PRETTY = """<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event">
  <System>
    <Provider Name="Microsoft-Windows-PowerShell" Guid="A0C1853B-5C40-4B15-8766-3CF1C58F985A">
    </Provider>
    <EventID Qualifiers="">4104</EventID>
    <TimeCreated SystemTime="{time}">
    </TimeCreated>
    <EventRecordID>{number}</EventRecordID>
    <Correlation/>
    <Channel>Microsoft-Windows-PowerShell/Operational</Channel>
    <Security UserID=""/>
  </System>
  <EventData>
    <Data Name="ScriptBlockText">a &quot;b&quot; &#174;
  c</Data>
    <Data Name="it&apos;s &quot;it&quot;"/>
    <Data Name="Path">
    </Data>
    <Data Name="Blank"> </Data>
  </EventData>
</Event>
"""
WRITTEN = (
    "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
    "<Provider Name='Microsoft-Windows-PowerShell' Guid='{{A0C1853B-5C40-4B15-8766-3CF1C58F985A}}'/>"
    "<EventID>4104</EventID><TimeCreated SystemTime='2026-11-03T08:01:02.123456Z'/><EventRecordID>{}</EventRecordID>"
    "<Correlation/><Channel>Microsoft-Windows-PowerShell/Operational</Channel><Security/></System><EventData>"
    "<Data Name='ScriptBlockText'>a \"b\" ®\n  c</Data><Data Name='it&apos;s \"it\"'></Data>"
    "<Data Name='Path'></Data><Data Name='Blank'> </Data></EventData></Event>"
)
ISO, PYTHON = "2026-11-03T08:01:02.123456Z", "2026-11-03 08:01:02.123456+00:00"
XML = '<?xml version="1.0" encoding="utf-8"?>\n'


@pytest.mark.parametrize(
    ("converter", "text"),
    [
        ("evtx_dump", "".join(f"Record {n}\n{XML}{PRETTY.format(time=ISO, number=n)}\n" for n in (1, 2))),
        ("evtx_dump -o xml", "".join(XML + PRETTY.format(time=ISO, number=n) for n in (1, 2))),
        ("evtxexport -f xml", "evtxexport 20240101\n\n" + "\n".join(PRETTY.format(time=ISO, number=n) for n in (1, 2))),
        (
            "python-evtx",
            '<?xml version="1.1" encoding="utf-8" standalone="yes" ?>\n\n<Events>\n'
            + "".join(PRETTY.format(time=PYTHON, number=n) for n in (1, 2))
            + "</Events>",
        ),
    ],
)
def test_what_converters_write(tmp_path: Path, converter: str, text: str) -> None:
    events, damage = read(tmp_path / "events.xml", text)
    assert [event.raw for event in events] == [WRITTEN.format(1), WRITTEN.format(2)], converter
    assert not damage
    assert not any(event.broken for event in events)


def test_an_event_over_lines_behind_events_of_one_line(tmp_path: Path) -> None:
    """As wevtutil writes them: only the values have line breaks."""
    several = EVENT.format(2, "\n")
    text = f"{EVENT.format(1, ' ')}\n{several}\n{EVENT.format(3, ' ')}\n"
    events, _ = read(tmp_path / "events.xml", text)
    assert [event.raw for event in events] == [EVENT.format(1, " "), several, EVENT.format(3, " ")]


def test_what_windows_wrote_stays_as_it_is() -> None:
    raw = EVENT.format(1, "\r\n")
    assert as_windows_writes(raw) is raw
