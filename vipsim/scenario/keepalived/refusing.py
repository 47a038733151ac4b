"""What of some configurations cannot become a scenario, with file and line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vipsim.errors import Problem, ScenarioError
from vipsim.scenario.keepalived.config import KeepalivedConfig
from vipsim.scenario.keepalived.groups import addresses_of
from vipsim.scenario.keepalived.places import Place, printable
from vipsim.scenario.keepalived.scenario import LOOPBACK, Part
from vipsim.scenario.keepalived.wiring import Port
from vipsim.wire.addresses import IPv4

MAX_INSTANCES = 1_000
"""Of all nodes together; a scenario has 500 groups at most."""
MAX_VIPS = 1_000


def problem_at(place: Place, message: str, hint: str) -> Problem:
    """A problem at a line of a file, safe for a terminal."""
    return Problem(printable(message), hint, printable(place.file), place.line, place.column)


def refuse_empty(configs: Mapping[str, KeepalivedConfig], parts: list[Part]) -> None:
    """Refuse files with nothing to simulate, or with more than a simulation takes."""
    problems = []
    for node, config in configs.items():
        if any(part.node == node for part in parts):
            continue
        place = next((one.place for one in config.instances if one.place), None)
        problems.append(
            Problem(
                "there is no vrrp_instance with IPv4 addresses: nothing of this file can be simulated",
                "IPv6 instances are read, but not simulated"
                if config.instances
                else "is this the right file?",
                path=place.file if place else (config.files[0] if config.files else node),
                line=place.line if place else 1,
                column=1,
            )
        )
    seen: set[IPv4] = set()
    for number, part in enumerate(parts, 1):
        if part.iface == LOOPBACK:
            message = f"({part.instance}) keepalived cannot use the loopback interface for VRRP"
            problems.append(problem_at(part.place, message, "write the interface of the LAN, such as eth0"))
        if not addresses_of(part):
            problems.append(
                problem_at(part.place, f"({part.instance}) nothing moves: there is no address", "")
            )
        seen.update(addresses_of(part))
        if number > MAX_INSTANCES or len(seen) > MAX_VIPS:
            message = f"({part.instance}) here it is more than a simulation takes"
            limits = f"at most {MAX_INSTANCES} instances and {MAX_VIPS} addresses: leave some out"
            problems.append(problem_at(part.place, message, limits))
            break
    if problems:
        raise ScenarioError(problems)


def refuse_shared(told: dict[Port, IPv4], parts: Sequence[Part]) -> None:
    """Refuse two nodes with one address: a line that was copied with the file."""
    owners: dict[IPv4, Port] = {}
    places = {(part.node, part.iface): part for part in reversed(parts)}
    problems = []
    for port, address in told.items():
        other = owners.setdefault(address, port)
        part = places.get(port)
        if other != port and part is not None:
            problems.append(
                problem_at(
                    part.place,
                    f"({part.instance}) {'.'.join(port)} has the address {address} of {'.'.join(other)}",
                    "each node its own mcast_src_ip or unicast_src_ip: was it copied with the file?",
                )
            )
    if problems:
        raise ScenarioError(problems)
