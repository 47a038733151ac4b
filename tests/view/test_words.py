"""Packets in words."""

import pytest

from tests.wire.samples import SAMPLES
from vipsim.view.words import describe


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("tcp-syn", "tcp-syn to port 5432"),
        ("tcp-data", "tcp to port 5432, 9 octets"),
        ("tcp-rst", "tcp-rst to port 40000"),
        ("unreachable-tcp", "host unreachable: 192.168.1.219"),
        ("redirect", "redirect: 192.168.1.219"),
        ("udp", "udp to port 5432"),
        ("arp-request", "arp-request from .10: who has 192.168.1.219?"),
    ],
)
def test_what_a_reader_wants_to_know_of_a_packet(name, text):
    assert describe(SAMPLES[name].packet) == text
