"""The hostile things, each with the file that it puts into the pack and the rule that must name it.

`content` may be bytes, text, or a function that makes something of a path that is not a plain file.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.hostile.hostile_pack import DETECTION, DETECTION_FILE, with_value

DEFAULT = "detections/cloud/hostile.yml"
Content = bytes | str | Callable[[Path], None]


@dataclass(frozen=True)
class Case:
    """One hostile thing. `located`: the issue has a line. `reported` when the issue names the file another way."""

    name: str
    content: Content
    rule: str
    path: str = DEFAULT
    located: bool = True
    reported: str = ""

    @property
    def file(self) -> str:
        return self.reported or self.path


def bomb(levels: int, width: int) -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * width)}]" for n in range(1, levels)]
    return "\n".join(lines)


def value(key: str, yaml_value: str, path: str = DETECTION_FILE, *, rule: str = "SP009", name: str = "") -> Case:
    """A healthy file with one hostile value."""
    label = name or f"{path.split('/')[0]} {key}: {yaml_value[:40]!r}"
    return Case(label, with_value(path, key, yaml_value), rule, path)


def link_to(target: str) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(target)


def listening_socket(path: Path) -> None:
    # A socket's path may have 108 characters at most, which a temporary folder can exceed.
    here = Path.cwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(here)


TEXT = [
    Case("empty", "", "SP006", located=False),
    Case("only blanks", "  \n\n   \n", "SP006", located=False),
    Case("only a comment", "# nothing\n", "SP006", located=False),
    Case("null", "null\n", "SP006", located=False),
    Case("a list", "- name: x\n", "SP006"),
    Case("a scalar", "just text\n", "SP006"),
    Case("a number", "42\n", "SP006"),
    Case("two documents", f"{DETECTION}---\n{DETECTION}", "SP004"),
    Case("document after its end", f"{DETECTION}...\nname: y\n", "SP004"),
    Case("UTF-16 with mark", DETECTION.encode("utf-16"), "SP002", located=False),
    Case("UTF-16 big-endian with mark", b"\xfe\xff" + DETECTION.encode("utf-16-be"), "SP002", located=False),
    Case("UTF-16 without mark", DETECTION.encode("utf-16-le"), "SP002", located=False),
    Case("UTF-32", DETECTION.encode("utf-32"), "SP002", located=False),
    Case("byte order mark", b"\xef\xbb\xbf" + DETECTION.encode(), "SP002"),
    Case("only a byte order mark", b"\xef\xbb\xbf", "SP002"),
    Case("Latin-1", DETECTION.replace("A. Author", "André").encode("latin-1"), "SP002"),
    Case("overlong UTF-8", b"name: \xc0\xaf\n", "SP002"),
    Case("surrogate in UTF-8", b"name: \xed\xa0\x80\n", "SP002"),
    Case("cut UTF-8", b"name: x\xe2\x82", "SP002"),
    Case("NUL", b"name: a\x00b\n", "SP002"),
    Case("escape sequence", b"name: \x1b[2Jx\n", "SP002"),
    Case("DEL", b"name: a\x7f\n", "SP002"),
    Case("C1 control", "name: a\x9bb\n", "SP002"),
    Case("mark in the middle", "name: a\ufeffb\n", "SP002"),
    Case("noncharacter", "name: a\uffff\n", "SP002"),
    Case("random bytes", bytes(range(256)) * 4, "SP002"),
    Case("a gzip file", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", "SP002"),
]
SYNTAX = [
    Case("tab as indentation", "name: x\nfinding:\n\ttitle: y\n", "SP003"),
    Case("open single quote", "name: 'x\nid: y\n", "SP003"),
    Case("open double quote", 'name: "x\nid: y\n', "SP003"),
    Case("open bracket", "name: [x\nid: y\n", "SP003"),
    Case("text that starts with a backtick", "search: `m` x\n", "SP003"),
    Case("text that starts with @", "author: @x\n", "SP003"),
    Case("text that starts with %", "search: %x\n", "SP003"),
    Case("colon in text", "description: a: b: c\n", "SP003"),
    Case("alias of nothing", "name: *nothing\n", "SP003"),
    Case("unknown escape", 'name: "\\q"\n', "SP003"),
    Case("surrogate escape", 'name: "\\ud800"\n', "SP003"),
    Case("odd indentation", "name: x\n  id: y\n", "SP003"),
    Case("text without key", "name: x\nwhat is this\nid: y\n", "SP003"),
    Case("unknown directive version", "%YAML 3.0\n---\nname: x\n", "SP003"),
    Case("anchor that is defined after its use", "name: *a\nid: &a x\n", "SP003"),
    Case("anchor of another document", f"%YAML 1.1\n---\n{DETECTION}author: &a x\n---\nname: *a\n", "SP004"),
    Case("block that runs back", "a:\n    - b\n  - c\n", "SP003"),
]
STRUCTURE = [
    Case("bomb of aliases", bomb(10, 9), "SP004"),
    Case("bomb that doubles", bomb(38, 2), "SP004"),
    Case("object that holds itself", "name: &a {b: *a}\n", "SP004"),
    Case("merge key", f"x: &x {{a: 1}}\n{DETECTION}<<: *x\n", "SP004"),
    Case("10,000 brackets", "a: " + "[" * 10_000 + "]" * 10_000, "SP004"),
    Case("10,000 open brackets", "a: " + "[" * 10_000, "SP004"),
    Case("10,000 braces", "a: " + "{b: " * 10_000 + "}" * 10_000, "SP004"),
    Case("10,000 dashes", "- " * 10_000, "SP004"),
    Case("10,000 question marks", "? " * 10_000, "SP004"),
    Case("2,000 levels of keys", "\n".join(" " * n + "k:" for n in range(2_000)), "SP004"),
    Case("Python object", "name: !!python/object/apply:os.system [id]\n", "SP004"),
    Case("Python name", "name: !!python/name:os.system ''\n", "SP004"),
    Case("own tag", "name: !evil x\n", "SP004"),
    Case("verbatim tag", "name: !<tag:yaml.org,2002:python/none> x\n", "SP004"),
    Case("binary", "name: !!binary aGk=\n", "SP004"),
    Case("set", "name: !!set {a, b}\n", "SP004"),
    Case("tag on the whole", f"!!map\n{DETECTION}", "SP004"),
    Case("tag on a list", DETECTION + "tests: !!seq []\n", "SP004"),
    Case("tag with a handle", f"%TAG !e! tag:example.com,2026:\n---\n{DETECTION}cve: [!e!x y]\n", "SP004"),
    Case("Python object in a list", DETECTION + "cve: [!!python/object/new:os.system [id]]\n", "SP004"),
    Case("timestamp by tag", with_value(DETECTION_FILE, "creation_date", "!!timestamp 2025-11-01"), "SP004"),
    Case("number by tag", with_value(DETECTION_FILE, "version", "!!int '1'"), "SP004"),
    Case("merge of a list", f"x: &x {{a: 1}}\n{DETECTION}<<: [*x, *x]\n", "SP004"),
    Case("merge key, nested", DETECTION.replace("{field: user,", "{<<: {field: user},"), "SP004"),
    Case("merge key in quotes", DETECTION + "'<<': {a: 1}\n", "SP007"),
    Case("key that is an object", DETECTION + "? {a: b}\n: x\n", "SP006"),
    Case("key that is a number, nested", DETECTION.replace("{field: user,", "{1: x, field: user,"), "SP006"),
    Case("key that is a decimal", DETECTION + "1.5: x\n", "SP006"),
    Case("key that is an alias", f"x: &x name\n{DETECTION}? *x\n: y\n", "SP005"),
    Case("key of 900,000 letters", DETECTION + "k" * 900_000 + ": x\n", "SP003"),
    Case("key of 1,000 letters", DETECTION + "k" * 1_000 + ": x\n", "SP007"),
    Case("10,000 levels in turn", "a: " + "[{b: " * 5_000 + "}]" * 5_000, "SP004"),
    Case("10,000 levels in a key", "? " + "[" * 10_000 + "]" * 10_000 + "\n: x\n", "SP004"),
    Case("key twice", DETECTION + "name: Another\n", "SP005"),
    Case("key twice, nested", DETECTION.replace("{field: user,", "{field: user, field: dest,"), "SP005"),
    Case("key twice, once quoted", DETECTION + "'version': 2\n", "SP005"),
    Case("key that is a number", DETECTION + "1: x\n", "SP006"),
    Case("key that is true", DETECTION + "true: x\n", "SP006"),
    Case("key that is null", DETECTION + "~: x\n", "SP006"),
    Case("key that is a list", DETECTION + "? [a, b]\n: x\n", "SP006"),
    Case("control character in a key", DETECTION + '"a\\0b": x\n', "SP002"),
    Case("200,000 entries", "name:\n" + "- x\n" * 200_000, "SP004"),
    Case("3 MiB", DETECTION + "#" * 3_000_000, "SP001", located=False),
    Case("1 MiB in one name", with_value(DETECTION_FILE, "name", "x" * 1_000_000), "SP009"),
    Case("100,000 digits", with_value(DETECTION_FILE, "version", "9" * 100_000), "SP009"),
]
FILES = [
    Case("the other suffix", "name: [x\n", "SP003", "detections/cloud/hostile.yaml"),
    Case("folder with the name of a file, the other suffix", Path.mkdir, "SP001", "macros/x.yaml", located=False),
    Case("long file name", "- x\n", "SP006", f"macros/{'m' * 250}.yml"),
    Case("letters beyond ASCII in a file name", DETECTION, "SP001", "detections/cloud/für.yml", located=False),
    Case("dots in a file name", DETECTION, "SP001", "detections/cloud/a.b.yml", located=False),
    Case("folder with the name of a file", lambda path: path.mkdir(), "SP001", located=False),
    Case("link to itself", link_to("hostile.yml"), "SP001", located=False),
    Case("link to nothing", link_to("nowhere.yml"), "SP001", located=False),
    Case("link out of the pack", link_to("/etc/passwd"), "SP001", located=False),
    Case("relative link out of the pack", link_to("../" * 30 + "etc/hostname"), "SP001", located=False),
    Case("link to a device", link_to("/dev/zero"), "SP001", located=False),
    Case("pipe", os.mkfifo, "SP001", located=False),
    Case("socket", listening_socket, "SP001", located=False),
    Case("link to a folder", link_to("/etc"), "SP001", "detections/network", located=False),
    Case("link to its own folder", link_to("."), "SP001", "detections/cloud/again", located=False),
    Case("content folder that is a file", "x", "SP001", "investigations", located=False),
    Case("settings out of the pack", link_to("/etc/passwd"), "SP001", "storypack.yml", located=False),
    Case("settings that are a folder", lambda path: path.mkdir(), "SP001", "storypack.yml", located=False),
    Case("settings that are a list", "- x\n", "SP006", "storypack.yml"),
    Case(
        "line feed in a file name",
        DETECTION,
        "SP001",
        "detections/cloud/a\n[evil].yml",
        located=False,
        reported="detections/cloud/a\\x0a[evil].yml",
    ),
    Case(
        "escape sequence in a file name",
        DETECTION,
        "SP001",
        "detections/cloud/\x1b[31m.yml",
        located=False,
        reported="detections/cloud/\\x1b[31m.yml",
    ),
    Case(
        "file name that is not UTF-8",
        DETECTION,
        "SP001",
        "detections/cloud/caf\udce9.yml",
        located=False,
        reported="detections/cloud/caf\\udce9.yml",
    ),
    Case("brackets in a file name", DETECTION, "SP001", "detections/cloud/[evil].yml", located=False),
    Case("blank in a file name", DETECTION, "SP001", "detections/cloud/a b.yml", located=False),
    Case("dollar in a file name", DETECTION, "SP001", "detections/cloud/$(id).yml", located=False),
    Case(
        "30 folders deep",
        DETECTION,
        "SP001",
        "detections/" + "d/" * 30 + "x.yml",
        located=False,
        reported="detections" + "/d" * 21,
    ),
]
_MACRO, _LOOKUP, _STORY = "macros/ex_audit.yml", "lookups/ex_list.yml", "stories/example_story.yml"
_SCHEDULE, _SETTINGS, _SOURCE = "schedules/default_ttp.yml", "storypack.yml", "data_sources/example_audit.yml"
VALUES = [
    *(
        value("name", hostile)
        for hostile in (
            '"A\\n[evil]"',
            '"A\\r[evil]"',
            '"A\\r\\n[evil]\\nx = 1"',
            '"A\\u2028[evil]"',
            '"A\\u0085[evil]"',
            "A [evil]",
            "'A]'",
            "'A\\'",
            "'A = B'",
            "'*'",
            "' A'",
            "'A '",
            "''",
            "[A]",
            "{a: b}",
            "17",
            "true",
            "",
            "|\n  A\n  [evil]",
            '"A\\u202eB"',
            '"A\\u200bB"',
            '"\\U0001F5DD"',
            "A | delete",
            "A `evil`",
            "'A \"B\"'",
            "../A",
        )
    ),
    value("name", '"A\\0"', rule="SP002"),
    value("name", '"A\\x1b[31m"', rule="SP002"),
    value("search", '"index=x\\0"', rule="SP002"),
    value("description", '"a\\x07"', rule="SP002"),
    value("id", "../../etc/passwd"),
    value("id", '"5d0c1a52-6d2b-4f4c-8a44-0a8f0f6f1001\\n"'),
    value("version", "[1]"),
    *(value("version", odd) for odd in ("1e9", "1e999", "0x1F", "0o17", "017", "1_000", "1:30", ".inf", ".nan", "1.0")),
    *(value("version", odd) for odd in ("9" * 19, "-" + "9" * 30, "null", "~", "yes", "'1.'")),
    *(
        value("creation_date", odd)
        for odd in ("2025-11-01T00:00:00Z", "2025-11-01 00:00:00", "20251101", "2025-1-1", "٢٠٢٥-١١-٠١", "0000-00-00")
    ),
    value("creation_date", '"2025-11-01\\n[evil]"'),
    value("creation_date", "2025-13-01"),
    value("analytic_story", "Example Story"),
    value("finding", "text"),
    value("finding", "[]"),
    value("finding", "{title: x, entity: []}"),
    value("tests", "{a: b}"),
    value("tests", "[[]]"),
    value("silence", "[{rule: 'SP104\\n', reason: x}]"),
    value("silence", "[{rule: everything, reason: x}]"),
    value("custom_schedule", '{cron_schedule: x, earliest_time: x, latest_time: x, schedule_window: "auto\\n[evil]"}'),
    value("throttling", '{fields: [user], period: "1h\\n[evil]"}'),
    value("tests", "[{name: x, attack_data: [{data: ../../../etc/passwd, sourcetype: x}]}]"),
    value("tests", "[{name: x, attack_data: [{data: /etc/passwd, sourcetype: x}]}]"),
    value("tests", "[{name: x, attack_data: [{data: 'file:///etc/passwd', sourcetype: x}]}]"),
    value("name", '"m\\n[evil]"', _MACRO),
    value("name", "m(1)", _MACRO),
    value("name", "m]", _MACRO),
    value("arguments", '["a\\nb"]', _MACRO),
    value("arguments", "['a, b']", _MACRO),
    value("definition", "''", _MACRO),
    value("name", "../../../tmp/evil", _LOOKUP),
    value("name", '"a\\n[evil]"', _LOOKUP),
    value("filename", "../../../../etc/passwd.csv", _LOOKUP),
    value("filename", "/etc/passwd", _LOOKUP),
    value("filename", "'a\\b.csv'", _LOOKUP),
    value("match_type", '["WILDCARD(a)\\n[evil]"]', _LOOKUP),
    value("lookup_type", "exec", _LOOKUP),
    value("name", '"S\\n[evil]"', _STORY),
    value("category", "[Everything]", _STORY),
    value("name", '"D\\n[evil]"', _SCHEDULE),
    value("allow_skew", '"5m\\n[evil]"', _SCHEDULE),
    value("name", '"D\\n[evil]"', _SOURCE),
    value("app_id", "../../evil", _SETTINGS),
    value("app_id", "'evil/app'", _SETTINGS),
    value("app_id", '"evil\\n[x]"', _SETTINGS),
    value("app_id", "..", _SETTINGS),
    value("version", '"1.0.0\\n[evil]"', _SETTINGS),
    value("version", "1.0.0/../../x", _SETTINGS),
    value("stanza_prefix", '"EX]\\n[evil"', _SETTINGS),
    value("macro_prefix", '"ex_\\n[evil]"', _SETTINGS),
    value("macro_prefix", "ex-`", _SETTINGS),
]
CASES = [*TEXT, *SYNTAX, *STRUCTURE, *FILES, *VALUES]

# Values that are odd but can be carried: they must reach the app as they are, and define nothing else.
CARRIED = {
    "line feed and stanza": "a\n[evil]\nx = 1",
    "carriage return and stanza": "a\r[evil]\rx = 1",
    "both and stanza": "a\r\n[evil]\r\nx = 1",
    "line separator and stanza": "a\u2028[evil]\u2028x = 1",
    "next line and stanza": "a\u0085[evil]\u0085x = 1",
    "trailing backslash": "a\\",
    "backslash and line feed": "a\\\n[evil]",
    "trailing line feeds": "a\n\n",
    "comment": "# a \\\n[evil]",
    "quotes": "'a' \"b\" `c`",
    "key and value": "x = 1\ny = 2",
    "markup": "<script>alert(1)</script> ]]> &amp;",
    "template": "{{ 7 * 7 }} {% include '/etc/passwd' %}",
    "format string": "%s %(x)s ${HOME} {0}",
    "emoji": "🗝️ 數據 é",
    "bidirectional": "a\u202eb\u202c",
    "100 KB": "x" * 100_000,
}
