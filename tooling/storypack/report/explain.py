"""A search taken apart, as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from textwrap import fill

from storypack.checks.searches.explain import Explanation, Stage


def render_explanation(explanation: Explanation, *, width: int = 100, sql: str = "") -> str:
    """The search stage by stage with the fields after each, then what it needs."""
    return (
        "\n".join(
            [
                f"{explanation.name}\n{explanation.file}\n",
                *_stages(explanation, width),
                *_needs(explanation, width),
                *_overlays(explanation),
                *_sql(sql),
            ]
        )
        + "\n"
    )


def _stages(explanation: Explanation, width: int) -> Iterator[str]:
    for number, stage in enumerate(explanation.stages):
        pipe = "| " if number or explanation.expanded.startswith("| ") else ""
        from_macro = f"   ({', '.join(f'`{name}`' for name in stage.macros)})" if stage.macros else ""
        yield f"{pipe}{stage.text}{from_macro}"
        if number and not stage.drops and not stage.adds:
            yield "      = the same fields"
        else:
            yield from _fields(stage, width)
        yield ""


def _fields(stage: Stage, width: int) -> Iterator[str]:
    if stage.drops:
        yield _listed("-", stage.drops, width)
    if stage.adds:
        yield _listed("+", stage.adds, width)
    fields = stage.fields or (() if stage.any_other else ("no field",))
    yield _listed("=", (*fields, "and any other") if fields and stage.any_other else fields or ("any field",), width)


def _listed(mark: str, names: Sequence[str], width: int) -> str:
    head = f"      {mark} "
    return fill(
        ", ".join(names), width, initial_indent=head, subsequent_indent=" " * len(head), break_on_hyphens=False,
        break_long_words=False,
    )  # fmt: skip


def _needs(explanation: Explanation, width: int) -> Iterator[str]:
    for path, fields in explanation.datasets.items():
        yield f"data model  {path}"
        if fields:
            yield fill(
                ", ".join(fields), width, initial_indent=" " * 12, subsequent_indent=" " * 12, break_long_words=False
            )
    for name, values in explanation.places.items():
        yield f"{name:<11} {', '.join(values)}"
    for lookup in explanation.lookups:
        yield (
            f"lookup      {lookup.name} ({', '.join(lookup.columns)})"
            if lookup.columns
            else f"lookup      {lookup.name}"
        )
    for macro in explanation.macros:
        first, *more = macro.definition.strip().split("\n")
        yield f"macro       {macro.key} = {first}{' ...' if more else ''}"


def _overlays(explanation: Explanation) -> Iterator[str]:
    for record in explanation.overlays:
        whose = "" if record.name == explanation.name else f" of {record.kind} {record.name}"
        values = ", ".join(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in record.values.items())
        yield f"overlay     {record.overlay}: {values}{whose} ({record.reason})"


def _sql(sql: str) -> Iterator[str]:
    if sql:
        yield f"\nSQL\n{sql}"


def render_explanation_json(explanation: Explanation, sql: str | None = None) -> str:
    """The same as JSON."""
    data = asdict(explanation)
    data["macros"] = [
        {"name": macro.key, "arguments": list(macro.args), "definition": macro.definition}
        for macro in explanation.macros
    ]
    if sql is not None:
        data["sql"] = sql
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"
