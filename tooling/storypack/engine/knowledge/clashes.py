"""What two add-ons on a search head do to one another: stanzas of one name that both export, with different content.

Admin Manual: "Configuration file precedence" (objects that are shared with all apps are merged by stanza);
default.meta.conf spec: export.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from storypack.conf import Conf, Stanza, merge, read
from storypack.opening import read_plain

_SHOWN = 5
_WHOLE = ("transforms", "eventtypes", "macros")
"""Confs in which a stanza is a thing of its own, not a place to which several add-ons add their settings."""

Confs = Mapping[str, Conf]
"""An add-on's confs by their names."""


def clashing(first: tuple[Path, Confs], second: tuple[Path, Confs]) -> Iterator[str]:
    """A warning for each conf of which two add-ons (folder and confs) export stanzas that differ."""
    (folder, confs), (other_folder, other_confs) = first, second
    for name, conf in confs.items():
        shared = [stanza.name for stanza in conf if stanza.name in other_confs[name] and stanza.name != "default"]
        names = [key for key in shared if _differ(name, conf[key], other_confs[name][key])]
        if not names:
            continue
        exports, other_exports = _exports(folder), _exports(other_folder)
        names = [key for key in names if _is_exported(exports, name, key) and _is_exported(other_exports, name, key)]
        if names:
            more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
            listed = ", ".join(f"[{key}]" for key in names[:_SHOWN])
            yield (
                f"{folder.name} and {other_folder.name} both export {name}.conf {listed}{more} with different "
                f"settings; on a search head only one of the two holds for both, here that of {other_folder.name}"
            )


def _differ(conf: str, stanza: Stanza, other: Stanza) -> bool:
    ours, theirs = stanza.settings, other.settings
    if conf in _WHOLE:
        return dict(ours) != dict(theirs)
    return any(ours[key] != theirs[key] for key in ours.keys() & theirs.keys())


def _exports(folder: Path) -> Conf | None:
    """What an add-on says of its exports; None where it says nothing at all."""
    found = []
    for name in ("default.meta", "local.meta"):
        try:
            found.append(read(read_plain(folder / "metadata" / name, folder)))
        except (OSError, ValueError):
            continue
    return merge(*found) if found else None


def _is_exported(exports: Conf | None, conf: str, stanza: str) -> bool:
    """Whether other apps see a stanza. An add-on without metadata is taken for one that exports all."""
    if exports is None:
        return True
    for key in (f"{conf}/{stanza}", conf, ""):
        given = exports[key].get("export").strip().lower() if key in exports else ""
        if given:
            return given == "system"
    return False
