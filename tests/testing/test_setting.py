"""What the tests of a pack run with."""

from __future__ import annotations

from storypack.pack.load import load_pack
from storypack.testing.setting import KEPT_OPTIMIZERS, Setting

from .small_pack import SmallPack


def test_duckdb_has_each_optimizer_that_is_kept_and_the_others_are_off(pack: SmallPack) -> None:
    setting = Setting(load_pack(pack.folder).pack)
    try:
        root = setting._root
        known = {name for (name,) in root.execute("SELECT name FROM duckdb_optimizers()").fetchall()}
        ((off,),) = root.execute("SELECT current_setting('disabled_optimizers')").fetchall()
    finally:
        setting.close()
    assert known > KEPT_OPTIMIZERS
    assert set(off.split(",")) == known - KEPT_OPTIMIZERS
