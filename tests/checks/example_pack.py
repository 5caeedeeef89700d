"""One small pack without a fault, and variants of it: the fixture of every rule."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from storypack.checks.run import Checked, run_checks
from storypack.pack.load import load_pack

TODAY = dt.date(2026, 11, 21)
DELETE = object()

SHARE = "detections/cloud/share_leaves.yml"
HUNT = "detections/network/hunt_for_long_names.yml"
ODD = "detections/web/odd_upload.yml"
RISK = "detections/endpoint/much_risk.yml"
STORY = "stories/leaving_data.yml"
TRUSTED = "lookups/exf_trusted.yml"
TRUSTED_CSV = "lookups/exf_trusted.csv"
NETS = "lookups/exf_nets.yml"
NETS_CSV = "lookups/exf_nets.csv"
STATE = "lookups/exf_normal.yml"
MACRO = "macros/exf_cloud.yml"
TWO = "macros/exf_between.yml"
HOURLY = "schedules/hourly.yml"
SOURCE = "data_sources/cloud_api.yml"
BASELINE = "baselines/learn_normal.yml"
STEPS = "investigations/where_did_it_go.yml"
SETTINGS = "storypack.yml"


def _content(name: str, number: int, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "id": f"00000000-0000-4000-8000-{number:012d}",
        "version": 1,
        "creation_date": "2026-11-01",
        "modification_date": "2026-11-20",
        "author": "Pack Author",
        "description": f"What {name} is about, in a sentence.",
        **more,
    }


def _detection(name: str, number: int, category: str, type: str, **more: Any) -> dict[str, Any]:
    return _content(
        name,
        number,
        status="production",
        type=type,
        data_source=["Cloud API"],
        how_to_implement="Collect the events.",
        known_false_positives="Backups.",
        references=["https://example.com/why"],
        schedule="hourly",
        analytic_story=["Leaving Data"],
        asset_type="Account",
        mitre_attack_id=["T1537"],
        category=category,
        security_domain="threat",
        tests=[
            {
                "name": "Fires",
                "attack_data": [{"data": "tests/data/hot.jsonl", "sourcetype": "cloud:api"}],
                "expected_results": 1,
            },
            {
                "name": "Stays silent",
                "attack_data": [{"data": "tests/data/cold.jsonl", "sourcetype": "cloud:api"}],
                "expected_results": 0,
            },
        ],
        **more,
    )


def base() -> dict[str, Any]:
    """Every file of the pack: YAML as plain data, anything else as bytes."""
    return copy.deepcopy(
        {
            SETTINGS: {
                "app_id": "DA-ESS-Example",
                "title": "Example",
                "version": "1.0.0",
                "author": "Pack Author",
                "description": "An example.",
                "stanza_prefix": "EX",
                "macro_prefix": "exf_",
                "external_content": [
                    {"app": "Splunk_SA_CIM", "macros": ["drop_dm_object_name(1)"], "lookups": ["cim"]}
                ],
            },
            STORY: _content(
                "Leaving Data",
                1,
                status="production",
                narrative="Data leaves.",
                category=["Adversary Tactics"],
                usecase="Advanced Threat Detection",
            ),
            SHARE: _detection(
                "Share Leaves",
                2,
                "cloud",
                "TTP",
                search="`exf_cloud` name=share `exf_between(size, 1)`\n"
                "  NOT [| inputlookup exf_trusted | fields account]\n"
                "| lookup exf_nets net AS src OUTPUT owner\n"
                "| stats count by user src account\n| `exf_share_leaves_filter`\n",
                finding={
                    "title": "$user$ shared with $account$ from $src$",
                    "entity": {"field": "user", "type": "user", "score": 60},
                },
                intermediate_findings={
                    "entities": [
                        {"field": "account", "type": "other", "score": 40, "message": "$user$ shared $$5 worth"}
                    ]
                },
                threat_objects=[{"field": "src", "type": "ip_address"}],
                drilldown_searches=[{"name": "All of the user", "search": "`exf_cloud` user=$user$"}],
                throttling={"fields": ["user"], "period": "1h"},
                baselines=["Learn Normal"],
                cve=["CVE-2024-12345"],
            ),
            ODD: _detection(
                "Odd Upload",
                3,
                "web",
                "Anomaly",
                search="`exf_cloud` | stats count by user | lookup exf_normal user | `exf_odd_upload_filter`",
                intermediate_findings={
                    "entities": [{"field": "user", "type": "user", "score": 20, "message": "$user$ uploaded"}]
                },
            ),
            HUNT: _detection(
                "Hunt for Long Names",
                4,
                "network",
                "Hunting",
                search="`exf_cloud` | where len(name) > 50 | `exf_hunt_for_long_names_filter`",
            ),
            RISK: _detection(
                "Much Risk",
                5,
                "endpoint",
                "Correlation",
                search="`exf_cloud` | stats count by user | `exf_much_risk_filter`",
                finding={"title": "Much on $user$", "entity": {"field": "user", "type": "user", "score": 80}},
            ),
            BASELINE: _content(
                "Learn Normal",
                6,
                status="production",
                search="`exf_cloud` | stats count by user | outputlookup exf_normal",
                how_to_implement="Run it daily.",
                data_source=["Cloud API"],
                lookup="exf_normal",
                schedule={"cron_schedule": "0 3 * * *", "earliest_time": "-30d@d", "latest_time": "@d"},
            ),
            STEPS: _content(
                "Where Did It Go",
                7,
                status="production",
                analytic_story=["Leaving Data"],
                detections=["Share Leaves"],
                data_source=["Cloud API"],
                mitre_attack_id=["T1537"],
                inputs=["user"],
                steps=[
                    {
                        "name": "What else",
                        "description": "All of the user.",
                        "search": "`exf_cloud` user=$user$",
                        "earliest_time": "-7d@d",
                        "latest_time": "now",
                    }
                ],
                tests=[
                    {
                        "name": "Answers",
                        "time": "2026-11-01T00:00:00Z",
                        "inputs": {"user": "alice"},
                        "attack_data": [{"data": "tests/data/hot.jsonl", "sourcetype": "cloud:api"}],
                        "expected": [{"step": "What else", "expected_results": 1}],
                    }
                ],
            ),
            MACRO: _content("exf_cloud", 8, definition='index=* sourcetype="cloud:api"'),
            TWO: _content("exf_between", 9, arguments=["field", "least"], definition="`exf_cloud` $field$>=$least$"),
            TRUSTED: _content("exf_trusted", 10, lookup_type="csv", fields=["account", "owner"]),
            TRUSTED_CSV: b"account,owner\n111122223333,Backup\n",
            NETS: _content("exf_nets", 11, lookup_type="csv", match_type=["CIDR(net)"], max_matches=1),
            NETS_CSV: b"net,owner\n192.0.2.0/24,Lab\n2001:db8::/32,Lab\n",
            STATE: _content("exf_normal", 12, lookup_type="kvstore", fields=["user", "count"]),
            HOURLY: _content(
                "hourly", 13, cron_schedule="0 * * * *", earliest_time="-70m@m", latest_time="-10m@m", schedule_window=5
            ),
            SOURCE: _content("Cloud API", 14, source="cloud", sourcetype="cloud:api", macro="exf_cloud"),
            "tests/data/hot.jsonl": b'{"name": "share"}\n',
            "tests/data/cold.jsonl": b'{"name": "list"}\n',
        }
    )


def variant(edits: Mapping[str, Any]) -> dict[str, Any]:
    """The base pack with files changed: `{file: {"finding.entity.score": 900}}`, bytes for a whole file, or DELETE."""
    files = base()
    for path, edit in edits.items():
        if edit is DELETE:
            del files[path]
        elif isinstance(edit, bytes):
            files[path] = edit
        else:
            data = files.setdefault(path, {})
            for key, value in edit.items():
                _set(data, key.split("."), value)
    return files


def _set(data: Any, path: list[str], value: Any) -> None:
    *parents, last = path
    for part in parents:
        data = data[int(part)] if isinstance(data, list) else data.setdefault(part, {})
    key: Any = int(last) if isinstance(data, list) else last
    if value is DELETE:
        del data[key]
    elif isinstance(data, list) and key == len(data):
        data.append(value)
    else:
        data[key] = value


def write(folder: Path, files: Mapping[str, Any]) -> Path:
    """The pack as files in `folder`."""
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            target.write_bytes(content)
        else:
            target.write_text(
                yaml.dump(content, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True), encoding="utf-8"
            )
    return folder


def check(folder: Path, edits: Mapping[str, Any] | None = None) -> Checked:
    """Everything that is wrong with the base pack after these edits."""
    loaded = load_pack(write(folder, variant(edits or {})))
    return run_checks(loaded.pack, TODAY, loaded.issues)
