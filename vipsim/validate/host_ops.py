"""The ops of a host's case: each does to the bench what the recording did to the real kernel."""

from __future__ import annotations

from collections.abc import Callable

from vipsim.units import MS, Time
from vipsim.validate.bench import Bench, held
from vipsim.validate.fields import Fields, SkipRow, shown
from vipsim.validate.frames import read_frame
from vipsim.validate.host_commands import COMMANDS
from vipsim.validate.host_compare import read_state
from vipsim.validate.host_play import Play
from vipsim.wire.addresses import IPv4
from vipsim.wire.frames import IpPacket, Udp

WAIT_STATE: Time = 2000 * MS
POLL: Time = 4 * MS
MOST_DATAGRAMS = 20_000
LARGEST = 1472
"""Octets of a datagram that fits one frame."""

# --- waiting and reading -----------------------------------------------------------------------


def _wait(play: Play, action: Fields) -> None:
    duration = action.milliseconds("ms")
    if action.has("measured_from"):
        action.text("measured_from")
        entry = play.bench.entry(play.watched) if play.watched is not None else None
        if entry is not None:
            duration = max(0, entry.updated + duration - play.bench.now)
    play.bench.run(duration)


def _wait_state(play: Play, action: Fields) -> None:
    dst, state = action.ip("dst"), read_state(action, "state")
    if not play.bench.run_until(lambda: play.bench.state(dst) == state, WAIT_STATE, POLL):
        play.comparison.differs(f"{action.place} (state of {dst})", state, play.bench.state(dst))


def _observe(play: Play, action: Fields) -> None:
    dev = play.link(action)
    path = action.text("into")
    before = play.bench.state(play.watched) if play.watched is not None else ""
    seen = play.seen(dev, action.milliseconds("ms"))
    after = play.bench.state(play.watched) if play.watched is not None else ""
    play.comparison.sent(path, seen, "PROBE" in (before, after))


def _read_entry(play: Play, action: Fields) -> None:
    dst = action.ip("dst")
    entry = play.bench.entry(dst)
    play.comparison.entry(action.text("into"), play.bench.state(dst), entry.lladdr if entry else None)


def _read_delivered(play: Play, action: Fields) -> None:
    target = action.mac("dst_mac")
    play.bench.charge(len(play.bench.sent))
    numbers = [
        play.burst[id(sent.frame.packet)]
        for sent in play.bench.sent
        if sent.frame.dst == target and id(sent.frame.packet) in play.burst
    ]
    play.comparison.numbers(
        action.text("into"),
        {
            "accepted_by_socket": play.accepted,
            "delivered": len(numbers),
            "first": min(numbers, default=None),
            "last": max(numbers, default=None),
            "in_order": numbers == sorted(numbers),
        },
    )


# --- traffic -----------------------------------------------------------------------------------


def _frame(play: Play, action: Fields) -> None:
    play.bench.frame_in(play.link(action, "port"), read_frame(action.obj("frame")))


def _send_udp(play: Play, action: Fields) -> None:
    payload = _octets(action, "payload_hex") if action.has("payload_hex") else b"x"
    wanted = action.ip("src") if action.has("src") else None
    error = play.bench.send_udp(action.ip("dst"), action.count("dport", 1, 65_535), payload, wanted)
    if play.send_reading:
        play.comparison.send_error(play.send_reading, error)


def _octets(action: Fields, name: str) -> bytes:
    text = action.text(name)
    try:
        data = bytes.fromhex(text)
    except ValueError:
        action.wrong(name, f"{shown(text)} is not hexadecimal", "write two digits for each octet")
    if len(data) > LARGEST:
        raise SkipRow("datagrams in fragments are not modelled")
    return data


def _send_burst(play: Play, action: Fields) -> None:
    """Send numbered datagrams; each socket takes one as long as its buffer is not full (sock_wmem)."""
    count, size = action.count("count", 1, MOST_DATAGRAMS), action.count("payload_bytes", 0, 65_507)
    sockets, limit = (
        action.count("sockets", 1, MOST_DATAGRAMS, default=1),
        action.count("socket_buffer_bytes"),
    )
    spacing = action.milliseconds("spacing_ms") if action.has("spacing_ms") else 0
    wanted = action.ip("src") if action.has("src") else None
    dst, dport = action.ip("dst"), action.count("dport", 1, 65_535)
    if action.flag("blocking", False) or size > LARGEST:
        raise SkipRow("bursts of blocking sockets, or in fragments, are not modelled")
    owners: dict[int, int] = {}
    for number in range(count):
        if number:
            play.bench.run(spacing)
        queue = play.bench.waiting(dst)
        play.bench.charge(10 + len(queue))
        waiting = [p for p in queue if owners.get(id(p)) == number % sockets]
        if held(waiting) >= limit:
            continue
        payload = number.to_bytes(4, "big")[:size].ljust(size, b"x")
        known = len(play.bench.sent)
        if play.bench.send_udp(dst, dport, payload, wanted) is not None:
            continue
        play.accepted += 1
        packet = _just_sent(play.bench, dst, payload, known)
        if packet is not None:
            owners[id(packet)] = number % sockets
            play.burst[id(packet)] = number
            play.burst_packets.append(packet)  # kept: an identity must not be used twice


def _just_sent(bench: Bench, dst: IPv4, payload: bytes, known: int) -> IpPacket | None:
    """Return the packet that the last send made: on the wire by now, or the last one that waits."""
    on_wire = [sent.frame.packet for sent in bench.sent[known:]]
    found = [packet for packet in (*on_wire, *bench.waiting(dst)[-1:]) if isinstance(packet, Udp)]
    return next((packet for packet in found if packet.payload == payload), None)


OPS: dict[str, Callable[[Play, Fields], None]] = {
    **COMMANDS,
    "frame": _frame,
    "observe": _observe,
    "read_delivered": _read_delivered,
    "read_entry": _read_entry,
    "send_udp": _send_udp,
    "wait": _wait,
    "wait_state": _wait_state,
    "send_udp_burst": _send_burst,
}
"""Ops by the oracle's name."""
