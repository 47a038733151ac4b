"""When the capture rings of settled daemons were made, and what they have heard through them.

A settled master's last advert is `age` old; its daemon began one takeover time before an advert of it, and
the others `started` after it, where the scenario says so. What it leaves open is drawn, uniformly over the
period in which blocks are closed.
"""

from __future__ import annotations

from dataclasses import replace

from vipsim.machines.carp import CarpSettings
from vipsim.machines.carp.rules import CaptureBuffer, takeover_time
from vipsim.machines.vocabulary import Settled, State
from vipsim.scenario.assemble import carp_settings
from vipsim.scenario.model import CarpGroup, Scenario
from vipsim.sim.streams import Streams
from vipsim.units import Time


def stand(
    scenario: Scenario, group: CarpGroup, states: dict[str, Settled], streams: Streams
) -> tuple[dict[str, Settled], dict[str, Time]]:
    """Return of each node where its machine stands, and when its ring was made (ns, before time zero).

    Parameters
    ----------
    scenario, group : Scenario, CarpGroup
        What was settled.
    states : dict
        Of each node its state and the age of the master's last advert, as sent.
    streams : Streams
        Stream ``capture`` of each node gives what nobody said.
    """
    settings = {node: carp_settings(scenario, group, node) for node in states}
    hearing = next(iter(settings.values())).profile.hearing if settings else None
    if hearing is None:
        return states, {}
    launched = _launched(group, settings, states, hearing, streams)
    rings = {node: at - hearing.lead for node, at in launched.items()}
    heard = {
        node: replace(settled, age=settled.age - lateness(-settled.age, rings[node], hearing.retire))
        if settled.state is State.BACKUP
        else settled
        for node, settled in states.items()
    }
    return heard, rings


def lateness(time: Time, made: Time, retire: Time) -> Time:
    """Return how late a frame of `time` is heard through a ring that was made at `made` (all in ns)."""
    return retire - (time - made) % retire


def _launched(
    group: CarpGroup,
    settings: dict[str, CarpSettings],
    states: dict[str, Settled],
    hearing: CaptureBuffer,
    streams: Streams,
) -> dict[str, Time]:
    """When each daemon was launched, in ns before time zero, but for whole periods of the ring."""
    said = {member.node: member.started for member in group.members}
    master = next((node for node, settled in states.items() if settled.state is State.MASTER), "")
    found: dict[str, Time] = {}
    for node in states:
        found[node] = -int(streams.get("capture", node).random() * hearing.retire) - hearing.retire
    first = said.get(master)
    if first is None:
        return found
    mine = settings[master]
    if mine.period % hearing.retire == 0:  # else its adverts wander through the ring's period
        found[master] = -states[master].age - takeover_time(mine.advbase, mine.advskew, mine.ratio)
    for node, started in said.items():
        if started is not None:
            found[node] = found[master] + started - first
    return found
