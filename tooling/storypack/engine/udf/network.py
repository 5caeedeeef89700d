"""IP addresses and subnets, version 4 and 6."""

from __future__ import annotations

import socket
from functools import lru_cache
from ipaddress import ip_network

from storypack.engine.udf.registry import udf

Subnet = tuple[int, int, int]
"""Length of an address in bits, mask, masked address."""


@lru_cache(maxsize=1024)
def subnet(text: str) -> Subnet | None:
    """A CIDR (`10.0.0.0/8`, `2001:db8::/32`) or a single address; None if it is neither. Host bits may be set."""
    try:
        network = ip_network(text.strip(), strict=False)
    except ValueError:
        return None
    return network.max_prefixlen, int(network.netmask), int(network.network_address)


@lru_cache(maxsize=65536)
def address(text: str) -> tuple[int, int] | None:
    """Length in bits and value of an address; None if it is none."""
    family, bits = (socket.AF_INET6, 128) if ":" in text else (socket.AF_INET, 32)
    try:
        return bits, int.from_bytes(socket.inet_pton(family, text), "big")
    except (OSError, ValueError, UnicodeError):
        return None


@udf("spl_cidr", "VARCHAR", "VARCHAR", returns="BOOLEAN")
def cidr(network: str | None, ip: str | None) -> bool | None:
    """Whether the address belongs to the subnet; null if either is null, false for what is no address or subnet."""
    if network is None or ip is None:
        return None
    net, found = subnet(network), address(ip.strip())
    if net is None or found is None or net[0] != found[0]:
        return False
    return found[1] & net[1] == net[2]


@udf("spl_ipmask", "VARCHAR", "VARCHAR", returns="VARCHAR")
def ipmask(mask: str | None, ip: str | None) -> str | None:
    """The IPv4 address with the bits of the mask; null unless both are IPv4 addresses."""
    if mask is None or ip is None:
        return None
    a, b = address(mask), address(ip)
    if a is None or b is None or a[0] != 32 or b[0] != 32:
        return None
    return socket.inet_ntoa((a[1] & b[1]).to_bytes(4, "big"))
