"""Whatever comes from the cable, `decode` answers with a frame or a DecodeError.

The option --hypothesis-profile=deep tries 20,000 inputs per test.
"""

import re

from hypothesis import given
from hypothesis import strategies as st

from tests.wire.samples import frames, ipv4
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
    st.sampled_from((1, 2, 17, 112)),
    st.sampled_from((b"", b"\x21", b"\x31", b"\x08", b"\x21\x01\x64\x07", b"\x31\x01\x64\x01")),
    st.binary(max_size=60),
    st.integers(0, 10).map(lambda count: bytes(4 * count)),
)
def test_any_payload_under_a_right_ip_header(proto, start, payload, options):
    judge(ipv4(start + payload, proto, options=options))


@given(frames, st.data())
def test_a_good_frame_that_was_damaged(frame, data):
    octets = bytearray(encode(frame))
    for _ in range(data.draw(st.integers(1, 4))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    judge(bytes(octets[: data.draw(st.integers(0, len(octets)))] if data.draw(st.booleans()) else octets))
