"""The command `storypack`: one file per command, found by name in the table below and imported when it is run."""

from __future__ import annotations

import click

from storypack import __version__
from storypack.cli.lazy import LazyGroup

COMMANDS = {
    "validate": "Check the whole pack.",
    "test": "Run every detection's tests on the embedded engine.",
    "build": "Write the Splunk app as a package into dist/.",
    "inspect": "Run Splunk AppInspect on the package.",
    "search": "Run SPL on log files.",
    "investigate": "Ask an investigation's ordered questions of log files.",
    "conformance": "Run the engine's own cases on a Splunk instance.",
    "explain": "Show a search expanded: macros, fields, data models, SQL.",
    "deploy": "Plan, apply and roll back changes on a Splunk instance.",
    "hunt": "Run every detection over a folder of logs.",
    "report": "Write a docs site, coverage and an ATT&CK Navigator layer.",
    "new": "Start a pack, a detection, a story, a lookup ...",
    "fmt": "Format the YAML and the SPL of a pack.",
    "schema": "Print the JSON Schema of a content file, for editors.",
    "migrate": "Rewrite older content into the current format.",
    "release": "Show what changed since a release, and raise the version.",
    "upstream": "Bring in a pack of others, and merge its new releases.",
    "rules": "List the rules that validate checks.",
}


@click.group(
    cls=LazyGroup,
    package="storypack.cli",
    table=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Run 'storypack COMMAND --help' for the options and examples of a command.",
)
@click.version_option(__version__, "-V", "--version", message="storypack %(version)s")
def main() -> None:
    """Keep a Splunk detection pack honest: check it, run it without Splunk, build it, deploy it.

    Every command works on the pack in the current folder, or on another with --pack DIR.
    Exit codes: 0 fine, 1 the pack has errors or a test failed, 2 wrong usage or environment.
    """
