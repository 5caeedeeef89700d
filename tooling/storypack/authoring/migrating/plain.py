"""Plain data as lines of YAML, for what stood in no file before."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import yaml

from storypack.pack.yaml import YamlError, parse

_WIDTH = 110
_STEP = 2


def scalar(value: Any) -> str:
    """A text, number, truth value or null on one line, with quotes where it needs them."""
    text: str = yaml.dump(value, Dumper=yaml.CSafeDumper, width=1 << 30, allow_unicode=True)
    line = text.removesuffix("\n").removesuffix("\n...")
    return line if "\n" not in line and _reads_as(line, value) else json.dumps(value, ensure_ascii=False)


def key_lines(key: str, value: Any, column: int) -> list[str]:
    """An entry of an object whose keys stand in this column."""
    name = f"{' ' * column}{scalar(key)}:"
    if isinstance(value, str) and (block := _block(value, column + _STEP)):
        return [f"{name} {block[0]}", *block[1:]]
    if not isinstance(value, dict | list) or not value:
        return [f"{name} {scalar(value)}"]
    if isinstance(value, list) and (line := _in_flow(value, len(name))):
        return [f"{name} {line}"]
    if isinstance(value, list):
        return [name, *(line for item in value for line in item_lines(item, column))]
    return [name, *(line for inner, item in value.items() for line in key_lines(inner, item, column + _STEP))]


def item_lines(value: Any, column: int) -> list[str]:
    """An item of a list whose dashes stand in this column."""
    dash = f"{' ' * column}- "
    if isinstance(value, dict) and value:
        if line := flow(value, column):
            return [line]
        lines = [line for key, item in value.items() for line in key_lines(key, item, column + _STEP)]
        return [f"{dash}{lines[0][column + _STEP :]}", *lines[1:]]
    if isinstance(value, list) and value:
        return [f"{dash}{json.dumps(value, ensure_ascii=False)}"]
    if isinstance(value, str) and (block := _block(value, column + _STEP)):
        return [f"{dash}{block[0]}", *block[1:]]
    return [f"{dash}{scalar(value)}"]


def flow(value: Mapping[str, Any], column: int) -> str:
    """An object of scalars as an item in braces; empty if it is too long for a line."""
    line = _in_flow(dict(value), column + _STEP)
    return f"{' ' * column}- {line}" if line else ""


def _in_flow(value: Any, column: int) -> str:
    parts = value.values() if isinstance(value, dict) else value
    if any(isinstance(part, dict | list) for part in parts):
        return ""
    text = yaml.dump(
        value, Dumper=yaml.CSafeDumper, default_flow_style=True, width=1 << 30, allow_unicode=True, sort_keys=False
    )
    line = text.removesuffix("\n")
    return line if "\n" not in line and column + len(line) <= _WIDTH and _reads_as(line, value) else ""


def _block(value: str, column: int) -> list[str]:
    """A text of several lines as a literal block; empty if it cannot be one."""
    body = value.rstrip("\n")
    if "\n" not in body or value.count("\n") - body.count("\n") > 1 or body[0] in " \n":
        return []
    lines = [
        "|" if value.endswith("\n") else "|-",
        *(f"{' ' * column}{line}" if line else "" for line in body.split("\n")),
    ]
    return lines if _reads_as("\n".join(lines) + "\n", value) else []


def _reads_as(text: str, value: Any) -> bool:
    try:
        data, problems = parse(f"a: {text}")
    except YamlError:
        return False
    return not problems and type(data["a"]) is type(value) and bool(data["a"] == value)
