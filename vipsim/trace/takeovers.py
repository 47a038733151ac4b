"""Failovers as they happen: who was master, who took over, and which fault is to blame.

Rules of attribution
--------------------
1. A *takeover* is a state record with new == MASTER on another node than the one that was master of
   that machine before. A master that steps back while another is still MASTER (end of a split brain)
   hands the title to that one, without a takeover. The first master ever takes over from nobody, and
   of others that become MASTER beside it within an interval that was still the first election.
2. ``why`` is one of `RETURNS` and nothing surely put the old master out (rule 4): a *failback*; it begins
   with the takeover and blames no fault. One that waits to preempt while the master dies fails over; so does
   one of no higher priority that preempts while a check of the master fails (`Facts.lowers`): by that fault.
3. Otherwise a fault is to blame that hits the old master (its host, an interface, service, port or
   link of it, or the whole network), and is still open or ended at most `Facts.grace` ago. A fault
   ends by its record with phase ``end`` or by the word of its way back.
4. Of several it is the *earliest* that put the old master out of action (`Facts.puts_out`) and still
   does: what hits a master that is out already changes nothing (``stop`` or ``crash`` of a host without
   power). It does so until it ends; where it ended the process (`ENDS_PROCESS`), until the old
   master is MASTER again, since a daemon that starts anew begins as BACKUP.
5. If none put it out, it is the earliest open one that deafens the new master (`Facts.deafens`: frozen,
   isolated, adverts dropped on the way to it). If none does, it is the *latest* that hits the old one
   (``delay``, ``jitter``, a partial ``drop``, a service that nobody asks, what ended) or may have misled
   the new one (`Facts.may_mislead`): the takeover follows what changed last.
6. `PLANNED` words make a *switchover*, all others a *failover*. Without a fault it is a switchover if
   the old master said goodbye, and else a *false* failover. A failover is *needless* if no fault hit the
   old master: it was well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vipsim.trace.facts import Facts
from vipsim.trace.faultlog import PLANNED, FaultLog
from vipsim.trace.outcome import NO_FAULT
from vipsim.trace.overlaps import Overlap
from vipsim.units import SECOND, Time

MASTER = "MASTER"
SETTLED = "settled"
"""Reason of a state in which a daemon was before the run began."""
RETURNS = frozenset({"preempt", "owner", "handover", "failback", "start"})
"""Reasons of a return: preemption, the start of VRRP's owner, a heartbeat primary that asked for it."""
PREEMPTS = "preempt"
GOODBYES = frozenset({"goodbye"})
"""Reasons of a takeover from a master that left in order."""
DEADLY = frozenset({"crash", "power"})


@dataclass(slots=True)
class Takeover:
    """A failover under way; times in ns, None: not yet."""

    machine: str
    old: str
    new: str
    why: str
    at: Time
    kind: str
    fault: str
    begin: Time
    false: bool
    needless: bool
    detected: Time | None = None
    owned: Time | None = None
    announced: Time | None = None

    @property
    def is_complete(self) -> bool:
        """Nothing is left to wait for."""
        return self.detected is not None and self.owned is not None and self.announced is not None


class Takeovers:
    """Follows the daemons' states and times every takeover."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._log = FaultLog(facts)
        self.masters = Overlap()
        """Living daemons in MASTER, by machine: its overlap is `dual_master`. A frozen process lives."""
        self._title: dict[str, str] = {}
        self._since: dict[tuple[str, str], Time] = {}
        """When each (machine, node) last became MASTER, in ns."""
        self._elected: dict[str, Time] = {}
        """When the first election of each machine is over, in ns."""
        self._owned: dict[str, set[str]] = {}
        self._advert: dict[tuple[str, str], Time] = {}
        self._announce: dict[tuple[str, str], Time] = {}
        self._pending: list[Takeover] = []
        self.takeovers: list[Takeover] = []
        self.adverts = 0

    def on_fault(self, time: Time, node: str, data: dict[str, Any]) -> None:
        """Take a record of kind ``fault``."""
        self._log.on_fault(time, node, data)
        if data["word"] in DEADLY and data.get("phase", "begin") == "begin":
            self._die(time, str(data.get("target") or node))

    def on_daemon(self, time: Time, node: str, data: dict[str, Any]) -> None:
        """Take a record of kind ``daemon``: a process that ended or began anew is master of nothing."""
        if data["act"] not in ("freeze", "thaw", "reload"):
            self._die(time, node)

    def _die(self, time: Time, node: str) -> None:
        for machine in self.masters.held_by(node):
            self._leave(time, machine, node)

    def on_state(self, time: Time, node: str, data: dict[str, Any]) -> None:
        """Take a record of kind ``state``."""
        machine = data["machine"]
        if data["new"] != MASTER:
            self._leave(time, machine, node)
            return
        old = self._title.get(machine)
        self._title[machine] = node
        self._since[machine, node] = time
        self.masters.add(time, machine, node)
        why = str(data.get("why", ""))
        if old is None:
            contest = 0 if why == SETTLED else self._facts.intervals.get(machine, SECOND)
            self._elected[machine] = time + contest
        elif old != node and not (time < self._elected[machine] and old in self.masters.members(machine)):
            self._begin(time, machine, old, node, why)

    def _leave(self, time: Time, machine: str, node: str) -> None:
        self.masters.remove(time, machine, node)
        others = self.masters.members(machine)
        if others and self._title.get(machine) == node:
            self._title[machine] = others[-1]
        self._pending = [
            takeover for takeover in self._pending if (takeover.machine, takeover.new) != (machine, node)
        ]

    def _begin(self, time: Time, machine: str, old: str, new: str, why: str) -> None:
        since = self._since.get((machine, old), 0)
        find = self._log.put_out if why in RETURNS else self._log.blame
        fault = find(machine, old, new, since, time)
        if fault is None and why == PREEMPTS:
            fault = self._log.lowered(machine, old, new)
        if fault is None:
            kind = "failback" if why in RETURNS else "switchover" if why in GOODBYES else "failover"
        else:
            kind = "switchover" if fault.word in PLANNED else "failover"
        takeover = Takeover(
            machine,
            old,
            new,
            why,
            time,
            kind,
            NO_FAULT if fault is None else fault.text,
            time if fault is None else fault.at,
            false=fault is None and kind == "failover",
            needless=kind == "failover" and not (fault is not None and fault.is_hitting(old)),
        )
        # A machine may advertise, acquire and announce before it says Changed, all at one instant; and
        # a kernel may still have the address from an earlier reign of a killed daemon.
        if self._facts.decides_by_state(machine) or self._advert.get((new, machine)) == time:
            takeover.detected = time
        for vip in sorted(self._owned.get(new, ())):
            if self._facts.moves(machine, vip):
                takeover.owned = time
                if self._announce.get((new, vip)) == time:
                    takeover.announced = time
        self.takeovers.append(takeover)
        if not takeover.is_complete:
            self._pending.append(takeover)

    def on_advert(self, time: Time, node: str, data: dict[str, Any]) -> None:
        """Take a record of kind ``advert``."""
        self.adverts += 1
        machine = data["machine"]
        self._advert[node, machine] = time
        if self._pending:
            for takeover in self._pending:
                if takeover.new == node and takeover.machine == machine and takeover.detected is None:
                    takeover.detected = time
            self._tidy()

    def on_vip(self, time: Time, node: str, data: dict[str, Any]) -> None:
        """Take a record of kind ``vip``."""
        vip, owned = str(data["vip"]), self._owned.setdefault(node, set())
        if data["act"] not in ("acquire", "regained"):
            owned.discard(vip)
            return
        owned.add(vip)
        for takeover in self._pending:
            if takeover.new == node and takeover.owned is None and self._facts.moves(takeover.machine, vip):
                takeover.owned = time
        self._tidy()

    def on_announce(self, time: Time, node: str, data: dict[str, Any]) -> None:
        """Take a record of kind ``announce``."""
        vip = str(data["vip"])
        self._announce[node, vip] = time
        if self._pending:
            for takeover in self._pending:
                first = takeover.new == node and takeover.announced is None
                if first and self._facts.moves(takeover.machine, vip):
                    takeover.announced = time
            self._tidy()

    def _tidy(self) -> None:
        self._pending = [takeover for takeover in self._pending if not takeover.is_complete]
