"""The bundled facts say what Splunk and MITRE say."""

from __future__ import annotations

import pytest

from storypack.reference import attack, cim, objects


def test_every_model_file_is_found_under_the_name_it_gives_itself() -> None:
    assert {model.name for model in cim.models()} == set(cim.model_names())
    assert {"Endpoint", "Network_Traffic", "DLP", "Web", "Risk", "Data_Access"} <= set(cim.model_names())


def test_a_child_inherits_fields_and_constraints() -> None:
    child = cim.dataset("Change.Account_Management")
    assert child is not None
    assert child.lineage == "All_Changes.Account_Management"
    assert child.fields["action"].path == "All_Changes.action"
    assert child.fields["src_user"].path == "All_Changes.Account_Management.src_user"
    assert child.constraints == ("(`cim_Change_indexes`) tag=change", "tag=account")


@pytest.mark.parametrize(
    ("model", "path", "found"),
    [
        ("Endpoint", "Processes.process_name", "Processes.process_name"),
        ("Endpoint", "Processes.proces_name", None),
        ("Endpoint", "process_name", None),
        ("Endpoint", "Filesystem.url_domain", None),
        ("Change", "All_Changes.Account_Management.user", "All_Changes.user"),
        ("Change", "Account_Management.user", None),
        ("endpoint", "Processes.process_name", None),
        ("Web", "Web.bytes_out", "Web.bytes_out"),
    ],
)
def test_fields_are_found_as_searches_write_them(model: str, path: str, found: str | None) -> None:
    result = cim.find_field(model, path)
    assert (result.path if result else None) == found


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("Network_Traffic.All_Traffic", "Network_Traffic.All_Traffic"),
        ("Network_Traffic.All_Traffic.Traffic_By_Action.Blocked_Traffic",) * 2,
        ("Web", "Web.Web"),
        ("Endpoint", None),
        ("Endpoint.Nothing", None),
        ("Nothing.Nothing", None),
    ],
)
def test_datasets_are_found_by_path(path: str, found: str | None) -> None:
    result = cim.dataset(path)
    assert (result.path if result else None) == found


def test_lookups_have_content() -> None:
    assert any(entry["domain"] == "*dropbox.com" for entry in cim.lookups()["cim_cloud_domains"]["entries"])


def test_techniques() -> None:
    sub = attack.technique("T1567.002")
    assert sub is not None
    assert (sub.name, sub.parent, sub.tactics, sub.active) == (
        "Exfiltration to Cloud Storage",
        "T1567",
        ("exfiltration",),
        True,
    )
    assert attack.technique("T9999") is None
    old = attack.technique("T1002")
    assert old is not None
    assert old.revoked
    new = attack.replacement("T1002")
    assert new is not None
    assert new.id == "T1560"
    assert attack.replacement("T1567.002") is None


def test_every_tactic_of_a_technique_is_known_and_has_a_kill_chain_phase() -> None:
    named = {tactic for technique in attack.techniques().values() for tactic in technique.tactics}
    assert named == set(attack.tactics())
    assert named <= set(objects.KILL_CHAIN)
    assert set(objects.KILL_CHAIN.values()) == set(objects.KILL_CHAIN_ORDER)


def test_every_successor_exists() -> None:
    for technique in attack.techniques().values():
        if technique.revoked_by:
            assert attack.technique(technique.revoked_by), technique.id


def test_annotations() -> None:
    assert objects.kill_chain_phases(["exfiltration", "collection", "nonsense"]) == [
        "Exploitation",
        "Actions on Objectives",
    ]
    assert (objects.nist_category("TTP"), objects.nist_category("Anomaly")) == ("DE.CM", "DE.AE")
    assert (objects.cis_control("network"), objects.cis_control("threat")) == ("CIS 13", "CIS 10")
    assert [objects.severity(score) for score in (0, 20, 21, 40, 41, 60, 61, 80, 81, 100)] == [
        *("informational",) * 2,
        *("low",) * 2,
        *("medium",) * 2,
        *("high",) * 2,
        *("critical",) * 2,
    ]
