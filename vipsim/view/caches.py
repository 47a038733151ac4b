"""Who believes what about a virtual address over time, and who is right.

The top lane says who really owned the address. Below it stand a lane per host that asked for it, with what
its neighbor cache said, and a lane per switch, with where it would have sent the frames of those hosts: to
the ports on which it knew the MACs that their caches had just then, the owner's or not. Hosts that believed
in different MACs share the height of that lane.
The color of a bar is the node that is believed in; its shade and hatch say how sure the cache is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_interface
from typing import Any

from vipsim.errors import VipsimError
from vipsim.trace import Trace
from vipsim.units import SECOND, Time, seconds, to_duration
from vipsim.view import bars, palette, style
from vipsim.view.belief_lanes import (
    BAR,
    GAP,
    HEADROOM,
    Sheet,
    Silences,
    draw_host,
    draw_owners,
    draw_switch,
    host_height,
    switch_height,
)
from vipsim.view.beliefs import (
    FLOODED,
    Belief,
    MacNames,
    alike,
    find_vip,
    host_beliefs,
    shut_ports,
)
from vipsim.view.flags import FLAG_ROW, draw_flags, fault_flags
from vipsim.view.lanes import Window, by_number, in_scenario_order, scenario_nodes, scenario_part, window
from vipsim.view.mpl import Axes
from vipsim.view.switch_beliefs import switch_beliefs
from vipsim.wire.addresses import IPv4

MOST_HOSTS = 12
"""Hosts with a lane of their own; of more, those that believed the same share one."""
BEFORE, AFTER = 2 * SECOND, 10 * SECOND
"""What is shown around a moment."""
LANE_INCHES = 0.8
COARSER = (400, 100, 40, 15)
"""Of many hosts those share a lane whose changes all lie within this part of what is shown; the first part
is taken that leaves few enough lanes, or the last."""

Around = Time | str | tuple[Time | str | None, Time | str | None] | None
Host = tuple[str, str]
"""(node, interface) of a neighbor cache; no interface if the node never had an entry."""


@dataclass(frozen=True, slots=True)
class _Lane:
    """A row of the picture: its label, its height, where its label stands below its top, what draws it."""

    label: str
    height: float
    middle: float
    draw: Callable[[Sheet, float], None]


class _Story:
    """Everything that a trace says of one address."""

    def __init__(self, trace: Trace, vip: IPv4) -> None:
        self.trace, self.vip = trace, vip
        names = MacNames(trace)
        self.hosts: dict[Host, list[Belief]] = host_beliefs(trace, vip, names)
        self.switches = switch_beliefs(trace, vip)
        self.owners = {record.node for record in trace.select("vip") if record.data["vip"] == vip}
        self.ports = shut_ports(trace, self.owners)
        self.clients = _clients(trace, vip)
        self.silences: dict[str, dict[str, list[tuple[Time, Time | None]]]] = {}
        for record in trace.select("gap"):
            client = record.data["client"]
            if self.clients.get(client, record.node) == record.node:
                spans = self.silences.setdefault(record.node, {}).setdefault(client, [])
                spans.append((record.data["last"], record.data["first"]))

    def blackout(self, host: Host) -> Time:
        """The longest sum of silences among the clients of a host, in ns."""
        end = self.trace.duration
        clients = self.silences.get(host[0], {}).values()
        sums = (sum((end if first is None else first) - last for last, first in spans) for spans in clients)
        return max(sums, default=0)

    def all_hosts(self) -> list[Host]:
        """Every host that asked for the address, in the scenario's order."""
        seen = {node for node, _ in self.hosts}
        quiet = {node for node in (*self.clients.values(), *self.silences) if node and node not in seen}
        keys = [*self.hosts, *((node, "") for node in quiet)]
        names = in_scenario_order(self.trace, {node for node, _ in keys})
        order = {name: number for number, name in enumerate(names)}
        return sorted(keys, key=lambda key: (order[key[0]], key[1]))


def plot_caches(
    trace: Trace,
    vip: str | IPv4 | None = None,
    nodes: Iterable[str] | None = None,
    ax: Axes | None = None,
    around: Around = None,
) -> Axes:
    """Plot who believed what about a virtual address, and who really owned it.

    Parameters
    ----------
    trace : Trace
        Of level ``protocol`` or ``frames``.
    vip : str or IPv4, optional
        Name or address; default: the first that a host owned.
    nodes : iterable of str, optional
        Hosts and switches to show, from the top. Default: the hosts that asked for the address, in the
        scenario's order, and the switches that knew a MAC of it. Of more than `MOST_HOSTS` hosts those that
        believed the same at the same time share a lane, and of more lanes those with the longest blackouts
        are shown.
    ax : Axes, optional
        Where to draw; default: a new figure, as high as it needs to be.
    around : Time, str or (from, to), optional
        Part of the run: a moment (2 s before it to 10 s after it), or where it begins and ends, in ns or as
        text such as ``"4.5s"``; default: all of it.

    Returns
    -------
    Axes
        Time in seconds to the right, a lane per host and switch. Artists have gids: ``owner:NODE`` and
        ``nobody``, ``belief:HOST:WHO:STATE`` (WHO is a node, ``virtual MAC`` or the end of a MAC that is
        nobody's), ``port:SWITCH:NODE``, ``flooded:SWITCH``, ``shut:SWITCH:PORT:STATE``,
        ``announcements:NODE`` (``unheard:NODE`` where every copy was lost), ``silence:CLIENT`` and
        ``fault``. The lane of a switch says where it would send the frames of the hosts, by the MACs in their
        caches at that time; ``flooded`` is one of these that it did not know, and where no cache had a MAC
        the lane is empty.

    Raises
    ------
    VipsimError
        If the trace keeps no records, knows no such address or node, or nothing of it lies in the window.
    """
    address, name = find_vip(trace, vip)
    part = _window(trace, around)
    story = _Story(trace, address)
    lanes, note = _lanes(story, part, nodes)
    inches = palette.WIDTH * 0.775 if ax is None else style.axes_inches(ax)
    scale = (part.end - part.start) / SECOND / inches
    flags = fault_flags(trace, part, scale)
    top = min([-0.1, *(flag.height - 0.2 for flag in flags)])
    bottom = 0.5 + sum(lane.height for lane in lanes)
    ax = style.axes_or_new(ax, height=max(4.0, 2.2 + LANE_INCHES * (bottom - top)))
    ax.set_xlim(part.start / SECOND, part.end / SECOND)
    ax.set_ylim(bottom, top)
    sheet = Sheet(ax, trace, part, scale, _believed(story), bars.fault_times(trace))
    draw_flags(ax, flags, bottom, 0.07 * scale)
    heights = [flag.height for flag in flags] or [FLAG_ROW]
    ticks, y = [(min(heights) + max(heights)) / 2], 0.5
    for lane in lanes:
        lane.draw(sheet, y)
        ticks.append(y + lane.middle)
        y += lane.height
    if bare := sum(flag.row is None for flag in flags):
        note += f"   ({bare} faults without a label)"
    others = [other for other in scenario_part(trace, "vips") if other != name]
    if vip is None and others:
        note += f"   (also: --vip {palette.plain(', '.join(others), 40)})"
    about = f"{address} ({name})" if name else str(address)
    title = f"who believes what about {about}: {trace.name}, seed {trace.seed} ({trace.world})"
    style.frame_axes(ax, title, f"time since the start of the run [s]{note}")
    labels = [palette.plain_lines(label) for label in ("faults", *(lane.label for lane in lanes))]
    ax.set_yticks(ticks, labels=labels, parse_math=False)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    style.legend_below(ax, sheet.handles(), columns=7)
    return ax


def _window(trace: Trace, around: Around) -> Window:
    """The part of the run that is asked for."""
    if around is None:
        return window(trace, None, None)
    if isinstance(around, tuple):
        return window(trace, *around)
    moment = to_duration(around)
    return window(trace, max(0, moment - BEFORE), moment + AFTER)


def _clients(trace: Trace, vip: IPv4) -> dict[str, str]:
    """Host of each client that needs `vip`, as target or as gateway; empty for the others. In order."""
    vips, nodes = scenario_part(trace, "vips"), scenario_nodes(trace)
    found = {}
    for client, body in scenario_part(trace, "clients").items():
        if isinstance(body, Mapping):
            target, node = str(body.get("target")), str(body.get("node", ""))
            host = nodes.get(node, {})
            is_far = target in nodes and _networks(host).isdisjoint(_networks(nodes[target]))
            first = str(host.get("gateway")) if is_far else target
            found[client] = node if str(vips.get(first, first)).partition("/")[0] == str(vip) else ""
    return found


def _networks(node: Mapping[str, Any]) -> set[str]:
    """Networks of a host's interfaces, as far as the header says."""
    interfaces = node.get("interfaces")
    found = set()
    for iface in interfaces.values() if isinstance(interfaces, Mapping) else ():
        with suppress(ValueError):  # a header that somebody edited
            found.add(
                str(ip_interface(str(iface.get("address") if isinstance(iface, Mapping) else iface)).network)
            )
    return found


def _believed(story: _Story) -> list[str]:
    """Whom anybody believes in, in the order of their colors: owners first, each by the scenario."""
    courses = [*story.hosts.values(), *story.switches.values()]
    others = {belief.who for course in courses for belief in course} - story.owners - {""}
    return [*in_scenario_order(story.trace, story.owners), *in_scenario_order(story.trace, others)]


def _lanes(story: _Story, part: Window, nodes: Iterable[str] | None) -> tuple[list[_Lane], str]:
    """The lanes from the top, and a note on what was left out."""
    owner = _Lane(
        f"owner of\n{story.vip}",
        HEADROOM + BAR + GAP,
        HEADROOM + BAR / 2,
        partial(draw_owners, vip=story.vip),
    )
    hosts = story.all_hosts()
    if nodes is not None:
        return [owner, *_chosen(story, hosts, list(nodes))], ""
    groups, note = _groups(story, part, hosts)
    lanes = [owner, *(_host_lane(story, group) for group in groups)]
    return [*lanes, *(_switch_lane(story, switch) for switch in _knowing(story.switches))], note


def _knowing(switches: Mapping[str, Sequence[Belief]]) -> list[str]:
    """The switches that ever knew a MAC in use (one in another network never does), or the only one."""
    return [
        switch
        for switch, beliefs in switches.items()
        if len(switches) == 1 or any(belief.state != FLOODED for belief in beliefs)
    ]


def _groups(story: _Story, part: Window, hosts: Sequence[Host]) -> tuple[list[list[Host]], str]:
    """Which hosts share a lane, the one with the longest blackout first, and a note that says so."""
    if len(hosts) <= MOST_HOSTS:
        return [[host] for host in hosts], ""
    groups: list[list[Host]] = []
    for parts in COARSER:
        tolerance = max(1, (part.end - part.start) // parts)
        groups = alike(story.hosts, hosts, tolerance)
        if len(groups) <= MOST_HOSTS:
            break
    groups = [sorted(group, key=lambda host: -story.blackout(host)) for group in groups]
    places = sorted(range(len(groups)), key=lambda place: -story.blackout(groups[place][0]))[:MOST_HOSTS]
    shown = [groups[place] for place in sorted(places)]
    note = f"   (alike: within {seconds(tolerance)})"
    if hidden := len(hosts) - sum(map(len, shown)):
        note = f"   (and {hidden} more hosts, none with a longer blackout)"
    return shown, note


def _chosen(story: _Story, hosts: Sequence[Host], nodes: Sequence[str]) -> list[_Lane]:
    """A lane for each of these nodes (for each interface that knew the address)."""
    known = {*scenario_nodes(story.trace), *story.switches, *(node for node, _ in hosts)}
    lanes: list[_Lane] = []
    for node in nodes:
        if node not in known:
            names = ", ".join(by_number(known)) or "none"
            raise VipsimError(f"no node of the trace is called {node!r}: known are {names}")
        if node in story.switches:
            lanes.append(_switch_lane(story, node))
        else:
            keys = [key for key in hosts if key[0] == node] or [(node, "")]
            lanes += [_host_lane(story, [key]) for key in keys]
    return lanes


def _host_lane(story: _Story, group: Sequence[Host]) -> _Lane:
    """The lane of one host, or of several that believed the same."""
    host = group[0]
    is_one = sum(node == host[0] for node, _ in story.hosts) < 2
    name = host[0] if is_one else f"{host[0]}.{host[1]}"
    silences: Silences = story.silences.get(host[0], {})
    label = name if len(group) == 1 else f"{name}\nand {len(group) - 1} alike"
    draw = partial(draw_host, host=name, beliefs=story.hosts.get(host, []), silences=silences)
    return _Lane(label, host_height(silences), BAR / 2, draw)


def _switch_lane(story: _Story, switch: str) -> _Lane:
    ports = story.ports.get(switch, {})
    draw = partial(draw_switch, switch=switch, beliefs=story.switches[switch], ports=ports)
    return _Lane(f"{switch}\nsends to", switch_height(ports), BAR / 2, draw)
