"""Every detection over the logs of upload tools under real sensors: what each tool gives away, and nothing else.

The files lie outside of this project, in `../shared/data/sensors`; without them the suite is skipped and says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from storypack.engine.events.sourcetypes import guess

from .runs import DATA, event_file, readers, rows

SENSORS = DATA / "sensors"
if not SENSORS.is_dir():
    pytest.skip(f"the sensors' logs are not there ({SENSORS})", allow_module_level=True)

# File -> detection -> rows. Client and servers have documentation addresses, so all of them count as outside.
FIRES = {
    "bind9_querylog_iodine.log": {"dns_questions_of_unusual_types": 1, "dns_tunneling_by_long_or_many_names": 1},
    "suricata7_dns_iodine.json": {"dns_questions_of_unusual_types": 1, "dns_tunneling_by_long_or_many_names": 1},
    "suricata7_ftp_curl_5mb.json": {"ftp_upload_to_external_server": 1},  # 5 MB are below the limit of the volume
    "suricata7_ftp_rclone.json": {"ftp_upload_to_external_server": 1},
    "suricata7_http_uploads_curl_wget.json": {"large_http_upload_seen_by_suricata": 1},
    "suricata8_http_uploads_curl_wget.json": {"large_http_upload_seen_by_suricata": 1},
    "suricata7_icmp_tunnel_ptunnel.json": {"icmp_tunnel_by_size_of_echo_packets": 1},
    # The proxy itself has an address outside there, so that its port counts as the server's.
    "suricata7_proxy_uploads.json": {"http_upload_over_non_standard_port": 1, "large_http_upload_seen_by_suricata": 1},
    "suricata7_raw_tcp_ports.json": {
        "direct_smtp_to_external_mail_server": 1,
        "large_upload_in_unrecognised_protocol": 7,
    },
    "suricata7_restic_rest_lftp_http_tls_resumed.json": {
        "http_upload_over_non_standard_port": 1,
        "large_http_upload_seen_by_suricata": 1,
        "upload_by_synchronisation_or_backup_tool": 1,
    },
    "suricata7_smtp_attachment.json": {
        "direct_smtp_to_external_mail_server": 1,
        "smtp_greeting_named_like_a_file": 1,
    },
    "suricata7_webdav_rclone.json": {
        "http_upload_over_non_standard_port": 1,
        "upload_by_synchronisation_or_backup_tool": 1,
    },
}
# Logs that no detection reads: formats of their own, and squid's lines in the form of web servers.
UNREAD = {
    "git_http_requests.txt",
    "proftpd_extendedlog_custom.log",
    "rsyncd.log",
    "squid5_access_combined.log",
    "squid5_custom_request_size.log",
}


@pytest.mark.parametrize(
    "path", sorted(path for path in SENSORS.iterdir() if path.suffix != ".md"), ids=lambda p: p.name
)
def test_each_log_fires_where_it_shows_an_upload(path: Path) -> None:
    file = event_file(path, guess(path).sourcetype)
    entries = readers(file.sourcetype)
    assert bool(entries) == (path.name not in UNREAD)
    fired = {entry.stem: len(found) for entry in entries if (found := rows(entry, file))}
    assert fired == FIRES.get(path.name, {})
