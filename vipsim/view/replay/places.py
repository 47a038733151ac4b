"""Where everything stands on the replay page: nodes in boxes, cables between them, by number.

Units of the layout are hundredths of an inch of a slide; the small text of a box is set in 16 of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vipsim.errors import ScenarioError, TraceError
from vipsim.scenario.data import from_data
from vipsim.scenario.model import Host, Link, Scenario
from vipsim.trace import Trace
from vipsim.view.layout import cable_text, common_cable, plan
from vipsim.view.palette import estimated_inches

UNITS = 100
"""Units of the layout per inch."""


@dataclass(frozen=True, slots=True)
class Places:
    """A trace's scenario, and the numbers by which the document calls nodes and cables."""

    scenario: Scenario
    numbers: Mapping[str, int]
    """Of each node."""
    ways: Mapping[tuple[str, str], tuple[int, int]]
    """Of each pair of ends (``node.port``) its link and direction (0: from its a to its b)."""

    def node(self, name: str | None) -> int:
        """Return a node's number; -1 for nobody or for who is not in the scenario."""
        return self.numbers.get(name or "", -1)

    def way(self, src: str, dst: str) -> tuple[int, int]:
        """Return link and direction between two ends.

        Raises
        ------
        TraceError
            If the scenario has no such cable.
        """
        try:
            return self.ways[src, dst]
        except KeyError:
            raise TraceError(
                f"a frame of this trace goes from {src[:60]!r} to {dst[:60]!r}, where its scenario has no "
                "link: header and frames do not belong together; run the scenario again"
            ) from None


def read_places(trace: Trace) -> Places:
    """Read the scenario in a trace's header.

    Raises
    ------
    TraceError
        If there is none that can be drawn.
    """
    data = trace.header.get("scenario")
    try:
        scenario = from_data(data)
    except (ScenarioError, RecursionError) as error:
        first = str(error).partition("\n")[0][:200]
        raise TraceError(
            f"the header of this trace holds no scenario that can be shown ({first}): "
            "run it again, or write the trace again with the vipsim that made it"
        ) from None
    numbers = {node.name: number for number, node in enumerate(scenario.nodes)}
    # A fault may be of a cable, or of several nodes.
    known = {"", *numbers}
    strange = next((one for one in trace.select() if one.node not in known and one.kind != "fault"), None)
    if strange is not None:
        raise TraceError(
            f"record {strange.id} of this trace is of {strange.node[:60]!r}, no node of its scenario: "
            "header and records do not belong together; run the scenario again"
        )
    ways: dict[tuple[str, str], tuple[int, int]] = {}
    for number, link in enumerate(scenario.links):
        ways[str(link.a), str(link.b)] = number, 0
        ways[str(link.b), str(link.a)] = number, 1
    return Places(scenario, numbers, ways)


def node_part(places: Places) -> dict[str, Any]:
    """Return ``nodes``, ``plan``, ``links`` and ``vips`` of the document."""
    scenario = places.scenario
    placed = plan(scenario, estimated_inches)
    kinds = {host.name: _kind(host) for host in scenario.hosts}
    hosts = {host.name: host for host in scenario.hosts}
    nodes = []
    for node in scenario.nodes:
        box = placed.boxes[node.name]
        host = hosts.get(node.name)
        nodes.append(
            {
                "name": node.name,
                "kind": kinds.get(node.name, "switch"),
                "x": _units(box.x - box.width / 2),
                "y": _units(placed.height - box.y - box.height / 2),
                "w": _units(box.width),
                "h": _units(box.height),
                "side": box.side,
                "lines": list(box.lines),
                "ifaces": [] if host is None else _ifaces(host),
            }
        )
    common = common_cable(scenario.links)
    return {
        "nodes": nodes,
        "plan": {"width": _units(placed.width), "height": _units(placed.height), "cable": common},
        "links": [_link(places, link) for link in scenario.links],
        "vips": [str(vip.address) for vip in scenario.vips],
    }


def _kind(host: Host) -> str:
    return "router" if host.forwarding else "host"


def _ifaces(host: Host) -> list[dict[str, str]]:
    return [
        {"name": iface.name, "mac": str(iface.mac), "address": f"{iface.address}/{iface.prefix}"}
        for iface in host.ifaces
    ]


def _link(places: Places, link: Link) -> dict[str, Any]:
    return {
        "a": places.numbers[link.a.node],
        "b": places.numbers[link.b.node],
        "a_end": str(link.a),
        "b_end": str(link.b),
        "text": cable_text(link),
    }


def _units(inches: float) -> int:
    return round(inches * UNITS)
