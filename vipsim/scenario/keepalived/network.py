"""A scenario from the keepalived.conf files of some nodes: what they say, and the least that they do not.

::

    a.conf, b.conf --- nodes a and b, their interfaces, one switch for each LAN
                       a client that pings each virtual address

What was invented (addresses, the client) or could not be kept is said in `Imported.notes`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from vipsim.errors import Problem, ScenarioError
from vipsim.machines.vrrp.rules import master_down_interval
from vipsim.scenario.data import to_data
from vipsim.scenario.fields import TITLE
from vipsim.scenario.judge import judge
from vipsim.scenario.keepalived.config import KeepalivedConfig
from vipsim.scenario.keepalived.families import ipv6_notes
from vipsim.scenario.keepalived.groups import addresses_of
from vipsim.scenario.keepalived.making import Making
from vipsim.scenario.keepalived.refusing import problem_at, refuse_empty
from vipsim.scenario.keepalived.scenario import Part, members
from vipsim.scenario.model import (
    Scenario,
    VrrpGroup,
)
from vipsim.units import SECOND, Time

DURATION = 20 * SECOND
"""Length of a run whose faults are early."""


@dataclass(frozen=True, slots=True)
class Imported:
    """A scenario, and where it comes from."""

    scenario: Scenario
    configs: tuple[tuple[str, KeepalivedConfig], ...]
    """Node and configuration."""
    parts: tuple[Part, ...]
    notes: tuple[str, ...]
    """What the files do not say and was invented, or could not be kept."""


def from_keepalived(configs: Mapping[str, KeepalivedConfig], *, until: Time = 0, name: str = "") -> Imported:
    """Make a scenario of configurations.

    Parameters
    ----------
    configs : mapping
        The configuration of each node, by its name in the scenario.
    until : int
        When the last fault is to happen, in ns: the run lasts long enough to see what follows.
    name : str
        Of the scenario; default: the nodes' names.

    Raises
    ------
    ScenarioError
        With file and line of what cannot be simulated.
    """
    parts = [part for node, config in configs.items() for part in members(config, node)]
    refuse_empty(configs, parts)
    making = Making(configs, parts)
    scenario = making.scenario(name or _title(configs), _duration(making.groups, until))
    # By way of the file format, whose limits hold here too: the scenario can be written, and --set.
    _, problems = judge(to_data(scenario))
    if problems:
        raise ScenarioError([_placed(problem, making) for problem in problems])
    notes = (*ipv6_notes(configs.items()), *making.notes)
    return Imported(scenario, tuple(configs.items()), tuple(parts), notes)


def _title(configs: Iterable[str]) -> str:
    title = "keepalived " + " ".join(configs)
    return title if TITLE.fullmatch(title) else "keepalived"


def _duration(groups: Iterable[VrrpGroup], last: Time) -> Time:
    """Long enough for the last fault to be noticed, for second bursts, and for a return after a delay."""
    waits = [0]
    for group in groups:
        for member in group.members:
            written = dict(group.keepalived) | dict(member.keepalived)
            interval = written.get("advert_int", group.advert_interval)
            missed = written.get("down_timer_adverts", 3)
            down = master_down_interval(group.version_of(member), member.priority, interval, missed)
            waits.append(2 * down + written.get("preempt_delay", 0) + written.get("vrrp_startup_delay", 0))
    needed = last + max(waits) + 8 * SECOND
    return max(DURATION, -(-needed // SECOND) * SECOND)


def _placed(problem: Problem, making: Making) -> Problem:
    """A problem of the scenario, at the place of the file that it comes from."""
    part = making.parts[0]
    match problem.where:
        case ("groups", int(index), _, "members", str(node), *_):
            part = next(one for one in making.clusters[index] if one.node == node)
        case ("groups", int(index), *_):
            part = making.clusters[index][0]
        case ("vips", str(name), *_):
            address = next(address for address, vip in making.vips.items() if vip.name == name)
            part = next(one for one in making.parts if address in addresses_of(one))
        case ("sync_groups", str(name), *_):
            held = next(sync.nodes for sync in making.sync if sync.name == name)
            part = next(one for one in making.parts if one.node in held and one.sync_group)
        case ("nodes", str(node), *_):
            part = next((one for one in making.parts if one.node == node), part)
    return problem_at(part.place, f"({part.instance}) {problem.message}", problem.hint)
