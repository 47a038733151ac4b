"""The arms of a comparison: scenarios that differ in what is compared, and in nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import TypeAlias, cast

from vipsim.errors import ScenarioError
from vipsim.machines.carp.rules import period
from vipsim.scenario.model import CarpGroup, Group, HeartbeatGroup, Scenario
from vipsim.scenario.paths import set_paths
from vipsim.units import Time

Settings: TypeAlias = Mapping[str, Sequence[str]] | Mapping[str, Scenario]
"""Values by path (every combination is an arm), or whole scenarios by name."""

MOST_ARMS = 1_000
QUIET_INTERVALS = 50_000
"""Intervals of a group's protocol in the fault-free run, if no time is given: about a CPU second."""
_PROBE_BITS = 2 * 8 * 102
"""A ping and its answer, of the usual size, on one link."""


def make_arms(scenario: Scenario | None, settings: Settings, loss: str | None = None) -> dict[str, Scenario]:
    """Return the scenario of each arm by name; the first one is what the others are compared with.

    Parameters
    ----------
    scenario : Scenario or None
        What the settings are put into; None is enough where they are scenarios themselves.
    settings : mapping
        See `Settings`. Empty: one arm, the scenario as it is.
    loss : str, optional
        Set on every link of every arm: ``"1%"``.

    Raises
    ------
    ScenarioError
        If a path or a value is wrong, or there is nothing to compare.
    """
    if settings and all(isinstance(value, Scenario) for value in settings.values()):
        arms = dict(cast(Mapping[str, Scenario], settings))
    elif scenario is None:
        raise ScenarioError("nothing to compare: give a scenario and settings, or scenarios by name")
    else:
        arms = _combinations(scenario, cast(Mapping[str, Sequence[str]], settings))
    if loss is not None:
        arms = {name: set_paths(arm, {"links.*.loss": loss}) for name, arm in arms.items()}
    return arms


def _combinations(scenario: Scenario, settings: Mapping[str, Sequence[str]]) -> dict[str, Scenario]:
    if not settings:
        return {scenario.name: scenario}
    columns = [
        [(path, value) for value in ([values] if isinstance(values, str) else values)]
        for path, values in settings.items()
    ]
    arms: dict[str, Scenario] = {}
    for choice in product(*columns):
        plain = ", ".join(f"{path}={value}" for path, value in choice)
        name, number = plain, 1
        while name in arms:  # the same value twice is allowed, and a good test of the seeds
            number += 1
            name = f"{plain} ({number})"
        arms[name] = set_paths(scenario, dict(choice))
        if len(arms) > MOST_ARMS:
            raise ScenarioError(f"more than {MOST_ARMS} combinations of settings")
    if not arms:
        raise ScenarioError(f"no values are given for {', '.join(settings)}")
    return arms


def quiet_arm(scenario: Scenario, duration: Time) -> Scenario:
    """Return the scenario without its faults, `duration` ns long, in which false failovers are counted.

    Only the daemons' own frames matter to them. So clients are left out, and with them every host that
    has no part in a group (a link's losses are its own stream, so nobody's losses change). Clients stay
    where they load a link so much that adverts would queue behind their probes.
    """
    if _is_loaded(scenario):
        return scenario.with_(faults=(), duration=duration)
    members = {
        member.node
        for group in scenario.groups
        for member in ((group.primary, group.standby) if isinstance(group, HeartbeatGroup) else group.members)
    }
    gone = {host.name for host in scenario.hosts} - members
    return scenario.with_(
        faults=(),
        clients=(),
        nodes=tuple(node for node in scenario.nodes if node.name not in gone),
        links=tuple(link for link in scenario.links if not {link.a.node, link.b.node} & gone),
        duration=duration,
    )


def quiet_duration(scenario: Scenario) -> Time:
    """Return how long to look for false failovers if nobody says, in ns: `QUIET_INTERVALS`."""
    return QUIET_INTERVALS * min(map(_interval, scenario.groups), default=0)


def _interval(group: Group) -> Time:
    """Interval of a group's periodic messages, in ns."""
    if isinstance(group, CarpGroup):
        return min((period(one.advbase, one.advskew) for one in group.members), default=0)
    return group.interval if isinstance(group, HeartbeatGroup) else group.advert_interval


def _is_loaded(scenario: Scenario) -> bool:
    """Whether the clients fill half of the slowest link, even if all were on it."""
    rates = [link.rate for link in scenario.links if link.rate is not None]
    load = sum(_PROBE_BITS * 10**9 / client.interval for client in scenario.clients)
    return bool(rates) and load > min(rates) / 2
