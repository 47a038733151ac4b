"""The codec against itself, against the layouts of the RFCs, and against broken input."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire import samples
from tests.wire.samples import (
    APP,
    APP_MAC,
    DATA,
    DB1,
    DB1_MAC,
    SAMPLES,
    VIP,
    advert,
    ipv4,
    pseudo,
    quoted,
    words,
)
from vipsim.errors import DecodeError, EncodeError
from vipsim.wire.addresses import BROADCAST, VRRP_GROUP
from vipsim.wire.checksum import internet_checksum, is_intact, vrrp_checksum, vrrp_checksum_fits
from vipsim.wire.codec import decode, encode
from vipsim.wire.frames import (
    Arp,
    ArpOp,
    Carp,
    Echo,
    Frame,
    IcmpError,
    IcmpKind,
    Other,
    OtherIp,
    Tcp,
    TcpFlag,
    Udp,
    framed,
)


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
    assert encode(SAMPLES["carp"])[15] == 0x10  # low delay


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
    needs_fragments = b"\x03\x04" + (0xFFFF - words(b"\x03\x04abcdef")).to_bytes(2, "big") + b"abcdef"
    no_echo = bytes.fromhex("0801f7fe00000000")  # an echo request with a code
    for proto, payload in ((47, b"a tunnel"), (1, needs_fragments), (1, no_echo), (112, b"\x22" + bytes(19))):
        frame = decode(ipv4(payload, proto))
        assert frame.packet == OtherIp(APP, VIP, 64, proto, payload)
        assert decode(encode(frame)) == frame
    tagged = decode(encode(SAMPLES["garp"])[:12] + b"\x81\x00\x00\x05\x08\x06" + bytes(44))
    assert tagged.packet == Other(0x8100, b"\x00\x05\x08\x06" + bytes(44))
    reverse = encode(SAMPLES["garp"])[:21] + b"\x03" + bytes(38)  # RARP's operation
    assert decode(reverse).packet == Other(0x0806, reverse[14:])


# --- TCP and ICMP errors -----------------------------------------------------------------------


def changed(data: bytes, at: int, *octets: int) -> bytes:
    return data[:at] + bytes(octets) + data[at + len(octets) :]


A_TO_B = (APP, VIP, 64, 1, 2)


def segment(payload: bytes = b"", *, offset: int = 5, flags: int = 0x10, options: bytes = b"") -> bytes:
    """A TCP segment with a right checksum, made without vipsim's codec."""

    def octets(checksum: int) -> bytes:
        head = bytes.fromhex("0001000200000003ee6b2800") + bytes([offset << 4, flags])
        return head + b"\x01\xf6" + checksum.to_bytes(2, "big") + bytes(2) + options + payload

    whole = octets(0)
    return octets(0xFFFF - words(pseudo(APP, VIP, 6, len(whole)) + whole))


def test_a_segment_by_the_layout_of_rfc_9293():
    expected = Tcp(*A_TO_B, 3, 4_000_000_000, TcpFlag.ACK, b"odd", 502)
    data = ipv4(segment(b"odd"), 6)
    assert decode(data).packet == expected
    assert encode(decode(data))[34:57] == data[34:]


def test_options_and_bits_that_vipsim_does_not_speak_are_skipped():
    data = ipv4(segment(b"text", offset=8, flags=0xFF, options=b"\x01" * 12), 6)
    packet = decode(data).packet
    assert packet.payload == b"text"
    assert packet.flags == TcpFlag(0x1F)
    assert decode(encode(framed(DB1_MAC, APP_MAC, packet))).packet == packet


def test_a_segments_checksum_that_the_card_was_to_fill_in():
    data = changed(ipv4(segment(b"x"), 6), 50, 0x12, 0x34)
    with pytest.raises(DecodeError, match="octet 50: the TCP checksum is wrong"):
        decode(data)
    assert decode(data, offloaded=True).packet.payload == b"x"


def error(kind: int, code: int, about: bytes, rest: bytes = bytes(4)) -> bytes:
    """An ICMP message with a right checksum, made without vipsim's codec."""
    sum_ = 0xFFFF - words(bytes([kind, code, 0, 0]) + rest + about)
    return bytes([kind, code]) + sum_.to_bytes(2, "big") + rest + about


DATAGRAM = encode(framed(DB1_MAC, APP_MAC, DATA))[14:]
"""The IPv4 packet that the errors below are about."""


def test_an_error_quotes_the_header_and_eight_octets():
    sent = framed(APP_MAC, DB1_MAC, IcmpError(DB1, APP, 64, IcmpKind.HOST_UNREACHABLE, DATA))
    data = encode(sent)
    assert data[34:70] == error(3, 1, DATAGRAM[:28])
    packet = decode(data).packet
    assert packet == IcmpError(DB1, APP, 64, IcmpKind.HOST_UNREACHABLE, quoted(DATA))
    assert (packet.about.sport, packet.about.dport, packet.about.seq) == (40000, 5432, 7)


def test_more_than_eight_octets_may_be_quoted():
    """Linux sends up to 576 octets (RFC 1812 section 4.3.2.3)."""
    assert decode(ipv4(error(3, 1, DATAGRAM), 1)).packet.about == quoted(DATA)


def test_a_redirect_names_the_better_gateway():
    packet = decode(ipv4(error(5, 1, DATAGRAM[:28], DB1.packed), 1)).packet
    assert (packet.kind, packet.gateway) == (IcmpKind.REDIRECT, DB1)


def test_a_quoted_ping_keeps_its_length():
    ping = Echo(APP, VIP, 63, False, 3, 4, 1000)
    about = encode(framed(DB1_MAC, APP_MAC, ping))[14:42]
    assert decode(ipv4(error(11, 0, about), 1)).packet.about == ping


@pytest.mark.parametrize(
    "message",
    [
        error(3, 4, DATAGRAM[:28]),  # a kind that vipsim does not send
        error(3, 1, DATAGRAM[:6] + b"\x20\x00" + DATAGRAM[8:28]),
    ],
    ids=["kind", "fragment"],
)
def test_errors_that_vipsim_does_not_speak_are_carried(message):
    frame = decode(ipv4(message, 1))
    assert frame.packet == OtherIp(APP, VIP, 64, 1, message)
    assert decode(encode(frame)) == frame


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
    message = bytes.fromhex("21016407800100000000000000000007") + bytes(range(20))
    message = message[:6] + (0xFFFF - words(message)).to_bytes(2, "big") + message[8:]
    right = Carp(APP, VIP, 64, 1, 0x64, 1, 7, bytes(range(20)), 128)
    assert decode(ipv4(message, 112)).packet == right
    assert encode(framed(DB1_MAC, APP_MAC, right))[34:] == message
    wrong = message[:7] + bytes([message[7] ^ 1]) + message[8:]
    assert decode(ipv4(wrong, 112)).packet.checksum == int.from_bytes(wrong[6:8], "big")
    with pytest.raises(EncodeError, match="20 octets, not 19"):
        encode(framed(DB1_MAC, APP_MAC, Carp(APP, VIP, 64, 1, 0, 1, 7, bytes(19))))
    five = advert(vips=(VIP,) * 5)  # as long as CARP, but a VRRP advert
    assert decode(encode(five)) == five


# --- refusals ----------------------------------------------------------------------------------

GOOD = encode(SAMPLES["udp"])


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
    "error short": (ipv4(error(3, 1, bytes(19)), 1), "octet 61: a quoted IPv4 header has 20 octets"),
    "error version": (ipv4(error(3, 1, b"\x65" + DATAGRAM[1:28]), 1), "octet 42: a quoted IPv4 header"),
    "error header": (ipv4(error(3, 1, b"\x4f" + DATAGRAM[1:28]), 1), "octet 42: a quoted IPv4 header"),
    "tcp short": (ipv4(bytes(19), 6), "octet 53: a TCP header"),
    "tcp offset small": (ipv4(segment(offset=4), 6), "octet 46: a TCP header of 16 octets"),
    "tcp offset large": (ipv4(segment(offset=6), 6), "octet 46: a TCP header of 24 octets"),
    "tcp checksum": (changed(encode(SAMPLES["tcp-data"]), 54, 1), "octet 50: the TCP checksum"),
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
        (framed(BROADCAST, APP_MAC, Tcp(*A_TO_B, 2**32, 0, TcpFlag.ACK)), "does not fit"),
        (framed(BROADCAST, APP_MAC, Tcp(*A_TO_B, 0, 0, TcpFlag.ACK, b"", 65_536)), "does not fit"),
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
