"""An app tree as a package: the same tree gives the same bytes, on any day, in any folder, for any user."""

from __future__ import annotations

import datetime as dt
import io
import struct
import tarfile
import zlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from storypack.atomic import write_whole

# 0x1f8b = gzip, 8 = deflate, no flags, no time, no hint, 255 = unknown system. gzip.open would write time and platform.
_GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"


def package(tree: Mapping[str, bytes], folder: str, modified: dt.date) -> bytes:
    """A tar.gz of the tree below `folder`. Entries are sorted; files are 644 and folders 755, owned by root, dated
    midnight UTC of `modified`."""
    mtime = int(dt.datetime.combine(modified, dt.time(), tzinfo=dt.UTC).timestamp())
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT, encoding="utf-8") as tar:
        folders = {str(parent) for path in tree for parent in PurePosixPath(folder, path).parents} - {"."}
        for name in sorted(folders | {f"{folder}/{path}" for path in tree}):
            info = tarfile.TarInfo(name)
            info.mtime = mtime
            if name in folders:
                info.type, info.mode = tarfile.DIRTYPE, 0o755
                tar.addfile(info)
            else:
                data = tree[name.removeprefix(f"{folder}/")]
                info.size, info.mode = len(data), 0o644
                tar.addfile(info, io.BytesIO(data))
    return _gzip(raw.getvalue())


def _gzip(data: bytes) -> bytes:
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = deflate.compress(data) + deflate.flush()
    return _GZIP_HEADER + body + struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF)


def write_package(data: bytes, target: Path) -> None:
    """Write a file in one step: until everything is on disk, `target` is what it was before."""
    target.parent.mkdir(parents=True, exist_ok=True)
    write_whole(target, data, mode=0o644)


def write_folder(tree: Mapping[str, bytes], folder: Path) -> None:
    """Write a tree as plain files below `folder`, which must be new or empty."""
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(17, "the folder is not empty", str(folder))
    for path, data in tree.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
