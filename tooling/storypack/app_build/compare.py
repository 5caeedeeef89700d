"""Two apps compared: what of one is otherwise in the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from storypack.conf.read import read


def differences(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> Iterator[str]:
    """Files, stanzas and keys that differ, as people write them: `default/macros.conf [name] definition`."""
    for path in sorted({*before, *after}):
        left, right = before.get(path), after.get(path)
        if left == right:
            continue
        if left is None or right is None:
            yield f"{path} is {'new' if left is None else 'gone'}"
        elif path.endswith(".conf"):
            yield from (f"{path} {where}" for where in _stanzas(left, right))
        else:
            yield path


def _stanzas(left: bytes, right: bytes) -> Iterator[str]:
    old, new = ({stanza.name: stanza.settings for stanza in read(text)} for text in (left, right))
    for name in dict.fromkeys((*old, *new)):
        if name not in old or name not in new:
            yield f"[{name}] is {'new' if name not in old else 'gone'}"
            continue
        for key in dict.fromkeys((*old[name], *new[name])):
            if old[name].get(key) != new[name].get(key):
                yield f"[{name}] {key}"
