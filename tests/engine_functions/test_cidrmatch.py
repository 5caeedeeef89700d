"""cidrmatch with a subnet that the search names: the look at the text changes no answer."""

from __future__ import annotations

from ipaddress import IPv4Address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storypack.engine import run_search
from storypack.engine.udf.network import cidr

ADDRESSES = [
    "10.1.2.3",
    " 10.1.2.3 ",
    "110.1.2.3",
    "10.1.2",
    "10.1.2.3.4",
    "10.1.2.300",
    "10.1.2.03",
    "010.1.2.3",
    "10.1.2.3\n",
    "\t10.255.0.99\u00a0",
    "10.1.2.3x",
    "x10.1.2.3",
    "198.10.2.3",
    "100.64.0.1",
    "100.127.255.255",
    "100.128.0.1",
    "192.168.255.0",
    "192.169.1.1",
    "0.0.0.0",
    "255.255.255.255",
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
    "100.64.0.0/10",
    "192.168.0.0/16",
    "10.1.2.0/23",
    "203.0.113.8/30",
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


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 32), st.lists(st.integers(0, 2**32 - 1), min_size=30, max_size=30))
def test_any_subnet_holds_the_addresses_that_it_holds(length: int, numbers: list[int]) -> None:
    subnet = str(ip_network((numbers[0], length), strict=False))
    near = [numbers[0] ^ (number >> number % 33) for number in numbers]
    events = [{"ip": str(IPv4Address(number))} for number in near]
    rows = run_search(f'eval inside=if(cidrmatch("{subnet}", ip), 1, 0) | table ip inside', events)
    assert [(row["ip"], row["inside"]) for row in rows] == [
        (str(IPv4Address(number)), int(IPv4Address(number) in ip_network(subnet))) for number in near
    ]
