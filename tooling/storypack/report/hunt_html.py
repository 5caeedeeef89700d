"""A hunt as one page that needs no network: what logs say in it is text, and never markup or script."""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter
from importlib.resources import files

from markupsafe import Markup

from storypack import __version__
from storypack.hunting.findings import Hunt
from storypack.report.hunt_json import iso
from storypack.report.hunt_tables import looked_in, technique_title
from storypack.report.hunt_text import RANK, span
from storypack.report.results import plural

MOST_FINDINGS, MOST_ENTITIES, MOST_CHARACTERS, MOST_BARS = 2_000, 50, 4_000, 400


def render_html(hunt: Hunt) -> str:
    """The page. Its policy lets only its own style and script run, told by their digests."""
    from jinja2 import Environment, PackageLoader

    environment = Environment(
        loader=PackageLoader("storypack.report", "pages"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    pages = files("storypack.report") / "pages"
    style, script = ((pages / name).read_text(encoding="utf-8") for name in ("hunt.css", "hunt.js"))
    ordered = sorted(hunt.findings, key=lambda each: (RANK.index(each.severity), -each.score, each.number))
    severities = Counter(each.severity for each in hunt.findings)
    techniques = Counter(name for each in hunt.findings for name in each.techniques)
    return environment.get_template("hunt.html.j2").render(
        hunt=hunt,
        findings=ordered[:MOST_FINDINGS],
        more=max(0, len(ordered) - MOST_FINDINGS),
        entities=hunt.entities[:MOST_ENTITIES],
        techniques=[(name, technique_title(name), count) for name, count in sorted(techniques.items())],
        counts=[(name, severities[name]) for name in RANK],
        gaps=hunt.gaps(),
        blind=hunt.in_state("no data"),
        failed=hunt.in_state("not run"),
        hours=_in_script(json.dumps(_bars(hunt))),
        most_characters=MOST_CHARACTERS,
        style=style,
        script=script,
        style_hash=_digest(style),
        script_hash=_digest(script),
        iso=iso,
        looked_in=looked_in,
        span=span,
        titled=technique_title,
        plural=plural,
        version=__version__,
    )


def _bars(hunt: Hunt) -> list[tuple[int, int, int]]:
    """Events over time, in MOST_BARS stretches at most: start, how many, seconds."""
    hours: Counter[int] = Counter()
    for each in hunt.coverage:
        hours.update(each.hours)
    if not hours:
        return []
    first, last = min(hours), max(hours)
    width = 3600 * max(1, -(-((last - first) // 3600 + 1) // MOST_BARS))
    bars: Counter[int] = Counter()
    for hour, count in hours.items():
        bars[first + (hour - first) // width * width] += count
    return [(start, count, width) for start, count in sorted(bars.items())]


def _in_script(text: str) -> Markup:
    """JSON that can stand in a script element: nothing in it ends one."""
    return Markup(text.replace("<", "\\u003c"))


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
