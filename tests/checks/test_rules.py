"""Each rule on a pack that breaks it, and on one that comes close and does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from storypack.checks.catalogue import rules
from tests.checks.example_pack import (
    BASELINE,
    DELETE,
    HOURLY,
    HUNT,
    MACRO,
    NETS,
    NETS_CSV,
    ODD,
    RISK,
    SETTINGS,
    SHARE,
    SOURCE,
    STATE,
    STEPS,
    STORY,
    TRUSTED,
    TRUSTED_CSV,
    TWO,
    base,
    check,
)

Edits = Mapping[str, Any]


@dataclass(frozen=True)
class Fires:
    """Edits after which the rule fires at this file and key, with this in its message or cure."""

    edits: Edits
    file: str
    key: str = ""
    said: str = ""
    times: int = 1
    line: int | None = field(default=None)


INLINE = {"cron_schedule": "0 * * * *", "earliest_time": "-70m@m", "latest_time": "-10m@m"}
MAIL = {"to": "soc@example.com"}
DEPRECATION = {"reason": "Old", "removed_in_version": "2.0.0", "replacement_content": ["Odd Upload"]}
LONG = "A Name That Goes On Long Enough to Fill the Space That Enterprise Leaves Us"  # 75 characters

# Rows with any field, of which the search names these. Where fields are known, other rules look (SP220 to SP222).
EVENTS = "`exf_cloud` user=* src=* account=* `exf_between(count, 1)`\n| `exf_share_leaves_filter`\n"

DASHBOARD = {
    key: base()[STORY][key] for key in ("version", "creation_date", "modification_date", "author", "description")
}
DASHBOARD |= {"name": "Leaving", "id": str(UUID(int=9))}
TWIN = base()[TRUSTED] | {"name": "exf_two", "id": str(UUID(int=8)), "filename": "exf_trusted.csv"}
ESCU: dict[str, Any] = {
    "app": "ESCU",
    "stories": ["Data Theft"],
    "detections": ["Mail Goes Out"],
    "data_sources": [{"name": "Mail", "sourcetype": "mail:log", "fields": ["recipient", "user"]}],
    "macros": ["exf_between(1)"],
}


FIRES: dict[str, list[Fires]] = {
    "SP101": [Fires({SHARE: {"name": "Share Goes"}, STEPS: {"detections": []}}, SHARE, "name", "share_goes.yml")],
    "SP102": [Fires({ODD: {"id": base()[SHARE]["id"]}}, ODD, "id", "share_leaves.yml")],
    "SP103": [
        Fires({ODD: {"name": "Share Leaves"}}, ODD, "name", "detection in detections/cloud/share_leaves.yml"),
        Fires({ODD: {"name": "Share - Leaves"}}, ODD, "name"),
    ],
    "SP104": [Fires({SHARE: {"version": 0}}, SHARE, "version", "0"), Fires({STORY: {"version": -3}}, STORY, "version")],
    "SP105": [Fires({ODD: {"name": LONG}}, ODD, "name", "shorten the name by")],
    "SP106": [Fires({SHARE: {"category": "web"}}, SHARE, "category", "detections/cloud/")],
    "SP107": [Fires({MACRO: {"author": "Jane <jane@example.com>"}}, MACRO, "author", "author: Jane")],
    "SP108": [
        Fires({ODD: {"status": "deprecated"}}, ODD, "status"),
        Fires({STORY: {"status": "deprecated"}}, STORY, "status"),
    ],
    "SP109": [Fires({SHARE: {"deprecation_info": DEPRECATION}}, SHARE, "deprecation_info", "production")],
    "SP110": [
        Fires({SHARE: {"modification_date": "2026-11-23"}}, SHARE, "modification_date", "2026-11-21"),
        Fires(
            {SOURCE: {"creation_date": "2062-01-01", "modification_date": "2062-01-01"}},
            SOURCE,
            "creation_date",
            times=2,
        ),
    ],
    "SP111": [Fires({SHARE: {"modification_date": "2026-10-31"}}, SHARE, "modification_date")],
    "SP112": [
        Fires({SHARE: {"references.0": "see the wiki"}}, SHARE, "references[0]", "not a URL"),
        Fires({SHARE: {"references.0": "example.com/a"}}, SHARE, "references[0]", "https://example.com/a"),
        Fires({SHARE: {"references.0": "https://"}}, SHARE, "references[0]"),
        Fires({SHARE: {"references.0": "javascript:alert(1)"}}, SHARE, "references[0]"),
        Fires({SHARE: {"references.0": "https://a:b@example.com/"}}, SHARE, "references[0]", "password"),
        Fires({SHARE: {"references.0": "http://[::1"}}, SHARE, "references[0]"),
        Fires({STORY: {"references": ["https://example.com/a b"]}}, STORY, "references[0]"),
    ],
    "SP113": [
        Fires({SHARE: {"how_to_implement": "TODO: write"}}, SHARE, "how_to_implement", "TODO"),
        Fires({STORY: {"status": "experimental", "narrative": "TODO: how it goes"}}, STORY, "narrative", "TODO"),
        Fires({SHARE: {"finding.title": "TODO $user$ did it"}}, SHARE, "finding.title", "TODO"),
        Fires({MACRO: {"definition": 'index=* sourcetype="TODO"'}}, MACRO, "definition", "TODO"),
        Fires({STEPS: {"steps.0.description": "TODO what is asked."}}, STEPS, "steps[0].description", "TODO"),
    ],
    "SP114": [Fires({SHARE: {"description": "share leaves."}}, SHARE, "description")],
    "SP120": [
        Fires({HOURLY: {"cron_schedule": "every tuesday"}}, HOURLY, "cron_schedule", "five"),
        Fires(
            {SHARE: {"schedule": INLINE | {"cron_schedule": "0 0 * * mon"}}}, SHARE, "schedule.cron_schedule", "names"
        ),
        Fires({BASELINE: {"schedule.cron_schedule": "0 25 * * *"}}, BASELINE, "schedule.cron_schedule", "hour 25"),
    ],
    "SP121": [Fires({HOURLY: {"cron_schedule": "0 0 31 2 *"}}, HOURLY, "cron_schedule", "never")],
    "SP122": [
        Fires({HOURLY: {"earliest_time": "1 hour ago"}}, HOURLY, "earliest_time"),
        Fires({HOURLY: {"latest_time": "-10M"}}, HOURLY, "latest_time", "lower case"),
        Fires({SHARE: {"tests.0.latest_time": "soon"}}, SHARE, "tests[0].latest_time"),
        Fires({STEPS: {"steps.0.earliest_time": "-7x"}}, STEPS, "steps[0].earliest_time"),
        Fires({SHARE: {"drilldown_searches.0.latest_offset": "later"}}, SHARE, "drilldown_searches[0].latest_offset"),
        Fires({HOURLY: {"earliest_time": "-99999y"}}, HOURLY, "earliest_time", "years"),
    ],
    "SP123": [
        Fires({HOURLY: {"earliest_time": "now", "latest_time": "-1h"}}, HOURLY, "earliest_time", "now is never before"),
        Fires({HOURLY: {"earliest_time": "-1h", "latest_time": "-1h"}}, HOURLY, "earliest_time"),
        Fires(
            {
                SHARE: {
                    "drilldown_searches.0.earliest_offset": "$info_max_time$",
                    "drilldown_searches.0.latest_offset": "$info_min_time$",
                }
            },
            SHARE,
            "drilldown_searches[0].earliest_offset",
            "write $info_min_time$",
        ),
    ],
    "SP124": [
        Fires({HOURLY: {"earliest_time": "-60m@m"}}, HOURLY, "earliest_time", "10 min between the runs"),
        Fires(
            {SHARE: {"schedule": {"cron_schedule": "0 9 * * 1-5", "earliest_time": "-1d@d", "latest_time": "@d"}}},
            SHARE,
            "schedule.earliest_time",
            "2 d between the runs of Fri",
        ),
    ],
    "SP125": [
        Fires({HOURLY: {"earliest_time": "-2h@m"}}, HOURLY, "earliest_time", "50 min"),
        Fires({ODD: {"schedule": INLINE | {"earliest_time": "-1d@m"}}}, ODD, "schedule.earliest_time"),
        Fires(
            {SHARE: {"schedule": INLINE | {"earliest_time": "-1d@m"}, "throttling.period": "22h"}},
            SHARE,
            "schedule.earliest_time",
        ),
    ],
    "SP126": [
        Fires({HOURLY: {"earliest_time": "0"}}, HOURLY, "earliest_time", "starts at 0"),
        Fires({HOURLY: {"earliest_time": "rt-5m", "latest_time": "rt"}}, HOURLY, "earliest_time", "real-time"),
    ],
    "SP127": [Fires({HOURLY: {"schedule_window": 60}}, HOURLY, "schedule_window", "1 h")],
    "SP130": [
        Fires({SHARE: {"mitre_attack_id.0": "T9999"}}, SHARE, "mitre_attack_id[0]", "T9999"),
        Fires({SHARE: {"mitre_attack_id.0": "T1567.999"}}, SHARE, "mitre_attack_id[0]", "T1567.002"),
        Fires({SHARE: {"mitre_attack_id.0": "t1537"}}, SHARE, "mitre_attack_id[0]", "write T1537"),
        Fires({STEPS: {"mitre_attack_id.0": "exfiltration"}}, STEPS, "mitre_attack_id[0]", "not an ATT&CK"),
    ],
    "SP131": [Fires({SHARE: {"mitre_attack_id.0": "T1002"}}, SHARE, "mitre_attack_id[0]", "use T1560")],
    "SP132": [
        Fires({SHARE: {"mitre_attack_id": ["T1567.002", "T1567"]}}, SHARE, "mitre_attack_id[1]", "leave T1567 out"),
        Fires({SHARE: {"mitre_attack_id": ["T1567", "T1567.001", "T1567.002"]}}, SHARE, "mitre_attack_id[0]"),
    ],
    "SP133": [Fires({SHARE: {"mitre_attack_id": []}}, SHARE, "mitre_attack_id")],
    "SP134": [Fires({SHARE: {"mitre_attack_id.1": "T1537"}}, SHARE, "mitre_attack_id[1]", "twice")],
    "SP135": [
        Fires({SHARE: {"cve.0": "CVE-24-1"}}, SHARE, "cve[0]"),
        Fires({STORY: {"cve": ["cve-2024-1234"]}}, STORY, "cve[0]"),
    ],
    "SP140": [
        Fires({SHARE: {"finding.entity.score": 101}}, SHARE, "finding.entity.score", "101"),
        Fires({ODD: {"intermediate_findings.entities.0.score": -1}}, ODD, "intermediate_findings.entities[0].score"),
    ],
    "SP141": [Fires({SHARE: {"finding.entity.type": "sytem"}}, SHARE, "finding.entity.type", "did you mean 'system'?")],
    "SP142": [Fires({SHARE: {"threat_objects.0.type": "ip"}}, SHARE, "threat_objects[0].type", "'ip'")],
    "SP143": [
        Fires({SHARE: {"finding": DELETE}}, SHARE, "type", "a TTP needs"),
        Fires({RISK: {"finding": DELETE}}, RISK, "type", "a Correlation needs"),
    ],
    "SP144": [Fires({ODD: {"intermediate_findings": DELETE}}, ODD, "type", "an Anomaly needs")],
    "SP145": [
        Fires({ODD: {"finding": base()[SHARE]["finding"]}}, ODD, "finding", "an Anomaly"),
        Fires({HUNT: {"finding": base()[SHARE]["finding"]}}, HUNT, "finding", "a Hunting"),
    ],
    "SP146": [
        Fires({HUNT: {"intermediate_findings": base()[ODD]["intermediate_findings"]}}, HUNT, "intermediate_findings"),
        Fires({RISK: {"intermediate_findings": base()[ODD]["intermediate_findings"]}}, RISK, "intermediate_findings"),
    ],
    "SP147": [Fires({SHARE: {"intermediate_findings": DELETE}}, SHARE, "threat_objects")],
    "SP148": [
        Fires(
            {SHARE: {"intermediate_findings.entities.0.field": "user"}},
            SHARE,
            "intermediate_findings.entities[0].field",
            "finding.entity",
        )
    ],
    "SP149": [Fires({SHARE: {"threat_objects.0.field": "user"}}, SHARE, "threat_objects[0].field")],
    "SP150": [
        Fires({SHARE: {"throttling.period": "0s"}}, SHARE, "throttling.period"),
        Fires({SHARE: {"throttling.fields": ["user", "user"]}}, SHARE, "throttling.fields[1]", "twice"),
        Fires({SHARE: {"throttling.fields": ["user, src"]}}, SHARE, "throttling.fields[0]", "one field per item"),
    ],
    "SP151": [
        Fires({SHARE: {"finding.title": "$user shared $account$ from $src$"}}, SHARE, "finding.title", "write $user$"),
        Fires({SHARE: {"finding.title": "Shared by user$ of $account$"}}, SHARE, "finding.title"),
        Fires({SHARE: {"next_steps": "Ask $user"}}, SHARE, "next_steps", "write $user$"),
    ],
    "SP152": [
        Fires({SHARE: {"search": EVENTS, "finding.title": "$usr$ shared"}}, SHARE, "finding.title", "$usr$"),
        Fires({SHARE: {"search": EVENTS, "finding.title": "$result.usr|s$ shared"}}, SHARE, "finding.title"),
        Fires(
            {SHARE: {"search": EVENTS, "drilldown_searches.0.search": "x=$zone$"}},
            SHARE,
            "drilldown_searches[0].search",
        ),
    ],
    "SP153": [
        Fires(
            {SHARE: {"search": EVENTS, "finding.entity.field": "src_user"}}, SHARE, "finding.entity.field", "src_user"
        ),
        Fires({SHARE: {"search": EVENTS, "threat_objects.0.field": "sr"}}, SHARE, "threat_objects[0].field"),
        Fires({SHARE: {"search": EVENTS, "throttling.fields": ["use"]}}, SHARE, "throttling.fields[0]"),
    ],
    "SP154": [
        Fires({SHARE: {"finding.title": "A share"}}, SHARE, "finding.title"),
        Fires(
            {ODD: {"intermediate_findings.entities.0.message": "An upload"}},
            ODD,
            "intermediate_findings.entities[0].message",
            "$user$",
        ),
    ],
    "SP155": [
        Fires({SHARE: {"drilldown_searches.0.search": "index=main"}}, SHARE, "drilldown_searches[0].search"),
        Fires(
            {SHARE: {"drilldown_searches.1": {"name": "All of the user", "search": "user=$user$"}}},
            SHARE,
            "drilldown_searches[1].name",
        ),
    ],
    "SP156": [
        Fires(
            {SHARE: {"drilldown_searches.0.earliest_offset": "$info_min$"}},
            SHARE,
            "drilldown_searches[0].earliest_offset",
            "did you mean 'info_min_time'?",
        ),
        Fires({SHARE: {"finding.title": "$user$ until $info_maxtime$"}}, SHARE, "finding.title", "info_max_time"),
    ],
    "SP157": [Fires({SHARE: {"finding": {"title": "$user$ shared"}}}, SHARE, "finding", "no entity")],
    "SP158": [
        Fires({SHARE: {"actions": {"email": {"subject": "x"}}}}, SHARE, "actions.email", "without to"),
        Fires({SHARE: {"actions": {"email": {"to": " "}}}}, SHARE, "actions.email", "without to"),
        Fires({SHARE: {"actions": {"email": MAIL | {"subjct": "x"}}}}, SHARE, "actions.email.subjct", "subject"),
        Fires({HOURLY: {"actions": {"webhook": {"url": "ftp://example.com"}}}}, HOURLY, "actions.webhook.url"),
        Fires({SETTINGS: {"actions": {"notable": {"rule_title": "x"}}}}, SETTINGS, "actions.notable", "itself"),
        Fires({SHARE: {"actions": {"slack": {"message": "%nme%"}}}}, SHARE, "actions.slack.message", "name"),
        Fires(
            {SHARE: {"schedule": INLINE | {"actions": {"script": {}}}}}, SHARE, "schedule.actions.script", "filename"
        ),
    ],
    "SP159": [Fires({SHARE: {"actions": {"slack": {"chanel": "#soc"}}}}, SHARE, "actions.slack.chanel", "channel")],
    "SP160": [
        Fires({path: {"analytic_story": []} for path in (SHARE, ODD, HUNT, RISK)}, STORY, "name", "no detection")
    ],
    "SP161": [Fires({SHARE: {"analytic_story": []}}, SHARE, "analytic_story", "Leaving Data")],
    "SP162": [
        Fires(
            {SHARE: {"analytic_story.1": "Leaving Date"}}, SHARE, "analytic_story[1]", "did you mean 'Leaving Data'?"
        ),
        Fires({STEPS: {"analytic_story.0": "Other"}}, STEPS, "analytic_story[0]"),
    ],
    "SP163": [
        Fires({SHARE: {"data_source.0": "Cloud APY"}}, SHARE, "data_source[0]", "Cloud API"),
        Fires({SHARE: {"data_source.0": "Cloud API AND Mail"}}, SHARE, "data_source[0]", "'Mail'"),
        Fires({BASELINE: {"data_source.0": "Mail"}}, BASELINE, "data_source[0]"),
    ],
    "SP164": [
        Fires({SHARE: {"schedule": "hourli"}}, SHARE, "schedule", "did you mean 'hourly'?"),
        Fires({ODD: {"schedule": DELETE}}, ODD, "schedule", "no default 'default_anomaly'"),
    ],
    "SP165": [Fires({SHARE: {"baselines.0": "Learn Abnormal"}}, SHARE, "baselines[0]", "did you mean")],
    "SP166": [
        Fires({STEPS: {"detections.0": "Share Leave"}}, STEPS, "detections[0]", "Share Leaves"),
        Fires(
            {SHARE: {"deprecation_info": DEPRECATION | {"replacement_content": ["None"]}}},
            SHARE,
            "deprecation_info.replacement_content[0]",
        ),
    ],
    "SP129": [
        Fires(
            {SETTINGS: {"external_content.1": ESCU | {key: [name]}}},
            SETTINGS,
            f"external_content[1].{key}[0]",
            "itself",
        )
        for key, name in {
            "stories": "Leaving Data",
            "detections": "Share Leaves",
            "data_sources": {"name": "Cloud API"},
            "macros": "exf_between(2)",
            "lookups": "exf_trusted",
        }.items()
    ],
    "SP167": [
        Fires(
            {
                "schedules/nightly.yml": base()[HOURLY]
                | {"name": "nightly", "id": "f" * 8 + "-" + "-".join(["f" * 4] * 3) + "-" + "f" * 12}
            },
            "schedules/nightly.yml",
            "name",
        )
    ],
    "SP168": [Fires({BASELINE: {"lookup": "exf_norml"}}, BASELINE, "lookup", "did you mean 'exf_normal'?")],
    "SP169": [Fires({SOURCE: {"macro": "exf_clod"}}, SOURCE, "macro", "did you mean 'exf_cloud'?")],
    "SP170": [
        Fires({SHARE: {"tests.0": DELETE}}, SHARE, "tests"),
        Fires({SHARE: {"tests.0.test_type": "experimental"}}, SHARE, "tests"),
        Fires({SHARE: {"tests.0.attack_data": []}}, SHARE, "tests"),
    ],
    "SP171": [
        Fires({SHARE: {"tests.1": DELETE}}, SHARE, "tests"),
        Fires({SHARE: {"tests.1.expected_results": 1}}, SHARE, "tests"),
    ],
    "SP172": [
        Fires(
            {SHARE: {"tests.0.attack_data.0.data": "tests/data/hut.jsonl"}},
            SHARE,
            "tests[0].attack_data[0].data",
            "did you mean 'hot.jsonl'?",
        ),
        Fires({SHARE: {"tests.0.attack_data.0.data": "tests/data"}}, SHARE, "tests[0].attack_data[0].data", "no file"),
        Fires({SHARE: {"tests.0.attack_data.0.data": "é" * 300}}, SHARE, "tests[0].attack_data[0].data", "no file"),
        Fires(
            {ODD: {"tests.1.attack_data.0.data": "x.jsonl"}, "x.jsonl": b""},
            ODD,
            "tests[1].attack_data[0].data",
            "empty",
        ),
    ],
    "SP173": [Fires({SHARE: {"tests.1.name": "Fires"}}, SHARE, "tests[1].name")],
    "SP174": [
        Fires(
            {SHARE: {"tests.0.attack_data.0.data": "https://example.com/x.log"}}, SHARE, "tests[0].attack_data[0].data"
        )
    ],
    "SP175": [
        Fires({SHARE: {"tests.1.expected_rows": [{"user": "a"}]}}, SHARE, "tests[1].expected_rows"),
        Fires({SHARE: {"tests.0.expected_rows": [{}]}}, SHARE, "tests[0].expected_rows[0]"),
    ],
    "SP176": [Fires({SHARE: {"tests.1.test_type": "experimental"}}, SHARE, "tests[1].test_type")],
    "SP177": [
        Fires(
            {SHARE: {"tests.0.attack_data.0.sourcetype": "syslog"}},
            SHARE,
            "tests[0].attack_data[0].sourcetype",
            "cloud:api",
        )
    ],
    "SP401": [
        Fires({STEPS: {"steps.0.search": "`exf_cloud` user=$usr|s$"}}, STEPS, "steps[0].search", "did you mean 'user'?")
    ],
    "SP402": [Fires({STEPS: {"inputs": ["user", "host"]}}, STEPS, "inputs[1]", "$host$")],
    "SP403": [
        Fires({STEPS: {"inputs": ["user", "time"]}}, STEPS, "inputs[1]", "every step has $time$"),
        Fires({STEPS: {"inputs": ["user", {"name": "user"}]}}, STEPS, "inputs[1]", "two inputs"),
        Fires({STEPS: {"steps.1": {"name": "What else", "description": "x"}}}, STEPS, "steps[0].name", "2 steps", 2),
    ],
    "SP404": [Fires({STEPS: {"steps.0.window": {"before": "1h"}}}, STEPS, "steps[0].window")],
    "SP405": [
        Fires({STEPS: {"tests": []}}, STEPS, "tests"),
        Fires({STEPS: {"tests.0.expected.0.expected_results": 0}}, STEPS, "steps[0].name", "What else"),
    ],
    "SP406": [
        Fires({STEPS: {"tests.0.expected.0.step": "What els"}}, STEPS, "tests[0].expected[0].step", "What else"),
        Fires({STEPS: {"tests.0.inputs": {"usr": "a"}}}, STEPS, "tests[0].inputs", "no value for user", 2),
        Fires({STEPS: {"tests.0.inputs.usr": "a"}}, STEPS, "tests[0].inputs.usr", "did you mean 'user'?"),
        Fires({STEPS: {"tests.0.attack_data.0.data": "tests/data/no.jsonl"}}, STEPS, "tests[0].attack_data[0].data"),
    ],
    "SP178": [
        Fires(
            {SHARE: {"tests.0.macros": {"exf_clodu": "index=a"}}}, SHARE, "tests[0].macros.exf_clodu", "'exf_cloud'?"
        ),
        Fires({SHARE: {"tests.0.macros": {"exf_between": "index=a"}}}, SHARE, "tests[0].macros.exf_between", "(2)"),
        Fires({STEPS: {"tests.0.macros": {"exf_clodu": "a=b"}}}, STEPS, "tests[0].macros.exf_clodu", "'exf_cloud'?"),
        Fires({SHARE: {"tests.1.lookups": {"exf_trustd": []}}}, SHARE, "tests[1].lookups.exf_trustd", "'exf_trusted'?"),
        Fires(
            {SHARE: {"tests.0.lookups": {"exf_trusted": [{"account": "1"}, {"acount": "2"}]}}},
            SHARE,
            "tests[0].lookups.exf_trusted[1].acount",
            "did you mean 'account'?",
        ),
    ],
    "SP180": [
        Fires({HUNT: {"search": "`exf_cloud`"}}, HUNT, "search", "add | `exf_hunt_for_long_names_filter`"),
        Fires(
            {HUNT: {"search": "`exf_cloud` | `exf_hunt_for_long_names_filter` | head 5"}}, HUNT, "search", "to the end"
        ),
        Fires({HUNT: {"search": "`exf_cloud` `exf_hunt_for_long_names_filter`"}}, HUNT, "search", "to the end"),
    ],
    "SP181": [
        Fires({HUNT: {"search": "`exf_cloud` | `exf_odd_upload_filter`"}}, HUNT, "search", "use `exf_hunt"),
        Fires({HUNT: {"search": "`exf_cloud` | `hunt_for_long_names_filter`"}}, HUNT, "search", "use `exf_hunt"),
    ],
    "SP182": [Fires({SHARE: {"search": "`exf_cloud` user src account | `exf_share_leaves_filter`"}}, TWO, "name")],
    "SP183": [
        Fires(
            {
                SHARE: {
                    "search": "`exf_cloud` user src account exf_trusted `exf_between(a,b)` | `exf_share_leaves_filter`"
                }
            },
            NETS,
            "name",
        )
    ],
    "SP184": [
        Fires({TWO: {"name": "between"}}, TWO, "name", "exf_between"),
        Fires({STATE: {"name": "normal"}}, STATE, "name", "exf_normal"),
    ],
    "SP185": [
        Fires({TWO: {"definition": "search $feild$>=$least$"}}, TWO, "definition", "field, least", times=2),
        Fires({TWO: {"arguments": ["field", "least", "most"]}}, TWO, "arguments[2]", "$most$"),
    ],
    "SP186": [
        Fires({MACRO: {"definition": "index=* `other"}}, MACRO, "definition"),
        Fires({HUNT: {"search": "`exf_cloud | `exf_hunt_for_long_names_filter`"}}, HUNT, "search"),
    ],
    "SP187": [
        Fires({NETS_CSV: b'net,owner\n192.0.2.1," red"\n192.0.2.2, blue \n'}, NETS_CSV, "", "' red' begins", line=2),
        Fires({NETS_CSV: b'net,owner\n192.0.2.1,red\n192.0.2.2, "a "\n192.0.2.3,"c\t"'}, NETS_CSV, "", "c", line=4),
    ],
    "SP188": [Fires({"dashboards/loose.json": b"{}"}, "dashboards/loose.json", "", "loose.yml")],
    "SP189": [
        Fires({SHARE: {"search": EVENTS.replace("user=*", 'analyticstories="Leaving Data"')}}, SHARE, "search", "EX -"),
        Fires(
            {SHARE: {"search": EVENTS.replace("user=*", 'annotations.analytic_story IN ("x", "Leaving Data")')}},
            SHARE,
            "search",
            'write "EX - Leaving Data"',
        ),
        Fires(
            {SETTINGS: {"prefix_stories": False}, MACRO: {"definition": 'analyticstories != "EX - Leaving Data"'}},
            MACRO,
            "definition",
            'write "Leaving Data"',
        ),
    ],
    "SP190": [
        Fires({TRUSTED_CSV: DELETE}, TRUSTED, "name", "exf_trusted.csv"),
        Fires({TRUSTED: {"filename": "trusted.csv"}}, TRUSTED, "filename", "did you mean 'exf_trusted.csv'?"),
    ],
    "SP191": [
        Fires({NETS_CSV: b""}, NETS_CSV, "", "no header", line=1),
        Fires({NETS_CSV: b"\nnet\n"}, NETS_CSV, "", "no header"),
        Fires({NETS_CSV: b"net,\n"}, NETS_CSV, "", "column 2"),
        Fires({NETS_CSV: b"net,net\n"}, NETS_CSV, "", "two columns"),
        Fires({NETS_CSV: b'net,"owner "\n'}, NETS_CSV, "", "blank"),
        Fires({NETS_CSV: b"net,192.0.2.1\n"}, NETS_CSV, "", "looks like a value"),
        Fires({NETS_CSV: b"net,a|b\n"}, NETS_CSV, "", "no column can be called"),
        Fires({NETS_CSV: b"net,*\n"}, NETS_CSV, "", "no column can be called"),
    ],
    "SP192": [
        Fires({NETS_CSV: b"net,owner\n192.0.2.0/24\n"}, NETS_CSV, "", "1 value, the header 2", line=2),
        Fires({NETS_CSV: b'net,owner\n192.0.2.1,"two\nlines"\n192.0.2.2,a,b\n'}, NETS_CSV, "", "3 values", line=4),
        Fires({NETS_CSV: b"net,owner\n" + b"192.0.2.1\n" * 20}, NETS_CSV, "", "and 15 more rows", times=5),
    ],
    "SP193": [
        Fires({NETS_CSV: b"net,owner\n192.0.2.1,\xff\n"}, NETS_CSV, "", "UTF-8", line=2),
        Fires({NETS_CSV: b"\xef\xbb\xbfnet,owner\n"}, NETS_CSV, "", "byte order mark"),
        Fires({NETS_CSV: b"net,owner\n192.0.2.1,\0\n"}, NETS_CSV, "", "NUL", line=2),
        Fires({NETS_CSV: b'net,owner\n192.0.2.1,"open\n'}, NETS_CSV, "", "not CSV"),
    ],
    "SP194": [
        Fires({TRUSTED: {"fields": ["account", "ownr"]}}, TRUSTED, "fields[1]", "did you mean 'owner'?", times=2),
        Fires({TRUSTED: {"fields": ["account"]}}, TRUSTED, "fields", "owner"),
    ],
    "SP195": [
        Fires({NETS: {"match_type": ["CIDR(nett)"]}}, NETS, "match_type[0]", "did you mean 'net'?"),
        Fires({STATE: {"match_type": ["WILDCARD(name)"]}}, STATE, "match_type[0]"),
    ],
    "SP196": [Fires({"lookups/other.csv": b"a,b\n"}, "lookups/other.csv", "", "other.yml")],
    "SP197": [Fires({NETS_CSV: b"net,owner\n192.0.2.0/33,x\n"}, NETS_CSV, "", "192.0.2.0/33", line=2)],
    "SP198": [
        Fires({NETS: {"default_match": "unknown"}}, NETS, "default_match", "min_matches: 1"),
        Fires({NETS: {"min_matches": 2}}, NETS, "min_matches", "above"),
    ],
    "SP199": [
        Fires(
            {"lookups/two/exf_trusted.csv": b"a,b\n", "lookups/two/two.yml": TWIN},
            "lookups/two/two.yml",
            "filename",
            TRUSTED_CSV,
        ),
        Fires(
            {NETS: {"filename": "exf_detections.csv"}, "lookups/exf_detections.csv": b"net,owner\n"},
            NETS,
            "filename",
            "the list",
        ),
    ],
    "SP901": [
        Fires(
            {STORY: {"narrative": "It is in C:\\Temp\\"}}, STORY, "narrative", "line 1 of the value ends in a backslash"
        ),
        Fires({SHARE: {"description": "One\\\nTwo\\\nThree"}}, SHARE, "description", "line 1", times=1),
        Fires({MACRO: {"definition": "index=*\\"}}, MACRO, "definition"),
        Fires({SHARE: {"throttling.fields.0": " user"}}, SHARE, "throttling.fields[0]", "blanks"),
        Fires({STEPS: {"steps.0.name": "Ends so\\", "steps.0.description": "x"}}, STEPS, "steps[0].name"),
        Fires({STATE: {"fields": ["user", "count", "my field"]}}, STATE, "fields[2]", "another name"),
        Fires({NETS: {"name": "default"}}, NETS, "name", "every app"),
        Fires({MACRO: {"name": "global"}}, MACRO, "name", "every app"),
        Fires({STATE: {"collection": "stash"}}, STATE, "collection", "every app"),
        Fires({NETS: {"name": "exf_detections"}}, NETS, "name", "its own detections"),
        Fires({BASELINE: {"name": "Share Leaves - Rule"}}, BASELINE, "name", "'EX - Share Leaves - Rule'"),
        Fires({BASELINE: {"name": "Where Did It Go - Step 1"}}, STEPS, "name", BASELINE),
    ],
}

# Close to the edge and still right. The base pack itself is a case of every rule, too.
SILENT: dict[str, list[Edits]] = {
    "SP103": [
        {"lookups/exf_cloud.yml": base()[STATE] | {"name": "exf_cloud", "id": "a" * 8 + "-aaaa-aaaa-aaaa-" + "a" * 12}}
    ],
    "SP105": [{ODD: {"name": LONG[:70]}}],
    "SP106": [{"detections/deprecated/x.yml": base()[ODD]}],
    "SP108": [{ODD: {"status": "deprecated", "deprecation_info": DEPRECATION}}],
    "SP109": [{ODD: {"status": "deprecated", "deprecation_info": DEPRECATION}}],
    "SP110": [{SHARE: {"modification_date": "2026-11-22"}}],
    "SP186": [
        {HUNT: {"search": '`exf_cloud` | eval ticks=mvcount(split(user, "`")) | `exf_hunt_for_long_names_filter`'}}
    ],
    "SP111": [{SHARE: {"modification_date": "2026-11-01"}}],
    "SP112": [{SHARE: {"references.0": "http://example.com:8080/a?b=c#d"}}],
    "SP113": [
        {SHARE: {"status": "experimental", "how_to_implement": "TODO"}},
        {SHARE: {"description": "See the to-do list."}},
        {
            STORY: {"status": "experimental", "narrative": "TODO"},
            **{path: {"status": "experimental"} for path in (SHARE, ODD, HUNT, RISK)},
        },
    ],
    "SP122": [{SHARE: {"drilldown_searches.0.latest_offset": "+1h@h"}}, {SHARE: {"tests.0.latest_time": "1709210096"}}],
    "SP123": [
        {HOURLY: {"earliest_time": "@d", "latest_time": "@h"}},
        {
            SHARE: {
                "drilldown_searches.0.earliest_offset": "$info_max_time$",
                "drilldown_searches.0.latest_offset": "1d",
            }
        },
    ],
    "SP124": [{HOURLY: {"cron_schedule": "0 0 1 * *", "earliest_time": "-1mon@mon", "latest_time": "@mon"}}],
    "SP125": [
        {SHARE: {"schedule": INLINE | {"earliest_time": "-1d@m"}, "throttling.period": "23h"}},
        {BASELINE: {"schedule.earliest_time": "-90d@d"}},
        {
            "schedules/nightly.yml": base()[HOURLY]
            | {"name": "nightly", "id": str(UUID(int=7)), "earliest_time": "-30d"}
        },
    ],
    "SP127": [{HOURLY: {"schedule_window": 59}}, {HOURLY: {"schedule_window": "auto"}}],
    "SP132": [
        {SHARE: {"mitre_attack_id": ["T1567.001", "T1567.002"]}},
        {SHARE: {"mitre_attack_id": ["T1567", "T1537"]}},
    ],
    "SP133": [{SHARE: {"mitre_attack_id": [], "status": "experimental"}}],
    "SP140": [{SHARE: {"finding.entity.score": 0}}, {SHARE: {"finding.entity.score": 100}}],
    "SP144": [{ODD: {"intermediate_findings": DELETE, "type": "Hunting"}}],
    "SP147": [{SHARE: {"intermediate_findings": DELETE, "threat_objects": []}}],
    "SP151": [
        {SHARE: {"finding.title": "$user$ paid $500 to $account$"}},
        {SHARE: {"finding.title": "$$ $user$ $src$"}},
        {SHARE: {"finding.title": "$result.user|s$ in $info_min_time$"}},
    ],
    "SP152": [
        {SHARE: {"search": EVENTS, "finding.title": "$usr$ $user$", "status": "experimental"}},
        {SHARE: {"finding.title": "$usr$"}},
        {SHARE: {"finding.title": "$result.user$ in $info_min_time$"}},
        {SHARE: {"finding.title": "$usr$", "status": "experimental"}},
    ],
    "SP153": [{SHARE: {"finding.entity.field": "src_user", "status": "experimental"}}],
    "SP155": [{SHARE: {"drilldown_searches.0.search": "%original_detection_search%"}}],
    "SP156": [
        {
            SHARE: {
                "drilldown_searches.0.earliest_offset": "$info_min_time$",
                "drilldown_searches.0.latest_offset": "$info_max_time$",
            }
        },
        {SHARE: {"drilldown_searches.0.earliest_offset": "-7d", "finding.title": "$user$ in $information$"}},
    ],
    "SP158": [
        {SHARE: {"actions": {"email": MAIL | {"subject.alert": "100% %name% of %description%"}}}},
        {SHARE: {"actions": {"email": False}}, SETTINGS: {"actions": {"email": MAIL}}},
        {HOURLY: {"actions": {"our_own": {"any": "thing", "at": 3}}}},
    ],
    "SP159": [{SHARE: {"actions": {"slack": {"channel": "#soc"}, "our_own": {"chanel": "x"}, "email": MAIL}}}],
    "SP160": [
        {path: {"analytic_story": []} for path in (ODD, HUNT, RISK)},
        {**{path: {"analytic_story": []} for path in (SHARE, ODD, HUNT, RISK)}, STORY: {"status": "experimental"}},
    ],
    "SP162": [
        {STORY: b"name: [broken\n", SHARE: {"version": 0, "analytic_story": ["leaving  data"]}},
        {SETTINGS: {"external_content.1": ESCU}, SHARE: {"analytic_story.1": "Data Theft"}},
    ],
    "SP163": [
        {SHARE: {"data_source.0": "Cloud API AND Cloud API"}},
        {SOURCE: b"name: Cloud API\n"},
        {SETTINGS: {"external_content.1": ESCU}, SHARE: {"data_source.0": "Cloud API AND Mail"}},
    ],
    "SP166": [{SETTINGS: {"external_content.1": ESCU}, STEPS: {"detections.1": "Mail Goes Out"}}],
    "SP164": [
        {HOURLY: b"- not an object\n"},
        {ODD: {"schedule": DELETE}, SETTINGS: {"schedules": {"anomaly": "hourly"}}},
        {ODD: {"schedule": DELETE, "custom_schedule": INLINE}},
    ],
    "SP167": [
        {
            SETTINGS: {"schedules": {"ttp": "hourly"}},
            **{path: {"schedule": INLINE} for path in (SHARE, ODD, HUNT, RISK)},
        }
    ],
    "SP168": [{BASELINE: {"lookup": "cim"}}],
    "SP169": [{SOURCE: {"macro": "drop_dm_object_name"}}, {SOURCE: {"macro": DELETE}}],
    "SP170": [{SHARE: {"tests": [], "status": "experimental"}}, {SHARE: {"tests.0.expected_results": DELETE}}],
    "SP172": [{SHARE: {"tests.0.attack_data.0.data": "https://example.com/x"}}],
    "SP174": [
        {
            SHARE: {
                "tests.0": {
                    "name": "a",
                    "test_type": "experimental",
                    "attack_data": [{"data": "https://example.com/x", "sourcetype": "cloud:api"}],
                }
            }
        }
    ],
    "SP175": [{SHARE: {"tests.1.expected_results": DELETE, "tests.1.expected_rows": [{"user": "a"}]}}],
    "SP176": [{SHARE: {"tests.1.test_type": "experimental", "tests.1.reason": "Waits for events"}}],
    "SP177": [
        {SHARE: {"tests.0.attack_data.0.sourcetype": "Cloud:API"}},
        {SHARE: {"data_source": [], "tests.0.attack_data.0.sourcetype": "x"}},
    ],
    "SP178": [
        {SHARE: {"tests.0.macros": {"exf_cloud": "index=a", "exf_share_leaves_filter": "search *"}}},
        {SHARE: {"tests.0.macros": {"cim_Web_indexes": "index=web", "get_user(1)": "user=$user$"}}},
        {SHARE: {"tests.0.lookups": {"exf_normal": [{"user": "a", "_key": "1"}], "cim_cloud_domain_lookup": []}}},
        {SHARE: {"tests.0.lookups": {"identity_lookup_expanded": [{"identity": "a", "any": "b"}], "cim": []}}},
        {MACRO: b"name: [broken\n", SHARE: {"tests.0.macros": {"exf_cloud": "index=a"}}},
    ],
    "SP180": [{HUNT: {"search": "`exf_cloud` | search `exf_hunt_for_long_names_filter` "}}],
    "SP181": [{HUNT: {"search": "`exf_cloud` | `exf_hunt_for_long_names_filter`\n\n"}}],
    "SP182": [
        {
            "macros/exf_share_leaves_filter.yml": base()[MACRO]
            | {"name": "exf_share_leaves_filter", "id": "b" * 8 + "-bbbb-bbbb-bbbb-" + "b" * 12}
        }
    ],
    "SP184": [
        {
            NETS: {"name": "nets", "lookup_type": "external", "match_type": DELETE},
            SHARE: {"search": base()[SHARE]["search"].replace("exf_nets", "nets")},
        }
    ],
    "SP185": [
        {MACRO: {"definition": 'eval x="$y$"'}},
        {TWO: {"definition": "search x=$field$", "validation": "$least$ > 0"}},
    ],
    "SP189": [
        {SHARE: {"search": EVENTS.replace("user=*", 'analyticstories="EX - Leaving Data"')}},
        {SHARE: {"search": EVENTS.replace("user=*", 'analyticstories="Of Others" story="Leaving Data"')}},
        {
            SETTINGS: {"prefix_stories": False},
            SHARE: {"search": EVENTS.replace("user=*", 'analyticstories="Leaving Data"')},
        },
    ],
    "SP188": [{"dashboards/leaving.yml": DASHBOARD, "dashboards/leaving.json": b"{}"}],
    "SP191": [{NETS_CSV: b"net,owner,column_3\n"}, {NETS_CSV: b"net, owner \n192.0.2.0/24, kim\n"}],
    "SP187": [{NETS_CSV: b'net , owner\n192.0.2.1 , red \n192.0.2.2,"blue green"\n'}],
    "SP192": [{NETS_CSV: b'net,owner\n192.0.2.0/24,"a, b"\n\n'}, {NETS_CSV: b'net,owner\r\n192.0.2.0/24,"a\r\nb"\r\n'}],
    "SP193": [{NETS_CSV: "net,owner\n192.0.2.1,Zoë\n".encode()}],
    "SP194": [{TRUSTED: {"fields": []}}],
    "SP195": [{NETS: {"match_type": ["CIDR( net )", "WILDCARD(owner)"]}}, {STATE: {"match_type": ["EXACT(user)"]}}],
    "SP197": [{NETS_CSV: b"net,owner\n192.0.2.7,host\n192.0.2.9/24,lax\n"}],
    "SP198": [{NETS: {"default_match": "unknown", "min_matches": 1}}],
    "SP199": [{"lookups/two.yml": TWIN}],
    "SP901": [
        {SHARE: {"next_steps": "Look into C:\\Temp\\", "references": ["https://example.com/a\\"]}},
        {SHARE: {"description": "  A share in C:\\Temp\\ and elsewhere.\n\n"}},
        {MACRO: {"description": "[evil]\nkey = value\n# comment"}},
        {SHARE: {"tests.0.name": "Ends so\\"}},
    ],
}


@pytest.mark.parametrize(
    ("rule", "case"),
    [pytest.param(rule, case, id=f"{rule}-{n}") for rule, cases in FIRES.items() for n, case in enumerate(cases)],
)
def test_fires(rule: str, case: Fires, tmp_path: Path) -> None:
    found = [issue for issue in check(tmp_path, case.edits).issues if issue.rule == rule]
    shown = [f"{issue.location} {issue.key}: {issue.message} ({issue.cure})" for issue in found]
    assert len(found) == case.times, shown
    hits = [
        issue
        for issue in found
        if (issue.location.file, issue.key) == (case.file, case.key) and case.said in f"{issue.message} {issue.cure}"
    ]
    assert hits, shown
    assert hits[0].severity == rules()[rule].severity
    if case.line is not None:
        assert hits[0].location.line == case.line
    elif case.key:
        assert hits[0].location.line > 0, "a fault at a key has a place"


@pytest.mark.parametrize(
    ("rule", "edits"),
    [pytest.param(rule, edits, id=f"{rule}-{n}") for rule, cases in SILENT.items() for n, edits in enumerate(cases)],
)
def test_stays_silent(rule: str, edits: Edits, tmp_path: Path) -> None:
    assert [issue for issue in check(tmp_path, edits).issues if issue.rule == rule] == []


def test_the_base_pack_has_no_fault(tmp_path: Path) -> None:
    checked = check(tmp_path)
    assert [f"{issue.location} {issue.rule} {issue.message}" for issue in checked.issues] == []
    assert not checked.silenced


def test_every_rule_of_the_metadata_has_a_case() -> None:
    """Rules about searches (SP2xx, SP3xx) have their cases beside their own tests, and so has the one that compares two
    states of a pack."""
    apart = {"SP128", *(id for id in rules() if "SP200" <= id < "SP400")}
    checked = {id for id, rule in rules().items() if rule.check is not None and id not in apart}
    assert checked == FIRES.keys()
    assert SILENT.keys() <= checked
