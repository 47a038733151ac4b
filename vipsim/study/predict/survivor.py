"""The silent survivor: two masters meet when a cut heals, and the one that stays tells nobody.

keepalived's winner announces itself only if it hears the loser's lower advert. If its own advert comes first,
the loser gives the address up without a word, and clients go on asking a node that has it no more, until
their caches age (truth/NOTES 1). Which comes first follows from the phases of the two nodes' adverts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vipsim.machines.vrrp.rules import master_down_interval
from vipsim.scenario.model import Scenario, VrrpGroup, VrrpMember
from vipsim.stats import Estimate, proportion
from vipsim.study.predict.outcomes import Outcome
from vipsim.study.predict.spread import Spread, spread
from vipsim.units import Time


@dataclass(frozen=True, slots=True)
class SilentSurvivor:
    """How often it happens, and what clients then feel."""

    met: int
    """Runs in which two masters met."""
    silent: int
    """Those in which the survivor announced nothing."""
    share: Estimate[float]
    """`silent` of `met`, with Wilson's interval."""
    expected: float | None
    """By the closed form, where it applies."""
    cost: Mapping[str, Spread]
    """By client its silence after the end, in the runs with a silent survivor."""
    otherwise: Mapping[str, Spread]
    """The same in the runs in which two masters met and the survivor announced itself."""


def silent_survivor(
    scene: Scenario, outcomes: Sequence[Outcome], clients: Sequence[str], is_cut: bool
) -> SilentSurvivor | None:
    """Count the silent survivors among runs; None if no two masters met. `is_cut`: the network was cut."""
    met = [one for one in outcomes if one.silent is not None]
    if not met:
        return None
    silent = [one for one in met if one.silent]
    told = [one for one in met if not one.silent]
    return SilentSurvivor(
        met=len(met),
        silent=len(silent),
        share=proportion(len(silent), len(met)),
        expected=expected_silence(scene) if is_cut else None,
        cost={name: spread([one.after[name] for one in silent]) for name in clients} if silent else {},
        otherwise={name: spread([one.after[name] for one in told]) for name in clients} if told else {},
    )


def expected_silence(scene: Scenario) -> float | None:
    """Return the probability of a silent survivor by the closed form; None where none applies.

    The backup took over one master-down time after an advert of the master, so its adverts lag the master's
    by ``frac(master_down / advert_int)`` of an interval; a cut that ends at a random phase ends in that part
    with this probability, and there the loser's advert comes first and makes the winner announce itself:
    ``1 - frac(master_down / advert_int)`` is left (truth/NOTES 1). For a cut between a keepalived pair that
    hears each other, whose daemons were never late and whose winner answers lower priorities.
    """
    if len(scene.groups) != 1 or not isinstance(group := scene.groups[0], VrrpGroup):
        return None
    if group.profile != "keepalived" or len(group.members) != 2:
        return None
    high, low = sorted(group.members, key=lambda member: -member.priority)
    if high.priority == low.priority or group.version_of(high) != group.version_of(low):
        return None
    said = [dict(group.keepalived) | dict(member.keepalived) for member in (high, low)]
    if any(one.get(name) for one in said for name in _OTHER_RULES) or _interval(group, high) != _interval(
        group, low
    ):
        return None
    if not said[0].get("garp_lower_prio_repeat", said[0].get("garp_master_repeat", 1)):
        return 1.0
    interval = _interval(group, low)
    missed = said[1].get("down_timer_adverts", 3)
    down = master_down_interval(group.version_of(low), low.priority, interval, missed)
    return 1 - down % interval / interval


_OTHER_RULES = (
    "lower_prio_no_advert",
    "higher_prio_send_advert",
    "vrrp_strict",
    "track_interface",
    "track_script",
    "garp_master_refresh",
)
"""With these the winner announces itself for other reasons as well, or not even then."""


def _interval(group: VrrpGroup, member: VrrpMember) -> Time:
    written: dict[str, Any] = dict(group.keepalived) | dict(member.keepalived)
    interval: Time = written.get("advert_int", group.advert_interval)
    return interval
