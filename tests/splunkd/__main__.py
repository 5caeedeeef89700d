"""A stand-in splunkd by hand: `cd tests && python -m splunkd --app ../dist/x.tar.gz`. Ends by itself or Ctrl-C."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

from splunkd.server import Splunkd


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m splunkd", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="management port; 0 = any free one (default)")
    parser.add_argument(
        "--app", type=Path, action="append", default=[], help="a built app to install, folder or package"
    )
    parser.add_argument(
        "--index", action="append", default=[], help="an index beside main, summary and the internal ones"
    )
    parser.add_argument("--minutes", type=float, default=30, help="stop after so many minutes (default: 30)")
    parser.add_argument("--env", type=Path, help="write host, ports, CA file and secrets here (mode 600)")
    parser.add_argument("--log", action="store_true", help="print each request as it is answered")
    given = parser.parse_args()
    with Splunkd(given.app, port=given.port, lifetime=given.minutes * 60) as splunkd:
        splunkd.state.indexes.update(given.index)
        settings = {
            "SPLUNK_HOST": splunkd.host,
            "SPLUNK_PORT": splunkd.port,
            "SPLUNK_CA": splunkd.ca_file,
            "SPLUNK_USERNAME": splunkd.username,
            "SPLUNK_PASSWORD": splunkd.password,
            "SPLUNK_TOKEN": splunkd.token,
            "SPLUNK_HEC_URL": splunkd.hec_url,
            "SPLUNK_HEC_TOKEN": splunkd.hec_token,
            "ACS_URL": splunkd.acs_url,
        }
        if given.env:
            with os.fdopen(os.open(given.env, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                file.writelines(f"{name}={value}\n" for name, value in settings.items())
        shown = settings if not given.env else {"SPLUNK_PORT": splunkd.port, "SPLUNK_CA": splunkd.ca_file}
        sys.stdout.writelines(f"{name}={value}\n" for name, value in shown.items())
        sys.stdout.flush()
        _wait(splunkd, given.log)
    return 0


def _wait(splunkd: Splunkd, verbose: bool) -> None:
    """Until the instance stops or somebody presses Ctrl-C."""
    printed = 0
    try:
        while splunkd.running:
            time.sleep(0.2)
            entries = splunkd.log.entries[printed:]
            printed += len(entries)
            if verbose:
                sys.stdout.writelines(f"{entry}\n" for entry in entries)
                sys.stdout.flush()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    sys.exit(main())
