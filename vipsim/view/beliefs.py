"""Who believed what about a virtual address: hosts by their neighbor caches, switches by their tables.

Everything is read from the records, as intervals. A switch's belief is followed to its end: the port on
which it knows the address's MAC may lead to another switch, which has a table of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from vipsim.errors import AddressError, VipsimError
from vipsim.trace import Record, Trace
from vipsim.trace.facts_reading import read_facts
from vipsim.trace.overlaps import owns_after
from vipsim.units import Time
from vipsim.view.lanes import scenario_nodes, scenario_part
from vipsim.wire.addresses import IPv4, Mac

NO_ENTRY = "NONE"
_WITHOUT_MAC = ("INCOMPLETE", "FAILED")
"""In these no frame is sent, whatever the entry remembers."""
FLOODED = "flooded"
"""A switch that does not know an address sends frames for it out of every port."""
VIRTUAL_MAC = "virtual MAC"
_VIRTUAL = 0x00005E0001
"""The first five octets of VRRP's virtual MAC for IPv4 (RFC 9568 section 7.3)."""
_DARK = ("crash", "power", "reboot")
"""Faults after which a host's cache is empty."""


@dataclass(frozen=True, slots=True)
class Belief:
    """What a host or a switch believed from `start` to `end` (ns)."""

    start: Time
    end: Time
    who: str
    """Node to which frames for the address would go; empty: nobody's, or to all."""
    state: str
    """State of the neighbor entry; of a switch the port, or `FLOODED`."""


@dataclass(slots=True)
class _Course:
    """The beliefs of one host or switch, as they follow each other."""

    found: list[Belief] = field(default_factory=list)
    since: Time = 0
    value: tuple[str, str] | None = None

    def become(self, time: Time, value: tuple[str, str] | None) -> None:
        """Believe `value` (who, state) from `time` on; None: nothing."""
        if value == self.value:
            return
        if self.value is not None and time > self.since:
            self.found.append(Belief(self.since, time, *self.value))
        self.since, self.value = time, value


def find_vip(trace: Trace, wanted: str | IPv4 | None) -> tuple[IPv4, str]:
    """Return a virtual address of the trace and its name (empty if it has none).

    Parameters
    ----------
    trace : Trace
        Of level ``protocol`` or ``frames``.
    wanted : str, IPv4 or None
        Its name or address; None: the first that some host owned, or else the first of the scenario.

    Raises
    ------
    VipsimError
        If there is none, or none that is called so; the message names those that there are.
    """
    names: dict[IPv4, str] = {}
    for name, text in scenario_part(trace, "vips").items():
        with suppress(AddressError):  # a header that somebody edited
            names[IPv4.parse(str(text).partition("/")[0])] = name
    owned = list(dict.fromkeys(record.data["vip"] for record in trace.select("vip")))
    for address in owned:
        names.setdefault(address, "")
    if not names:
        raise VipsimError(f"the trace {trace.name!r} knows no virtual address: there is nothing to believe")
    if wanted is None:
        return next(((address, names[address]) for address in owned), next(iter(names.items())))
    for address, name in names.items():
        if str(wanted) in (str(address), name):
            return address, name
    known = ", ".join(f"{name} ({address})" if name else str(address) for address, name in names.items())
    raise VipsimError(f"no virtual address of the trace is called {str(wanted)!r}: use one of {known}")


class MacNames:
    """Whose MAC is whose, as the scenario in the trace's header says; who it leaves out, by the records."""

    def __init__(self, trace: Trace) -> None:
        self._nodes: dict[Mac, str] = {}
        self._macs: dict[tuple[str, str], Mac] = {}
        for node, body in scenario_nodes(trace).items():
            interfaces = body.get("interfaces")
            for name, iface in interfaces.items() if isinstance(interfaces, Mapping) else ():
                text = iface.get("mac") if isinstance(iface, Mapping) else None
                with suppress(AddressError):  # a header that somebody edited
                    mac = self._macs[node, str(name)] = Mac.parse(str(text))
                    self._nodes[mac] = node
        for record in trace.select("vip"):
            used = record.data.get("lladdr")
            if isinstance(used, Mac):
                self._nodes.setdefault(used, record.node)

    def own(self, node: str, iface: str) -> Mac | None:
        """Return the MAC of an interface by itself, as the scenario says."""
        return self._macs.get((node, iface))

    def of(self, mac: Mac | None) -> str:
        """Name of the node, `VIRTUAL_MAC`, the end of a MAC that is nobody's; empty for none."""
        if mac is None:
            return ""
        if mac >> 8 == _VIRTUAL:
            return VIRTUAL_MAC
        return self._nodes.get(mac) or "…" + str(mac)[-6:]


def host_beliefs(trace: Trace, vip: IPv4, names: MacNames) -> dict[tuple[str, str], list[Belief]]:
    """Per (host, interface) what its neighbor cache said of `vip`; nothing where it had no entry."""
    courses: dict[tuple[str, str], _Course] = {}
    for record in trace.select():
        data = record.data
        if record.kind == "neighbor" and data["ip"] == vip:
            state = str(data.get("new", NO_ENTRY))
            who = "" if state in _WITHOUT_MAC else names.of(data["lladdr"])
            value = None if state == NO_ENTRY else (who, state)
            courses.setdefault((record.node, data["iface"]), _Course()).become(record.time, value)
        elif record.kind == "fault" and data["word"] in _DARK:
            for (node, _), course in courses.items():
                if node == data["target"]:
                    course.become(record.time, None)
    return _finished(courses, trace.duration)


def switch_beliefs(trace: Trace, vip: IPv4, names: MacNames) -> dict[str, list[Belief]]:
    """Per switch the node to which it would send frames for the MAC at which `vip` is in use.

    In use is the MAC of the kernel that took the address, or announced it, last.
    """
    used = _macs_in_use(trace, vip, names)
    facts = read_facts(trace.header)
    switches = [*(name for name in scenario_nodes(trace) if name in facts.switches)]
    switches += sorted({record.node for record in trace.select("fdb")} - {*switches})
    macs = {mac for _, mac in used}
    steps: list[tuple[Time, Record | Mac]] = [*used]
    steps += [(record.time, record) for record in trace.select("fdb") if record.data["mac"] in macs]
    steps.sort(key=lambda step: step[0])
    tables: dict[str, dict[Mac, str | None]] = {switch: {} for switch in switches}
    courses = {switch: _Course() for switch in switches}
    mac = used[0][1] if used else None
    for number, (time, step) in enumerate(steps):
        if isinstance(step, Mac):
            mac = step
        else:
            tables[step.node][step.data["mac"]] = step.data.get("port")
        if mac is not None and (number + 1 == len(steps) or steps[number + 1][0] > time):
            for switch, course in courses.items():
                course.become(time, _follow(switch, mac, tables, facts.peers))
    return _finished(courses, trace.duration)


def shut_ports(trace: Trace, first: Iterable[str]) -> dict[str, dict[str, list[Belief]]]:
    """Per switch and port when it forwarded nothing (no carrier, spanning tree), and what it did instead.

    The ports behind which the nodes `first` are stand first.
    """
    courses: dict[tuple[str, str], _Course] = {}
    for record in trace.select("port"):
        key = (record.node, record.data["port"])
        if key not in courses:
            courses[key] = _Course(value=_passing(record.data["old"]))
        courses[key].become(record.time, _passing(record.data["new"]))
    peers, wanted = read_facts(trace.header).peers, {*first}
    found: dict[str, dict[str, list[Belief]]] = {}
    for (switch, port), course in _finished(courses, trace.duration).items():
        if course:
            found.setdefault(switch, {})[port] = course

    def is_far(switch: str, port: str) -> bool:
        return peers.get(f"{switch}.{port}", "").partition(".")[0] not in wanted

    return {
        switch: {port: ports[port] for port in sorted(ports, key=lambda port: is_far(switch, port))}
        for switch, ports in found.items()
    }


def _passing(state: str) -> tuple[str, str] | None:
    """None for a port that forwards, or is not there."""
    return None if state in ("FORWARDING", "NONE") else ("", state)


def _finished(courses: Mapping[Any, _Course], end: Time) -> dict[Any, list[Belief]]:
    for course in courses.values():
        course.become(end, None)
    return {key: course.found for key, course in courses.items()}


def _macs_in_use(trace: Trace, vip: IPv4, names: MacNames) -> list[tuple[Time, Mac]]:
    """Where `vip` was from when on: of several owners the MAC of the latest to take or announce it."""
    found: list[tuple[Time, Mac]] = []
    holders: dict[str, Mac | None] = {}
    for record in trace.select():
        data = record.data
        if record.kind not in ("vip", "announce") or data["vip"] != vip:
            continue
        is_owner = owns_after(data["act"]) if record.kind == "vip" else record.node in holders
        known = holders.pop(record.node, None)
        if is_owner:
            own = known or names.own(record.node, str(data.get("iface")))
            holders[record.node] = data.get("lladdr") or own
        latest = next((mac for mac in reversed(holders.values()) if mac is not None), None)
        if latest is not None and (not found or found[-1][1] != latest):
            found.append((record.time, latest))
    return found


def _follow(
    switch: str, mac: Mac, tables: Mapping[str, Mapping[Mac, str | None]], peers: Mapping[str, str]
) -> tuple[str, str]:
    """Where a frame for `mac` ends that comes to `switch`: (node, the port out of which it goes first)."""
    first = port = tables[switch].get(mac)
    passed = {switch}
    while port is not None:
        node = peers.get(f"{switch}.{port}", "").partition(".")[0]
        if node not in tables or node in passed:
            return node, first or ""
        switch = node
        passed.add(switch)
        port = tables[switch].get(mac)
    return "", FLOODED if first is None else first


def alike(
    courses: Mapping[tuple[str, str], list[Belief]], order: Iterable[tuple[str, str]], tolerance: Time
) -> list[list[tuple[str, str]]]:
    """Gather hosts that believed the same at the same time, but for `tolerance` (ns); each group in order."""
    groups: dict[tuple[tuple[str, str], ...], list[list[tuple[str, str]]]] = {}
    result: list[list[tuple[str, str]]] = []
    for key in order:
        course = courses.get(key, [])
        kin = groups.setdefault(tuple((belief.who, belief.state) for belief in course), [])
        for group in kin:
            if _is_near(courses.get(group[0], []), course, tolerance):
                group.append(key)
                break
        else:
            kin.append([key])
            result.append(kin[-1])
    return result


def _is_near(one: list[Belief], other: list[Belief], tolerance: Time) -> bool:
    pairs = zip(one, other, strict=True)
    return all(abs(a.start - b.start) <= tolerance and abs(a.end - b.end) <= tolerance for a, b in pairs)
