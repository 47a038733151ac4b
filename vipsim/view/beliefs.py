"""Who believed what about a virtual address, by the hosts' neighbor caches, as intervals of the records.

What the switches make of it is in `vipsim.view.switch_beliefs`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from vipsim.errors import AddressError, VipsimError
from vipsim.trace import Trace
from vipsim.trace.facts_reading import read_facts
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
    """State of the neighbor entry; of a switch `FLOODED`, or the port (and a flooding switch behind it)."""
    row: int = 0
    rows: int = 1
    """Of `rows` things that a switch did with frames at that time this is number `row`, from the top."""


@dataclass(slots=True)
class Course:
    """The beliefs of one host or switch, as they follow each other."""

    found: list[Belief] = field(default_factory=list)
    since: Time = 0
    value: tuple[str, str] | tuple[str, str, int, int] | None = None

    def become(self, time: Time, value: tuple[str, str] | tuple[str, str, int, int] | None) -> None:
        """Believe `value` (who, state and perhaps row, rows) from `time` on; None: nothing."""
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
        for node, body in scenario_nodes(trace).items():
            interfaces = body.get("interfaces")
            for iface in interfaces.values() if isinstance(interfaces, Mapping) else ():
                text = iface.get("mac") if isinstance(iface, Mapping) else None
                with suppress(AddressError):  # a header that somebody edited
                    self._nodes[Mac.parse(str(text))] = node
        for record in trace.select("vip"):
            used = record.data.get("lladdr")
            if isinstance(used, Mac):
                self._nodes.setdefault(used, record.node)

    def of(self, mac: Mac | None) -> str:
        """Name of the node, `VIRTUAL_MAC`, the end of a MAC that is nobody's; empty for none."""
        if mac is None:
            return ""
        if mac >> 8 == _VIRTUAL:
            return VIRTUAL_MAC
        return self._nodes.get(mac) or "…" + str(mac)[-6:]


def host_beliefs(trace: Trace, vip: IPv4, names: MacNames) -> dict[tuple[str, str], list[Belief]]:
    """Per (host, interface) what its neighbor cache said of `vip`; nothing where it had no entry."""
    courses: dict[tuple[str, str], Course] = {}
    for time, cache, state, mac in entries(trace, vip):
        value = None if state == NO_ENTRY else (names.of(mac), state)
        courses.setdefault(cache, Course()).become(time, value)
    return finished(courses, trace.duration)


def entries(trace: Trace, vip: IPv4) -> Iterator[tuple[Time, tuple[str, str], str, Mac | None]]:
    """Each change of an entry of `vip`: (ns, (host, interface), state, the MAC that frames would go to)."""
    known: dict[tuple[str, str], None] = {}
    for record in trace.select():
        data = record.data
        if record.kind == "neighbor" and data["ip"] == vip:
            state = str(data.get("new", NO_ENTRY))
            cache = (record.node, str(data["iface"]))
            known[cache] = None
            yield record.time, cache, state, None if state in (NO_ENTRY, *_WITHOUT_MAC) else data["lladdr"]
        elif record.kind == "fault" and data["word"] in _DARK:
            for cache in known:
                if cache[0] == data["target"]:
                    yield record.time, cache, NO_ENTRY, None


def shut_ports(trace: Trace, first: Iterable[str]) -> dict[str, dict[str, list[Belief]]]:
    """Per switch and port when it forwarded nothing (no carrier, spanning tree), and what it did instead.

    The ports behind which the nodes `first` are stand first.
    """
    courses: dict[tuple[str, str], Course] = {}
    for record in trace.select("port"):
        key = (record.node, record.data["port"])
        if key not in courses:
            courses[key] = Course(value=_passing(record.data["old"]))
        courses[key].become(record.time, _passing(record.data["new"]))
    peers, wanted = read_facts(trace.header).peers, {*first}
    found: dict[str, dict[str, list[Belief]]] = {}
    for (switch, port), course in finished(courses, trace.duration).items():
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


def finished(courses: Mapping[Any, Course], end: Time) -> dict[Any, list[Belief]]:
    """End all beliefs with the run, at `end` (ns)."""
    for course in courses.values():
        course.become(end, None)
    return {key: course.found for key, course in courses.items()}


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
