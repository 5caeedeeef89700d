"""The files that a new pack starts with: small, whole, and a model for what comes next."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass

from storypack.authoring.skeletons import Seed, head, scalar
from storypack.pack.names import file_stem

_STORY = "Data Leaving Through the Web"
_DETECTION = "Large Upload to One Host"
_STEM = "large_upload_to_one_host"
_SOURCE = "Example Web Proxy"
_DATA = f"tests/data/network/{_STEM}"
_HOURLY = ("0 * * * *", "-70m@m", "-10m@m", "Every hour over the hour that ended ten minutes ago.")
_WINDOWS = {
    "ttp": _HOURLY,
    "anomaly": _HOURLY,
    "correlation": _HOURLY,
    "hunting": ("0 5 * * *", "-1d@d", "@d", "Every morning over the day before."),
    "baseline": ("0 3 * * *", "-30d@d", "@d", "Every night over the thirty days before."),
}
WORKFLOW = """\
# Checks, tests and builds the pack on every change. Where it says your/storypack, name your copy of storypack and the
# full hash of a commit of it. The secret STORYPACK_CACHE_KEY lets runs use what earlier ones learnt.
name: pack

on:
  push:
    branches: [main]
  pull_request:

permissions:
  contents: read

jobs:
  pack:
    runs-on: ubuntu-latest
    permissions:
      contents: read
      security-events: write # to show results under Security, Code scanning
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false

      - uses: your/storypack@the-full-hash-of-a-commit
        with:
          cache-key: ${{ secrets.STORYPACK_CACHE_KEY }}
          baseline: "" # a file of accepted issues, for an old pack
"""
"""A workflow of GitHub that checks, tests and builds a pack with the action of this tool."""


@dataclass(frozen=True, slots=True)
class NewPack:
    """What a pack is called, in all the ways that it must be. `today` is an ISO date."""

    title: str
    app_id: str
    prefix: str
    author: str
    today: str

    @property
    def macro_prefix(self) -> str:
        return f"{self.prefix.lower()}_"


def named(folder: str, author: str, today: str) -> NewPack:
    """Names for a pack in a folder of this name.

    >>> named("cloud-exits", "A", "2026-11-22").app_id
    'DA-ESS-CloudExits'
    """
    words = [word.capitalize() for word in file_stem(folder).split("_") if word] or ["My", "Pack"]
    title = " ".join(words)[:70].rstrip()
    initials = "".join(word[0] for word in words)
    prefix = initials if len(words) > 1 else words[0][:4]
    return NewPack(
        title=title if len(title) > 4 else f"{title} Detections",
        app_id=f"DA-ESS-{''.join(words)[:80]}",
        prefix=prefix[:8].upper(),
        author=author,
        today=today,
    )


def starter(pack: NewPack) -> dict[str, str]:
    """Path and text of each file: settings, a story, a detection with two tests that pass, and all that they need."""
    macro = f"{pack.macro_prefix}web_proxy"
    return {
        "storypack.yml": _settings(pack),
        ".gitignore": "dist/\n.storypack/\n",
        "README.md": _readme(pack),
        ".github/workflows/pack.yml": WORKFLOW,
        "stories/data_leaving_through_the_web.yml": _story(pack),
        f"detections/network/{_STEM}.yml": _detection(pack, macro),
        "data_sources/example_web_proxy.yml": _source(pack, macro),
        f"macros/{macro}.yml": _macro(pack, macro),
        **{f"schedules/default_{kind}.yml": _schedule(pack, kind) for kind in _WINDOWS},
        f"{_DATA}_fires.jsonl": _events(pack, "upload.example.net", 6),
        f"{_DATA}_silent.jsonl": _events(pack, "intranet.example.com", 2),
    }


def _head(pack: NewPack, name: str, stem: str, description: str) -> str:
    return head(Seed(name, stem, str(uuid.uuid4()), pack.today, pack.author), description)


def _settings(pack: NewPack) -> str:
    return (
        "# The pack's own settings. `storypack schema settings` prints every key that may stand here.\n"
        f"app_id: {pack.app_id}\n"
        f"title: {scalar(pack.title)}\n"
        "version: 0.1.0\n"
        f"author: {scalar(pack.author)}\n"
        f"description: Detections of {scalar(pack.title)}.\n"
        f"stanza_prefix: {scalar(pack.prefix)}      # searches are called `{pack.prefix} - name - Rule` in Splunk\n"
        f"macro_prefix: {scalar(pack.macro_prefix)}      # names of macros and lookups begin with it\n"
    )


def _readme(pack: NewPack) -> str:
    return (
        f"# {pack.title}\n\n"
        "A pack of detections for Splunk Enterprise Security, kept with storypack.\n\n"
        "    storypack validate      # everything that is wrong, with place and cure\n"
        "    storypack test          # every search on its events, without Splunk\n"
        "    storypack build         # the Splunk app, in dist/\n\n"
        'The detection that is here is an example. `storypack new detection "Its Name"` starts the next one;\n'
        "`storypack new --help` says what else there is.\n"
    )


def _story(pack: NewPack) -> str:
    text = "Data is taken out the way that everybody uses all day: with a browser, or with what looks like one."
    return _head(pack, _STORY, "", text) + (
        "status: production\n"
        "narrative: >-\n"
        "  Uploads leave through the same proxy as everything else. What gives them away is size, direction and\n"
        "  destination: much more goes out than comes in, and to a host that few others talk to.\n"
        "category: [Adversary Tactics]\n"
        "usecase: Advanced Threat Detection\n"
        "references: [https://attack.mitre.org/techniques/T1567/]\n"
    )


def _detection(pack: NewPack, macro: str) -> str:
    text = "A user sent more than 500 MB to one host within the hour."
    return _head(pack, _DETECTION, _STEM, text) + (
        "status: production\n"
        "type: Anomaly\n"
        f"data_source: [{_SOURCE}]\n"
        "search: |-\n"
        f"  `{macro}` http_method IN (POST, PUT)\n"
        "  | stats sum(bytes_out) as bytes_out count min(_time) as firstTime max(_time) as lastTime by user src dest\n"
        "  | where bytes_out > 500000000\n"
        f"  | `{pack.macro_prefix}{_STEM}_filter`\n"
        f"how_to_implement: Set the macro `{macro}` to the index and sourcetype of your proxy.\n"
        "known_false_positives: Backups and large mail attachments; name their hosts in the filter macro.\n"
        "references: [https://attack.mitre.org/techniques/T1567/]\n"
        "intermediate_findings:\n"
        "  entities:\n"
        "  - {field: user, type: user, score: 30, message: $user$ sent $bytes_out$ bytes to $dest$}\n"
        "threat_objects:\n"
        "- {field: dest, type: domain}\n"
        "next_steps: |-\n"
        "  1. Ask who else talks to $dest$, and since when.\n"
        "  2. Look at what $user$ read in the hours before.\n"
        f"analytic_story: [{_STORY}]\n"
        "asset_type: Web Proxy\n"
        "mitre_attack_id: [T1567]\n"
        "category: network\n"
        "security_domain: network\n"
        "tests:\n"
        "- name: Six uploads of 100 MB\n"
        "  attack_data:\n"
        f"  - {{data: {_DATA}_fires.jsonl, sourcetype: 'example:proxy'}}\n"
        "  expected_results: 1\n"
        "  expected_rows:\n"
        "  - {user: alice@example.com, dest: upload.example.net, bytes_out: 600000000}\n"
        "- name: Two are everyday use\n"
        "  attack_data:\n"
        f"  - {{data: {_DATA}_silent.jsonl, sourcetype: 'example:proxy'}}\n"
        "  expected_results: 0\n"
    )


def _source(pack: NewPack, macro: str) -> str:
    return _head(pack, _SOURCE, "", "Requests that pass the web proxy, one event each.") + (
        "source: proxy\n"
        "sourcetype: example:proxy\n"
        f"macro: {macro}\n"
        "fields: [_time, user, src, dest, http_method, bytes_out]\n"
    )


def _macro(pack: NewPack, macro: str) -> str:
    return _head(pack, macro, "", "The events of the web proxy. Each site sets its own index and sourcetype here.") + (
        'definition: (index=* sourcetype="example:proxy")\n'
    )


def _schedule(pack: NewPack, kind: str) -> str:
    cron, earliest, latest, text = _WINDOWS[kind]
    return _head(pack, f"Default {kind}", "", text) + (
        f"cron_schedule: {scalar(cron)}\nearliest_time: {scalar(earliest)}\nlatest_time: {scalar(latest)}\n"
    )


def _events(pack: NewPack, dest: str, count: int) -> str:
    event = {"user": "alice@example.com", "src": "192.0.2.10", "dest": dest, "http_method": "POST"}
    return "".join(
        json.dumps({"time": f"{pack.today}T09:{5 * number:02}:00Z", **event, "bytes_out": 100_000_000}) + "\n"
        for number in range(count)
    )
