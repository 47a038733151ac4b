"""From a trace to a capture: which interface saw which frame, and what is worth a comment.

An interface of a host (or of a router, which is one) sees the frames that the host sends, when they leave,
and those delivered to it, when they arrive, whomever they are for. Comments stand on the frames that tell
the story of a failover: the advert that a takeover began with, the first announcement of each address, a
client's first answer after a silence; and on every frame that never arrived.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from vipsim.errors import TraceError
from vipsim.trace.facts_reading import read_facts
from vipsim.trace.outcome import NO_FAULT, Failover
from vipsim.trace.pcapng import CapturedFrame, Interface, write_packets
from vipsim.trace.records import Level
from vipsim.units import Time, seconds
from vipsim.wire.addresses import IPv4, Mac
from vipsim.wire.frames import kind_of

if TYPE_CHECKING:
    from vipsim.trace.trace import Trace

_ANSWERS = ("echo-reply", "udp")


def write_pcapng(trace: Trace, path: str | os.PathLike[str], ifaces: Sequence[str] | None = None) -> None:
    """Write what interfaces of hosts saw, for Wireshark.

    Parameters
    ----------
    trace : Trace
        Recorded at level ``frames``.
    path : path
        The file, by custom ``*.pcapng``; it appears whole or not at all.
    ifaces : sequence of str, optional
        Interfaces as ``host.iface``; all of them by default.

    Raises
    ------
    TraceError
        If the trace has no frames, or an interface is not in the scenario.
    """
    chosen = choose_interfaces(trace, ifaces)
    comment = f"vipsim: {trace.name}, seed {trace.seed}"
    write_packets(path, chosen, captured(trace, ifaces), address_names(trace.header), comment)


def captured(trace: Trace, ifaces: Sequence[str] | None = None) -> list[CapturedFrame]:
    """Return the frames that the interfaces saw, by time; at one instant in the order of the trace.

    The parameters and errors are those of `write_pcapng`.
    """
    if trace.level < Level.FRAMES:
        raise TraceError("this trace has no frames: record the run at level frames")
    wanted = {interface.name for interface in choose_interfaces(trace, ifaces)}
    comments = comments_on_frames(trace)
    seen: list[CapturedFrame] = []
    for record in trace.frames:
        comment = comments.get(record.id, "")
        if record.src in wanted:
            seen.append(CapturedFrame(record.sent, record.src, record.frame, False, comment))
        if record.dst in wanted and record.outcome == "delivered":
            seen.append(CapturedFrame(record.arrival, record.dst, record.frame, True, comment))
    return sorted(seen, key=lambda frame: frame.time)


def choose_interfaces(trace: Trace, ifaces: Sequence[str] | None = None) -> list[Interface]:
    """Return the interfaces asked for, or all of the hosts, in the scenario's order."""
    known = {f"{node}.{iface}": data for node, iface, data in _host_interfaces(trace.header)}
    for name in ifaces or ():
        if name not in known:
            raise TraceError(f"{name} is not an interface of a host: there are {', '.join(known)}")
    chosen = known if ifaces is None else ifaces
    macs = {name: data.get("mac") for name, data in known.items() if name in chosen}
    return [Interface(name, None if mac is None else Mac.parse(str(mac))) for name, mac in macs.items()]


def address_names(header: Mapping[str, Any]) -> dict[IPv4, str]:
    """Name the addresses in a trace's header: hosts, and VIPs by the VIP's own name."""
    names: dict[IPv4, str] = {}
    nodes: set[str] = set()
    for node, iface, data in _host_interfaces(header):
        if "address" in data:
            names[_address(data["address"])] = f"{node}.{iface}" if node in nodes else node
        nodes.add(node)
    names.update({_address(vip): str(name) for name, vip in _mapping(header, "scenario", "vips").items()})
    return names


def _host_interfaces(header: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for node, data in _mapping(header, "scenario", "nodes").items():
        if isinstance(data, Mapping) and data.get("kind", "host") != "switch":
            for iface in _mapping(data, "interfaces"):
                yield node, iface, _mapping(data, "interfaces", iface)


def _mapping(data: Any, *keys: str) -> Mapping[str, Any]:
    """What lies under the keys; empty if it is missing or strange (anybody may have edited the file)."""
    for key in keys:
        data = data.get(key) if isinstance(data, Mapping) else None
    return data if isinstance(data, Mapping) else {}


def _address(text: object) -> IPv4:
    return IPv4.parse(str(text).partition("/")[0])


# --- comments --------------------------------------------------------------------------------


def comments_on_frames(trace: Trace) -> dict[int, str]:
    """Return the comments, by the id of the frame record; every copy of a frame on its way has it."""
    by_record = _takeovers(trace)
    first_answers = _first_answers(trace)
    comments: dict[int, str] = {}
    for record in trace.frames:
        kind = kind_of(record.frame.packet)
        # What a frame provoked inherits its cause; the comment is for the frame itself.
        said = list(by_record.get((record.cause, kind), ()))
        if record.outcome == "delivered" and kind in _ANSWERS:
            said += first_answers.get((record.dst.partition(".")[0], record.arrival), ())
        if record.outcome not in ("delivered", "in_flight"):
            said.append(record.outcome)
        if said:
            comments[record.id] = "; ".join(said)
    return comments


def _takeovers(trace: Trace) -> dict[tuple[int, str], list[str]]:
    """Comments on what failovers consist of, by the record's id and the kind of frame it sent."""
    facts = read_facts(trace.header)
    comments: dict[tuple[int, str], list[str]] = {}
    for failover in trace.failovers:
        begins = failover.detected_at
        if begins is None:
            continue
        announced: set[str] = set()
        for record in trace.records:
            if record.node != failover.new or record.time < begins:
                continue
            vip = str(record.data.get("vip"))
            if record.kind == "advert" and record.time == begins and record.data["form"] in ("vrrp", "carp"):
                if record.data["machine"] == failover.machine:
                    said = f"{failover.kind}: {failover.new} takes over{_since(failover, record.time)}"
                    comments.setdefault((record.id, "advert"), []).append(said)
            elif record.kind == "announce" and vip not in announced and facts.moves(failover.machine, vip):
                announced.add(vip)
                said = f"{failover.kind}: {failover.new} first announces {vip}{_since(failover, record.time)}"
                comments.setdefault((record.id, "garp"), []).append(said)
    return comments


def _since(failover: Failover, time: Time) -> str:
    if failover.fault == NO_FAULT:
        return ""
    return f", {seconds(time - failover.fault_at)} after {failover.fault}"


def _first_answers(trace: Trace) -> dict[tuple[str, Time], list[str]]:
    """Comments on the answers that ended a silence, by the client's node and the time of arrival."""
    comments: dict[tuple[str, Time], list[str]] = {}
    for record in trace.select("gap"):
        client, last, first = record.data["client"], record.data["last"], record.data["first"]
        if first is not None:
            said = f"first answer to {client} after {seconds(first - last)} of silence"
            comments.setdefault((record.node, first), []).append(said)
    return comments
