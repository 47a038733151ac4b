"""Whatever comes from the cable, `decode` answers with a frame or a DecodeError.

The option --hypothesis-profile=deep tries 20,000 inputs per test.
"""

import re

from hypothesis import given
from hypothesis import strategies as st

from tests.wire.samples import APP, VIP, frames, ipv4, pseudo, words
from vipsim.errors import DecodeError
from vipsim.wire.codec import decode, encode
from vipsim.wire.frames import Frame, Other, Vrrp


def judge(data: bytes) -> None:
    try:
        frame = decode(data)
    except DecodeError as refusal:
        place = re.match(r"octet (\d+): .", str(refusal))
        assert place and int(place[1]) <= len(data)
        return
    assert isinstance(frame, Frame)
    again = decode(encode(frame))
    assert (again.dst, again.src) == (frame.dst, frame.src)
    if isinstance(frame.packet, Other):
        assert again.packet.payload.startswith(frame.packet.payload)
    elif not (isinstance(frame.packet, Vrrp) and frame.packet.checksum is not None):
        assert again.packet == frame.packet


@given(st.binary(max_size=200))
def test_any_octets(data):
    judge(data)


@given(
    st.sampled_from((1, 2, 6, 17, 112)),
    st.sampled_from((b"", b"\x21", b"\x31", b"\x08", b"\x21\x01\x64\x07", b"\x31\x01\x64\x01")),
    st.binary(max_size=60),
    st.integers(0, 10).map(lambda count: bytes(4 * count)),
)
def test_any_payload_under_a_right_ip_header(proto, start, payload, options):
    judge(ipv4(start + payload, proto, options=options))


@given(st.sampled_from(((3, 1), (3, 3), (5, 1), (11, 0))), st.binary(max_size=60), st.booleans())
def test_any_quotation_in_a_right_error(kind, quotation, is_ip):
    """The checksum is right, so what is quoted is looked at."""
    message = bytes((*kind, 0, 0)) + bytes(4) + (b"\x45" if is_ip else b"") + quotation
    checksum = 0xFFFF - words(message)
    judge(ipv4(message[:2] + checksum.to_bytes(2, "big") + message[4:], 1))


@given(st.binary(min_size=20, max_size=80), st.integers(0, 15))
def test_any_segment_with_a_right_checksum(octets, offset):
    head = octets[:12] + bytes([offset << 4]) + octets[13:16] + bytes(2) + octets[18:]
    checksum = 0xFFFF - words(pseudo(APP, VIP, 6, len(head)) + head)
    judge(ipv4(head[:16] + checksum.to_bytes(2, "big") + head[18:], 6))


@given(frames, st.data())
def test_a_good_frame_that_was_damaged(frame, data):
    octets = bytearray(encode(frame))
    for _ in range(data.draw(st.integers(1, 4))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    judge(bytes(octets[: data.draw(st.integers(0, len(octets)))] if data.draw(st.booleans()) else octets))
