"""What is wrong with a pack's `app/`, without building the app: `validate` says it before `build` does."""

from __future__ import annotations

from collections.abc import Callable

from storypack.app_build import app_template
from storypack.app_build.app_files import constant_confs, icons, menu, readme, unused
from storypack.app_build.errors import BuildError
from storypack.app_build.from_pack import gathered, has_template
from storypack.app_build.tree import all_views, template_values
from storypack.issue import Issue
from storypack.pack.models import ModelLookup
from storypack.pack.pack import Pack


def app_issues(pack: Pack, read: set[str] | None = None) -> list[Issue]:
    """An issue for each file of `app/`, of `app_template/`, of dashboards and models that cannot be used, or is not.
    Nothing for a pack without any of these. `read` gets the keys of detections that templates look at, and `*` where
    one looks at all."""
    gathering: list[Issue] = []
    own = [*pack.dashboards, *(entry for entry in pack.lookups if isinstance(entry.model, ModelLookup))]
    if not ((pack.root / "app").exists() or own or has_template(pack)):
        return []
    content = gathered(pack, gathering)
    starts = ("app/", f"{content.template.path or 'app'}/", *(entry.path for entry in own))
    issues = [each for each in gathering if each.location.file.startswith(starts)]  # rules look at the rest
    files, values = content.app_files, template_values(content, read)
    parts: tuple[Callable[[], object], ...] = (
        lambda: constant_confs(files, values),
        lambda: all_views(content),
        lambda: app_template.confs(content.template),
        lambda: app_template.menu(content.template),
        lambda: app_template.copied(content.template),
        lambda: menu(files, values, []),
        lambda: readme(files, values),
        lambda: icons(files),
    )
    for part in parts:
        try:
            part()
        except BuildError as error:
            issues += error.issues
    return [*issues, *unused(files), *app_template.left_out(content.template)]
