"""What keepalived 2.2.7 says of an advert that it reads, in the state in which it is.

The wording is that of the program itself, recorded line by line from real pairs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from vipsim.trace.journal.heard import Reading
from vipsim.trace.journal.instances import Instance
from vipsim.units import MS, SECOND, Time
from vipsim.wire.frames import Vrrp

OWNER = 255
MISSED_ADVERTS = 3
Said = tuple[str, bool]
"""A message, and whether only details (``-D``) bring it."""


@dataclass(slots=True)
class Router:
    """One instance as its log knows it."""

    instance: Instance
    state: str = "INIT"
    priority: int = 0
    """Effective priority as far as a trace shows it: configured, then that of the latest advert."""
    heard_interval: Time = 0
    """Interval that it follows as a backup, in ns (version 3 learns it)."""
    delayed_until: Time | None = None
    """End of the ``preempt_delay`` that runs, in ns."""
    due: Time | None = None
    """When its advert or master-down timer runs out, in ns."""

    def __post_init__(self) -> None:
        self.priority = self.instance.priority
        self.heard_interval = self.instance.interval

    def become(self, state: str, now: Time) -> None:
        """Take a new state at `now` (ns)."""
        self.state = state
        self.delayed_until = None
        self.due = None
        if state == "BACKUP":
            self._wait(now)

    def sent(self, now: Time) -> None:
        """It sent an advert."""
        self.due = now + self.instance.interval

    def _wait(self, now: Time) -> None:
        one = self.instance
        scale = SECOND if one.version == 2 else self.heard_interval
        missed = one.keywords.get("down_timer_adverts", MISSED_ADVERTS)
        skew = (256 - self.priority) * scale // 256
        self.due = now + (missed if isinstance(missed, int) else MISSED_ADVERTS) * self.heard_interval + skew

    def says(self, reading: Reading) -> Iterator[Said]:
        """What it says of an advert that it reads."""
        if self.state not in ("MASTER", "BACKUP"):
            return
        refused = refusal(reading.packet, self.instance)
        if refused:
            yield refused, False
        elif self.state == "MASTER":
            yield from self._as_master(reading.packet)
        else:
            yield from self._as_backup(reading.packet, reading.time)

    def _as_master(self, packet: Vrrp) -> Iterator[Said]:
        if packet.priority == 0:
            yield "Master received priority 0 message", False
            return
        if packet.priority == OWNER == self.priority:
            yield (
                "CONFIGURATION ERROR: local instance and a remote instance are both configured as address "
                "owner, please fix - reducing local priority",
                False,
            )
            self.priority = OWNER - 1
        ours = f"priority {packet.priority}, ours {self.priority}"
        if packet.priority > self.priority:
            yield f"Master received advert from {packet.src} with higher {ours}", False
        elif packet.priority == self.priority and self._is_above(packet):
            yield (
                f"Master received advert from {packet.src} with same priority {packet.priority} "
                "but higher IP address than ours",
                False,
            )
        else:
            election = ", forcing new election" if self.instance.answers_lower else ""
            yield f"Received advert from {packet.src} with lower {ours}{election}", False

    def _is_above(self, packet: Vrrp) -> bool:
        return all(packet.src > own for own in self.instance.addresses)

    def _as_backup(self, packet: Vrrp, now: Time) -> Iterator[Said]:
        one = self.instance
        if packet.priority == 0:
            yield "Backup received priority 0 advertisement", True
            return
        if packet.priority < self.priority and one.preempts:
            if one.preempt_delay and self.delayed_until is None:
                self.delayed_until = now + one.preempt_delay
                yield f"start preempt delay ({one.preempt_delay / SECOND:.6f})", True
            if self.delayed_until is None or self.delayed_until <= now:
                text = f"received lower priority ({packet.priority}) advert from {packet.src} - discarding"
                yield text, False
                return
        elif self.delayed_until is not None:
            self.delayed_until = None
            yield "stop preempt delay", True
        heard = packet.interval * one.tick
        if one.version == 3 and heard and heard != self.heard_interval:
            old, new = self.heard_interval // MS, heard // MS
            yield f"advertisement interval updated from {old}ms to {new}ms by master", True
            self.heard_interval = heard
        self._wait(now)


def refusal(packet: Vrrp, one: Instance) -> str:
    """Why keepalived does not listen to an advert, in its words; empty if it does. Its order of checks."""
    if packet.version != one.version:
        return f"wrong version. Received {packet.version} and expect {one.version}"
    if packet.ttl != OWNER and not one.keywords.get("unicast_peer"):
        return f"invalid TTL/HL. Received {packet.ttl} and expect {OWNER}"
    expected = 1 if one.word("auth_type") else 0
    if packet.auth_type != expected:
        return f"received a {packet.auth_type} auth, expecting {expected}!"
    if expected and packet.auth_data != one.word("auth_pass").encode(errors="replace")[:8].ljust(8, b"\0"):
        return "received an invalid passwd!"
    listed = one.advertised
    if listed and len(packet.vips) != len(listed):
        return f"received an unexpected ip number count {len(packet.vips)}, expected {len(listed)}!"
    sent = {str(vip) for vip in packet.vips}
    for vip in listed:
        if vip not in sent:
            return f"ip address associated with VRID {one.vrid} not present in MASTER advert: {vip}"
    if packet.version == 2 and packet.interval * SECOND != one.interval:
        ours = one.interval // SECOND
        return f"advertisement interval mismatch mine={ours} sec rcv'd={packet.interval} sec"
    return ""
