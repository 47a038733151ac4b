"""Importing scapy's CARP layer takes IP protocol 112 from VRRP: vipsim gives it back, in any order."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.wire.samples import advert, ipv4
from vipsim.wire.codec import encode

CARP = ipv4(bytes.fromhex("2133640700010000") + bytes(28), 112)
UNICAST = {
    version: ipv4(encode(advert(version, vips=()))[34 : 34 + (16 if version == 2 else 8)], 112)
    for version in (2, 3)
}
ORDERS = {
    "vipsim alone": "import vipsim.packets",
    "vipsim first": "import vipsim.packets; import scapy.contrib.carp",
    "CARP first": "import scapy.contrib.carp; import vipsim.packets",
    "scapy's VRRP first": "import scapy.layers.vrrp; import vipsim.packets; import scapy.contrib.carp",
    "everything first": "import scapy.all; import scapy.contrib.carp; import vipsim.packets",
    "CARP loaded by name": "import vipsim.packets; from scapy.main import load_contrib; load_contrib('carp')",
}
ASK = """
from scapy.layers.inet import IP
from scapy.layers.l2 import Ether
from scapy.layers.vrrp import VRRP, VRRPv3
for octets in {octets}:
    print(type(Ether(bytes.fromhex(octets))[IP].payload).__name__, end=" ")
for layer in (VRRP(), VRRPv3()):
    print((IP(src="10.0.0.1", dst="10.0.0.2") / layer).proto, end=" ")
"""


def run(code: str, *options: str) -> subprocess.CompletedProcess[str]:
    root = Path(__file__).parents[2]
    return subprocess.run(
        [sys.executable, *options, "-c", code],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
    )


@pytest.mark.parametrize("order", ORDERS)
def test_adverts_are_vrrp_in_every_order(order):
    octets = [encode(advert(2)), encode(advert(3)), UNICAST[2], UNICAST[3], CARP]
    done = run(ORDERS[order] + ASK.format(octets=[data.hex() for data in octets]))
    assert done.stdout.split() == ["VRRP", "VRRPv3", "VRRP", "VRRPv3", "CARP", "112", "112"]


def test_the_trouble_is_real():
    """Without vipsim the answers depend on CARP, so the test above can fail."""
    octets = [encode(advert(2)).hex(), encode(advert(3)).hex()]
    alone = run("import scapy.layers.vrrp" + ASK.format(octets=octets)).stdout.split()
    carp = run("import scapy.contrib.carp" + ASK.format(octets=octets)).stdout.split()
    assert alone == ["VRRP", "VRRPv3", "112", "112"]
    assert not {"VRRP", "VRRPv3"} & set(carp[:2])
    assert carp[2:] != ["112", "112"]


def test_importing_is_silent_and_leaves_scapy_as_talkative_as_before():
    names = ("scapy.loading", "scapy.runtime")
    code = f"""
import logging, sys
import scapy.error
before = [logging.getLogger(name).level for name in {names}]
import vipsim.packets
assert [logging.getLogger(name).level for name in {names}] == before
assert "scapy.all" not in sys.modules
"""
    done = run(code, "-W", "error::UserWarning", "-W", "error::SyntaxWarning")
    assert (done.stdout, done.stderr) == ("", "")


def test_nothing_is_imported_before_it_is_asked_for():
    code = "import sys, vipsim, vipsim.wire.codec, vipsim.trace.capture; print('scapy' in sys.modules)"
    assert run(code).stdout.split() == ["False"]


def test_missing_scapy_is_answered_by_the_extra():
    code = """
import sys
sys.modules["scapy"] = None
try:
    import vipsim.packets
except ImportError as error:
    print(type(error).__name__, error)
"""
    assert "MissingExtra" in (answer := run(code).stdout)
    assert 'pip install "vipsim[packets]"' in answer
