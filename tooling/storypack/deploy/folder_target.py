"""The app as a folder for the deployer of a search head cluster.

Members of a cluster are never written one by one: the deployer pushes what lies in etc/shcluster/apps ("Use the
deployer to distribute apps and configuration updates", Distributed Search).
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from storypack.splunkd.errors import DeployError

_SITE = ("local/**/*", "metadata/local.meta", "lookups/*")


def write_app(app: str, tree: Mapping[str, bytes], folder: Path) -> tuple[Path, list[str]]:
    """Write the app's files as `folder/<app>`; the old folder goes only when the new one is complete. The folder, and
    what of the old one was kept: what a site put into local/, local.meta and lookups/, which no version of ours brings.

    A folder there that is not this app (no default/app.conf) is left alone: `DeployError`.
    """
    target = folder / app
    if target.exists() and any(target.iterdir()) and not (target / "default" / "app.conf").is_file():
        raise DeployError(f"{target} is there and is not the app", "choose another --to-dir")
    folder.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{app}.", suffix=".new", dir=folder))
    fresh.chmod(0o755)
    old = fresh.with_suffix(".old")
    kept = _of_the_site(target)
    try:
        for path, data in sorted(tree.items()):
            place = fresh / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
        for path in kept:
            place = fresh / path
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(target / path, place, follow_symlinks=False)
        if target.exists():
            target.rename(old)
        fresh.rename(target)
    finally:  # also after Ctrl-C between the two
        if old.exists() and not target.exists():
            old.rename(target)
        shutil.rmtree(fresh, ignore_errors=True)
        if old.is_symlink():  # the site's folder lies elsewhere, and stays as it was
            old.unlink()
        shutil.rmtree(old, ignore_errors=True)
    return target, [path for path in kept if path not in tree]


def _of_the_site(target: Path) -> list[str]:
    """Files of a folder that are the site's, by path below it."""
    files = [path for place in _SITE for path in sorted(target.glob(place)) if path.is_file() or path.is_symlink()]
    return [path.relative_to(target).as_posix() for path in files]


def commands(app: str, target: Path) -> list[str]:
    """What to run on the deployer, in order. Neither local/ nor its permissions are touched there, and a list that is
    there is not replaced; `preserve_lookups` does the same for the members."""
    place = f"$SPLUNK_HOME/etc/shcluster/apps/{app}"
    return [
        f"rsync -a --delete --exclude=/local/ --exclude=/metadata/local.meta --exclude=/lookups/ {target}/ {place}/",
        f"rsync -a --ignore-existing {target}/lookups/ {place}/lookups/",
        "$SPLUNK_HOME/bin/splunk apply shcluster-bundle -target https://<any member>:8089 --answer-yes "
        "-preserve-lookups true",
    ]
