"""What faults do to the frames of a direction: drop some of them, or make them late.

`partition`, `oneway`, `isolate` and `drop` are all one thing: frames of some kinds, from some
senders, with some probability, do not get through. The carrier stays, nobody is told. Each rule
belongs to one fault, so that the end of one fault is not the end of another.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from vipsim.scenario.targets import EVERYTHING, parse_drop
from vipsim.sim.streams import Losses, Streams
from vipsim.units import Time
from vipsim.wire.frames import Carp, Frame, Vrrp, kind_of

ARP_KINDS = frozenset({"arp-request", "arp-reply", "arp-probe", "garp"})
"""What the kind ``arp`` of fault ``drop`` stands for."""
TCP_KINDS = frozenset({"tcp", "tcp-syn", "tcp-fin", "tcp-rst"})
"""The same for ``tcp``."""
GROUPS: dict[str, frozenset[str] | None] = {"all": None, "arp": ARP_KINDS, "tcp": TCP_KINDS}


@dataclass(frozen=True, slots=True)
class DropRule:
    """Drop frames of the given kinds (None: all) and senders (None: all), or only some of them."""

    number: int
    """Which fault of the scenario made it."""
    target: str
    """Target of that fault: ``heal`` finds it by this."""
    reason: str
    kinds: frozenset[str] | None = None
    senders: Container[int] | None = None
    losses: Losses | None = None
    addresses: Container[int] = ()
    """Their IPv4 addresses: an advert may come from a virtual MAC, which says nothing of its node."""

    def is_for(self, frame: Frame) -> bool:
        """Whether `frame` is of those that are dropped, or may be."""
        if self.senders is not None and not (frame.src in self.senders or self._is_their_advert(frame)):
            return False
        return self.kinds is None or kind_of(frame.packet) in self.kinds

    def _is_their_advert(self, frame: Frame) -> bool:
        packet = frame.packet
        return isinstance(packet, Vrrp | Carp) and packet.src in self.addresses

    def __call__(self, frame: Frame) -> str | None:
        """Return the reason to drop `frame`, or None."""
        if not self.is_for(frame):
            return None
        if self.losses is not None and not self.losses.next_is_lost():
            return None
        return self.reason


@dataclass(frozen=True, slots=True)
class Slowdown:
    """Make every frame late by `delay` ns and a time drawn from [0, `jitter`] ns."""

    number: int
    target: str
    delay: Time = 0
    jitter: Time = 0


def is_healed(rule: DropRule | Slowdown, target: str) -> bool:
    """Whether ``heal`` of `target` ends `rule`."""
    return target in (EVERYTHING, rule.target)


def drop_rule(number: int, target: str, value: str, streams: Streams, *key: str) -> DropRule:
    """Return the rule of fault ``drop`` with `value` such as ``garp``, ``advert 30%`` or ``all``."""
    kind, probability = parse_drop(value)
    kinds = GROUPS.get(kind, frozenset({kind}))
    losses = Losses(probability, streams.get("drop", target, *key)) if probability < 1 else None
    return DropRule(number, target, f"fault drop {value or 'all'}", kinds, None, losses)
