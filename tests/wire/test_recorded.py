"""Frames of real keepalived, FRR and ucarp: decoded and encoded again they are the same octets."""

import struct
from pathlib import Path

import pytest

from tests.conftest import shared_folder
from tests.wire.samples import words
from vipsim.wire.checksum import vrrp_checksum_fits
from vipsim.wire.codec import decode, encode
from vipsim.wire.frames import Arp, Carp, Vrrp, kind_of

CAPTURES = sorted((shared_folder() / "truth" / "pcap").glob("*.pcap"))
NAMES = [path.stem for path in CAPTURES]


def read_pcap(path: Path) -> list[bytes]:
    data = path.read_bytes()
    assert data[:4] == bytes.fromhex("4d3cb2a1")  # little-endian, nanoseconds
    assert struct.unpack_from("<I", data, 20) == (1,)  # Ethernet
    at, frames = 24, []
    while at < len(data):
        length, on_wire = struct.unpack_from("<II", data, at + 8)
        assert length == on_wire
        frames.append(data[at + 16 : at + 16 + length])
        at += 16 + length
    return frames


def with_our_ip_header(data: bytes) -> bytes:
    """Replace what a `Frame` does not hold: type of service, identification, flags, and so the checksum."""
    header = bytearray(data[14:34])
    header[4:8], header[10:12] = bytes.fromhex("00004000"), bytes(2)
    header[1] = 0x10 if data[34] == 0x21 and len(data) == 70 else 0xC0  # CARP: low delay
    header[10:12] = (0xFFFF - words(bytes(header))).to_bytes(2, "big")
    return data[:14] + bytes(header) + data[34:]


def test_there_are_captures():
    assert len(CAPTURES) >= 4


@pytest.mark.parametrize("path", CAPTURES, ids=NAMES)
def test_recorded_frames_survive(path):
    for data in read_pcap(path):
        frame = decode(data)
        expected = data if isinstance(frame.packet, Arp) else with_our_ip_header(data)
        assert encode(frame) == expected.ljust(60, b"\0")


@pytest.mark.parametrize("path", CAPTURES, ids=NAMES)
def test_recorded_frames_are_understood(path):
    packets = [decode(data).packet for data in read_pcap(path)]
    kinds = {kind_of(packet) for packet in packets}
    assert "garp" in kinds
    if path.stem.startswith("ucarp"):
        carps = [packet for packet in packets if isinstance(packet, Carp)]
        assert len(carps) == len(packets) - sum(isinstance(packet, Arp) for packet in packets)
        assert {(carp.vhid, carp.advbase, carp.ttl, carp.demotion, carp.checksum) for carp in carps} == {
            (51, 1, 255, 0, None)
        }
        assert {(str(carp.src), carp.advskew) for carp in carps} == {
            ("192.168.1.217", 0),
            ("192.168.1.218", 100),
        }
        return
    adverts = [packet for packet in packets if isinstance(packet, Vrrp)]
    assert {advert.version for advert in adverts} == {2 if path.stem.startswith("ka2") else 3}
    assert {advert.vrid for advert in adverts} == {51}
    assert {str(vip) for advert in adverts for vip in advert.vips} == {"192.168.1.219"}
    # keepalived 2.2.7 and FRR 8.4 cover the pseudo-header in version 3
    assert all(vrrp_checksum_fits(advert, pseudo_header=True) for advert in adverts)
    heard_by_rfc9568 = {vrrp_checksum_fits(advert, pseudo_header=False) for advert in adverts}
    assert heard_by_rfc9568 == {path.stem.startswith("ka2")}
