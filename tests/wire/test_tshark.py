"""Wireshark's dissectors as judge: they read every sample frame as it was meant, checksums included."""

import json
import subprocess

import pytest

from tests.conftest import require_tool
from tests.wire.samples import SAMPLES, advert, carp_advert
from vipsim.trace.pcapng import CapturedFrame, Interface, write_packets
from vipsim.wire.frames import Arp, Carp, Echo, IcmpError, Tcp, TcpFlag, Udp, Vrrp

GOOD, BAD = "1", "0"
SEEN = {
    **SAMPLES,
    "advert-v3-rfc9568": advert(3, pseudo_header=False),
    "advert-v2-wrong": advert(2, checksum=1),
    "carp-wrong": carp_advert(checksum=1),
}
NAMES = {
    "eth": "dst src",
    "frame": "len",
    "ip": "src dst ttl len flags.df checksum.status",
    "arp": "opcode src.hw_mac src.proto_ipv4 dst.hw_mac dst.proto_ipv4 isgratuitous isprobe",
    "icmp": "type code ident seq redir_gw checksum.status",
    "tcp": "srcport dstport seq seq_raw ack_raw hdr_len flags window_size_value payload checksum.status",
    "udp": "srcport dstport payload checksum.status",
    "vrrp": "version virt_rtr_id prio adver_int short_adver_int addr_count ip_addr auth_type auth_string "
    "checksum.status",
    "carp": "version type vhid advskew authlen demotion adver_int counter hmac checksum.status",
    "_ws": "malformed",
}
FIELDS = [f"{protocol}.{name}" for protocol, names in NAMES.items() for name in names.split()]
CHECK = ["-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE"]


def dissect(path, *options):
    """Ask tshark for the fields; one dictionary a frame, of lists."""
    command = [require_tool("tshark"), "-r", str(path), "-n", "-T", "json", *CHECK, *options]
    for field in FIELDS:
        command += ["-e", field]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return dict(zip(SEEN, (frame["_source"]["layers"] for frame in json.loads(done.stdout)), strict=True))


@pytest.fixture(scope="module")
def capture(tmp_path_factory):
    path = tmp_path_factory.mktemp("tshark") / "samples.pcapng"
    frames = [CapturedFrame(0, "db1.bond0", frame, inbound=False) for frame in SEEN.values()]
    write_packets(path, [Interface("db1.bond0")], frames)
    return path


@pytest.fixture(scope="module")
def dissected(capture):
    return dissect(capture)


@pytest.fixture(scope="module")
def carps(capture):
    """Read protocol 112 as CARP: Wireshark takes it for VRRP unless it is told."""
    return dissect(capture, "-d", "ip.proto==112,carp")


def same(layers, **expected):
    """Compare by tshark's names with __ for the dot; None: the field is not there."""
    for name, value in expected.items():
        field = name.replace("__", ".")
        seen = layers.get(field)
        if seen == ["True"]:  # from Wireshark 4.2 on flags are words
            seen = ["1"]
        assert seen == (None if value is None else [str(value)]), field


@pytest.mark.parametrize("name", SEEN)
def test_frame_and_ip_header(dissected, name):
    frame, layers = SEEN[name], dissected[name]
    same(layers, eth__dst=str(frame.dst).lower(), eth__src=str(frame.src).lower(), frame__len=frame.size - 4)
    assert "_ws.malformed" not in layers or isinstance(frame.packet, Carp)  # as VRRP it cannot be right
    if not isinstance(frame.packet, Arp):
        outer = {name: values[:1] for name, values in layers.items()}  # an error quotes another header
        same(outer, ip__src=frame.packet.src, ip__dst=frame.packet.dst, ip__ttl=frame.packet.ttl)
        same(outer, ip__checksum__status=GOOD, ip__flags__df=1)


@pytest.mark.parametrize("name", [name for name, frame in SEEN.items() if isinstance(frame.packet, Arp)])
def test_arp(dissected, name):
    arp, layers = SEEN[name].packet, dissected[name]
    same(layers, arp__opcode=int(arp.op))
    same(layers, arp__src__hw_mac=str(arp.sender_mac).lower(), arp__src__proto_ipv4=arp.sender_ip)
    same(layers, arp__dst__hw_mac=str(arp.target_mac).lower(), arp__dst__proto_ipv4=arp.target_ip)
    same(
        layers,
        arp__isgratuitous=1 if name == "garp" else None,
        arp__isprobe=1 if name == "arp-probe" else None,
    )


@pytest.mark.parametrize("name", [name for name, frame in SEEN.items() if isinstance(frame.packet, Echo)])
def test_echo(dissected, name):
    echo, layers = SEEN[name].packet, dissected[name]
    same(
        layers,
        icmp__type=0 if echo.is_reply else 8,
        icmp__checksum__status=GOOD,
        ip__len=28 + echo.data_length,
    )
    assert layers["icmp.ident"][0] == str(echo.ident)  # the second reading is little-endian
    assert layers["icmp.seq"][0] == str(echo.seq)


@pytest.mark.parametrize("name", [name for name, frame in SEEN.items() if isinstance(frame.packet, Udp)])
def test_udp(dissected, name):
    udp, layers = SEEN[name].packet, dissected[name]
    same(layers, udp__srcport=udp.sport, udp__dstport=udp.dport, udp__checksum__status=GOOD)
    same(layers, udp__payload=udp.payload.hex() or None)


@pytest.mark.parametrize("name", [name for name, frame in SEEN.items() if isinstance(frame.packet, Tcp)])
def test_tcp(dissected, name):
    tcp, layers = SEEN[name].packet, dissected[name]
    same(layers, tcp__srcport=tcp.sport, tcp__dstport=tcp.dport, tcp__checksum__status=GOOD)
    same(layers, tcp__seq_raw=tcp.seq, tcp__hdr_len=20, tcp__window_size_value=tcp.window)
    if tcp.flags & TcpFlag.ACK:
        same(layers, tcp__ack_raw=tcp.ack)
    assert int(layers["tcp.flags"][0], 16) == tcp.flags
    same(layers, tcp__payload=tcp.payload.hex() or None)


@pytest.mark.parametrize(
    "name", [name for name, frame in SEEN.items() if isinstance(frame.packet, IcmpError)]
)
def test_icmp_error(dissected, name):
    error, layers = SEEN[name].packet, dissected[name]
    kind, code = error.kind.value
    same(layers, icmp__redir_gw=error.gateway if error.gateway else None)
    assert (layers["icmp.type"][0], layers["icmp.code"][0]) == (str(kind), str(code))
    assert layers["icmp.checksum.status"][0] == GOOD
    about = error.about
    assert layers["ip.src"] == [str(error.src), str(about.src)]
    assert layers["ip.dst"] == [str(error.dst), str(about.dst)]
    if isinstance(about, Tcp):
        same(layers, tcp__srcport=about.sport, tcp__dstport=about.dport, tcp__seq=about.seq)
    elif isinstance(about, Echo):
        assert layers["icmp.ident"][0] == str(about.ident)


@pytest.mark.parametrize("name", [name for name, frame in SEEN.items() if isinstance(frame.packet, Vrrp)])
def test_vrrp(dissected, name):
    vrrp, layers = SEEN[name].packet, dissected[name]
    same(layers, vrrp__version=vrrp.version, vrrp__virt_rtr_id=vrrp.vrid, vrrp__prio=vrrp.priority)
    same(layers, vrrp__addr_count=len(vrrp.vips))
    assert layers["vrrp.ip_addr"] == [str(vip) for vip in vrrp.vips]
    if vrrp.version == 2:
        same(layers, vrrp__adver_int=vrrp.interval, vrrp__auth_type=vrrp.auth_type)
        password = vrrp.auth_data.rstrip(b"\0").decode()
        same(layers, vrrp__auth_string=password or None)
    else:
        same(layers, vrrp__short_adver_int=vrrp.interval)
    # Wireshark's default is RFC 5798
    is_wrong = name in ("advert-v3-rfc9568", "advert-v2-wrong")
    same(layers, vrrp__checksum__status=BAD if is_wrong else GOOD)


@pytest.mark.parametrize("name", [name for name, frame in SEEN.items() if isinstance(frame.packet, Carp)])
def test_carp(carps, name):
    carp, layers = SEEN[name].packet, carps[name]
    same(layers, carp__version=2, carp__type=1, carp__vhid=carp.vhid, carp__advskew=carp.advskew)
    same(layers, carp__authlen=7, carp__demotion=carp.demotion, carp__adver_int=carp.advbase)
    same(layers, carp__counter=carp.counter, carp__hmac=carp.digest.hex())
    same(layers, carp__checksum__status=BAD if name == "carp-wrong" else GOOD)


def test_vrrp_checksum_by_the_other_rule(capture):
    layers = dissect(capture, "-o", "vrrp.v3_checksum_as_in_v2:TRUE")
    same(layers["advert-v3-rfc9568"], vrrp__checksum__status=GOOD)
    same(layers["advert-v3"], vrrp__checksum__status=BAD)
    same(layers["advert-v2"], vrrp__checksum__status=GOOD)
