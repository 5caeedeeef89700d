"""The app as a folder for the deployer of a search head cluster.

Members of a cluster are never written one by one: the deployer pushes what lies in etc/shcluster/apps ("Use the
deployer to distribute apps and configuration updates", Distributed Search).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from storypack.deploy.errors import DeployError


def write_app(app: str, tree: Mapping[str, bytes], folder: Path) -> Path:
    """Write exactly the app's files as `folder/<app>`; the old folder goes only when the new one is complete.

    A folder there that is not this app (no default/app.conf) is left alone: `DeployError`.
    """
    target = folder / app
    if target.exists() and any(target.iterdir()) and not (target / "default" / "app.conf").is_file():
        raise DeployError(f"{target} is there and is not the app", "choose another --to-dir")
    fresh = folder / f".{app}.{os.getpid()}.new"
    old = folder / f".{app}.{os.getpid()}.old"
    try:
        for path, data in sorted(tree.items()):
            place = fresh / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
        if target.exists():
            target.rename(old)
        fresh.rename(target)
    except OSError:
        if old.exists() and not target.exists():
            old.rename(target)
        raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
    return target


def commands(app: str, target: Path) -> list[str]:
    """What to run on the deployer, in order. `preserve_lookups` keeps the lists that a site filled."""
    return [
        f"rsync -a --delete {target}/ $SPLUNK_HOME/etc/shcluster/apps/{app}/",
        "$SPLUNK_HOME/bin/splunk apply shcluster-bundle -target https://<any member>:8089 --answer-yes "
        "-preserve-lookups true",
    ]
