"""The files that a new object starts with: complete enough to pass `validate`, with every text still to be written."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from storypack.authoring.skeleton_events import MARK, risk_event, sample
from storypack.pack.kinds import BY_FOLDER, OVERLAY, ContentKind
from storypack.pack.pack import Entry, Pack

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 _-]*")
_WORDS = ("true", "false", "null", "yes", "no", "on", "off", "y", "n")  # what some reader of YAML takes for no text
_TEST_FOLDER = "tests/data"
_SCHEDULE = "schedule: {cron_schedule: 0 * * * *, earliest_time: -70m@m, latest_time: -10m@m}\n"


@dataclass(frozen=True, slots=True)
class Seed:
    """What the command knows of the new object. `today` is an ISO date; `macro` finds the events of the data source."""

    name: str
    stem: str
    id: str
    today: str
    author: str
    story: str = ""
    type: str = "TTP"
    category: str = "cloud"
    data_source: str = ""
    sourcetype: str = "example:json"
    source: str = ""
    separator: str = ""  # the field, and its value, that tell events of the data source from others of their sourcetype
    separator_value: str = ""
    macro: str = ""
    filter_macro: str = ""
    lookup: str = ""  # that a baseline feeds
    has_schedule: bool = True  # the pack has a default schedule for this type


def scalar(text: str) -> str:
    """The text as a YAML scalar, quoted where it must be."""
    return text if _PLAIN.fullmatch(text) and text.lower() not in _WORDS else json.dumps(text)


def head(seed: Seed, description: str) -> str:
    """The keys that every content file begins with."""
    return (
        f"name: {scalar(seed.name)}\n"
        f"id: {seed.id}\n"
        "version: 1\n"
        f"creation_date: {seed.today}\n"
        f"modification_date: {seed.today}\n"
        f"author: {scalar(seed.author)}\n"
        f"description: >-\n  {description}\n"
    )


def _listed(name: str) -> str:
    return f"[{scalar(name)}]" if name else "[]"


@dataclass(frozen=True, slots=True)
class _Start:
    """What a detection's skeleton begins with: search, the field beside `user` in its rows, two tests' events with
    the ending of their files, and how these are indexed."""

    search: str
    beside: str
    ending: str
    fires: str
    silent: str
    indexed: str


def detection(seed: Seed) -> dict[str, str]:
    """The YAML in its category's folder, and a file of events for each of its two tests."""
    start = _on_risk(seed) if seed.type == "Correlation" else _on_events(seed)
    data = f"{_TEST_FOLDER}/{seed.category}/{seed.stem}"
    fires, silent = f"{data}_fires.{start.ending}", f"{data}_silent.{start.ending}"
    text = head(seed, "TODO: what happened when this fires, and why that is bad.") + (
        "status: experimental      # production once both tests pass\n"
        f"type: {seed.type}\n"
        f"data_source: {_listed(seed.data_source)}\n"
        f"search: |-\n{start.search}"
        f"  | `{seed.filter_macro}`\n"
        "how_to_implement: >-\n  TODO: which logs, from where, and what to set.\n"
        "known_false_positives: >-\n  TODO: who does this for a good reason, and how to tell.\n"
        "references: []\n"
        f"{_findings(seed.type, start.beside)}"
        "next_steps: |-\n  1. TODO: what an analyst looks at first.\n"
        f"{'' if seed.has_schedule else _SCHEDULE}"
        f"analytic_story: {_listed(seed.story)}\n"
        "asset_type: TODO\n"
        "mitre_attack_id: []\n"
        f"category: {seed.category}\n"
        "security_domain: threat\n"
        "tests:\n"
        "- name: The attack\n"
        "  attack_data:\n"
        f"  - {{data: {fires}, {start.indexed}}}\n"
        "  expected_results: 1\n"
        "- name: Everyday use\n"
        "  attack_data:\n"
        f"  - {{data: {silent}, {start.indexed}}}\n"
        "  expected_results: 0\n"
    )
    return {f"detections/{seed.category}/{seed.stem}.yml": text, fires: start.fires, silent: start.silent}


def _on_events(seed: Seed) -> _Start:
    """Over the events of the data source."""
    base = f"`{seed.macro}`" if seed.macro else f"index=* sourcetype={json.dumps(seed.sourcetype)}"
    kind = f"{seed.separator}={json.dumps(seed.separator_value)} " if seed.separator else ""
    events = sample(seed.sourcetype, seed.source, seed.separator, seed.separator_value)
    made = f"  | eval {events.evals}\n" if events.evals else ""
    return _Start(
        search=f'  {base} {kind}{MARK}="attack"\n'
        f"{made}"
        f"  | stats count min(_time) as firstTime max(_time) as lastTime by user {events.beside}\n",
        beside=events.beside,
        ending=events.ending,
        fires=events.event(seed.today, "attack"),
        silent=events.event(seed.today, "everyday"),
        indexed=f"sourcetype: {json.dumps(seed.sourcetype)}"
        + (f", source: {json.dumps(seed.source)}" if seed.source else ""),
    )


def _on_risk(seed: Seed) -> _Start:
    """Over the risk that other detections added. A test may as well bring events that these find."""
    return _Start(
        search="  | tstats summariesonly=false min(_time) as firstTime max(_time) as lastTime\n"
        "      dc(All_Risk.search_name) as source_count values(All_Risk.search_name) as search_name\n"
        "      sum(All_Risk.calculated_risk_score) as risk_score values(All_Risk.risk_message) as risk_message\n"
        '      from datamodel=Risk.All_Risk where All_Risk.risk_object_type="user" by All_Risk.risk_object\n'
        "  | rename All_Risk.risk_object as user\n"
        "  | where source_count>=2\n",
        beside="source_count",
        ending="jsonl",
        fires=risk_event(seed.today, "TODO One") + risk_event(seed.today, "TODO Two"),
        silent=risk_event(seed.today, "TODO One") * 2,
        indexed="sourcetype: stash, source: risk, index: risk",
    )


def _findings(type: str, beside: str) -> str:
    title = f"TODO $user$ did this from ${beside}$"
    if type == "Correlation":
        title = f"TODO ${beside}$ kinds of signs met on $user$"
    finding = f"finding:\n  title: {title}\n  entity: {{field: user, type: user, score: 50}}\n"
    threat = "threat_objects:\n- {field: src, type: ip_address}\n" if beside == "src" else ""
    intermediate = (
        f"intermediate_findings:\n  entities:\n  - {{field: user, type: user, score: 30, message: {title}}}\n{threat}"
    )
    return {"TTP": finding, "Correlation": finding, "Anomaly": intermediate}.get(type, "")


def story(seed: Seed) -> dict[str, str]:
    text = head(seed, "TODO: what the attacker is after, in two sentences.") + (
        "status: experimental\n"
        "narrative: >-\n  TODO: how the attack goes, and how the detections fit together.\n"
        "category: [Adversary Tactics]\n"
        "usecase: Advanced Threat Detection\n"
        "references: []\n"
    )
    return {f"stories/{seed.stem}.yml": text}


def macro(seed: Seed) -> dict[str, str]:
    text = head(seed, "TODO: what it stands for.") + 'definition: index=* sourcetype="TODO"\n'
    return {f"macros/{seed.stem}.yml": text}


def lookup(seed: Seed) -> dict[str, str]:
    text = head(seed, "TODO: what is listed, and who keeps it.") + "lookup_type: csv\nfields: [key, comment]\n"
    return {f"lookups/{seed.stem}.yml": text, f"lookups/{seed.stem}.csv": "key,comment\n"}


def schedule(seed: Seed) -> dict[str, str]:
    text = head(seed, "Every hour over the hour that ended ten minutes ago.") + (
        "cron_schedule: 0 * * * *\nearliest_time: -70m@m\nlatest_time: -10m@m\n"
    )
    return {f"schedules/{seed.stem}.yml": text}


def data_source(seed: Seed) -> dict[str, str]:
    text = head(seed, "TODO: what writes these events, and when.") + (
        f"source: TODO\nsourcetype: {json.dumps(seed.sourcetype)}\nsupported_TA: []\nfields: [_time, user, src]\n"
    )
    return {f"data_sources/{seed.stem}.yml": text}


def baseline(seed: Seed) -> dict[str, str]:
    """The search, and the lookup that it feeds."""
    base = f"`{seed.macro}`" if seed.macro else f"index=* sourcetype={json.dumps(seed.sourcetype)}"
    text = head(seed, "TODO: what is normal here, and which detection asks for it.") + (
        "status: experimental\n"
        f"data_source: {_listed(seed.data_source)}\n"
        "search: |-\n"
        f"  {base}\n"
        "  | stats count by user\n"
        f"  | outputlookup {seed.lookup}\n"
        f"lookup: {seed.lookup}\n"
        "how_to_implement: >-\n  TODO: how long it must run before anybody relies on it.\n"
        "schedule: {cron_schedule: 0 3 * * *, earliest_time: -30d@d, latest_time: '@d'}\n"
    )
    fed = replace(seed, name=seed.lookup, stem=seed.lookup, id=str(uuid.uuid5(uuid.UUID(seed.id), "lookup")))
    table = head(fed, f"What {seed.name} learnt. Nobody edits it.") + "lookup_type: kvstore\nfields: [user, count]\n"
    return {f"baselines/{seed.stem}.yml": text, f"lookups/{seed.lookup}.yml": table}


def investigation(seed: Seed) -> dict[str, str]:
    text = head(seed, "TODO: which question this answers.") + (
        "status: experimental\n"
        f"analytic_story: {_listed(seed.story)}\n"
        "inputs: [user]\n"
        "steps:\n"
        "- name: TODO\n"
        "  description: TODO what is asked.\n"
        "  search: index=* user=$user$ | stats count by sourcetype\n"
        "  interpretation: TODO what the answer means.\n"
    )
    return {f"investigations/{seed.stem}.yml": text}


def dashboard(seed: Seed) -> dict[str, str]:
    """The YAML, and the definition with one table."""
    definition = {
        "title": seed.name,
        "description": "",
        "dataSources": {
            "ds_rows": {"type": "ds.search", "options": {"query": "index=_internal | stats count by sourcetype"}}
        },
        "visualizations": {"viz_rows": {"type": "splunk.table", "dataSources": {"primary": "ds_rows"}}},
        "layout": {
            "type": "grid",
            "structure": [{"item": "viz_rows", "type": "block", "position": {"x": 0, "y": 0, "w": 1200, "h": 400}}],
        },
    }
    text = head(seed, "TODO: what it shows, and to whom.")
    return {
        f"dashboards/{seed.stem}.yml": text,
        f"dashboards/{seed.stem}.json": json.dumps(definition, indent=2) + "\n",
    }


def overlay(entry: Entry[Any], pack: Pack) -> dict[str, str]:
    """The overlay of an object: what can be changed in it, as it is now; what is a comment is not said yet."""
    kind = BY_FOLDER[entry.kind].name
    text = f'kind: {kind}\ntarget: {scalar(entry.name)}\nreason: "TODO: what is different here, and who asked for it"\n'
    match kind:
        case "macro":
            text += f"definition: {json.dumps(entry.model.definition, ensure_ascii=False)}\n"
        case "schedule":
            text += f"cron_schedule: {json.dumps(entry.model.cron_schedule)}\n"
        case _:
            schedule = pack.schedule_of(entry.model)
            cron = json.dumps(schedule.cron_schedule) if schedule else "17 * * * *"
            text += (
                f"enabled: {str(not entry.model.enabled_by_default).lower()}\n"
                f"# schedule: {{cron_schedule: {cron}}}\n"
                "# actions: {email: {to: soc@example.com}}\n"
                "# thresholds: [{was: count > 20, becomes: count > 50}]\n"
                "# tests: {Name of a test: 0}\n"
            )
    if kind == "detection":
        text += "# filter: search NOT user=backup\n# severity: low\n# throttling: {fields: [user], period: 4h}\n"
    return {f"{OVERLAY.folder}/{entry.stem}.yml": text}


SKELETONS = {
    "detection": detection,
    "story": story,
    "macro": macro,
    "lookup": lookup,
    "dashboard": dashboard,
    "schedule": schedule,
    "data_source": data_source,
    "baseline": baseline,
    "investigation": investigation,
}


def skeleton(kind: ContentKind, seed: Seed) -> dict[str, str]:
    """The files of a new object, by path. Of a kind without an entry in `SKELETONS`: every key that must be there."""
    if kind.name in SKELETONS:
        return SKELETONS[kind.name](seed)
    text = head(seed, "TODO: what it is.")
    written = {line.partition(":")[0] for line in text.splitlines()}
    schema = kind.adapter().json_schema()
    for key in schema["required"]:
        if key not in written:
            text += f"{key}: {_placeholder(schema['properties'][key])}\n"
    return {f"{kind.folder}/{seed.stem}.yml": text}


def _placeholder(schema: Mapping[str, Any]) -> str:
    """A value that the schema of a key allows, as YAML. Raises KeyError for what needs more than a word."""
    if "enum" in schema:
        return scalar(str(schema["enum"][0]))
    return {"string": "TODO", "array": "[]", "integer": "1", "number": "1", "boolean": "false"}[schema["type"]]
