"""Writes tests/app_build/expected/ anew, after a change of what is built that is meant. Read the diff before a commit.

python tests/app_build/renew_expected.py
"""

from __future__ import annotations

import shutil
from pathlib import Path

from storypack.app_build.from_pack import app_content, tactics_of
from storypack.app_build.package import write_folder
from storypack.app_build.tree import app_tree
from storypack.pack.load import load_pack

HERE = Path(__file__).parent

if __name__ == "__main__":
    shutil.rmtree(HERE / "expected", ignore_errors=True)
    write_folder(app_tree(app_content(load_pack(HERE / "pack").pack), tactics_of).files, HERE / "expected")
