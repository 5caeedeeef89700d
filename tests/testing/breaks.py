"""Detections of the pack, each broken in one place as people break them, and the report that its author then gets.

`python -m tests.testing.breaks` writes the snapshots anew: read them as somebody would who did not break anything."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from storypack.pack.load import load_pack
from storypack.report.tests import render_tests
from storypack.testing.plan import plan_tests
from storypack.testing.results import Outcome, TestRun
from storypack.testing.run import run_test
from storypack.testing.setting import Setting

ROOT = Path(__file__).parents[2]
SNAPSHOTS = Path(__file__).parent / "snapshots"
FOLDERS = ("stories", "detections", "macros", "lookups", "data_sources", "baselines", "schedules", "tests/data")


@dataclass(frozen=True)
class Break:
    """`old` becomes `new` in a file. `name` is that of the snapshot, `detection` the stem whose tests are run."""

    name: str
    detection: str
    file: str
    old: str
    new: str


BREAKS = (
    Break(
        "misspelt_event_field",
        "aws_ec2_snapshot_shared_externally",
        "detections/cloud/aws_ec2_snapshot_shared_externally.yml",
        "eval grantee=mvappend('requestParameters.createVolumePermission.add",
        "eval grantee=mvappend('requestParameters.createVolumePermissions.add",
    ),
    Break(
        "wrong_value",
        "aws_rds_snapshot_shared_externally",
        "detections/cloud/aws_rds_snapshot_shared_externally.yml",
        '"ModifyDBSnapshotAttribute"',
        '"ModifyDbSnapshotAttributes"',
    ),
    Break(
        "lost_macro",
        "aws_disable_bucket_versioning",
        "detections/cloud/aws_disable_bucket_versioning.yml",
        "`exf_cloudtrail_actor`",
        "`exf_cloudtrail_actors`",
    ),
    Break(
        "swapped_field",
        "aws_exfiltration_via_ec2_snapshot",
        "detections/cloud/aws_exfiltration_via_ec2_snapshot.yml",
        'DeleteSnapshot", "4 deleted",\n          isnotnull(revoked)',
        'DeleteSnapshot", "4 deleted",\n          isnotnull(revoker)',
    ),
    Break(
        "field_dropped_by_stats",
        "o365_suspicious_user_email_forwarding",
        "macros/exf_o365_forwarding.yml",
        "by record_number Operation user src user_agent",
        "by record_number Operation src user_agent",
    ),
    Break(
        "failed_calls_let_in",
        "aws_ec2_snapshot_shared_externally",
        "macros/exf_cloudtrail_succeeded.yml",
        '(NOT errorCode=* OR errorCode="success")',
        "(NOT errorCod=*)",
    ),
    Break(
        "allow_list_by_wrong_key",
        "excessive_usage_of_nslookup_app",
        "detections/endpoint/excessive_usage_of_nslookup_app.yml",
        "lookup exf_scanners host AS dest OUTPUT",
        "lookup exf_scanners host AS user OUTPUT",
    ),
    Break(
        "threshold_too_high",
        "excessive_usage_of_nslookup_app",
        "detections/endpoint/excessive_usage_of_nslookup_app.yml",
        "distinct_commands>=15",
        "distinct_commands>=150",
    ),
    Break(
        "data_model_field",
        "mail_data_file_copied",
        "detections/endpoint/mail_data_file_copied.yml",
        "by Processes.dest Processes.user Processes.process_name",
        "by Processes.dest Processes.user Processes.proces_name",
    ),
    Break(
        "data_model_value",
        "git_push_to_foreign_repository",
        "detections/endpoint/git_push_to_foreign_repository.yml",
        'Processes.process_name IN ("git.exe", "git", "gh.exe", "gh", "glab*", "git-remote-http*") '
        'OR Processes.process IN ("*git* push *", "*git* remote *")',
        'Processes.process_name IN ("git.com", "gti")',
    ),
    Break(
        "broken_pattern",
        "tls_server_name_carrying_encoded_data",
        "detections/network/tls_server_name_carrying_encoded_data.yml",
        'labels=split(name, "."),\n',
        'labels=split(name, "\\\\."),\n',
    ),
    Break(
        "renamed_detection",
        "aws_s3_exfiltration_behavior_identified",
        "detections/cloud/aws_disable_bucket_versioning.yml",
        "name: AWS Disable Bucket Versioning\n",
        "name: AWS Bucket Versioning Disabled\n",
    ),
    Break(
        "filter_lost",
        "plain_http_post_exfiltrated_data",
        "detections/network/plain_http_post_exfiltrated_data.yml",
        "  | where isnull(allowed_site) AND isnull(allowed_address)\n",
        "",
    ),
    Break(
        "condition_reversed",
        "o365_pst_export_alert",
        "detections/cloud/o365_pst_export_alert.yml",
        '| where Operation!="New-ComplianceSearchAction" OR match(',
        '| where Operation="New-ComplianceSearchAction" AND match(',
    ),
    Break(
        "wrong_column",
        "aws_ec2_snapshot_shared_externally",
        "detections/cloud/aws_ec2_snapshot_shared_externally.yml",
        "values(requestParameters.snapshotId) as snapshot_id",
        "values(requestParameters.snapshotId) as snapshot",
    ),
    Break(
        "wrong_sourcetype",
        "aws_exfiltration_via_bucket_replication",
        "macros/exf_cloudtrail.yml",
        'sourcetype="aws:cloudtrail"',
        'sourcetype="aws:cloudtrails"',
    ),
    Break(
        "missing_event_file",
        "mailsniper_invoke_functions",
        "detections/endpoint/mailsniper_invoke_functions.yml",
        "data: tests/data/",
        "data: tests/dat/",
    ),
    Break(
        "spl_error",
        "gdrive_suspicious_file_sharing",
        "detections/cloud/gdrive_suspicious_file_sharing.yml",
        "| stats ",
        "| stat ",
    ),
)


def copy_pack(target: Path) -> None:
    """The pack's content and events, to be broken."""
    for folder in FOLDERS:
        shutil.copytree(ROOT / folder, target / folder)
    shutil.copy(ROOT / "storypack.yml", target)


def report_of(broken: Break, pack: Path) -> str:
    """What `storypack test` says of the first test that the break fails."""
    file = pack / broken.file
    whole = file.read_text(encoding="utf-8")
    if broken.old not in whole:
        raise ValueError(f"{broken.name}: {broken.file} does not hold {broken.old!r}")
    file.write_text(whole.replace(broken.old, broken.new), encoding="utf-8")
    try:
        loaded = load_pack(pack).pack
        setting = Setting(loaded)
        try:
            for planned in plan_tests(loaded):
                if broken.detection in planned.file:
                    result = run_test(planned, setting)
                    if result.outcome is not Outcome.PASSED:
                        return render_tests(TestRun((replace(result, seconds=0.0),)), width=110)
        finally:
            setting.close()
    finally:
        file.write_text(whole, encoding="utf-8")
    return "no test failed\n"


if __name__ == "__main__":
    import sys
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        copy_pack(Path(folder))
        for one in BREAKS:
            if len(sys.argv) < 2 or one.name in sys.argv:
                (SNAPSHOTS / f"{one.name}.txt").write_text(report_of(one, Path(folder)), encoding="utf-8")
