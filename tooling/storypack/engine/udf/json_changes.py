"""JSON values as text, changed: values set, added and taken away.

Search Reference: "JSON functions". Paths are those of `udf.json`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from storypack.engine.udf.json import NOTHING, Step, container, dump, parse, steps
from storypack.engine.udf.registry import udf

Change = Callable[[Any], Any]
"""From the value that is there (NOTHING if none is) to the new one (NOTHING to leave things as they are)."""


def change(value: Any, path: tuple[Step, ...], apply: Change, create: bool) -> Any:
    """The value with `apply` done at the path; keys that are missing are made if `create`."""
    if not path:
        return apply(value)
    step, rest = path[0], path[1:]
    if step is None:
        if not isinstance(value, list):
            return NOTHING
        changed = [change(item, rest, apply, create) for item in value]
        return [old if new is NOTHING else new for old, new in zip(value, changed, strict=True)]
    if isinstance(step, int):
        if not isinstance(value, list) or step >= len(value):
            return NOTHING
        new = change(value[step], rest, apply, create)
        return NOTHING if new is NOTHING else [*value[:step], new, *value[step + 1 :]]
    if value is NOTHING and create:
        value = {}
    if not isinstance(value, dict) or (step not in value and not create):
        return NOTHING
    new = change(value.get(step, NOTHING), rest, apply, create)
    return NOTHING if new is NOTHING else {**value, step: new}


def _changed(
    text: str | None,
    paths: list[str | None],
    values: list[str],
    apply: Callable[[Any, Any], Any],
    create: bool,
) -> str | None:
    document = container(text)
    if document is NOTHING:
        return None
    for path, raw in zip(paths, values, strict=True):
        if path is None:
            continue
        new = parse(raw)
        result = change(document, steps(path), lambda old, new=new: apply(old, new), create)  # type: ignore[misc]
        document = document if result is NOTHING else result
    return dump(document)


@udf("spl_json_set", "VARCHAR", "VARCHAR[]", "VARCHAR[]", returns="VARCHAR")
def set_(text: str | None, paths: list[str | None], values: list[str]) -> str | None:
    """The document with values at paths."""
    return _changed(text, paths, values, lambda old, new: new, create=True)


@udf("spl_json_append", "VARCHAR", "VARCHAR[]", "VARCHAR[]", returns="VARCHAR")
def append(text: str | None, paths: list[str | None], values: list[str]) -> str | None:
    """The document with values at the ends of arrays; what is no array becomes the first element of one."""
    return _changed(text, paths, values, lambda old, new: [*_array(old), new], create=False)


@udf("spl_json_extend", "VARCHAR", "VARCHAR[]", "VARCHAR[]", returns="VARCHAR")
def extend(text: str | None, paths: list[str | None], values: list[str]) -> str | None:
    """As append, with the elements of arrays."""
    return _changed(text, paths, values, lambda old, new: [*_array(old), *_array(new)], create=False)


def _array(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@udf("spl_json_set_exact", "VARCHAR", "VARCHAR[]", "VARCHAR[]", returns="VARCHAR")
def set_exact(text: str | None, names: list[str | None], values: list[str]) -> str | None:
    """The object with values for keys, whatever signs these have."""
    document = container(text)
    if not isinstance(document, dict):
        return None
    new = {name: parse(value) for name, value in zip(names, values, strict=True) if name is not None}
    return dump({**document, **new})


@udf("spl_json_delete", "VARCHAR", "VARCHAR[]", returns="VARCHAR")
def delete(text: str | None, names: list[str | None]) -> str | None:
    """The object without keys; a key of a nested object is `a.b`. An argument may be a JSON array of keys."""
    document = container(text)
    if not isinstance(document, dict):
        return None
    for name in names:
        listed = container(name)
        for one in listed if isinstance(listed, list) else [name]:
            if isinstance(one, str):
                document = _without(document, one.split("."))
    return dump(document)


def _without(value: Any, path: list[str]) -> Any:
    if not isinstance(value, dict) or path[0] not in value:
        return value
    if len(path) == 1:
        return {key: item for key, item in value.items() if key != path[0]}
    return {**value, path[0]: _without(value[path[0]], path[1:])}
