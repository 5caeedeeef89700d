"""The formats of results: what each command can show, and the function that does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from storypack import plugins

FORMATS: Mapping[str, Mapping[str, str]] = {
    "validate": {
        "json": "json_report.render_json",
        "sarif": "sarif.render_sarif",
        "junit": "junit.render_junit",
        "github": "github.render_github",
        "gitlab": "gitlab.render_gitlab",
        "line": "lines.render_lines",
    },
    "test": {
        "json": "tests_json.render_tests_json",
        "junit": "tests_ci.render_tests_junit",
        "github": "tests_ci.render_tests_github",
        "sarif": "tests_sarif.render_tests_sarif",
    },
    "hunt": {
        "json": "hunt_json.render_json",
        "csv": "hunt_tables.render_csv",
        "timesketch": "hunt_tables.render_timesketch",
        "hec": "hunt_tables.render_hec",
        "navigator": "hunt_tables.render_navigator",
        "html": "hunt_html.render_html",
    },
}
"""By command and name: a function of this folder from results to text. "text", which depends on the terminal, is the
command's own. Another package offers one as `COMMAND.NAME` under the entry point `storypack.renderers`."""

Renderer = Callable[[Any], str]


def offered_names(command: str) -> list[str]:
    """The formats that other packages bring for a command."""
    points = plugins.offered(plugins.RENDERERS)
    return [name for owner, _, name in (point.name.partition(".") for point in points) if owner == command and name]


def renderer(command: str, name: str) -> Renderer:
    """What shows the results of a command: of `validate` `report.results.Results`, of `test` `testing.results.TestRun`,
    of `hunt` `hunting.findings.Hunt`.

    Raises KeyError for an unknown name, PluginError where another package's cannot be loaded.
    """
    if path := FORMATS[command].get(name):
        module, _, function = path.partition(".")
        render: Renderer = getattr(import_module(f"storypack.report.{module}"), function)
        return render
    for point in plugins.offered(plugins.RENDERERS):
        if point.name == f"{command}.{name}":
            found = plugins.load(point)
            if callable(found):
                return found
            raise plugins.PluginError(point, "it is no function")
    raise KeyError(name)
