"""pydantic's errors as issues: own place, full key path, plain words, and the nearest known key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from storypack.issue import Issue, Severity
from storypack.pack import rules
from storypack.pack.source import KeyPath, SourceFile, path_text
from storypack.truth import YAML

_NEAR = 70  # rapidfuzz score from which a known word is worth suggesting
_QUOTED = re.compile(r"'([^']*)'")
_SHAPES: dict[type, str] = {
    dict: "an object",
    list: "a list",
    str: "text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    type(None): "nothing",
}
_WANTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "an object with keys",
    "model_type": "an object with keys",
    "model_attributes_type": "an object with keys",
    "date_type": "a date such as 2026-11-22",
    "none_required": "nothing",
}


def nearest(word: str, known: list[str]) -> str | None:
    """The known word that `word` was probably meant to be, or None."""
    from rapidfuzz import process  # a pack without wrong keys has no need of it

    found = process.extractOne(word.lower(), known, processor=str.lower, score_cutoff=_NEAR)
    return found[0] if found else None


def issues_of(
    error: ValidationError, model: type[BaseModel], data: dict[str, Any], source: SourceFile
) -> Iterator[Issue]:
    """An issue for each thing that is wrong with `data`, in pydantic's order, at most one for each place."""
    grouped: dict[tuple[KeyPath, bool], list[ErrorDetails]] = {}
    for detail in error.errors(include_url=False):
        path = _key_path(detail, data)
        grouped.setdefault((path, detail["type"] == "missing"), []).append(detail)
    for (path, _), details in grouped.items():
        yield _issue(path, details, model, source)


def unknown_keys(error: ValidationError, data: dict[str, Any]) -> list[KeyPath]:
    """The places of keys that the model does not know."""
    return [
        _key_path(detail, data) for detail in error.errors(include_url=False) if detail["type"] == "extra_forbidden"
    ]


def without(data: Any, paths: list[KeyPath]) -> Any:
    """Plain data without what is at these paths; `data` is left as it is."""
    gone = {path[0] for path in paths if len(path) == 1}
    deeper: dict[str | int, list[KeyPath]] = {}
    for path in paths:
        if len(path) > 1:
            deeper.setdefault(path[0], []).append(path[1:])
    if isinstance(data, dict):
        return {key: without(item, deeper.get(key, [])) for key, item in data.items() if key not in gone}
    if isinstance(data, list):
        return [without(item, deeper.get(index, [])) for index, item in enumerate(data)]
    return data


def _issue(path: KeyPath, details: list[ErrorDetails], model: type[BaseModel], source: SourceFile) -> Issue:
    detail = details[0]
    kind = detail["type"]
    name = path_text(path)
    if kind in ("missing", "union_tag_not_found"):
        where = source.location(path[:-1], key=True)
        return Issue(rules.MISSING_KEY, Severity.ERROR, f"`{name}` is missing", where, name, f"add `{path[-1]}:`")
    if kind == "extra_forbidden":
        known = _keys_at(model, path[:-1])
        guess = nearest(str(path[-1]), known)
        cure = f"did you mean `{guess}`?" if guess else f"known keys here: {', '.join(known)}"
        where = source.location(path, key=True)
        return Issue(rules.UNKNOWN_KEY, Severity.ERROR, f"unknown key `{name}`", where, name, cure)
    message, cure = _wrong_value(details)
    return Issue(rules.WRONG_VALUE, Severity.ERROR, f"`{name}` {message}", source.location(path), name, cure)


def _wrong_value(details: list[ErrorDetails]) -> tuple[str, str]:
    """What is wrong with a value, and the cure."""
    detail = details[0]
    kind, value, context = detail["type"], detail["input"], detail.get("ctx", {})
    if all(other["type"] in _WANTED for other in details):
        return _wrong_type(value, list(dict.fromkeys(_WANTED[other["type"]] for other in details)))
    match kind:
        case "literal_error":
            return _not_one_of(value, _QUOTED.findall(str(context.get("expected", ""))))
        case "union_tag_invalid":
            return _not_one_of(value.get(_tag_key(detail)), _QUOTED.findall(str(context.get("expected_tags", ""))))
        case "string_too_short":
            return "is empty", "write something, or remove the key"
        case "too_short":
            return "is an empty list", "add at least one entry"
        case "string_pattern_mismatch":
            return "is not a UUID", "make one with `uuidgen` or Python's uuid4()"
        case "greater_than_equal":
            return f"must be at least {context.get('ge')}", ""
        case "iso_date" | "characters" | "too_long":
            return str(detail["msg"]), ""
    return "is not allowed here: " + str(detail["msg"]).lower(), ""


def _wrong_type(value: Any, wanted: list[str]) -> tuple[str, str]:
    shape = _SHAPES.get(type(value), "this")
    shown = f" ({value})" if isinstance(value, int | float) and not isinstance(value, bool) else ""
    expected = wanted[0] if len(wanted) == 1 else ", ".join(wanted[:-1]) + " or " + wanted[-1]
    if value is None:
        return f"has no value; it must be {expected}", "write a value, or remove the key"
    message = f"must be {expected}, not {shape}{shown}"
    if isinstance(value, bool):
        message = f"must be {expected}, not {str(value).lower()}"
    cure = ""
    if "text" in wanted and isinstance(value, bool | int | float):
        cure = f'put it in quotes: "{str(value).lower()}"'
    elif wanted == ["a whole number"] and isinstance(value, str) and value.isdigit():
        cure = "remove the quotes"
    elif wanted == ["true or false"] and isinstance(value, str) and YAML.read(value) is not None:
        cure = "write true" if YAML.is_true(value) else "write false"
    elif wanted == ["a list"] and isinstance(value, str):
        cure = "write it as a list: `- value`, or `[value]`"
    return message, cure


def _not_one_of(value: Any, known: list[str]) -> tuple[str, str]:
    choices = ", ".join(known)
    if not isinstance(value, str):
        return f"must be one of {choices}", ""
    guess = nearest(value, known)
    shown = value if len(value) <= 60 else value[:57] + "…"
    return f"is `{shown}`, which is not one of {choices}", f"did you mean `{guess}`?" if guess else ""


def _key_path(detail: ErrorDetails, data: Any) -> KeyPath:
    """The path in the data that an error is about; pydantic's own path also names members of unions."""
    path: list[str | int] = []
    at = data
    for part in detail["loc"][:-1]:
        if _holds(at, part):
            at = at[part]
            path.append(part)
    last = detail["loc"][-1] if detail["loc"] else None
    if last is not None and (detail["type"] == "missing" or _holds(at, last)):
        path.append(last)
    if detail["type"].startswith("union_tag"):
        path.append(_tag_key(detail))
    return tuple(path)


def _tag_key(detail: ErrorDetails) -> str:
    """The key that decides which member of a union is meant; that of lookups is told by a function."""
    key = _QUOTED.fullmatch(str(detail.get("ctx", {}).get("discriminator", "")))
    return key[1] if key else "lookup_type"


def _holds(at: Any, part: str | int) -> bool:
    if isinstance(at, dict):
        return part in at
    return isinstance(at, list) and isinstance(part, int) and part < len(at)


def _keys_at(model: type[BaseModel], path: KeyPath) -> list[str]:
    """The keys that the model knows at a path."""
    current: type[BaseModel] | None = model
    for part in path:
        if isinstance(part, int) or current is None:
            continue
        field = current.model_fields.get(part)
        current = _model_in(field.annotation) if field else None
    return list(current.model_fields) if current else []


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)
