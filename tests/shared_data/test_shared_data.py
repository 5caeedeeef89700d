"""Every detection over every real file of its sources: it fires exactly where it should.

The files lie outside of this project, in `../shared/data`; without them the suite is skipped and says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from .runs import DATA, RealFile, event_files, lines_that_fire, manifest, readers, rows, run

if not (DATA / "MANIFEST.yml").is_file():
    pytest.skip(f"the real events are not there ({DATA})", allow_module_level=True)

from .labels import documented, labels

# (detection, file) -> how many rows the whole file gives, and which lines alone are enough for one.
FIRES = {
    ("aws_ami_attribute_modification_for_exfiltration", "aws/panther_cloudtrail_rule_tests"): (1, [6, 11]),
    ("aws_disable_bucket_versioning", "aws/panther_cloudtrail_rule_tests"): (1, [330, 331]),
    ("aws_ec2_snapshot_shared_externally", "aws/panther_cloudtrail_rule_tests"): (1, [355, 358]),
    ("aws_network_traffic_mirrored", "aws/panther_cloudtrail_rule_tests"): (1, [122, 125]),
    ("aws_s3_bucket_policy_grants_external_access", "aws/panther_cloudtrail_rule_tests"): (1, [278]),
    ("aws_ami_attribute_modification_for_exfiltration", "aws/stratus_exfiltration_detonations"): (1, [2]),
    ("aws_ec2_snapshot_shared_externally", "aws/stratus_exfiltration_detonations"): (1, [3]),
    ("aws_rds_snapshot_shared_externally", "aws/stratus_exfiltration_detonations"): (1, [4]),
    ("gdrive_suspicious_file_sharing", "gws/panther_gsuite_drive_tests"): (4, [5, 13, 14, 23, 26, 29, 30]),
    ("o365_suspicious_admin_email_forwarding", "o365/panther_exchange_forwarding_tests"): (1, [4]),
    ("o365_suspicious_user_email_forwarding", "o365/panther_exchange_forwarding_tests"): (3, [1, 3, 6]),
    ("o365_sharepoint_file_shared_with_outsider", "o365/panther_sharepoint_external_sharing_tests"): (1, [1, 2, 3, 4]),
}
CLOUD = ("aws/", "gws/", "o365/")


def bare(file: RealFile) -> str:
    return file.path.split(".", 1)[0]


@pytest.mark.parametrize("file", manifest(), ids=bare)
def test_rows_come_where_they_should_and_nowhere_else(file: RealFile, tmp_path: Path) -> None:
    for given in event_files(file, tmp_path):
        for entry in readers(given.sourcetype):
            expected, lines = FIRES.get((entry.stem, bare(file)), (0, []))
            found = rows(entry, given)
            assert len(found) == expected, (entry.stem, found[:3])
            if file.path.startswith(CLOUD):
                assert lines_that_fire(entry, given) == lines, entry.stem


def test_each_file_is_read_by_some_detection(tmp_path: Path) -> None:
    """A file whose sourcetype no detection reads would pass without being looked at."""
    unread = {
        file.path for file in manifest() if not any(readers(given.sourcetype) for given in event_files(file, tmp_path))
    }
    assert unread == set()


@pytest.mark.parametrize("file", [file for file in manifest() if file.path.startswith("windows/")], ids=bare)
def test_windows_events_have_their_fields(file: RealFile, tmp_path: Path) -> None:
    """Events that were put back into Windows' own shape would also stay silent if nothing could be read of them."""
    (given,) = event_files(file, tmp_path)
    spl = "| tstats count from datamodel=Endpoint.Processes by Processes.dest Processes.process_name Processes.process"
    found = run(spl, given)
    if "mdecrevoisier" in file.path or "nxlog" in file.path:
        assert sum(row["count"] for row in found) > 10
    assert found, "no process was read"
    assert all(len(row["Processes.process_name"]) > 3 for row in found)


def test_each_difference_from_the_labels_is_documented_and_no_other() -> None:
    fired: dict[str, set[int]] = {}
    for (_, file), (_, lines) in FIRES.items():
        fired.setdefault(file, set()).update(lines)
    differing = {
        (file, line): "row" if line in fired.get(file, set()) else "no row"
        for file, wanted in labels().items()
        for line in wanted ^ fired.get(file, set())
    }
    assert documented() == differing


def test_the_labels_are_read() -> None:
    assert {file: len(lines) for file, lines in labels().items()} == {
        "aws/stratus_exfiltration_detonations": 4,
        "aws/panther_cloudtrail_rule_tests": 34,
        "gws/panther_gsuite_drive_tests": 12,
        "o365/panther_exchange_forwarding_tests": 4,
        "o365/panther_sharepoint_external_sharing_tests": 1,
    }
