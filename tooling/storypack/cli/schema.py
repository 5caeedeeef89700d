"""`storypack schema`: the content format as JSON Schema, so that an editor completes keys and marks mistakes."""

from __future__ import annotations

from pathlib import Path

import click

from storypack.cli import exit_codes
from storypack.cli.options import KindChoice, emit, examples, output_option
from storypack.pack.kinds import BY_NAME


@click.command(
    epilog=KindChoice(BY_NAME).epilog(
        examples("storypack schema detection", "storypack schema detection -o .schemas/detection.json")
    )
    + "\n\nIn VS Code with the YAML extension, settings.json then maps it to the files:\n\n"
    '"yaml.schemas": {".schemas/detection.json": "detections/**/*.yml"}'
)
@click.argument("kind", type=KindChoice(BY_NAME))
@output_option
def command(kind: str, output: Path | None) -> int:
    """Print the JSON Schema of a KIND of content file ('settings' is storypack.yml)."""
    import json

    from storypack.report.schema import json_schema

    emit(json.dumps(json_schema(kind), indent=2, ensure_ascii=False), output)
    return exit_codes.OK
