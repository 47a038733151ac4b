"""What the live adapter touches, on a real kernel: sockets, held addresses, carriers, and the refusal."""

import os
import select
import socket
import subprocess
import sys
import time
from contextlib import ExitStack

import pytest

from tests.conftest import require_root_and_namespaces, require_tool
from tests.live.namespaces import ROOT, Lab, eventually
from vipsim.errors import VipsimError
from vipsim.live.addresses import HeldAddresses, Netlink
from vipsim.live.driver import Arrival, packet_bytes
from vipsim.live.links import LinkWatch
from vipsim.live.safety import require_made_namespace
from vipsim.live.sockets import BATCH, PacketPort
from vipsim.machines.vocabulary import AcquireVip, VipFailed, VipReady
from vipsim.wire.addresses import BROADCAST, VRRP_GROUP, IPv4, Mac, multicast_mac
from vipsim.wire.codec import decode, encode
from vipsim.wire.frames import Arp, ArpOp, Echo, Udp, Vrrp, framed

VIP = IPv4.parse("192.168.1.219")
DB1, DB2 = IPv4.parse("192.168.1.217"), IPv4.parse("192.168.1.218")
MAC1, MAC2 = Mac.parse("00:21:5A:DB:68:E8"), Mac.parse("00:21:5A:DB:7F:C2")
ADVERT = Vrrp(DB1, VRRP_GROUP, 255, 3, 51, 150, 10, (VIP,))
FRAME = encode(framed(multicast_mac(VRRP_GROUP), MAC1, ADVERT))
LENGTH = 14 + 20 + 8 + 4
"""Octets of `FRAME` without the padding, which a bridge takes off on the way."""


@pytest.fixture
def lab():
    require_root_and_namespaces()
    with Lab({"db1": (str(MAC1), "192.168.1.217/24"), "db2": (str(MAC2), "192.168.1.218/24")}) as built:
        yield built


@pytest.fixture
def ports(lab):
    with ExitStack() as stack:
        opened = []
        for host in ("db1", "db2"):
            with lab.inside(host):
                opened.append(stack.enter_context(PacketPort(["bond0"])))
        yield opened


def heard(port: PacketPort, seconds: float = 0.3) -> list[Arrival]:
    """Everything that comes within the time."""
    found: list[Arrival] = []
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if select.select(port.waitable, [], [], left)[0]:
            found += port.receive()
    return found


def unpadded(arrivals: list[Arrival]) -> list[tuple[str, bytes]]:
    return [(arrival.iface, arrival.data[:LENGTH]) for arrival in arrivals]


# --- sockets ------------------------------------------------------------------------------------


@pytest.mark.network
def test_a_frame_arrives_as_it_was_sent_and_not_at_its_sender(ports):
    one, two = ports
    one.send_frame("bond0", FRAME)
    assert unpadded(heard(two)) == [("bond0", FRAME[:LENGTH])]
    assert heard(one) == []
    assert (one.counts, two.counts) == ({"sent": 1}, {})
    assert one.mac("bond0") == MAC1


@pytest.mark.network
def test_what_no_machine_speaks_and_what_is_for_others_never_arrives(ports):
    one, two = ports
    arp = Arp(ArpOp.REQUEST, MAC1, DB1, Mac(0), IPv4.parse("192.168.1.250"))
    one.send_frame("bond0", encode(framed(BROADCAST, MAC1, arp)))
    assert [decode(arrival.data).packet for arrival in heard(two)] == [arp]
    tcp = bytearray(encode(framed(MAC2, MAC1, Udp(DB1, DB2, 64, 1, 2, b""))))
    tcp[23] = 6
    one.send_frame("bond0", bytes(tcp))
    one.send_frame("bond0", encode(framed(Mac(0x020000000099), MAC1, Udp(DB1, DB2, 64, 1, 2, b""))))
    assert heard(two) == []


@pytest.mark.network
def test_the_kernel_finds_the_neighbor_of_a_packet_and_the_peers_kernel_answers(ports):
    one, _ = ports
    one.send_packet(DB2, packet_bytes(Echo(DB1, DB2, 64, False, 77, 5)))
    reply = [decode(arrival.data) for arrival in heard(one)][-1]
    assert (reply.src, reply.packet) == (MAC2, Echo(DB2, DB1, 64, True, 77, 5))


@pytest.mark.network
def test_the_heartbeats_own_port_is_not_answered_as_unreachable(lab, ports):
    """Another port is, which shows that the test would notice."""
    _, two = ports
    with lab.inside("db1"), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.settimeout(0.3)
        for port, refused in ((694, False), (695, True)):
            sender.connect((str(DB2), port))
            sender.send(b"alive")
            with pytest.raises(ConnectionRefusedError if refused else TimeoutError):
                sender.recv(100)
    packets = [decode(arrival.data, offloaded=True).packet for arrival in heard(two)]
    assert [packet.dport for packet in packets if isinstance(packet, Udp)] == [694, 695]


@pytest.mark.network
def test_a_checksum_that_the_kernel_never_finished_is_marked(lab, ports):
    """Between namespaces no card ever fills it in; the driver must not take it for damage."""
    one, two = ports
    with lab.inside("db1"), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"from the kernel", (str(DB2), 694))
    one.send_packet(DB2, packet_bytes(Udp(DB1, DB2, 64, 694, 694, b"from us")))
    datagrams = [arrival for arrival in heard(two) if arrival.data[12:14] == b"\x08\x00"]
    assert [arrival.offloaded for arrival in datagrams] == [True, False]


@pytest.mark.network
def test_a_flood_is_taken_in_batches(ports):
    one, two = ports
    for _ in range(BATCH + 10):
        one.send_frame("bond0", FRAME)
    time.sleep(0.1)
    assert [len(list(two.receive())) for _ in range(3)] == [BATCH, 10, 0]


@pytest.mark.network
def test_a_link_that_is_down_loses_frames_and_comes_back(lab, ports):
    one, two = ports
    lab.ip("db1", "link", "set", "bond0", "down")
    one.send_frame("bond0", FRAME)
    one.send_packet(DB2, packet_bytes(Echo(DB1, DB2, 64, False, 1, 1)))
    assert list(one.receive()) == []
    assert one.counts["unsent"] == 2
    lab.ip("db1", "link", "set", "bond0", "up")
    one.send_frame("bond0", FRAME)
    assert unpadded(heard(two)) == [("bond0", FRAME[:LENGTH])]


@pytest.mark.network
def test_opening_says_what_is_missing(lab):
    with lab.inside("db1"), pytest.raises(VipsimError, match="open packet sockets on bond7: No such device"):
        PacketPort(["bond7"])
    code = (
        "from vipsim.live.sockets import PacketPort\nfrom vipsim.errors import VipsimError\n"
        "try: PacketPort(['bond0'])\nexcept VipsimError as e: print(e)"
    )
    powerless = (require_tool("setpriv"), "--inh-caps=-all", "--bounding-set=-all")
    said = lab.start("db1", *powerless, sys.executable, "-c", code).communicate(timeout=30)[0]
    assert said.strip() == "not permitted to open packet sockets on bond0: this needs root, or CAP_NET_RAW"


# --- addresses ----------------------------------------------------------------------------------


@pytest.fixture
def kernel(lab):
    """The netlink of db1, in which the test is for its whole time."""
    with lab.inside("db1"), Netlink() as netlink:
        yield netlink


@pytest.mark.network
def test_a_held_address_is_the_kernels_until_it_is_released(lab, kernel):
    with HeldAddresses(kernel, ["bond0"]) as held:
        assert held.acquire(AcquireVip(VIP, 24, "bond0")) == VipReady(VIP)
        assert lab.addresses("db1") == ["192.168.1.217/24", "192.168.1.219/24"]
        held.release(VIP)
        assert lab.addresses("db1") == ["192.168.1.217/24"]
        held.release(VIP)


@pytest.mark.network
def test_what_is_still_held_goes_when_the_daemon_ends_in_disorder(lab, kernel):
    with pytest.raises(RuntimeError), HeldAddresses(kernel, ["bond0"]) as held:
        held.acquire(AcquireVip(VIP, 24, "bond0"))
        raise RuntimeError("a bug")
    assert lab.addresses("db1") == ["192.168.1.217/24"]


@pytest.mark.network
def test_an_address_left_by_a_killed_daemon_is_taken_as_ours_and_can_be_released(lab, kernel):
    lab.ip("db1", "addr", "add", "192.168.1.219/24", "dev", "bond0")
    with HeldAddresses(kernel, ["bond0"]) as held:
        assert held.acquire(AcquireVip(VIP, 24, "bond0")) == VipReady(VIP)
    assert lab.addresses("db1") == ["192.168.1.217/24"]
    lab.ip("db1", "addr", "add", "192.168.1.219/24", "dev", "bond0")
    with HeldAddresses(kernel, ["bond0"]) as held:
        held.release(VIP)
        assert lab.addresses("db1") == ["192.168.1.217/24"]


@pytest.mark.network
def test_another_interfaces_address_is_not_touched(lab, kernel):
    lab.ip("db1", "addr", "add", "192.168.1.219/32", "dev", "lo")
    with HeldAddresses(kernel, ["bond0"]) as held:
        held.release(VIP)
    assert "192.168.1.219/32" in lab.ip("db1", "addr", "show", "dev", "lo")


@pytest.mark.network
@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        (AcquireVip(VIP, 24, "bond7"), "no such device: bond7"),
        (AcquireVip(VIP, 24, "bond0", Mac(0x00005E000133)), "macvlan"),
    ],
)
def test_what_cannot_be_acquired_is_answered_with_the_reason(lab, kernel, wanted, why):
    answer = HeldAddresses(kernel, ["bond0"]).acquire(wanted)
    assert isinstance(answer, VipFailed)
    assert why in answer.reason
    assert lab.addresses("db1") == ["192.168.1.217/24"]


# --- carriers -----------------------------------------------------------------------------------


@pytest.mark.network
def test_a_lost_carrier_rings_and_is_named(lab, kernel):
    with LinkWatch(["bond0", "bond7"], kernel.carriers) as watch:
        assert watch.down == ("bond7",)
        assert watch.changes() == []
        for act, up in (("down", False), ("up", True)):
            lab.ip("switch", "link", "set", "p-db1", act)
            seen: list[tuple[str, bool]] = []
            eventually(lambda seen=seen: bool(seen.extend(watch.changes()) or seen), 5, f"carrier {act}")
            assert seen == [("bond0", up)]
            assert watch.down == (("bond7",) if up else ("bond0", "bond7"))
        lab.ip("db1", "link", "del", "bond0")
        assert select.select([watch.waitable], [], [], 5)[0]
        eventually(lambda: watch.changes() == [("bond0", False)], 5, "the interface is gone")


# --- the refusal --------------------------------------------------------------------------------


@pytest.fixture
def files(tmp_path):
    """Stand-ins for the kernel's files: two namespaces, one of them named."""
    made = tmp_path / "netns"
    made.mkdir()
    for name in ("self", "init"):
        (tmp_path / name).touch()

    def check(own: str, initial: str) -> None:
        require_made_namespace(str(tmp_path / own), str(tmp_path / initial), str(made))

    return tmp_path, made, check


def test_only_a_namespace_named_for_vipsim_will_do(files):
    folder, made, check = files
    with pytest.raises(VipsimError, match="not made for vipsim"):
        check("self", "init")
    os.link(folder / "self", made / "somebody-elses")
    with pytest.raises(VipsimError, match="not made for vipsim"):
        check("self", "init")
    os.link(folder / "self", made / "vipsim-db1")
    check("self", "init")
    with pytest.raises(VipsimError, match="not made for vipsim"):
        check("init", "init")


def test_the_machines_own_namespace_will_not_do_even_if_it_is_named(files):
    folder, made, check = files
    os.link(folder / "init", made / "vipsim-init")
    with pytest.raises(VipsimError, match="not made for vipsim"):
        check("init", "init")


@pytest.mark.network
def test_a_node_refuses_the_namespace_in_which_the_tests_run():
    require_root_and_namespaces()
    command = [sys.executable, "-m", "vipsim.live.node", "no-such-file.yaml", "db1"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd=ROOT)
    assert done.returncode == 2
    assert "not made for vipsim" in done.stderr
