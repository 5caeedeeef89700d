"""What the authors of the real events say of their lines, and what this project's documentation says of that."""

from __future__ import annotations

import csv
import re
from functools import cache

import yaml

from .runs import DATA, ROOT

PAGE = ROOT / "docs" / "content" / "real_events.md"
CLOUDTRAIL = "aws/panther_cloudtrail_rule_tests"
# The rules of the CloudTrail file that are about data which leave, or come near to it; the others are about sign-in,
# users, networks, secrets and destruction.
ABOUT_DATA = {
    "aws_ami_modified_for_public_access",
    "aws_ec2_monitoring",
    "aws_ec2_traffic_mirroring",
    "aws_rds_log_file_downloaded",
    "aws_rds_manual_snapshot_created",
    "aws_rds_publicrestore",
    "aws_rds_snapshot_enumeration",
    "aws_resource_made_public",
    "aws_s3_bucket_policy_modified",
    "aws_s3_copy_object_cross_account_kms",
    "aws_s3_copy_object_with_client_side_encryption",
    "aws_s3_delete_public_access_block",
    "aws_s3_disable_mfa_delete",
    "aws_s3_suspend_versioning",
    "aws_snapshot_made_public",
    "aws_vpce_access_denied",
    "aws_vpce_external_principal",
    "aws_vpce_s3_external_ip",
}
_TABLE_ROW = re.compile(r"^\| (?P<place>[^|]+) \| (?P<label>[^|]+) \| (?P<we>row|no row) \| (?P<why>[^|]+) \|$")
_PLACE = re.compile(r"^(?P<file>[a-z0-9]+/\w+)?\s*(?P<lines>\d+(?:, \d+)*)$")


@cache
def labels() -> dict[str, set[int]]:
    """For each file with labels (its path without suffix), the lines that should give a finding."""
    found = {"aws/stratus_exfiltration_detonations": {1, 2, 3, 4}}
    with (DATA / f"{CLOUDTRAIL}.index.csv").open(encoding="utf-8", newline="") as file:
        found[CLOUDTRAIL] = {
            int(row["line"])
            for row in csv.DictReader(file)
            if row["panther_rule"] in ABOUT_DATA and row["panther_expected_result"] == "True"
        }
    manifest = yaml.safe_load((DATA / "MANIFEST.yml").read_text(encoding="utf-8"))
    for item in manifest["files"]:
        said = item.get("expected_true_positives")
        text = ", ".join(said) if isinstance(said, list) else str(said or "")
        numbered = re.findall(r"(\d+):[^=,]*(?:,(?! ?\d+:)[^=,]*)*=(True|False)", text)
        if numbered:
            found[item["path"].rsplit(".", 1)[0]] = {int(line) for line, answer in numbered if answer == "True"}
    return found


def documented() -> dict[tuple[str, int], str]:
    """(file, line) -> `row` or `no row`, from the page's tables: where we differ from the label."""
    found: dict[tuple[str, int], str] = {}
    file = ""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        row = _TABLE_ROW.match(line)
        if row is None:
            continue
        place = _PLACE.match(row["place"].strip())
        assert place is not None, f"{PAGE.name}: {row['place']!r} names no lines"
        file = place["file"] or file
        for number in place["lines"].split(", "):
            assert (file, int(number)) not in found, f"{PAGE.name}: {file} {number} stands there twice"
            found[file, int(number)] = row["we"]
    return found
