"""What each library raises, in each command that calls it: a known exit code, a message, and no bug of storypack."""

from __future__ import annotations

import bz2
import csv
import gzip
import importlib
import io
import json
import lzma
import sys
import tarfile
import types
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import evtx
import jinja2
import pcre2
import pytest
import yaml
import zstandard
from click.testing import CliRunner

from hostile.hostile_pack import DETECTION_FILE, healthy, with_value, write
from storypack.cli import main

TEXT = b'{"action": "copy", "user": "kim", "n": 1}\n' * 3
PATTERN = '`ex_audit` | rex field=user "(?<who>k(?=i).m)" | stats count by who, user | `ex_disk_copied_away_filter`'
DATA = "[{data: tests/data/x.jsonl, sourcetype: 'example:audit', source: a}]"
TEST = f"[{{name: A, attack_data: {DATA}, expected_results: 1}}]"
FILES = {"x.jsonl": TEXT, "x.gz": gzip.compress(TEXT), "x.zst": zstandard.compress(TEXT), "x.bz2": bz2.compress(TEXT)}
FILES |= {"x.xz": lzma.compress(TEXT), "x.csv": b"a,b\n1,2\n", "x.json": b'[{"a": 1}]'}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("libraries")
    pack = healthy(root / "pack")
    text = with_value(DETECTION_FILE, "search", json.dumps(PATTERN)) + f"tests: {TEST}\n"
    write(pack, DETECTION_FILE, text)
    write(pack, "tests/data/x.jsonl", TEXT)
    write(pack, "app/README.md.j2", "{{ app.title }}\n")
    for name, data in FILES.items():
        write(root, name, data)
    with zipfile.ZipFile(root / "x.zip", "w") as archive:
        archive.writestr("a.log", TEXT)
    with tarfile.open(root / "x.tar", "w") as tar:
        info = tarfile.TarInfo("a.log")
        info.size = len(TEXT)
        tar.addfile(info, io.BytesIO(TEXT))
    return root


def words(command: str, root: Path) -> list[str]:
    if command.startswith("search"):
        search = '* | rex "(?<a>(?=.).(?!x))" | spath | stats count' if command == "search" else "* | stats count"
        return ["search", search, "--data", str(root / command.partition(" ")[2] or "x.jsonl")]
    more = ["--no-cache"] if command == "validate" else []
    return [command, "--pack", str(root / "pack"), *more]


class Broken:
    """An object of a library: whatever is called of it raises."""

    def __init__(self, error: BaseException) -> None:
        self._error = error

    def copy(self) -> Broken:
        return self

    decompressobj = copy

    def __getattr__(self, name: str) -> Any:
        if name in ("eof", "unused_data", "needs_input", "unconsumed_tail"):
            return b"" if "data" in name or "tail" in name else False
        return self._raise

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        raise self._error

    def _raise(self, *given: Any, **more: Any) -> Any:
        raise self._error


class PanicException(BaseException):
    """As PyO3 calls what is raised for a panic of Rust."""


PACKED = (MemoryError(), EOFError("x"), OSError("x"), ValueError("x"))
# module of ours, library's name in it, what it calls of it, what that raises (in the call, or later), commands
CALLS: list[tuple[str, str, str, bool, tuple[BaseException, ...], tuple[str, ...]]] = [
    ("engine.events.packed", "zlib", "decompressobj", True, (zlib.error("x"), MemoryError()), ("search x.gz",)),
    ("engine.events.packed", "bz2", "BZ2Decompressor", True, PACKED, ("search x.bz2",)),
    ("engine.events.packed", "lzma", "LZMADecompressor", True, (lzma.LZMAError("x"), *PACKED), ("search x.xz",)),
    (
        "engine.events.packed",
        "zstandard",
        "ZstdDecompressor",
        True,
        (zstandard.ZstdError("x"), MemoryError()),
        ("search x.zst",),
    ),
    (
        "engine.events.archives",
        "zipfile",
        "ZipFile",
        False,
        (zipfile.BadZipFile("x"), NotImplementedError("x"), RuntimeError("x"), EOFError("x"), zlib.error("x")),
        ("search x.zip",),
    ),
    (
        "engine.events.archives",
        "tarfile",
        "open",
        False,
        (tarfile.ReadError("x"), tarfile.HeaderError("x"), EOFError("x"), ValueError("x"), OSError("x")),
        ("search x.tar",),
    ),
    (
        "engine.udf.regex",
        "pcre2",
        "compile",
        False,
        (pcre2.LibraryError(-48), UnicodeEncodeError("utf-8", "x", 0, 1, "y")),
        ("search", "test"),
    ),
    ("checks.lookups", "csv", "reader", True, (csv.Error("x"),), ("validate",)),
]


@pytest.mark.parametrize(
    ("module", "library", "call", "later", "errors", "commands"), CALLS, ids=lambda given: str(given)[:40]
)
def test_each_call_raises_what_it_can_raise(
    module: str,
    library: str,
    call: str,
    later: bool,
    errors: tuple[BaseException, ...],
    commands: tuple[str, ...],
    place: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ours = importlib.import_module(f"storypack.{module}")
    for error in errors:
        for command in commands:
            count = 0

            def fail(*given: Any, error: BaseException = error, **more: Any) -> Any:
                nonlocal count
                count += 1
                if later:
                    return Broken(error)
                raise error

            real = getattr(ours, library)
            proxy = types.SimpleNamespace(
                **{name: getattr(real, name) for name in dir(real) if not name.startswith("__")}
            )
            setattr(proxy, call, fail)
            monkeypatch.setattr(ours, library, proxy)
            forget(ours)
            ends_well(CliRunner().invoke(main, words(command, place)), f"{module}: {error!r} in {command}")
            monkeypatch.undo()
            forget(ours)
            assert count, f"{command} does not call {library}.{call} of {module}"


def forget(module: types.ModuleType) -> None:
    """Clear what functions of a module remember."""
    for remembering in [value for value in vars(module).values() if hasattr(value, "cache_clear")]:
        remembering.cache_clear()


def ends_well(result: Any, what: str) -> None:
    text = result.stdout + result.stderr
    assert result.exit_code in (0, 1, 2), f"{what}: {result.exit_code} {text}"
    assert "internal error" not in text and "bug of storypack" not in text and "Traceback" not in text, (
        f"{what}: {text}"
    )
    assert result.exit_code or result.stderr.strip() or "search" not in what, f"{what}: nothing is said"


@pytest.mark.parametrize(
    "error",
    [
        jinja2.TemplateError("x"),
        jinja2.UndefinedError("x"),
        ZeroDivisionError("x"),
        OverflowError("x"),
        TypeError("x"),
        ValueError("x"),
        MemoryError(),
        RecursionError(),
        KeyError("x"),
        AttributeError("x"),
        IndexError("x"),
    ],
    ids=repr,
)
def test_what_a_template_raises(error: Exception, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jinja2.Template, "render", Broken(error)._raise)
    for command in ("validate", "build"):
        result = CliRunner().invoke(main, words(command, place))
        ends_well(result, f"{error!r} in {command}")
        assert result.exit_code == 1 and "README.md.j2" in result.stdout + result.stderr


@pytest.mark.parametrize("error", [RuntimeError("x"), OSError("x"), PanicException("x")], ids=repr)
@pytest.mark.parametrize("later", [False, True])
def test_what_the_reader_of_event_logs_raises(
    error: BaseException, later: bool, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(place, "x.evtx", b"ElfFile\0" + bytes(8192))
    left = [error]

    class Records:
        def __next__(self) -> Any:
            if not left:
                raise StopIteration
            raise left.pop()

    def parser(*given: Any, **more: Any) -> Any:
        if later:
            return types.SimpleNamespace(records=Records)
        raise error

    monkeypatch.setattr(evtx, "PyEvtxParser", parser)
    words_ = ["search", "* | stats count", "--data", str(file), "--data", str(place / "x.jsonl")]
    ends_well(CliRunner().invoke(main, words_), f"{error!r} in search")


@pytest.mark.parametrize(
    "error", [yaml.YAMLError("x"), yaml.scanner.ScannerError("x"), RecursionError(), MemoryError()], ids=repr
)
def test_what_yaml_raises(error: Exception, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storypack.pack.yaml._Composer.get_single_node", Broken(error)._raise)
    for command in ("validate", "test", "build", "fmt"):
        ends_well(CliRunner().invoke(main, words(command, place)), f"{error!r} in {command}")


@pytest.mark.parametrize("error", [pcre2.LibraryError(-48), pcre2.LibraryError(-47), MemoryError()], ids=repr)
def test_what_pcre2_raises(error: Exception, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pcre2, "compile", Broken(error)._raise)
    for command in ("validate", "test", "build", "search"):
        ends_well(CliRunner().invoke(main, words(command, place)), f"{error!r} in {command}")


@pytest.mark.parametrize("command", ["validate", "test", "build"])
def test_want_of_memory_is_called_that(command: str, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storypack.pack.load.load_pack", Broken(MemoryError())._raise)
    for module in list(sys.modules.values()):
        if getattr(module, "__name__", "").startswith("storypack.cli.") and hasattr(module, "load_pack"):
            monkeypatch.setattr(module, "load_pack", Broken(MemoryError())._raise)
    result = CliRunner().invoke(main, words(command, place))
    assert result.exit_code == 2 and "not enough memory" in result.stderr


@pytest.mark.parametrize(
    ("name", "data"), [("x.xz", b"\xfd7zXZ\0" + bytes(99)), ("x.zst", b"\x28\xb5\x2f\xfd" + b"\xff" * 99)]
)
def test_a_file_of_a_folder_that_cannot_be_read_costs_that_file(name: str, data: bytes, tmp_path: Path) -> None:
    write(tmp_path, "logs/good.jsonl", TEXT)
    bad = write(tmp_path, f"logs/{name}", data)
    words_ = ["search", "* | stats count", "--format", "csv", "--data"]
    result = CliRunner().invoke(main, [*words_, str(bad.parent)])
    assert result.exit_code == 0 and result.stdout.split() == ["count", "3"]
    assert f"{name}: " in result.stderr and "damaged" in result.stderr
    alone = CliRunner().invoke(main, [*words_, str(bad)])
    assert alone.exit_code == 2 and "damaged" in alone.stderr
