"""Trials with packs that somebody else made: templates, texts, columns, links, `.env`, a site's folder, odd YAML."""

from __future__ import annotations

import contextlib
import json
import os
import random
from pathlib import Path
from typing import Any

from storypack.deploy import lookup_content
from storypack.deploy.folder_target import write_app
from storypack.spl.parser import parse
from storypack.splunkd.errors import DeployError
from tests.hostile.hostile_pack import DETECTION_FILE, HEALTHY, with_value, write
from tests.hostile.trials import SECRET, Place, hold, trial

TEMPLATES = (
    "{{ ().__class__.__mro__ }}",
    "{{ cycler.__init__.__globals__ }}",
    "{% for a in range(10**9) %}x{% endfor %}",
    "{{ 'x' * 10**9 }}",
    "{{ range(10**10)|list }}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% include '../../outside/secret.txt' %}",
    "{% include '/etc/hostname' %}",
    "{{ undefined.a.b }}",
    "{{ self }}",
    "{% set ns = namespace(a='x') %}{% for i in range(60) %}{% set ns.a = ns.a ~ ns.a %}{% endfor %}{{ ns.a }}",
    "{{ '%1000000000d' % 1 }}",
    "{{ 'a'|center(10**9) }}",
    "{{ 1/0 }}",
    "{{ 10**10**6 }}",
    "{% raw %}",
    "{{ x",
    "{% extends 'x' %}",
    "{{ lipsum(n=10**6) }}",
    "{{ ['a']|join('b'*10**8) }}",
    "{{ '{:1000000000}'.format(1) }}",
    "{{ '{0.__class__}'.format(1) }}",
    "{{ app_id|replace('', 'x'*10**6) }}",
    "{{ app_id|indent(10**9) }}",
    "{{ dict(a=1)|tojson }}",
    "{{ ('a '*1000)|urlize }}",
    "{{ 'a'|attr('__class__') }}",
    "{% import 'os' as os %}",
    "{{ get_flashed_messages }}",
    "{{ 1 if 2 }}",
    "{% for a in [1] recursive %}{{ loop([1]) }}{% endfor %}",
    "text\n",
    "{{ [1,2]|map('__class__')|list }}",
    "{% filter upper %}{% endfilter %}",
    "{{ '\\x00\\n[stanza]\\nkey = 1' }}",
)
NAMES = (
    "x\n[y]",
    "x]",
    "[x",
    "..",
    "../outside",
    "a/b",
    "a\\b",
    "con",
    "x\x1b[31m",
    "x\u202ey",
    "{{ 1 }}",
    "$x$",
    "`x`",
    '"',
    "'",
    "|",
    "] | delete | [",
    "%s%n",
    "x" * 300,
    "",
    " ",
    "é",
    "#",
    "=",
    "*",
    "\ud7ff",
    "<x>",
    "&",
    "-",
)
VALUES = (
    "1" * 5000,
    "1." + "1" * 5000,
    "-" + "9" * 400 + "e9",
    "null",
    "[]",
    "{}",
    "-1",
    "1e400",
    ".inf",
    ".nan",
    "9223372036854775808",
    "1e15",
    "2025-13-45",
    "0x7f",
    "~",
    "yes",
    "!!python/name:os.system x",
    "!!binary aGk=",
    "&a [*a]",
    "'\\\\'",
    "|\n  x\n   y",
    '"\\u0000"',
    '"\\ud800"',
    "''",
    "[" * 200,
    "{a: " * 60 + "1" + "}" * 60,
    "'| outputlookup x'",
    "'x\n\n[y]'",
    "'{{ 1 }}'",
    "2999-01-01",
    "'`x`'",
)
SEARCHES = (
    "|",
    "| |",
    "search [",
    "`ex_audit` | eval",
    "| inputlookup ../../outside/secret.txt",
    "| rest /services/x",
    "``",
    '`ex_audit` | map search="| delete"',
    "| from x",
    "`ex_audit` | foreach * [ eval <<FIELD>>=`y` ]",
    "x\ny\n| z",
    "`ex_audit` | eval x=" + "(" * 300 + "1" + ")" * 300,
    "`ex_audit` | stats count by " + "x," * 3000 + "y",
    '`ex_audit` | rex "(a+)+$"',
    "`ex_audit` | head 99999999999999999999",
    "index=* \x00",
    "`ex_audit(1,2)`",
    "`ex_audit` | lookup ex_list user OUTPUT {rows}",
    "`ex_audit` | eval {left}=1 | table {right}",
    "\ufeff`ex_audit`",
)


@trial(1, 6)
def templates(draw: random.Random, place: Place) -> None:
    path = draw.choice(("README.md.j2", "default/app.conf.j2", "default/data/ui/views/x.xml.j2", "lookups/x.csv.j2"))
    write(place.pack, f"app/{path}", "".join(draw.choices(TEMPLATES, k=draw.randint(1, 3))))
    code, _, _ = place.run("validate", "--pack", str(place.pack), EXAMPLE_VARIABLE=SECRET)
    built, _, _ = place.run("build", "--pack", str(place.pack), EXAMPLE_VARIABLE=SECRET)
    hold(code == built or code == 1, f"validate gives {code}, build {built}")


@trial(1)
def texts_in_the_app(draw: random.Random, place: Place) -> None:
    path = draw.choice(sorted(path for path in HEALTHY if path.endswith(".yml")))
    key = draw.choice(("name", "description", "author", "definition", "title", "app_id", "search", "how_to_implement"))
    write(place.pack, path, with_value(path, key, json.dumps(draw.choice(NAMES))))
    code, _, _ = place.run("validate", "--pack", str(place.pack))
    built, _, _ = place.run("build", "--pack", str(place.pack))
    hold(code == built, f"validate gives {code}, build {built}")


@trial(2)
def columns_of_a_list(draw: random.Random, place: Place) -> None:
    header = [
        draw.choice((*NAMES, "user", "_x", "| delete", '"] | delete | search ["')) for _ in range(draw.randint(1, 4))
    ]
    rows = [header] + [[draw.choice(NAMES) for _ in header] for _ in range(draw.randint(0, 2))]
    text = "\n".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows) + "\n"
    write(place.pack, "lookups/ex_list.csv", text)
    place.run("validate", "--pack", str(place.pack))
    place.run("build", "--pack", str(place.pack))
    searches: list[str] = []

    def query(path: str, arguments: Any) -> dict[str, Any]:
        searches.append(arguments["search"])
        return {}

    connection: Any = type("Fake", (), {"query": staticmethod(query)})()
    with contextlib.suppress(DeployError):
        lookup_content.write_csv(connection, "app", "ex_list.csv", text)
    for search in searches:
        names = [getattr(command, "name", "") for command in parse(search).commands]
        hold(names == ["makeresults", "table", "outputlookup"], f"the columns became {names}")


@trial(4, 6)
def links_and_pipes(draw: random.Random, place: Place) -> None:
    paths = (
        *HEALTHY,
        "lookups/x.csv",
        "tests/data/x.jsonl",
        ".env",
        "app/README.md.j2",
        ".storypack/cache",
        "dist/x",
        "detections/x.yml",
        "detections/cloud",
        "app",
        "lookups",
        ".storypack",
        "dist",
        "detections",
        "data_sources",
        "app/static/x.png",
    )
    path = place.pack / draw.choice(paths)
    if path.is_dir():
        path.rename(place.root / "away")
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    kind = draw.choice(("file", "folder", "pipe", "device", "dangling", "loop"))
    targets = {"file": place.outside / "secret.txt", "folder": place.outside, "device": Path("/dev/zero")}
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to(targets.get(kind, path if kind == "loop" else place.root / "nowhere"))
    for command in draw.sample(("validate", "test", "build", "fmt", "migrate"), 2):
        place.run(command, "--pack", str(place.pack))
    if draw.random() < 0.3:
        place.run("search", "| inputlookup ex_list", "--pack", str(place.pack))


@trial(6)
def folder_of_a_site(draw: random.Random, place: Place) -> None:
    target = place.root / "apps"
    names = [name for name in NAMES if name.strip(". ") and not set(name) & set("/\\\0") and len(name) < 200]
    write_app("app", {"default/app.conf": b"1", "lookups/known.csv": b"ours"}, target)
    site = {
        f"{draw.choice(('local', 'local/data/ui', 'lookups'))}/{draw.choice(names)}": draw.randbytes(9)
        for _ in range(4)
    }
    for path, data in site.items():
        write(target / "app", path, data)
    if draw.random() < 0.5:
        (target / "app/local/link").parent.mkdir(exist_ok=True)
        (target / "app/local/link").symlink_to(place.outside)
    write_app("app", {"default/app.conf": b"2", "lookups/known.csv": b"new"}, target)
    for path, data in site.items():
        hold((target / "app" / path).read_bytes() == data, f"{path} of the site is gone")
    hold([path.name for path in target.iterdir()] == ["app"], "something was left beside it")


@trial(9, 8)
def wrong_yaml(draw: random.Random, place: Place) -> None:
    path = draw.choice(sorted(path for path in HEALTHY if path.endswith(".yml")))
    keys = [line.split(":")[0] for line in HEALTHY[path].splitlines() if line[:1].isalpha()]
    value = json.dumps(draw.choice(SEARCHES)) if draw.random() < 0.4 else draw.choice(VALUES)
    write(place.pack, path, with_value(path, "search" if value in SEARCHES else draw.choice(keys), value))
    code, _, _ = place.run("validate", "--pack", str(place.pack))
    built, _, _ = place.run("build", "--pack", str(place.pack))
    hold(code == built, f"validate gives {code}, build {built}")
    place.run("test", "--pack", str(place.pack))


@trial(9)
def broken_files(draw: random.Random, place: Place) -> None:
    path = draw.choice(sorted(HEALTHY))
    data = bytearray(HEALTHY[path].encode())
    for _ in range(draw.randint(1, 6)):
        at = draw.randrange(len(data))
        data[at : at + draw.randint(0, 4)] = draw.choice(
            (b"\0", b"\xff", b"\t", b":", b"\r", b"{", b"&", b"\xef\xbb\xbf", b"")
        )
    write(place.pack, path, bytes(data))
    place.run("validate", "--pack", str(place.pack))
    place.run(*draw.choice((["test"], ["build"], ["fmt"], ["explain", "Disk Copied Away"])), "--pack", str(place.pack))


@trial(9)
def tests_of_a_pack(draw: random.Random, place: Place) -> None:
    """A detection with a test whose events are odd: it is one result, and the run goes on."""
    events = [json.dumps({draw.choice(NAMES): draw.choice(NAMES), "action": "copy", "user": "kim"}) for _ in range(3)]
    if draw.random() < 0.5:
        events.append(draw.choice(("{", "\x00", '{"a":' * 500, "[1", '{"_time": 1e400}', '{"user": 1e999}')))
    write(place.pack, "tests/data/x.jsonl", "\n".join(events) + "\n")
    attack = "[{data: tests/data/x.jsonl, sourcetype: 'example:audit', source: audit}]"
    tests = f"[{{name: A, attack_data: {attack}, expected_results: {draw.choice(('1', '0', '99', '-1', '1e9'))}}}]"
    write(place.pack, DETECTION_FILE, with_value(DETECTION_FILE, "tests", tests))
    place.run("test", "--pack", str(place.pack))
