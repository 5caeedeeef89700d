"""cidrmatch with a subnet that the search names: the look at the text changes no answer."""

from __future__ import annotations

import pytest

from storypack.engine import run_search
from storypack.engine.udf.network import cidr

ADDRESSES = [
    "10.1.2.3",
    " 10.1.2.3 ",
    "110.1.2.3",
    "10.1.2",
    "10.1.2.3.4",
    "172.16.0.1",
    "172.32.0.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "203.0.113.9",
    "::1",
    "fe80::1",
    "::ffff:10.1.2.3",
    "host",
    "",
]
SUBNETS = [
    "10.0.0.0/8",
    "10.1.2.3",
    "172.16.0.0/12",
    "224.0.0.0/4",
    "128.0.0.0/1",
    "0.0.0.0/0",
    "::1/128",
    "fe80::/10",
    "no",
]


@pytest.mark.parametrize("subnet", SUBNETS)
def test_a_named_subnet_gives_what_the_subnet_of_a_field_gives(subnet: str) -> None:
    events = [{"ip": ip} for ip in ADDRESSES]
    rows = run_search(f'eval inside=if(cidrmatch("{subnet}", ip), 1, 0) | table ip inside', events)
    assert [(row["ip"], row["inside"]) for row in rows] == [(ip, int(bool(cidr(subnet, ip)))) for ip in ADDRESSES]


def test_no_address_is_in_no_subnet() -> None:
    assert run_search('eval a=if(isnull(cidrmatch("10.0.0.0/8", ip)), 1, 0) | table a', [{"x": "1"}]) == [{"a": 1}]
