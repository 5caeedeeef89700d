"""Installing a built app: a folder or a package becomes an app's default layer. Its local layer stays."""

from __future__ import annotations

import tarfile
from pathlib import Path, PurePosixPath

from splunkd.layers import App, Layer, meta_rules
from splunkd.shapes import Refused
from splunkd.state import State
from storypack.conf import read

MAX_FILES, MAX_BYTES = 20_000, 512 * 1024 * 1024


def install(state: State, source: Path) -> str:
    """Install or upgrade from a folder or a .tar.gz/.spl; gives the app's id. Refused (400) when it is no app.

    An upgrade replaces default/ and the lookup tables that it ships; everything else of local/ stays.
    """
    fresh = load(source)
    old = state.apps.apps.get(fresh.id)
    if old is not None:
        fresh.local, fresh.users, fresh.local_meta, fresh.times = old.local, old.users, old.local_meta, old.times
        for table in fresh.default.get("lookups", {}):
            fresh.local.get("lookups", {}).pop(table, None)
    state.apps.apps[fresh.id] = fresh
    return fresh.id


def install_bytes(state: State, package: bytes) -> str:
    """Install a package that was uploaded."""
    path = state.root / "upload.tar.gz"
    path.write_bytes(package)
    try:
        return install(state, path)
    finally:
        path.unlink()


def load(source: Path) -> App:
    """The app in a folder or package, not installed."""
    name, files = _from_folder(source) if source.is_dir() else _from_package(source)
    if "default/app.conf" not in files:
        raise Refused(400, f"Failed to install app: {source.name} has no default/app.conf.")
    app = App(name, _layer(files), default_meta=meta_rules(_conf(files.get("metadata/default.meta", b""))))
    app.default_meta.setdefault(("", ""), {"read": "*", "write": "admin, power"})
    return app


def _layer(files: dict[str, bytes]) -> Layer:
    layer: Layer = {}
    for path, data in files.items():
        parts = PurePosixPath(path)
        if path.startswith("default/data/ui/views/") and parts.suffix == ".xml":
            layer.setdefault("views", {})[parts.stem] = {"eai:data": data.decode()}
        elif path.startswith("default/data/ui/nav/") and parts.suffix == ".xml":
            layer.setdefault("nav", {})[parts.stem] = {"eai:data": data.decode()}
        elif parts.parent == PurePosixPath("default") and parts.suffix == ".conf":
            layer[parts.stem] = _conf(data)
        elif parts.parent == PurePosixPath("lookups"):
            layer.setdefault("lookups", {})[parts.name] = {"eai:data": data.decode("utf-8", "replace")}
    return layer


def _conf(data: bytes) -> dict[str, dict[str, str]]:
    return {stanza.name: dict(stanza.settings) for stanza in read(data)}


def _from_folder(folder: Path) -> tuple[str, dict[str, bytes]]:
    files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    app = _conf(files.get("default/app.conf", b""))
    return app.get("package", {}).get("id") or folder.name, files


def _from_package(package: Path) -> tuple[str, dict[str, bytes]]:
    files: dict[str, bytes] = {}
    roots: set[str] = set()
    size = 0
    try:
        with tarfile.open(package, "r:*") as archive:
            for member in archive:
                path = PurePosixPath(member.name)
                if path.is_absolute() or ".." in path.parts or not path.parts:
                    raise Refused(400, f"Failed to install app: {package.name} holds the path {member.name}.")
                roots.add(path.parts[0])
                if member.isfile() and (stream := archive.extractfile(member)) is not None:
                    size += member.size
                    if len(files) >= MAX_FILES or size > MAX_BYTES:
                        raise Refused(400, f"Failed to install app: {package.name} is too large.")
                    files[str(PurePosixPath(*path.parts[1:]))] = stream.read()
    except (OSError, tarfile.TarError, EOFError) as error:
        raise Refused(400, f"Failed to install app: {package.name} is no readable archive ({error}).") from None
    if len(roots) != 1:
        raise Refused(400, f"Failed to install app: {package.name} must hold exactly one folder.")
    return roots.pop(), files
