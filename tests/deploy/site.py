"""A small app of every kind, an instance to put it on, and the two together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from secret_watch import look
from splunkd import Fault, Splunkd, writes
from splunkd.faults import Seen
from storypack.deploy.apply import Planned, Step, apply_plan, plan_deployment
from storypack.deploy.desired import desired_from_tree, for_instance
from storypack.deploy.instance import read_instance
from storypack.deploy.journal import Record, Store
from storypack.deploy.plan import Plan
from storypack.deploy.rollback import apply_rollback, plan_rollback
from storypack.report.deploy import render_plan, render_plan_json
from storypack.splunkd.connection import Connection, Target
from storypack.splunkd.credentials import Credentials
from storypack.splunkd.secret import Secret

APP = "DA-ESS-Sample"
PATIENCE = 60.0  # seconds: a busy machine must not pass for an instance that is lost
RULE = "EXF - Archive Leaves - Rule"
STORY = "analytic_story://EXF - Leaving"
Tree = dict[str, bytes]

FILES = {
    "default/app.conf": """
[ui]
is_visible = 1
label = Sample
[launcher]
author = Somebody
description = A sample.
version = 1.0.0
""",
    "default/macros.conf": """
[exf_archive_leaves_filter]
definition = search *
[exf_proxy]
definition = index=proxy sourcetype=web
[exf_ctime(1)]
args = field
definition = eval $field$=strftime($field$, "%F %T")
""",
    "default/transforms.conf": """
[exf_trusted]
filename = exf_trusted_1.csv
match_type = WILDCARD(domain)
max_matches = 1
case_sensitive_match = 0
""",
    "default/collections.conf": """
[exf_seen]
enforceTypes = 0
field.user = string
""",
    "default/savedsearches.conf": """
[EXF - Archive Leaves - Rule]
action.correlationsearch.enabled = 1
action.correlationsearch.metadata = {"deprecated":"0","detection_id":"6f1c5a0e-2f0e-4d7a-9a53-2f6d4f1d3c11"}
action.notable = 1
action.notable.param.drilldown_searches = [{"earliest_offset":"604800","name":"x","search":"`exf_proxy`"}]
alert.suppress = 1
alert.suppress.fields = user
alert.suppress.period = 3600s
counttype = number of events
relation = greater than
quantity = 0
cron_schedule = 15 * * * *
disabled = 1
dispatch.earliest_time = -70m@m
dispatch.latest_time = -10m@m
enableSched = 1
realtime_schedule = 0
schedule_window = auto
search = `exf_proxy` method=POST\\
| lookup exf_trusted domain OUTPUT comment\\
| `exf_archive_leaves_filter`
""",
    "default/analyticstories.conf": """
[analytic_story://EXF - Leaving]
category = Adversary Tactics
searches = ["EXF - Archive Leaves - Rule"]
spec_version = 3
version = 1
""",
    "default/data/ui/views/overview.xml": "<dashboard><label>Overview</label></dashboard>",
    "lookups/exf_trusted_1.csv": "domain,comment\nexample.com,ours\n",
    "metadata/default.meta": """
[]
access = read : [ * ], write : [ admin, sc_admin ]
export = system
[views]
access = read : [ * ], write : [ admin ]
export = none
""",
}


def tree(**changed: str | None) -> Tree:
    """The sample app's files. Keywords name the file by its stem and give another text (None: without the file)."""
    files = dict(FILES)
    for stem, text in changed.items():
        path = next(path for path in files if Path(path).stem == stem)
        if text is None:
            del files[path]
        else:
            files[path] = text
    return {path: text.encode() for path, text in files.items()}


def edited(stem: str, old: str, new: str, *more: tuple[str, str]) -> Tree:
    """The sample app with one text of a file replaced by another, and `more` of them."""
    text = next(text for path, text in FILES.items() if Path(path).stem == stem)
    for before, after in ((old, new), *more):
        assert before in text
        text = text.replace(before, after)
    return tree(**{stem: text})


def connect(splunkd: Splunkd, **target: object) -> Connection:
    """A connection as the administrator by password, with short waits."""
    chosen = {"timeout": PATIENCE, "backoff": 0.01, "ca": str(splunkd.ca_file), **target}
    return Connection(
        Target(splunkd.host, splunkd.port, **chosen),  # type: ignore[arg-type]
        Credentials(username=splunkd.username, password=Secret(splunkd.password)),
    )


def shown(plan: Plan) -> Plan:
    """The plan, which the watch over secrets sees as a person or a program would."""
    look("a plan", render_plan(plan, APP) + render_plan_json(plan))
    return plan


def lost_from(write: int, *, effect: bool = True) -> Fault:
    """The instance is not heard of from the nth write on; `effect`: it does that write."""
    seen = 0

    def matches(one: Seen) -> bool:
        nonlocal seen
        seen += writes(one)
        return seen >= write

    return Fault("cut", matches=matches, times=999, effect=effect)


def clock() -> str:
    return "2026-11-22T00:00:00Z"


@dataclass
class Site:
    """The instance, and a folder with what we know of it: plan, apply and roll back in one call each."""

    splunkd: Splunkd
    folder: Path
    target: Mapping[str, object] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)

    def connection(self) -> Connection:
        return connect(self.splunkd, **self.target)

    def store(self, connection: Connection) -> Store:
        return Store(self.folder, read_instance(connection).guid, APP)

    def planned(
        self, connection: Connection, files: Tree, *, enable: bool = False, adopt: tuple[str, ...] = ()
    ) -> Planned:
        desired = for_instance(desired_from_tree(APP, files, enable=enable), cloud=False)
        return plan_deployment(connection, self.store(connection), desired, adopt)

    def plan(self, files: Tree | None = None, **options: object) -> Plan:
        connection = self.connection()
        try:
            return shown(self.planned(connection, files or tree(), **options).plan)  # type: ignore[arg-type]
        finally:
            connection.close()

    def apply(self, files: Tree | None = None, **options: object) -> Record | None:
        connection = self.connection()
        try:
            store = self.store(connection)
            with store.locked():
                planned = self.planned(connection, files or tree(), **options)  # type: ignore[arg-type]
                shown(planned.plan)
                return apply_plan(connection, store, planned, clock, self.steps.append)
        finally:
            connection.close()

    def roll_back(self, to: str | None = None) -> Record:
        connection = self.connection()
        try:
            store = self.store(connection)
            with store.locked():
                way = plan_rollback(connection, store, APP, to)
                shown(way.plan)
                return apply_rollback(connection, store, way, clock, self.steps.append)
        finally:
            connection.close()
