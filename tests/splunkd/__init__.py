"""A stand-in splunkd: real HTTPS on a loopback port, for tests that need an instance of Splunk to talk to.

    with Splunkd() as splunkd:
        service = splunkd.connect(app="search")            # splunklib.client, TLS verified against splunkd.ca_file
        service.saved_searches.create("A", "index=main")
        assert splunkd.state.local("search", "savedsearches", "A")["search"] == "index=main"

README.md beside this file is its manual: what it knows, the rules it is strict about, its faults, its request log.
"""

from splunkd.faults import Fault, path_has, reads, writes
from splunkd.request_log import Logged
from splunkd.server import Splunkd
from splunkd.state import State

__all__ = ["Fault", "Logged", "Splunkd", "State", "path_has", "reads", "writes"]
