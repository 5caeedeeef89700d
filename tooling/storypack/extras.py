"""What to say when an optional library is missing: an install command that works for this copy of the tool.

storypack is in no package index, so its extras come from where the tool itself came from.
"""

from __future__ import annotations

import json
import shlex
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from storypack.opening import real


def install(extra: str) -> str:
    """The command that installs an extra: from the folder or the repository that the tool was installed from."""
    folder = real(Path(__file__)).parents[2]
    if (folder / "pyproject.toml").is_file():  # a checkout
        return f"pip install {shlex.quote(f'{folder}[{extra}]')}"
    return f"pip install {shlex.quote(_source(extra))}"


def _source(extra: str) -> str:
    """What pip wrote down of where the tool came from (PEP 610)."""
    here = f".[{extra}]"  # in a checkout, as the README has it
    try:
        text = distribution("storypack").read_text("direct_url.json")
    except PackageNotFoundError:
        return here
    match json.loads(text or "{}"):
        case {"url": str(url), "vcs_info": {"vcs": str(vcs), "commit_id": str(commit)}}:
            return f"storypack[{extra}] @ {vcs}+{url}@{commit}"
        case {"url": str(url)}:
            return f"storypack[{extra}] @ {url}"
    return here
