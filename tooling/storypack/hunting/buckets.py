"""Files behind a URL: `s3://`, `gs://`, `abfs://`, `hdfs://`, `https://`, and what else fsspec knows.

They are fetched one by one into a folder of ours. Credentials are those of the environment, as the libraries of each
provider read them; they are never asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

_URL = re.compile(r"(?P<protocol>[a-z][a-z0-9+.-]+)://\S+", re.IGNORECASE)
_EXTRAS = {"s3": "s3fs", "s3a": "s3fs", "gs": "gcsfs", "gcs": "gcsfs", "abfs": "adlfs", "abfss": "adlfs", "az": "adlfs"}


class BucketError(Exception):
    """A URL that cannot be read, and why."""


def is_url(name: str) -> bool:
    return _URL.fullmatch(name) is not None


def fetched(url: str, folder: Path) -> Iterator[tuple[Path, str]]:
    """Each file below a URL, fetched into `folder`, and its own URL. Raises BucketError."""
    try:
        import fsspec
    except ImportError:
        raise BucketError(f"{url}: reading it needs fsspec; pip install fsspec") from None
    protocol = url.partition("://")[0].lower()
    try:
        system, root = fsspec.core.url_to_fs(url)
        names = [root] if system.isfile(root) else sorted(system.find(root))
    except ImportError:
        raise BucketError(
            f"{url}: reading it needs {_EXTRAS.get(protocol, f'a file system for {protocol}')}; "
            f"pip install {_EXTRAS.get(protocol, 'it')}"
        ) from None
    except (OSError, ValueError) as error:
        raise BucketError(f"{url}: {error}") from error
    if not names:
        raise BucketError(f"{url}: there is nothing there")
    folder.mkdir(parents=True, exist_ok=True)
    for number, name in enumerate(names):
        target = folder / f"{number:07}-{re.sub(r'[^A-Za-z0-9._-]', '_', name.rpartition('/')[2])[-80:]}"
        try:
            system.get_file(name, str(target))
        except (OSError, ValueError) as error:
            raise BucketError(f"{name}: {error}") from error
        yield target, str(system.unstrip_protocol(name))
