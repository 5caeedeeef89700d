"""A small app as a package, for tests of installing."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path


def package(folder: Path, version: str = "1.0.0", *, restart: bool = False, lookup: str = "user\nkim\n") -> Path:
    """Write `an_app` of this version; `restart` = it says that Splunk must be restarted for it."""
    files = {
        "default/app.conf": f"[install]\nstate_change_requires_restart = {int(restart)}\n"
        f"[launcher]\nversion = {version}\n"
        "[ui]\nlabel = An App\nis_visible = 1\n[package]\nid = an_app\n",
        "default/savedsearches.conf": f"[A]\nsearch = index=main \\\n| head 1\ndescription = {version}\n",
        "default/data/ui/views/v.xml": "<dashboard><label>V</label></dashboard>",
        "default/data/ui/nav/default.xml": "<nav><view name='v'/></nav>",
        "lookups/l.csv": lookup,
        "metadata/default.meta": "[]\naccess = read : [ * ], write : [ admin, sc_admin ]\nexport = system\n"
        "[savedsearches/A]\nexport = none\n",
        "README.md": "text",
    }
    path = folder / f"an_app-{version}.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(f"an_app/{name}")
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return path
