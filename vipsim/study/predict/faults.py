"""The faults of a prediction: a word, perhaps a node, perhaps how long or how much; and what they become.

>>> [str(one) for one in parse_fault_words("crash, hang:4s, loss:5%")]
['crash', 'hang:4s', 'loss:5%']
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from vipsim.errors import VipsimError
from vipsim.machines.carp.rules import period, takeover_time
from vipsim.machines.vrrp.rules import master_down_interval
from vipsim.scenario.fields import nearest
from vipsim.scenario.model import At, Fault, FaultWord, Group, HeartbeatGroup, Scenario, Start, VrrpGroup
from vipsim.scenario.paths import set_paths
from vipsim.sim.faults import WAY_BACK
from vipsim.units import SECOND, Time, format_duration, parse_duration

W = FaultWord
LOSS = "loss"
"""The one word that is no event: every link loses frames, for as long as the run lasts."""
DEFAULT_FAULTS = ("crash", "stop", "isolate", "hang:4s", "loss:5%")

_ENDING: dict[FaultWord, Time] = dict.fromkeys(
    (W.ISOLATE, W.LINK_DOWN, W.PORT_DOWN, W.PARTITION, W.ONEWAY, W.SCRIPT_FAIL), 15 * SECOND
) | dict.fromkeys((W.HANG, W.FREEZE), 4 * SECOND)
"""How long these last if nobody says, in ns."""
_STAYING = (W.CRASH, W.POWER, W.KILL, W.KILL_PARENT, W.STOP)
"""These last until the run ends, unless a length is given."""
_EXACT = (W.HANG, W.FREEZE)
"""Their end is as exact as their length is said; that of others is drawn within one more interval, so that it
meets every phase of the adverts whatever phase the beginning met."""
PARTS = (W.LINK_DOWN, W.SCRIPT_FAIL)
"""These may name a part of a node: an interface, a vrrp_script."""
_CUTS = (W.ISOLATE, W.PARTITION, W.ONEWAY)
"""Their end changes no carrier, so that a client may go on believing the wrong node (truth/NOTES 1)."""

FAULT_AT: Time = 5 * SECOND
LOSS_RUN: Time = 60 * SECOND
"""Length of a run with losses, in ns."""
_CACHES: Time = 60 * SECOND
"""How long Linux may believe what is wrong: 45 s reachable, 5 s of delay, 3 s of probes, and some more."""
_AFTERMATH: Time = 10 * SECOND


@dataclass(frozen=True, slots=True)
class PlannedFault:
    """One fault to predict."""

    word: str
    """A word of `vipsim.scenario.model.FaultWord`, or ``loss``."""
    node: str = ""
    """Which node, or of `PARTS` which part of one (``a.eth0``); empty: the master of the first group."""
    length: Time | None = None
    """How long it lasts, in ns; None: until the run ends."""
    share: str = ""
    """Of ``loss``: how many frames each link loses, such as ``5%``."""

    def __str__(self) -> str:
        """The form in which it was asked for: ``hang:4s``, ``crash:a``."""
        length = "" if self.length is None else format_duration(self.length)
        return ":".join(part for part in (self.word, self.node, length, self.share) if part)

    @property
    def is_loss(self) -> bool:
        """Whether frames are lost all the time, instead of something breaking once."""
        return self.word == LOSS

    @property
    def is_cut(self) -> bool:
        """Whether the network is cut in a way that changes no carrier."""
        return not self.is_loss and W(self.word) in _CUTS


def parse_fault_words(texts: str | Iterable[str]) -> tuple[PlannedFault, ...]:
    """Read faults as ``--fault`` has them: ``crash,stop,isolate,hang:4s,loss:5%,crash:b``.

    Raises
    ------
    VipsimError
        Naming the word that is wrong, with the ones that exist.
    """
    given = [texts] if isinstance(texts, str) else list(texts)
    words = [word.strip() for text in given for word in text.split(",") if word.strip()]
    if not words:
        raise VipsimError(f"no fault is given: write for example {','.join(DEFAULT_FAULTS)}")
    return tuple(dict.fromkeys(_parsed(word) for word in words))


def _parsed(text: str) -> PlannedFault:
    kind, *rest = (part.strip() for part in text.split(":"))
    known = [LOSS, *(word.value for word in (*_STAYING, *_ENDING))]
    if kind not in known:
        hint = nearest(kind, known) or f"there are {', '.join(known)}"
        raise VipsimError(f"--fault {text[:60]!r}: {kind[:40]!r} is no fault of a prediction\n    {hint}")
    node, length, share = "", None, ""
    for part in rest:
        if kind == LOSS:
            share = part
        elif part[:1].isdigit():
            length = _length(text, part)
        else:
            node = part
    if kind == LOSS:
        return PlannedFault(kind, share=share or "5%")
    return PlannedFault(kind, node, _ENDING.get(W(kind)) if length is None else length)


def _length(text: str, part: str) -> Time:
    try:
        length = parse_duration(part)
    except VipsimError as error:
        raise VipsimError(f"--fault {text[:60]!r}: {error}") from None
    if not 0 < length <= 3600 * SECOND:
        raise VipsimError(f"--fault {text[:60]!r}: a length is more than 0 s and at most 1h")
    return length


# --- from a fault to a scenario ------------------------------------------------------------


def planned(scenario: Scenario, fault: PlannedFault, master: str) -> Scenario:
    """Return the scenario in which `fault` happens, and nothing else.

    Parameters
    ----------
    scenario : Scenario
        Its own faults are left out, and its daemons have been running for long.
    fault : PlannedFault
        What happens, 5 s after the beginning.
    master : str
        The node that it hits if it names none.

    Raises
    ------
    VipsimError
        If it names a node that there is not, or cannot be in this scenario.
    """
    # A probe that nothing can disturb need not be sent to be counted: same numbers, sooner.
    clients = tuple(replace(one, lazy=True) if one.over == "udp" else one for one in scenario.clients)
    calm = replace(scenario, faults=(), start=Start.SETTLED, phase=None, clients=clients)
    if fault.is_loss:
        return set_paths(calm.with_(duration=LOSS_RUN), {"links.*.loss": fault.share})
    word = W(fault.word)
    whole = fault.node or master
    node, _, part = whole.partition(".")
    nodes = members_of(scenario)
    if node not in nodes or (part and word not in PARTS):
        raise VipsimError(f"--fault {fault}: no daemon runs on {whole[:40]!r}: use one of {', '.join(nodes)}")
    target = _target(scenario, word, node, part)
    acts = [Fault(word, target, At(FAULT_AT, FAULT_AT))]
    last = FAULT_AT
    if fault.length is not None:
        ends = FAULT_AT + fault.length
        last = ends if word in _EXACT else ends + slowest_interval(scenario)
        acts.append(Fault(WAY_BACK[word], target, At(ends, last)))
    patience = _AFTERMATH + (_CACHES if word in _CUTS else 0)
    return calm.with_(duration=last + _settling(scenario) + patience, faults=tuple(acts))


def _target(scenario: Scenario, word: FaultWord, node: str, part: str) -> str:
    if word is W.SCRIPT_FAIL:
        return f"{node}.{_script(scenario, node, part)}"
    if part:
        return f"{node}.{part}"
    if word not in (W.PARTITION, W.ONEWAY):
        return node
    others = [one for one in members_of(scenario) if one != node]
    if not others:
        raise VipsimError(f"{word.value} needs another node beside {node}")
    return f"{node}|{','.join(others)}"


def _script(scenario: Scenario, node: str, name: str) -> str:
    """The vrrp_script of a node that is to fail: the one that is named, or the first that it tracks."""
    found: dict[str, None] = {}
    for group in scenario.groups:
        if isinstance(group, VrrpGroup):
            for member in group.members:
                words = dict(group.keepalived) | dict(member.keepalived)
                if member.node == node:
                    found |= dict.fromkeys(track.name for track in words.get("track_script", ()))
    if not found:
        raise VipsimError(f"script_fail: {node} tracks no script, so none can fail")
    if name and name not in found:
        raise VipsimError(f"script_fail: {node} tracks no script {name[:40]!r}: there are {', '.join(found)}")
    return name or next(iter(found))


def members_of(scenario: Scenario) -> tuple[str, ...]:
    """The nodes that take part in a group, in the order of the groups."""
    found: dict[str, None] = {}
    for group in scenario.groups:
        if isinstance(group, HeartbeatGroup):
            found |= dict.fromkeys((group.primary.node, group.standby.node))
        else:
            found |= dict.fromkeys(member.node for member in group.members)
    return tuple(found)


def slowest_interval(scenario: Scenario) -> Time:
    """The longest interval of a group's messages, in ns."""
    return max((interval for group in scenario.groups for interval in _intervals(group)), default=SECOND)


def _intervals(group: Group) -> Sequence[Time]:
    if isinstance(group, HeartbeatGroup):
        return (group.interval,)
    if isinstance(group, VrrpGroup):
        written = [dict(group.keepalived) | dict(member.keepalived) for member in group.members]
        return (group.advert_interval, *(one["advert_int"] for one in written if "advert_int" in one))
    return tuple(period(one.advbase, one.advskew) for one in group.members)


def _settling(scenario: Scenario) -> Time:
    """How long the daemons may need until nothing changes any more, in ns: detection twice, and delays."""
    waits: list[Time] = [0]
    for group in scenario.groups:
        if isinstance(group, HeartbeatGroup):
            waits.append(3 * (group.dead_count * group.interval + group.silence))
        elif isinstance(group, VrrpGroup):
            for member in group.members:
                written = dict(group.keepalived) | dict(member.keepalived)
                interval = max(_intervals(group))
                missed = written.get("down_timer_adverts", 3)
                down = master_down_interval(group.version_of(member), member.priority, interval, missed)
                delays = written.get("preempt_delay", 0) + written.get("vrrp_startup_delay", 0)
                waits.append(3 * down + delays)
        else:  # ucarp hears up to a second late, and sleeps 10 s after a loss of its carrier
            slowest = max(takeover_time(one.advbase, one.advskew, one.ratio) for one in group.members)
            waits.append(3 * (slowest + SECOND) + 10 * SECOND)
    return max(waits)
