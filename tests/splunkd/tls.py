"""A certificate authority of the test run's own, and a server certificate for the loopback address."""

from __future__ import annotations

import ssl
from functools import cache
from pathlib import Path

import trustme


@cache
def _authority() -> tuple[trustme.CA, trustme.LeafCert]:
    ca = trustme.CA()
    return ca, ca.issue_cert("127.0.0.1", "localhost")


def server_context() -> ssl.SSLContext:
    """The context of a listener; its certificate is valid for 127.0.0.1 and localhost."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _authority()[1].configure_cert(context)
    return context


def write_ca(path: Path) -> Path:
    """Write the authority's certificate, which a client must trust, as PEM."""
    _authority()[0].cert_pem.write_to_path(str(path))
    return path
