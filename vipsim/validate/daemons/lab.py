"""The laboratory of an experiment as a scenario: its network, its daemons, the client that probes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from vipsim.errors import ScenarioError
from vipsim.scenario.data import from_data
from vipsim.scenario.model import Scenario
from vipsim.units import format_duration
from vipsim.validate.daemons.configurations import Configuration, configuration_of, groups_of
from vipsim.validate.daemons.experiments import Experiment, NodeSetup, Unsupported

CLIENT, SWITCH, SERVICE, PORT = "c1", "sw", "probe", 7007
"""Names in the scenario; where every node answers, whether or not its daemon lives."""
LINK_DELAY = "5us"
"""A veth and a bridge have no propagation time; this is about what their work takes."""
HZ = 250
"""Of the recording kernel (Debian)."""
LONGEST = "2000s"
"""No trial is longer: it ends by its own conditions."""

_VETH = re.compile(r"ip link add (\S+) type veth peer name (\S+)")
_MACVLAN = re.compile(r"ip link add (\S+) link (\S+) type macvlan mode bridge")
_SYSCTL = re.compile(r"sysctl -w (\S+)=(\d+)")
_HARMLESS = (
    re.compile(r"ip link set (dev )?\S+ address \S+"),
    re.compile(r"ip addr add \S+ dev \S+"),
    re.compile(r"ip link set \S+ up"),
)
"""What follows from the rest: the address of a macvlan is the virtual router's, and all begins up."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What the commands before the start of a node's daemons made."""

    cables: tuple[tuple[str, str], ...]
    """Cables inside the node: both interfaces."""
    macvlans: tuple[str, ...]
    sysctls: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Lab:
    """An experiment's laboratory, ready to be simulated."""

    scenario: Scenario
    nodes: dict[str, Configuration]
    """What each node is configured to."""
    sysctls: dict[str, tuple[tuple[str, int], ...]]
    """Written before the daemons start, by host, in order."""
    vip: str


def lab_of(experiment: Experiment, lateness: str, probe_every: int) -> Lab:
    """Build the laboratory of `experiment`.

    Parameters
    ----------
    experiment : Experiment
        What it is made of.
    lateness : str
        Profile of every host's lateness (`vipsim.scenario.model.Host.lateness`).
    probe_every : int
        The client's interval in ns, once it measures; the story begins it (`vipsim.validate.daemons.prober`).

    Raises
    ------
    Unsupported
        If something of it has no place in a scenario.
    """
    if experiment.ipv6:
        raise Unsupported("IPv6 is not modelled")
    _check_observed(experiment)
    nodes = {node.name: configuration_of(node, experiment.vip) for node in experiment.nodes}
    prepared = {node.name: _prepared(node) for node in experiment.nodes}
    hosts = {node.name: _host(node, prepared[node.name], lateness) for node in experiment.nodes}
    hosts[CLIENT] = {
        "interfaces": {"eth0": {"address": experiment.client["address"], "mac": experiment.client["mac"]}},
        "hz": HZ,
    }
    links = [_link(f"{name}.eth0", f"{SWITCH}.p-{name}") for name in hosts]
    for number, (name, a, b) in enumerate(_inner_cables(prepared)):
        hosts[name]["interfaces"][a] = {"address": f"10.99.{number}.1/24"}
        hosts[f"{name}-{b}"] = {"interfaces": {b: {"address": f"10.99.{number}.2/24"}}}
        links.append(_link(f"{name}.{a}", f"{name}-{b}.{b}"))
    addresses = {node.address.partition("/")[0]: node.name for node in experiment.nodes}
    vips, groups = groups_of(nodes, addresses)
    data = {
        "name": experiment.id.replace(":", " "),
        "duration": LONGEST,
        "start": "cold",
        "nodes": {**hosts, SWITCH: _switch(experiment)},
        "links": links,
        "vips": vips,
        "groups": groups,
        "clients": {
            CLIENT: {
                "node": CLIENT,
                "target": next(iter(vips)),
                "probe": SERVICE,
                "interval": format_duration(probe_every),
                "start": LONGEST,
                "lazy": True,
            }
        },
    }
    sysctls = {name: one.sysctls for name, one in prepared.items()}
    sysctls[CLIENT] = tuple((key, int(value)) for key, value in experiment.client_sysctl.items())
    try:
        return Lab(from_data(data), nodes, sysctls, experiment.vip.partition("/")[0])
    except ScenarioError as error:
        raise Unsupported(f"its laboratory is no scenario: {str(error).splitlines()[0]}") from error


def _prepared(node: NodeSetup) -> Prepared:
    cables, macvlans, sysctls = [], [], []
    for step in node.before_start:
        command = step["command"]
        if match := _VETH.fullmatch(command):
            cables.append((match[1], match[2]))
        elif match := _MACVLAN.fullmatch(command):
            macvlans.append(match[1])
        elif match := _SYSCTL.fullmatch(command):
            sysctls.append((match[1], int(match[2])))
        elif not any(known.fullmatch(command) for known in _HARMLESS):
            raise Unsupported(f"before the start of {node.name}: {command[:80]!r} is not known here")
    return Prepared(tuple(cables), tuple(macvlans), tuple(sysctls))


def _inner_cables(prepared: dict[str, Prepared]) -> Iterator[tuple[str, str, str]]:
    for name, one in prepared.items():
        for a, b in one.cables:
            yield name, a, b


def _check_observed(experiment: Experiment) -> None:
    known = {node.name for node in experiment.nodes}
    for stage in experiment.stages:
        for name in (stage.old, stage.new, stage.ends_on):
            if name and name not in known:
                raise Unsupported(f"it observes {name[:40]!r}, which is none of its nodes")


def _host(node: NodeSetup, prepared: Prepared, lateness: str) -> dict[str, Any]:
    return {
        "interfaces": {"eth0": {"address": node.address, "mac": node.mac}},
        "services": {SERVICE: PORT},
        "hz": HZ,
        "lateness": lateness,
    }


def _link(a: str, b: str) -> dict[str, Any]:
    return {"ends": [a, b], "delay": LINK_DELAY, "rate": "unlimited"}


def _switch(experiment: Experiment) -> dict[str, Any]:
    data: dict[str, Any] = {"kind": "switch"}
    if experiment.switch.get("stp"):
        data["forward_delay"] = f"{experiment.switch['forward_delay_s']}s"
    return data
