"""Eleven small repositories as teams keep them with contentctl 3, 4 and 5 and contentctl-ng: own content, in their
formats and with their habits."""

from __future__ import annotations

import json
from collections.abc import Mapping

Files = Mapping[str, str | bytes]

ICON = b"\x89PNG\r\n\x1a\n"
URL = "https://media.example.com/attack_data/events.log"


def common(name: str, number: int, kind: str = "") -> str:
    return (
        f"name: {name}\n"
        f"id: 7f000000-0000-4000-8000-{number:012d}\n"
        "version: 1\n"
        "date: '2024-03-01'\n"
        "author: Kim Example\n"
        f"description: What {name} is about.\n" + (f"type: {kind}\nstatus: production\n" if kind else "")
    )


def story(name: str, number: int, *, status: str = "status: production\n") -> str:
    return (
        f"{common(name, number)}{status}"
        "narrative: The long form of it.\n"
        "references: []\n"
        "tags:\n  category: [Malware]\n  product: [Splunk Enterprise]\n  usecase: Security Monitoring\n"
    )


def source(name: str, number: int) -> str:
    return (
        f"{common(name, number)}source: syslog\nsourcetype: acme:proxy\n"
        "supported_TA:\n- {name: Acme Add-on, url: 'https://example.com/app/1', version: 1.0.0}\n"
        "fields: [_time, user, src]\n"
    )


def body(search: str, data_source: str = "Acme Proxy") -> str:
    return (
        f"data_source: [{data_source}]\n"
        f"search: '{search}'\n"
        "how_to_implement: Collect the proxy's events.\n"
        "known_false_positives: Administrators.\n"
        "references: ['https://example.com/why']\n"
    )


def tags(story: str, *more: str) -> str:
    lines = [
        f"analytic_story: [{story}]",
        "asset_type: Endpoint",
        "mitre_attack_id: [T1041]",
        "product: [Splunk Enterprise, Splunk Cloud]",
        "security_domain: network",
        *more,
    ]
    return "tags:\n" + "".join(f"  {line}\n" for line in lines)


def rba(*fields: str) -> str:
    objects = "".join(f"  - {{field: {field}, type: {_kind(field)}, score: 40}}\n" for field in fields)
    return f"rba:\n  message: $user$ uploads much\n  risk_objects:\n{objects}  threat_objects: []\n"


def _kind(field: str) -> str:
    return {"user": "user", "dest": "system"}.get(field, "other")


TEST = (
    "tests:\n- name: True Positive Test\n  attack_data:\n"
    f"  - {{data: '{URL}', source: syslog, sourcetype: 'acme:proxy'}}\n"
)

OBSERVABLES = (
    "confidence: 80",
    "impact: 50",
    "risk_score: 40",
    "message: $user$ uploads much",
    "observable: [{name: user, type: User, role: [Victim]}, {name: src, type: IP Address, role: [Attacker]}]",
    "required_fields: [_time, user, src]",
)


def deployment(name: str, number: int, kind: str, *, in_tags: bool = False, actions: str = "") -> str:
    said = f"tags:\n  type: {kind}\n" if in_tags else f"type: {kind}\n"
    return (
        f"name: {name}\nid: 7d000000-0000-4000-8000-{number:012d}\ndate: '2024-03-01'\nauthor: Kim Example\n"
        f"description: How searches of type {kind} run.\n{said}"
        "scheduling: {cron_schedule: 0 * * * *, earliest_time: -70m@m, latest_time: -10m@m, schedule_window: auto}\n"
        "alert_action:\n"
        "  notable: {rule_description: '%description%', rule_title: '%name%', nes_fields: [user, dest]}\n"
        f"  rba: {{enabled: 'true'}}\n{actions}"
    )


def contentctl(app: str) -> str:
    return (
        f"path: .\napp: {{uid: 1, title: Acme Detections, appid: {app}, version: 1.2.3, description: Ours.,"
        " prefix: ACME, label: Acme, author_name: Kim Example, author_email: soc@example.com, author_company: Acme}\n"
        "mode: {}\napps: []\n"
    )


FILTERED = "`acme_proxy` | stats count by user src dest | `{}_filter`"
PROXY = 'name: acme_proxy\ndefinition: index=proxy sourcetype="acme:proxy"\ndescription: The proxy.\n'


def _studio(title: str) -> str:
    return json.dumps({"title": title, "description": "", "dataSources": {}, "visualizations": {}, "inputs": {}})


def template_of_version_5() -> Files:
    """What `contentctl init` of version 5 lays out: an app_template, five deployments, bare macros."""
    kinds = ("TTP", "Anomaly", "Hunting", "Correlation", "Baseline")
    return {
        "contentctl.yml": contentctl("acme_template"),
        "README.md": "# Ours\n",
        "app_template/metadata/default.meta": "[]\nexport = system\n",
        "app_template/default/use_case_library.conf": "",
        "app_template/default/data/ui/nav/default.xml": '<nav><view name="feedback" default="true" /></nav>\n',
        "app_template/default/data/ui/views/feedback.xml": '<dashboard version="1.1"><label>F</label></dashboard>\n',
        "app_template/static/appIcon.png": ICON,
        "app_template/lookups/techniques.csv": "id,name\nT1041,Exfiltration\n",
        "app_template/README/notes.txt": "notes",
        "deployments/one.yml": deployment("Acme Default Configuration", 1, "TTP"),
        **{
            f"deployments/acme_default_configuration_{kind.lower()}.yml": deployment(f"Acme {kind}", number, kind)
            for number, kind in enumerate(kinds[1:], 2)
        },
        "macros/acme_proxy.yml": PROXY,
        "stories/much_goes_out.yml": story("Much Goes Out", 1).replace(
            "The long form of it.", "'First.\\\n\n  Second.\\'"
        ),
        "data_sources/acme_proxy.yml": source("Acme Proxy", 2),
        "detections/network/upload_of_much.yml": common("Upload of Much", 3, "Anomaly")
        + body(FILTERED.format("upload_of_much"))
        + rba("user", "dest")
        + tags("Much Goes Out")
        + TEST,
    }


def version_3() -> Files:
    """Settings under `build`, deployments with their type in tags, risk in tags, lookups without a type."""
    actions = (
        "  email: {message: 'See %name%', subject: 'Acme: %name%', to: soc@example.com}\n"
        "  slack: {channel: '#soc', message: '%name%: %description%'}\n"
        "  phantom: {cam_workers: '[]', label: notable, phantom_server: soar, sensitivity: amber, severity: high}\n"
    )
    return {
        "contentctl.yml": "deployments: {acs_deployments: [], rest_api_deployments: []}\n"
        "build: {title: AcmeThree, path_root: dist, prefix: ACME, build: 20240101, version: 0.0.1, name: acme_three,"
        " label: Acme Detections, author_name: Kim Example, author_email: soc@example.com, author_company: Acme,"
        " description: Ours., splunk_app: {}, json_objects: null}\nbuild_ssa: null\n",
        "deployments/00_default_ttp.yml": deployment("Acme Default TTP", 1, "TTP", in_tags=True, actions=actions),
        "macros/acme_proxy.yml": PROXY,
        "lookups/acme_known.yml": "name: acme_known\ndescription: Known hosts.\nfilename: acme_known.csv\n"
        "default_match: 'false'\nmatch_type: WILDCARD(dest)\nmin_matches: 1\ncase_sensitive_match: 'false'\n",
        "lookups/acme_known.csv": "dest,known\n*.example.com,true\n",
        "stories/much_goes_out.yml": story("Much Goes Out", 1, status="type: Story\n"),
        "detections/endpoint/upload_to_stranger.yml": common("Upload to Stranger", 2, "TTP")
        + body("`acme_proxy` | stats count by user src dest | lookup acme_known dest | `upload_to_stranger_filter`", "")
        + "datamodel: []\n"
        + tags(
            "Much Goes Out", *OBSERVABLES, "kill_chain_phases: [Exploitation]", "nist: [DE.CM]", "CVE: [CVE-2024-12345]"
        )
        + f"tests:\n- name: True Positive Test\n  attack_data:\n"
        f"  - {{file_name: events.log, data: '{URL}', source: syslog,"
        " sourcetype: 'acme:proxy', update_timestamp: true, custom_index: main}\n",
    }


def version_4() -> Files:
    """Settings under `app`, observables, a baseline with its type, KV store and CSV lookups, playbooks."""
    return {
        "contentctl.yml": contentctl("acme_four"),
        "deployments/anomalies.yml": deployment("How Anomalies Run", 1, "Anomaly"),
        "deployments/baselines.yml": deployment("How Baselines Run", 2, "Baseline"),
        "macros/acme_proxy.yml": PROXY,
        "lookups/acme_seen.yml": "name: acme_seen\ndescription: Hosts seen.\ncollection: acme_seen\n"
        "fields_list: _key, dest, first_seen\n",
        "lookups/acme_known.yml": "name: acme_known\ndescription: Known hosts.\nfilename: acme_known.csv\n"
        "default_match: false\ncase_sensitive_match: false\n",
        "lookups/acme_known.csv": "dest,known by\n*.example.com,us\n",
        "stories/much_goes_out.yml": story("Much Goes Out", 3),
        "baselines/hosts_seen.yml": common("Hosts Seen", 4, "Baseline")
        + body("`acme_proxy` | stats min(_time) as first_seen by dest | outputlookup acme_seen")
        + "datamodel: []\nasset_type: Endpoint\n"
        + "tags: {analytic_story: [Much Goes Out], detections: [New Host], product: [Splunk Enterprise],"
        " required_fields: [_time], security_domain: network}\n",
        "data_sources/acme_proxy_(v2).yml": source("Acme Proxy", 5).replace(
            "fields: [_time, user, src]", "fields: _time, user, src"
        ),
        "detections/network/new_host.yml": common("New Host", 6, "Anomaly")
        + body(
            "`acme_proxy` | stats count by user src dest | lookup acme_seen dest OUTPUT first_seen"
            " | lookup acme_known dest | `new_host_filter`"
        )
        + tags("Much Goes Out", *OBSERVABLES, "throttling: {fields: [user], period: 3600s}")
        + TEST,
        "investigations/who_was_it.yml": common("Who Was It", 7, "Investigation")
        + body("`acme_proxy` user=$user$ | stats count by dest", "")
        + "inputs: [user]\ntags: {analytic_story: [Much Goes Out], product: [Splunk Enterprise],"
        " required_fields: [_time], security_domain: network}\n",
        "playbooks/block_user.yml": common("Block User", 8) + "playbook: block_user\n",
        "playbooks/block_user.json": "{}",
    }


def version_5() -> Files:
    """The public content's last older state: rba, typed lookups, a model, dashboards, removed content."""
    return {
        "contentctl.yml": contentctl("acme_five"),
        "deployments/x.yml": deployment("Acme TTP", 1, "TTP"),
        "macros/acme_proxy.yml": PROXY,
        "lookups/acme_known.yml": common("acme_known", 2)
        + "lookup_type: csv\nmatch_type: [CIDR(net)]\ndefault_match: false\n",
        "lookups/acme_known.csv": "net,owner\n192.0.2.0/24,us\n",
        "lookups/__mlspl_acme_names.yml": common("__mlspl_acme_names", 3).replace("__mlspl_", "", 1)
        + "lookup_type: mlmodel\n",
        "lookups/__mlspl_acme_names.mlmodel": "algo,model,options\n",
        "dashboards/uploads.yml": common("Uploads", 4) + "theme: dark\n",
        "dashboards/uploads.json": _studio("Uploads"),
        "stories/much_goes_out.yml": story("Much Goes Out", 5),
        "data_sources/acme_proxy.yml": source("Acme Proxy", 6),
        "detections/network/upload_of_much.yml": common("Upload of Much", 7, "TTP").replace(
            "version: 1", "version: '5'"
        )
        + body(
            "`acme_proxy` | stats count by user src dest | lookup acme_known net as src"
            " | apply acme_names | `upload_of_much_filter`"
        )
        + "drilldown_searches:\n- {name: Rows of $user$, search: '%original_detection_search% | search user=$user$',"
        " earliest_offset: $info_min_time$, latest_offset: $info_max_time$}\n"
        + rba("dest", "user")
        + tags("Much Goes Out")
        + TEST,
        "removed/detections/old_one.yml": common("Old One", 8),
    }


def contentctl_ng() -> Files:
    """The current format with contentctl-ng's settings: lookups by type in folders, schedules, a playbook."""
    current = "creation_date: 2024-03-01\nmodification_date: 2024-03-01"
    written = common("Upload of Much", 1, "TTP").replace("date: '2024-03-01'", current)
    return {
        "build.yml": "id: acme_six\nlabel: Acme Detections\napp_version: 6.0.0\n"
        "description: Ours.\ncontent_prefix: Acme\n"
        "author: Kim Example\nauthor_email: soc@example.com\n"
        "external_app_content:\n- {app_name: Acme_TA, macros: [acme_proxy], lookups: [acme_owners]}\n",
        "schedules/hourly.yml": common("Hourly", 2).replace("date: '2024-03-01'", current)
        + "cron_schedule: 0 * * * *\nschedule_window: auto\nearliest_time: -70m@m\nlatest_time: -10m@m\n",
        "lookups/csv/acme_known.yml": common("acme_known", 3).replace("date: '2024-03-01'", current)
        + "lookup_type: csv\ndefault_match: false\n",
        "lookups/csv/acme_known.csv": "dest,known\nfiles.example.com,yes\n",
        "lookups/kvstore/acme_seen.yml": common("acme_seen", 4).replace("date: '2024-03-01'", current)
        + "lookup_type: kvstore\nfields: [_key, dest]\n",
        "dashboards/uploads.yml": common("Uploads", 5).replace("date: '2024-03-01'", current),
        "dashboards/uploads.json": _studio("Uploads"),
        "data_sources/acme_proxy.yml": source("Acme Proxy", 6).replace("date: '2024-03-01'", current),
        "stories/much_goes_out.yml": common("Much Goes Out", 7).replace("date: '2024-03-01'", current)
        + "status: production\nnarrative: The long form.\ncategory: [Malware]\nusecase: Security Monitoring\n"
        "product: [Splunk Enterprise]\n",
        "detections/network/upload_of_much.yml": written
        + body(
            "`acme_proxy` | stats count by user src dest | lookup acme_known dest | lookup acme_seen dest"
            " | lookup acme_owners dest | `upload_of_much_filter`"
        )
        + "security_domain: network\nschedule: Hourly\nfinding:\n  title: $user$ uploads much\n"
        "  entity: {field: user, type: user, score: 40}\nanalytic_story: [Much Goes Out]\nasset_type: Endpoint\n"
        "mitre_attack_id: [T1041]\ncategory: network\n"
        f"tests:\n- {{name: True Positive Test, test_type: unit, attack_data: [{{data: '{URL}', source: syslog,"
        " sourcetype: 'acme:proxy'}]}\n",
        "playbooks/block_user.yml": common("Block User", 8),
    }


def without_deployments() -> Files:
    """One detection, `data_sources` for `data_source`, events beside it, confs of an app_template."""
    return {
        "contentctl.yml": contentctl("acme_small"),
        "app_template/default/indexes.conf": "[acme]\nhomePath = $SPLUNK_DB/acme/db\n"
        "coldPath = $SPLUNK_DB/acme/colddb\n"
        "thawedPath = $SPLUNK_DB/acme/thaweddb\n",
        "macros/acme_proxy.yml": PROXY,
        "data_sources/acme_proxy.yml": source("Acme Proxy", 1),
        "data_sources/raw/events.txt": "user=kim src=192.0.2.1 dest=files.example.net\n",
        "stories/much_goes_out.yml": story("Much Goes Out", 2, status=""),
        "detections/application/upload_of_much.yml": common("Upload of Much", 3, "Anomaly")
        + body(FILTERED.format("upload_of_much")).replace("data_source:", "data_sources:")
        + tags("Much Goes Out", *OBSERVABLES)
        + "tests:\n- name: True Positive Test\n  attack_data:\n"
        "  - {data: ./data_sources/raw/events.txt, source: syslog,"
        " sourcetype: 'acme:proxy', custom_index: proxy}\n",
    }


def a_correlation() -> Files:
    """A correlation that names nobody, without stories and tests, among rules in other languages."""
    return {
        "contentctl.yml": contentctl("acme_correlation"),
        "sigma/upload.yml": "title: Upload\nlogsource: {product: acme}\n",
        "spl/upload.spl": "index=proxy\n",
        "macros/acme_proxy.yml": PROXY,
        "detections/endpoint/several_signs.yml": common("Several Signs", 1, "Correlation")
        + body("`acme_proxy` | stats dc(dest) as dests by user src | where dests > 5 | `several_signs_filter`", "")
        + "next_steps: Ask the user.\n"
        + tags("")
        + "  cve: []\ntests: []\n",
    }


def written_by_hand() -> Files:
    """Settings as no tool writes them, content two folders down, keys left out and keys of their own."""
    return {
        "contentctl.yml": "name: Acme Web Rules\nauthor: Kim Example\nversion: 1.0\ndescription: Ours.\n"
        "content:\n  detections:\n  - path: rules/acme/detections\n  macros: []\nbuild: {validate: false}\n",
        "rules/acme/stories/web_abuse.yml": "name: Web Abuse\nid: 7f000000-0000-4000-8000-000000000001\nversion: 1\n"
        "date: '2024-03-01'\nauthor: Kim Example\ndescription: Abuse of the shop.\ndetections: [Config Read]\n"
        "tags:\n  analytic_story: [Web Abuse]\n  severity: high\n",
        "rules/acme/detections/web/config_read.yml": "name: Config Read\nid: 7f000000-0000-4000-8000-000000000002\n"
        "version: 1\ndate: '2024-03-01'\ntype: TTP\n"
        "status: production\ndescription: Somebody reads the configuration.\n"
        "search: index=shop sourcetype=access_combined uri_path=*/config* | stats count by clientip uri_path\n"
        "how_to_implement: Collect the shop's log.\nknown_false_positives: None.\n"
        "tags:\n  analytic_story: [Web Abuse]\n  mitre_attack: [T1190]\n  security_domain: web\n  risk_score: 80\n"
        "  severity: critical\n  confidence: high\n",
    }


def in_a_subfolder() -> Files:
    """`path` names where the content is; the workflow's files are around it."""
    return {
        "contentctl.yml": contentctl("acme_below").replace("path: .", "path: content"),
        ".github/workflows/ci.yml": "on: push\n",
        "content/deployments/all.yml": deployment("For Everything", 1, "Hunting"),
        "content/lookups/acme_known.yml": "description: Known hosts.\nfilename: acme_known.csv\nname: acme_known\n",
        "content/lookups/acme_known.csv": "dest,known\nfiles.example.com,yes\n",
        "content/stories/much_goes_out.yml": story("Much Goes Out", 2),
        "content/data_sources/acme_proxy.yml": source("Acme Proxy", 3),
        "content/detections/linux/odd_host.yml": common("Odd Host", 4, "Hunting")
        + body(
            'index=proxy sourcetype="acme:proxy" | stats count by user dest | lookup acme_known dest'
            " | `odd_host_filter`"
        )
        + tags("Much Goes Out")
        + TEST,
    }


def tested_by_hand() -> Files:
    """Own filter macros, macros that CIM has too, manual tests, a TTP of one risk object."""
    return {
        "contentctl.yml": contentctl("acme_manual"),
        "deployments/ttp.yml": deployment("Acme Default Configuration TTP", 1, "TTP"),
        "macros/acme_proxy.yml": PROXY,
        "macros/drop_dm_object_name.yml": "name: drop_dm_object_name\narguments: [object]\n"
        'definition: rename "$object$.*" as "*"\ndescription: Plain names.\n',
        "macros/acme_group_change_filter.yml": "name: acme_group_change_filter\ndefinition: search *\n"
        "description: Update this macro to limit the output.\n",
        "stories/much_goes_out.yml": story("Much Goes Out", 2),
        "data_sources/acme_proxy.yml": source("Acme Proxy", 3),
        "detections/endpoint/acme_group_change.yml": common("Acme Group Change", 4, "TTP")
        + body(
            '| tstats count from datamodel=Change.All_Changes where All_Changes.action="modified"'
            " by All_Changes.user All_Changes.dest | `drop_dm_object_name(All_Changes)` | `acme_group_change_filter`"
        )
        + rba("user")
        + tags("Much Goes Out", "manual_test: Tried in the lab.")
        + "deployment:\n"
        "  scheduling: {cron_schedule: 5 * * * *, earliest_time: -65m@m, latest_time: -5m@m, schedule_window: auto}\n"
        "  alert_action:\n    acme_ticket: {queue: soc, priority: 2}\n",
    }


def own_settings_that_only_add() -> Files:
    """contentctl.yml in force beside a storypack.yml that adds alert actions."""
    return {
        **without_deployments(),
        "storypack.yml": "macro_prefix: ''\nactions:\n  webhook: {url: 'https://hooks.example.com/soc'}\n"
        "  snow_incident: {short_description: '%name%', urgency: 2}\n",
        "macros/acme_proxy.yml": PROXY.replace("description: The proxy.", "description: The proxy.\nversion: '2'"),
    }


PACKS = (
    template_of_version_5,
    version_3,
    version_4,
    version_5,
    contentctl_ng,
    without_deployments,
    a_correlation,
    written_by_hand,
    in_a_subfolder,
    tested_by_hand,
    own_settings_that_only_add,
)
