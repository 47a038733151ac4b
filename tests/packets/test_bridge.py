"""scapy as judge of the codec, and the bridge in both directions."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from scapy.contrib.carp import CARP
from scapy.layers.inet import ICMP, IP, TCP, UDP, IPerror, TCPerror
from scapy.layers.l2 import ARP, Ether
from scapy.layers.vrrp import VRRP, VRRPv3
from scapy.packet import Raw
from scapy.utils import rdpcap, wrpcap

from tests.wire import samples
from tests.wire.samples import SAMPLES, advert, ipv4
from vipsim.errors import DecodeError, EncodeError
from vipsim.packets import from_scapy, packet_list, to_scapy
from vipsim.wire.codec import decode
from vipsim.wire.frames import Arp, Carp, Echo, Frame, IcmpError, IcmpKind, Tcp, TcpFlag, Udp, Vrrp, framed

ME, YOU = "02:00:00:00:00:01", "02:00:00:00:00:02"


@pytest.mark.parametrize("name", SAMPLES)
def test_scapy_reads_the_same_fields(name):
    frame = SAMPLES[name]
    packet = to_scapy(frame)
    assert (packet.dst, packet.src) == (str(frame.dst).lower(), str(frame.src).lower())
    if not isinstance(frame.packet, Arp):
        ip = packet[IP]
        assert (ip.src, ip.dst, ip.ttl) == (str(frame.packet.src), str(frame.packet.dst), frame.packet.ttl)
    match frame.packet:
        case Arp() as arp:
            seen = packet[ARP]
            assert (seen.op, seen.hwsrc, seen.psrc) == (
                arp.op,
                str(arp.sender_mac).lower(),
                str(arp.sender_ip),
            )
            assert (seen.hwdst, seen.pdst) == (str(arp.target_mac).lower(), str(arp.target_ip))
        case Echo() as echo:
            icmp = packet[ICMP]
            assert (icmp.type, icmp.id, icmp.seq) == (0 if echo.is_reply else 8, echo.ident, echo.seq)
            assert bytes(icmp.payload.getlayer(Raw) or b"")[: echo.data_length] == bytes(echo.data_length)
        case Udp() as udp:
            seen = packet[UDP]
            assert (seen.sport, seen.dport, seen.len) == (udp.sport, udp.dport, 8 + len(udp.payload))
        case Tcp() as tcp:
            seen = packet[TCP]
            assert (seen.sport, seen.dport, seen.seq, seen.ack) == (tcp.sport, tcp.dport, tcp.seq, tcp.ack)
            assert (int(seen.flags), seen.window, seen.dataofs) == (tcp.flags, tcp.window, 5)
            assert (seen[Raw].load if tcp.payload else b"") == tcp.payload
        case IcmpError() as error:
            seen = packet[ICMP]
            assert (seen.type, seen.code) == error.kind.value
            assert (packet[IPerror].src, packet[IPerror].dst) == (str(error.about.src), str(error.about.dst))
            if isinstance(error.about, Tcp):
                assert (packet[TCPerror].sport, packet[TCPerror].seq) == (error.about.sport, error.about.seq)
            if error.kind is IcmpKind.REDIRECT:
                assert seen.gw == str(error.gateway)
        case Vrrp() as vrrp:
            seen = packet[VRRP if vrrp.version == 2 else VRRPv3]
            assert (seen.version, seen.vrid, seen.priority, seen.adv) == (
                vrrp.version,
                vrrp.vrid,
                vrrp.priority,
                vrrp.interval,
            )
            assert seen.addrlist == [str(vip) for vip in vrrp.vips]
        case Carp() as carp:
            seen = packet[CARP]
            assert (seen.version, seen.type, seen.vhid) == (2, 1, carp.vhid)
            assert (seen.advbase, seen.advskew, seen.authlen) == (carp.advbase, carp.advskew, 7)
            assert (seen.demotion, seen.counter1, seen.counter2) == (
                carp.demotion,
                carp.counter >> 32,
                carp.counter & 0xFFFFFFFF,
            )
            hmac = (seen.hmac1, seen.hmac2, seen.hmac3, seen.hmac4, seen.hmac5)
            assert b"".join(part.to_bytes(4, "big") for part in hmac) == carp.digest


@pytest.mark.parametrize("name", SAMPLES)
def test_scapy_works_out_the_same_checksums(name):
    packet = to_scapy(SAMPLES[name])
    there = bytes(packet)
    for layer in (IP, ICMP, UDP, TCP, VRRP, VRRPv3, CARP):
        if layer in packet:
            del packet[layer].chksum
    assert bytes(packet) == there


@settings(max_examples=40)
@given(samples.frames)
def test_there_and_back(frame):
    assert from_scapy(to_scapy(frame)) == frame


def test_forged_packets_become_frames():
    garp = Ether(src=ME, dst="ff:ff:ff:ff:ff:ff") / ARP(
        op=1, hwsrc=ME, psrc="192.168.1.219", pdst="192.168.1.219"
    )
    assert from_scapy(garp).packet.is_gratuitous
    ping = Ether(src=ME, dst=YOU) / IP(src="10.0.0.1", dst="10.0.0.2") / ICMP(id=3, seq=4) / b"hello"
    assert from_scapy(ping).packet.data_length == 5
    reset = (
        Ether(src=ME, dst=YOU)
        / IP(src="10.0.0.1", dst="10.0.0.2")
        / TCP(sport=5432, dport=40000, seq=9, flags="R", options=[("NOP", None)] * 4)
    )
    assert (from_scapy(reset).packet.seq, from_scapy(reset).packet.flags) == (9, TcpFlag.RST)
    unreachable = Ether(src=ME, dst=YOU) / IP(src="10.0.0.3", dst="10.0.0.1") / ICMP(type=3, code=1)
    unreachable = unreachable / IPerror(src="10.0.0.1", dst="10.0.0.2") / TCPerror(sport=1, dport=2, seq=3)
    about = from_scapy(unreachable).packet.about
    assert (about.sport, about.dport, about.seq) == (1, 2, 3)
    for layer in (
        VRRP(vrid=51, priority=255, addrlist=["10.0.0.3"]),
        VRRPv3(vrid=51, priority=255, addrlist=["10.0.0.3"]),
    ):
        forged = (
            Ether(src=ME, dst="01:00:5e:00:00:12") / IP(src="10.0.0.1", dst="224.0.0.18", ttl=255) / layer
        )
        seen = from_scapy(forged)
        assert isinstance(seen, Frame)
        assert (seen.packet.version, seen.packet.vrid, seen.packet.priority) == (layer.version, 51, 255)
        assert (seen.packet.checksum, seen.packet.pseudo_header) == (None, True)


def test_dissecting_in_class_changing_a_field_and_injecting():
    packet = to_scapy(advert())
    packet[VRRP].priority = 255
    assert from_scapy(packet).packet.checksum is not None  # VRRP's own checksum is kept, wrong as it is
    del packet[VRRP].chksum
    assert from_scapy(packet).packet == advert(priority=255).packet
    packet[IP].ttl = 254
    with pytest.raises(DecodeError, match="IPv4 header checksum"):
        from_scapy(packet)


def test_carp_is_shown_as_carp():
    message = bytes.fromhex("2133640700010000") + bytes(28)
    packet = to_scapy(decode(ipv4(message, 112)))
    assert CARP in packet
    assert packet[CARP].vhid == 0x33


@pytest.mark.parametrize(
    ("packet", "reason"),
    [
        (IP(src="10.0.0.1", dst="10.0.0.2"), "begins with Ether"),
        ("not a packet", "begins with Ether.*not with str"),
        (Ether(src=ME), "Ether.dst is not given"),
        (Ether(dst=YOU) / ARP(hwsrc=ME, psrc="10.0.0.1", pdst="10.0.0.2"), "Ether.src is not given"),
        (Ether(src=ME, dst=YOU) / ARP(hwsrc=ME, pdst="10.0.0.2"), "ARP.psrc is not given"),
        (Ether(src=ME, dst=YOU) / ARP(psrc="10.0.0.1", pdst="10.0.0.2"), "ARP.hwsrc is not given"),
        (Ether(src=ME, dst=YOU) / IP(dst="10.0.0.2") / UDP(), "IP.src is not given"),
        (Ether(src=ME, dst=YOU) / IP(src="10.0.0.2") / UDP(), "IP.dst is not given"),
        (Ether(src=ME, dst=YOU) / IP(src="10.0.0.1", dst="10.0.0.2") / UDP(sport=70000), "cannot build"),
    ],
)
def test_packets_that_depend_on_this_machine_are_refused(packet, reason):
    with pytest.raises(EncodeError, match=reason):
        from_scapy(packet)


def test_packet_list_has_exact_times(tmp_path):
    late = 104 * 86400 * 10**9 + 1  # a float would round it
    times = (0, 1, 3_609_375_001, late)
    packets = packet_list(((time, SAMPLES["garp"]) for time in times), "app1.bond0")
    assert packets.listname == "app1.bond0"
    assert [Decimal(packet.time) * 10**9 for packet in packets] == list(times)
    wrpcap(str(tmp_path / "list.pcap"), packets, nano=True)
    again = rdpcap(str(tmp_path / "list.pcap"))
    assert [Decimal(packet.time) * 10**9 for packet in again] == list(times)
    assert framed(SAMPLES["garp"].dst, SAMPLES["garp"].src, from_scapy(again[0]).packet) == SAMPLES["garp"]
    assert "app1.bond0" in repr(packets)
