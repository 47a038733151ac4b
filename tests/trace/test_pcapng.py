"""The capture file, judged by tshark and scapy."""

import subprocess
from pathlib import Path

import pytest

from tests.conftest import require_tool
from tests.wire.samples import APP, DB1, SAMPLES, VIP
from vipsim.errors import EncodeError
from vipsim.trace.pcapng import CapturedFrame, Interface, blocks, write_packets
from vipsim.wire.addresses import Mac
from vipsim.wire.codec import encode

IFACES = (Interface("app1.bond0", Mac.parse("02:00:00:00:00:11")), Interface("db1.bond0"))
LATE = 104 * 86400 * 10**9 + 1
LONG = "é" * 40_000
FRAMES = (
    CapturedFrame(0, "app1.bond0", SAMPLES["echo-request"], inbound=False),
    CapturedFrame(
        1, "db1.bond0", SAMPLES["echo-request"], inbound=True, comment="first answer – after 3.109 s"
    ),
    CapturedFrame(3_609_375_001, "db1.bond0", encode(SAMPLES["garp"])[:42], inbound=False, comment="x" * 4),
    CapturedFrame(LATE, "app1.bond0", SAMPLES["echo-reply"], inbound=True, comment=LONG),
)
NAMES = {DB1: "db1", APP: "app1", VIP: "service"}
OUTBOUND, INBOUND = 2, 1


@pytest.fixture
def capture(tmp_path):
    path = tmp_path / "run.pcapng"
    write_packets(path, IFACES, FRAMES, NAMES, "vipsim: database-pair, seed 7")
    return path


def fields(path: Path, *names: str, options: tuple[str, ...] = ()) -> list[list[str]]:
    command = [require_tool("tshark"), "-r", str(path), "-T", "fields", *options]
    for name in names:
        command += ["-e", name]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return [line.split("\t") for line in done.stdout.split("\n")[:-1]]


def test_tshark_reads_times_interfaces_and_directions(capture):
    names = ("frame.time_epoch", "frame.interface_name", "frame.packet_flags_direction", "frame.len")
    seen = fields(capture, *names)
    assert [(name, int(flags, 0), length) for _, name, flags, length in seen] == [
        ("app1.bond0", OUTBOUND, "98"),
        ("db1.bond0", INBOUND, "98"),
        ("db1.bond0", OUTBOUND, "42"),
        ("app1.bond0", INBOUND, "60"),
    ]
    times = ["0.000000000", "0.000000001", "3.609375001", "8985600.000000001"]
    assert [row[0] for row in seen] == times


def test_tshark_reads_comments(capture):
    comments = [row[0] for row in fields(capture, "frame.comment")]
    assert comments[:3] == ["", FRAMES[1].comment, "x" * 4]
    assert comments[3].startswith("é" * 32_000)  # an option has at most 65535 octets: cut, not broken
    assert set(comments[3]) == {"é"}


def test_tshark_shows_the_names_of_addresses(capture):
    seen = fields(capture, "ip.src_host", "ip.dst_host", options=("-N", "n"))
    assert [seen[0], seen[3]] == [["app1", "service"], ["service", "app1"]]
    assert fields(capture, "ip.src_host", options=("-n",))[0] == [str(APP)]


def test_scapy_reads_the_same_frames(capture):
    from scapy.utils import rdpcap

    packets = rdpcap(str(capture))
    assert [bytes(packet) for packet in packets] == [
        frame.frame if isinstance(frame.frame, bytes) else encode(frame.frame) for frame in FRAMES
    ]
    assert [int(packet.time * 10**9) for packet in packets][:3] == [0, 1, 3_609_375_001]
    assert packets[1].comment == FRAMES[1].comment.encode()


def test_every_block_says_its_length_twice(capture):
    data, at, kinds = capture.read_bytes(), 0, []
    while at < len(data):
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        assert length % 4 == 0
        assert data[at + length - 4 : at + length] == data[at + 4 : at + 8]
        kinds.append(int.from_bytes(data[at : at + 4], "little"))
        at += length
    assert kinds == [0x0A0D0D0A, 1, 1, 4, 6, 6, 6, 6]
    assert b"vipsim: database-pair, seed 7" in data


def test_no_names_no_block_and_no_frames_no_trouble(tmp_path):
    assert len(list(blocks(IFACES, (), {}))) == 3
    write_packets(tmp_path / "empty.pcapng", IFACES, ())
    assert fields(tmp_path / "empty.pcapng", "frame.number") == []


def test_equal_input_gives_equal_files(tmp_path, capture):
    write_packets(tmp_path / "again.pcapng", IFACES, FRAMES, NAMES, "vipsim: database-pair, seed 7")
    assert (tmp_path / "again.pcapng").read_bytes() == capture.read_bytes()


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (CapturedFrame(-1, "db1.bond0", b"", False), "begins at time zero"),
        (CapturedFrame(0, "db2.bond0", b"", False), "db2.bond0 is not an interface.*app1.bond0, db1.bond0"),
    ],
)
def test_a_file_appears_whole_or_not_at_all(tmp_path, frame, reason):
    path = tmp_path / "run.pcapng"
    path.write_bytes(b"what was there before")
    with pytest.raises(EncodeError, match=reason):
        write_packets(path, IFACES, [FRAMES[0], frame])
    assert path.read_bytes() == b"what was there before"
    assert list(tmp_path.iterdir()) == [path]
