"""What is wrong with a pack's `app/`, without building the app: `validate` says it before `build` does."""

from __future__ import annotations

from collections.abc import Callable

from storypack.app_build.app_files import constant_confs, dashboards, icons, menu, readme, unused
from storypack.app_build.errors import BuildError
from storypack.app_build.from_pack import gathered
from storypack.app_build.tree import dashboard_values, template_values
from storypack.issue import Issue
from storypack.pack.pack import Pack


def app_issues(pack: Pack) -> list[Issue]:
    """An issue for each file of `app/` that cannot be used, or is not. Nothing for a pack without the folder."""
    if not (pack.root / "app").exists():
        return []
    gathering: list[Issue] = []
    content = gathered(pack, gathering)
    issues = [each for each in gathering if each.location.file.startswith("app/")]  # rules look at the rest
    files, values = content.app_files, template_values(content)
    parts: tuple[Callable[[], object], ...] = (
        lambda: constant_confs(files, values),
        lambda: dashboards(files, dashboard_values(content)),
        lambda: menu(files, values, []),
        lambda: readme(files, values),
        lambda: icons(files),
    )
    for part in parts:
        try:
            part()
        except BuildError as error:
            issues += error.issues
    return [*issues, *unused(files)]
