"""Random files of older formats: data as people had them, and YAML as people write it, with comments in all places."""

from __future__ import annotations

import json
import random
from typing import Any

import yaml

from storypack.pack.yaml import YamlError, parse

_TEXTS = (
    "plain words",
    "a: b, with a colon",
    "ends with # no comment",
    "it's quoted",
    'says "so"',
    "$user$ did it",
    "two\nlines",
    "one\n\nafter an empty line",
    "ends with a line end\n",
    "  begins with blanks",
    "yes",
    "1.0",
    "{braces}",
    "- dash",
    "é",
    "a very long text that whoever wrote it would have let go on to a second line, as most editors and dumpers do",
)
_SEARCHES = ("`x` | stats count by user", 'index=a "b"\n| stats count\n| `x_filter`', "| tstats count where a='b'")
_OBJECTS = ("User", "Hostname", "IP Address", "Process Name", "Other", "Registry Key")


def old_file(draw: random.Random) -> tuple[str, str, str, list[str]]:
    """Folder, path and text of a file, and the comments in it."""
    folder, data = _CONTENT[draw.randrange(len(_CONTENT))](draw)
    writer = _Writer(draw)
    text = writer.text(data)
    path = f"{folder}/cloud/some_name.yml" if folder == "detections" else f"{folder}/some_name.yml"
    return folder, path, text, writer.comments


def _some(draw: random.Random, data: dict[str, Any]) -> dict[str, Any]:
    """The data without some of its keys, in some other order."""
    keys = [key for key in data if key in ("name", "tags", "search") or draw.randrange(8)]
    if not draw.randrange(4):
        draw.shuffle(keys)
    return {key: data[key] for key in keys}


def _text(draw: random.Random) -> str:
    return draw.choice(_TEXTS)


def _head(draw: random.Random) -> dict[str, Any]:
    return {
        "name": "Some Name",
        "id": "7f7f5c02-4b0e-4a5c-8c39-2d5f2f9a0099",
        "version": draw.choice((1, 3, "4")),
        "date": "2023-05-01",
        "author": "Ann Example",
        "status": draw.choice(("production", "experimental", "deprecated")),
        "description": _text(draw),
    }


def _detection(draw: random.Random) -> tuple[str, dict[str, Any]]:
    kind = draw.choice(("TTP", "Anomaly", "Hunting", "Correlation"))
    tags: dict[str, Any] = {
        "analytic_story": ["Some Story"],
        "asset_type": "Endpoint",
        "mitre_attack_id": ["T1048"],
        "product": draw.choice((["Splunk Enterprise"], ["Splunk Cloud", "Splunk Security Analytics for AWS"])),
        "security_domain": "endpoint",
        "cis20": ["CIS 1"],
        "group": ["Some Group"],
        "cve": ["CVE-2024-12345"],
    }
    data = {
        **_head(draw),
        "type": kind,
        "data_source": draw.choice(([], ["Some Source"])),
        "datamodel": [],
        "search": draw.choice(_SEARCHES),
        "how_to_implement": _text(draw),
        "known_false_positives": _text(draw),
        "references": ["https://example.com/a"],
        "something_else": _text(draw),
    }
    if draw.randrange(2):
        names = draw.sample(("user", "host", "src", "dest"), draw.randrange(1, 4))
        objects = [{"field": name, "type": draw.choice(("user", "system")), "score": 9} for name in names]
        data["rba"] = {
            "message": _text(draw),
            "risk_objects": objects,
            "threat_objects": draw.choice(([], [{"field": "file", "type": "file_name"}])),
        }
    else:
        names = draw.sample(("user", "host", "src", "dest"), draw.randrange(1, 4))
        tags["observable"] = [
            {"name": name, "type": draw.choice(_OBJECTS), "role": [draw.choice(("Victim", "Attacker"))]}
            for name in names
        ]
        tags |= {"message": _text(draw), "confidence": 50, "impact": 70, "risk_score": 35, "required_fields": ["_time"]}
    data["tags"] = _some(draw, tags)
    data["tests"] = [
        {
            "name": "True Positive Test",
            "attack_data": [{"data": "https://example.com/a.log", "sourcetype": "a:b", "custom_index": "test"}],
            "pass_condition": "| stats count",
        }
    ]
    return "detections", _some(draw, data)


def _story(draw: random.Random) -> tuple[str, dict[str, Any]]:
    tags = {"category": ["Malware"], "product": ["Splunk Enterprise"], "usecase": "Insider Threat", "cve": []}
    return "stories", _some(draw, {**_head(draw), "narrative": _text(draw), "references": [], "tags": tags})


def _macro(draw: random.Random) -> tuple[str, dict[str, Any]]:
    data = {"name": "some_name", "arguments": ["a"], "definition": draw.choice(_SEARCHES), "description": _text(draw)}
    return "macros", _some(draw, data)


def _lookup(draw: random.Random) -> tuple[str, dict[str, Any]]:
    kinds: tuple[dict[str, Any], ...] = (
        {"filename": "some_name.csv", "match_type": "WILDCARD(a), CIDR(b)", "min_matches": "1"},
        {"collection": "some_name", "fields_list": "a, b, c"},
        {"lookup_type": "csv", "default_match": draw.choice((True, False))},
    )
    return "lookups", _some(draw, {"name": "some_name", "description": _text(draw), **draw.choice(kinds)})


def _baseline(draw: random.Random) -> tuple[str, dict[str, Any]]:
    data = {
        **_head(draw),
        "type": "Baseline",
        "search": draw.choice(_SEARCHES),
        "how_to_implement": _text(draw),
        "known_false_positives": _text(draw),
        "tags": {"analytic_story": ["Some Story"], "detections": ["A"], "security_domain": "network"},
        "deployment": {"scheduling": {"cron_schedule": "0 3 * * *", "earliest_time": "-1d@d", "latest_time": "@d"}},
    }
    return "baselines", _some(draw, data)


def _deployment(draw: random.Random) -> tuple[str, dict[str, Any]]:
    scheduling = {"cron_schedule": "0 * * * *", "earliest_time": "-70m@m", "latest_time": "now"}
    data = {**_head(draw), "scheduling": scheduling, "tags": {"type": "TTP"}}
    return "deployments", _some(draw, data)


def _data_source(draw: random.Random) -> tuple[str, dict[str, Any]]:
    return "data_sources", _some(draw, {**_head(draw), "source": "a", "sourcetype": "a:b", "fields": ["_time", "user"]})


_CONTENT = (_detection, _detection, _detection, _story, _macro, _lookup, _baseline, _deployment, _data_source)


class _Writer:
    """YAML of data in any of the ways in which people write it; `comments` that were put in."""

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        self.comments: list[str] = []

    def text(self, data: dict[str, Any]) -> str:
        lines = [*self._alone(0), *self._object(data, 0), *self._alone(0)]
        start = ["---"] if self._rarely() else []
        ends = "\r\n" if self._rarely() else "\n"
        return ends.join([*start, *lines, ""])

    def _rarely(self) -> bool:
        return not self.draw.randrange(6)

    def _comment(self) -> str:
        self.comments.append(f"# comment {len(self.comments)}.")
        return self.comments[-1]

    def _alone(self, column: int) -> list[str]:
        """Comments and empty lines of their own."""
        lines = [f"{' ' * column}{self._comment()}"] if self._rarely() else []
        return ["", *lines] if self._rarely() else lines

    def _behind(self) -> str:
        return f"  {self._comment()}" if self._rarely() else ""

    def _object(self, data: dict[str, Any], column: int) -> list[str]:
        lines: list[str] = []
        for key, value in data.items():
            lines += self._alone(column)
            lines += self._entry(f"{' ' * column}{key}:", value, column)
        return lines

    def _entry(self, name: str, value: Any, column: int) -> list[str]:
        if isinstance(value, dict | list) and value and self.draw.randrange(4):
            inside = column + (2 if isinstance(value, dict) else self.draw.choice((0, 2)))
            head = f"{name}{self._behind()}"
            return [head, *(self._object(value, inside) if isinstance(value, dict) else self._list(value, inside))]
        if isinstance(value, str):
            return self._string(f"{name} ", value, column + 2)
        return [f"{name} {self._in_brackets(value, column)}{self._behind()}"]

    def _in_brackets(self, value: Any, column: int) -> str:
        """In braces or brackets, maybe over several lines with comments between."""
        if not isinstance(value, dict | list) or len(value) < 2 or self.draw.randrange(3):
            return _flow(value)
        items = (
            (f"{key}: {_flow(item)}" for key, item in value.items()) if isinstance(value, dict) else map(_flow, value)
        )
        first, *rest = items
        start, end = "{}" if isinstance(value, dict) else "[]"
        lines = [f"{start}{first}", *(f"{' ' * (column + 2)}{item}" for item in rest)]
        return "\n".join(f"{line},{self._behind()}" for line in lines[:-1]) + f"\n{lines[-1]}{end}"

    def _list(self, value: list[Any], column: int) -> list[str]:
        lines: list[str] = []
        for item in value:
            lines += self._alone(column)
            if isinstance(item, dict) and self.draw.randrange(4):
                inner = self._object(item, column + 2)
                while not inner[0].strip() or inner[0].lstrip().startswith("#"):
                    lines.append(inner.pop(0))
                lines += [f"{' ' * column}- {inner[0].lstrip()}", *inner[1:]]
            elif isinstance(item, str):
                lines += self._string(f"{' ' * column}- ", item, column + 2)
            else:
                lines.append(f"{' ' * column}- {_flow(item)}{self._behind()}")
        return lines

    def _string(self, name: str, value: str, column: int) -> list[str]:
        ways = [self._plain, self._single, self._folded, self._literal, self._block, self._wrapped, self._double]
        self.draw.shuffle(ways)
        for way in ways:
            lines = way(value, column)
            if lines and _reads(lines, value):
                if lines[0][0] not in "|>":
                    lines[-1] += self._behind()
                return [f"{name}{lines[0]}", *lines[1:]]
        return [f"{name}{json.dumps(value)}{self._behind()}"]

    def _plain(self, value: str, column: int) -> list[str]:
        return [value] if value.strip() and "\n" not in value else []

    def _single(self, value: str, column: int) -> list[str]:
        return [f"'{value.replace(chr(39), chr(39) * 2)}'"] if "\n" not in value else []

    def _double(self, value: str, column: int) -> list[str]:
        return [json.dumps(value, ensure_ascii=False)]

    def _folded(self, value: str, column: int) -> list[str]:
        """A plain text that goes on in the next line."""
        first, _, rest = value.partition(" ")
        return [first, f"{' ' * column}{rest}"] if rest and "\n" not in value else []

    def _wrapped(self, value: str, column: int) -> list[str]:
        first, _, rest = value.partition(" ")
        return [f'"{first}', f'{" " * column}{rest}"'] if rest and not set(value) & set('"\n\\') else []

    def _block(self, value: str, column: int) -> list[str]:
        """A folded block, or one that says how far it is moved in."""
        head = ">" if "\n" not in value else f"|{2 + 2 * (column % 4 == 2)}"
        indent = column if head == ">" else column - 2 + int(head[1:])
        return [head + "-", *(f"{' ' * indent}{line}" if line else "" for line in value.split("\n"))]

    def _literal(self, value: str, column: int) -> list[str]:
        return [
            "|" if value.endswith("\n") else "|-",
            *(f"{' ' * column}{line}" if line else "" for line in value.rstrip("\n").split("\n")),
        ]


def _flow(value: Any) -> str:
    text: str = yaml.dump(value, Dumper=yaml.CSafeDumper, default_flow_style=True, width=1 << 30, sort_keys=False)
    return text.removesuffix("\n").removesuffix("\n...")


def _reads(lines: list[str], value: str) -> bool:
    try:
        data, problems = parse("a: " + "\n".join(lines) + "\n")
    except YamlError:
        return False
    return not problems and data["a"] == value
