"""What a fault lets pass on a direction: small rules, asked in order, first objection wins.

`partition`, `oneway`, `isolate` and `drop` are all one thing: frames of some kinds, from some
senders, with some probability, do not get through. The carrier stays, nobody is told.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from vipsim.scenario.targets import EVERYTHING, parse_drop
from vipsim.sim.streams import Losses, Streams
from vipsim.wire.frames import Frame, kind_of

ARP_KINDS = frozenset({"arp-request", "arp-reply", "arp-probe", "garp"})
"""What the kind ``arp`` of fault ``drop`` stands for."""


@dataclass(frozen=True, slots=True)
class DropRule:
    """Drop frames of the given kinds (None: all) and senders (None: all), or only some of them."""

    target: str
    """Target of the fault that made it: ``heal`` finds it by this."""
    reason: str
    kinds: frozenset[str] | None = None
    senders: Container[int] | None = None
    losses: Losses | None = None

    def __call__(self, frame: Frame) -> str | None:
        """Return the reason to drop `frame`, or None."""
        if self.senders is not None and frame.src not in self.senders:
            return None
        if self.kinds is not None and kind_of(frame.packet) not in self.kinds:
            return None
        if self.losses is not None and not self.losses.next_is_lost():
            return None
        return self.reason

    def ends_with(self, target: str) -> bool:
        """Whether ``heal`` of `target` removes this rule."""
        return target in (EVERYTHING, self.target)


def drop_rule(target: str, value: str, streams: Streams, *key: str) -> DropRule:
    """Return the rule of fault ``drop`` with `value` such as ``garp``, ``advert 30%`` or ``all``."""
    kind, probability = parse_drop(value)
    kinds = None if kind == "all" else ARP_KINDS if kind == "arp" else frozenset({kind})
    losses = Losses(probability, streams.get("drop", target, *key)) if probability < 1 else None
    return DropRule(target, f"fault drop {value or 'all'}", kinds, None, losses)
