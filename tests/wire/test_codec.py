"""The codec against itself, against the layouts of the RFCs, and against broken input."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire import samples
from tests.wire.samples import APP, APP_MAC, DB1, DB1_MAC, SAMPLES, VIP, advert, ipv4, pseudo, words
from vipsim.errors import DecodeError, EncodeError
from vipsim.wire.addresses import BROADCAST, VRRP_GROUP
from vipsim.wire.checksum import internet_checksum, is_intact, vrrp_checksum, vrrp_checksum_fits
from vipsim.wire.codec import decode, encode
from vipsim.wire.frames import Arp, ArpOp, Echo, Frame, Other, OtherIp, Udp, framed


@given(samples.frames)
def test_decoding_undoes_encoding(frame):
    data = encode(frame)
    assert len(data) == frame.size - 4 >= 60
    assert decode(data) == frame


@given(st.binary(max_size=300))
def test_checksum_is_the_sum_of_words(data):
    assert internet_checksum(data) == 0xFFFF - words(data)
    assert is_intact(data) == (words(data) == 0xFFFF)


@given(samples.frames, st.integers(0, 300))
def test_size_counts_padding_and_fcs(frame, padding):
    data = encode(frame)
    if isinstance(frame.packet, Other):  # nothing says how long it is: all of it is payload
        assert decode(data + bytes(padding)).packet.payload == frame.packet.payload + bytes(padding)
    else:
        assert decode(data + bytes(padding)) == Frame(
            frame.dst, frame.src, frame.packet, len(data) + padding + 4
        )


def test_unpadded_frames_have_the_size_of_the_cable():
    assert decode(encode(SAMPLES["garp"])[:42]) == SAMPLES["garp"]


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_any_kind_of_octets_will_do(kind):
    assert decode(kind(encode(SAMPLES["udp"]))) == SAMPLES["udp"]


def test_ip_header_is_that_of_an_atomic_datagram():
    data = encode(SAMPLES["udp"])
    assert data[14:16] == b"\x45\x00"
    assert data[18:22] == b"\x00\x00\x40\x00"  # identification 0, don't fragment
    assert encode(SAMPLES["advert-v2"])[15] == 0xC0  # network control


def test_udp_checksum_of_zero_is_sent_as_all_ones():
    def sum_for(port):
        datagram = encode(framed(DB1_MAC, APP_MAC, Udp(APP, VIP, 64, port, 53, b"")))[34:42]
        return int.from_bytes(datagram[6:8], "big")

    port = sum_for(0)  # the sum falls by one per port, so this one makes it zero
    assert sum_for(port) == 0xFFFF
    assert sum_for(port - 1) == 1


def test_udp_without_checksum_is_accepted():
    data = ipv4(bytes.fromhex("0001000200090000") + b"x", 17)
    assert decode(data).packet == Udp(APP, VIP, 64, 1, 2, b"x")


def test_udp_trailing_octets_are_not_payload():
    data = ipv4(bytes.fromhex("0001000200090000") + b"xyz", 17)
    assert decode(data).packet.payload == b"x"


def test_checksum_that_the_card_was_to_fill_in():
    data = ipv4(bytes.fromhex("0001000200091234") + b"x", 17)
    with pytest.raises(DecodeError, match="octet 40: the UDP checksum is wrong"):
        decode(data)
    assert decode(data, offloaded=True).packet.payload == b"x"


def test_ip_options_are_skipped():
    plain = encode(SAMPLES["echo-request"])[34:]
    assert decode(ipv4(plain, 1, options=b"\x01" * 8)).packet == SAMPLES["echo-request"].packet


def test_what_vipsim_does_not_speak_is_carried():
    unreachable = b"\x03\x01" + (0xFFFF - words(b"\x03\x01abcdef")).to_bytes(2, "big") + b"abcdef"
    no_echo = bytes.fromhex("0801f7fe00000000")  # an echo request with a code
    for proto, payload in ((6, b"a segment"), (1, unreachable), (1, no_echo), (112, b"\x22" + bytes(19))):
        frame = decode(ipv4(payload, proto))
        assert frame.packet == OtherIp(APP, VIP, 64, proto, payload)
        assert decode(encode(frame)) == frame
    tagged = decode(encode(SAMPLES["garp"])[:12] + b"\x81\x00\x00\x05\x08\x06" + bytes(44))
    assert tagged.packet == Other(0x8100, b"\x00\x05\x08\x06" + bytes(44))
    reverse = encode(SAMPLES["garp"])[:21] + b"\x03" + bytes(38)  # RARP's operation
    assert decode(reverse).packet == Other(0x0806, reverse[14:])


# --- VRRP's checksum ---------------------------------------------------------------------------


@pytest.mark.parametrize("covers", [True, False])
def test_version_3_has_two_right_forms(covers):
    frame = advert(3, pseudo_header=covers)
    checksum = int.from_bytes(encode(frame)[40:42], "big")
    assert samples.accepts(frame.packet, checksum) == (not covers, covers)
    assert checksum == vrrp_checksum(frame.packet)
    seen = decode(encode(frame)).packet
    assert (seen.checksum, seen.pseudo_header) == (None, covers)
    assert vrrp_checksum_fits(seen, covers)
    assert not vrrp_checksum_fits(seen, not covers)


@pytest.mark.parametrize("rule", [True, False])
def test_version_2_has_one_form(rule):
    packet = decode(encode(advert(2, pseudo_header=False))).packet
    assert samples.accepts(packet, vrrp_checksum(packet))[0]
    assert packet == advert(2).packet
    assert vrrp_checksum_fits(packet, rule)


@pytest.mark.parametrize("version", [2, 3])
def test_wrong_checksum_is_kept_and_nobody_accepts_it(version):
    packet = decode(encode(advert(version, checksum=0xBAD))).packet
    assert packet.checksum == 0xBAD
    assert not vrrp_checksum_fits(packet, True)
    assert not vrrp_checksum_fits(packet, False)


def test_addresses_whose_pseudo_header_adds_nothing_suit_both_rules():
    frame = advert(3)
    length = len(samples.vrrp_words(frame.packet))
    frame.packet.src = type(DB1)(0xFFFF - words(pseudo(0, VRRP_GROUP, 112, length)))
    packet = decode(encode(frame)).packet
    assert samples.accepts(packet, vrrp_checksum(packet)) == (True, True)
    assert vrrp_checksum_fits(packet, True)
    assert vrrp_checksum_fits(packet, False)


def test_reserved_bits_of_version_3_are_ignored():
    message = bytearray(samples.vrrp_words(advert(3).packet))
    message[4] |= 0xF0
    message[6:8] = (0xFFFF - words(message)).to_bytes(2, "big")
    packet = decode(ipv4(bytes(message), 112)).packet
    assert packet.interval == 100
    assert vrrp_checksum_fits(packet, False)


def test_carp_is_not_taken_for_vrrp():
    carp = bytes.fromhex("2101640700010000") + bytes(28)
    assert decode(ipv4(carp, 112)).packet == OtherIp(APP, VIP, 64, 112, carp)
    five = advert(vips=(VIP,) * 5)  # as long as CARP, but a VRRP advert
    assert decode(encode(five)) == five


# --- refusals ----------------------------------------------------------------------------------

GOOD = encode(SAMPLES["udp"])


def changed(data: bytes, at: int, *octets: int) -> bytes:
    return data[:at] + bytes(octets) + data[at + len(octets) :]


BROKEN = {
    "nothing": (b"", "octet 0: an Ethernet header"),
    "ethernet": (GOOD[:13], "octet 13: an Ethernet header"),
    "arp": (encode(SAMPLES["garp"])[:41], "octet 41: an ARP packet"),
    "ip header": (GOOD[:33], "octet 33: an IPv4 header"),
    "ip version": (changed(GOOD, 14, 0x65), "octet 14: version 6"),
    "ip header length": (changed(GOOD, 14, 0x44), "octet 14: an IPv4 header of 16 octets"),
    "ip total below header": (
        changed(GOOD, 16, 0, 19),
        "octet 14: an IPv4 header of 20 octets in a packet of 19",
    ),
    "ip total beyond frame": (changed(GOOD, 16, 1, 0), "octet 60: the IPv4 packet has 256 octets"),
    "ip checksum": (changed(GOOD, 22, 63), "octet 24: the IPv4 header checksum is wrong"),
    "first fragment": (ipv4(bytes(16), 17, fragment=0x2000), "octet 20: a fragment"),
    "later fragment": (ipv4(bytes(16), 17, fragment=0x0001), "octet 20: a fragment"),
    "icmp short": (ipv4(bytes(7), 1), "octet 41: an ICMP message"),
    "icmp checksum": (changed(encode(SAMPLES["echo-request"]), 60, 1), "octet 36: the ICMP checksum"),
    "udp short": (ipv4(bytes(7), 17), "octet 41: a UDP header"),
    "udp length small": (ipv4(bytes.fromhex("0001000200070000"), 17), "octet 38: a UDP datagram of 7"),
    "udp length large": (ipv4(bytes.fromhex("0001000200090000"), 17), "octet 38: a UDP datagram of 9"),
    "udp checksum": (changed(GOOD, 42, 0), "octet 40: the UDP checksum is wrong"),
    "vrrp short": (ipv4(b"\x21" + bytes(6), 112), "octet 41: a VRRP header"),
    "vrrp count": (
        ipv4(b"\x21\x33\x64\x02" + bytes(16), 112),
        "octet 37: a VRRP advert of 2 addresses has 24",
    ),
    "vrrp 3 count": (
        ipv4(b"\x31\x33\x64\x00" + bytes(8), 112),
        "octet 37: a VRRP advert of 0 addresses has 8",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_octets_are_refused_with_place_and_reason(name):
    data, message = BROKEN[name]
    with pytest.raises(DecodeError) as refusal:
        decode(data)
    assert str(refusal.value).startswith(message)


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (advert(2, interval=256), "does not fit"),
        (advert(2, auth_data=b"short"), "8 octets of authentication, not 5"),
        (advert(3, interval=4096), "0 to 4095 hundredths"),
        (advert(3, auth_type=1), "version 3 has no authentication"),
        (advert(3, priority=256), "does not fit"),
        (advert(4), "versions 2 and 3, not 4"),
        (advert(2, vips=(VIP,) * 256), "does not fit"),
        (framed(BROADCAST, APP_MAC, Echo(APP, VIP, 256, False, 1, 1)), "does not fit"),
        (framed(BROADCAST, APP_MAC, Echo(APP, VIP, 64, False, 1, 1, 65508)), "does not fit"),
        (framed(BROADCAST, APP_MAC, Udp(APP, VIP, 64, -1, 1, b"")), "does not fit"),
        (
            framed(BROADCAST, APP_MAC, Arp(ArpOp.REPLY, type(APP_MAC)(2**48), APP, APP_MAC, APP)),
            "does not fit",
        ),
        (framed(BROADCAST, APP_MAC, Other(0x10000, b"")), "does not fit"),
    ],
)
def test_values_without_octets_are_refused(frame, reason):
    with pytest.raises(EncodeError, match=reason):
        encode(frame)
