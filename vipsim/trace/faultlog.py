"""The faults of a run as they come and go, and which of them a takeover is blamed on.

The rules are those of `vipsim.trace.takeovers`; what a fault does to whom, `Facts` knows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vipsim.trace.facts import Facts
from vipsim.units import Time

PLANNED = frozenset({"stop", "reload", "restart", "reboot"})
ENDS_PROCESS = frozenset({"crash", "power", "kill", "kill_parent", "kill_child", "stop", "restart", "reboot"})
"""Faults after which a daemon that is there again has forgotten that it was master."""
_CUT = frozenset({"isolate", "partition", "oneway", "drop", "delay", "jitter"})
WAYS_BACK: dict[str, frozenset[str]] = {
    "restart": frozenset({"kill", "kill_parent", "stop", "hang", "crash", "power"}),
    "reboot": frozenset({"kill", "kill_parent", "stop", "hang", "crash", "power", "freeze"}),
    "cont": frozenset({"hang"}),
    "thaw": frozenset({"freeze"}),
    "link_up": frozenset({"link_down"}),
    "port_up": frozenset({"port_down"}),
    "heal": _CUT,
    "service_start": frozenset({"service_stop", "service_hang"}),
    "script_ok": frozenset({"script_fail"}),
    "track_up": frozenset({"track_down"}),
}
"""Which faults each way back ends."""


@dataclass(slots=True)
class OpenFault:
    """A fault that was done; `ended` is when it was undone (None: not yet), in ns."""

    word: str
    target: str
    text: str
    at: Time
    hits: frozenset[str] | None
    value: str = ""
    ended: Time | None = None

    def is_hitting(self, node: str) -> bool:
        """Whether it hits this host."""
        return self.hits is None or node in self.hits


class FaultLog:
    """The faults that may still have consequences."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self.faults: list[OpenFault] = []
        self.last_end: Time = 0
        """When a fault last ended, in ns."""

    def on_fault(self, time: Time, node: str, data: dict[str, Any]) -> None:
        """Take a record of kind ``fault``."""
        word, target = str(data["word"]), str(data.get("target") or "")
        hits = self._facts.hosts_hit(target)
        if data.get("phase", "begin") == "end":
            self._end(time, frozenset((word,)), target, hits)
            return
        undone = self._end(time, WAYS_BACK.get(word, frozenset()), target, hits)
        if undone or (word in WAYS_BACK and word not in PLANNED):
            return
        self.faults = [fault for fault in self.faults if self._matters(fault, time)]
        value = str(data.get("value") or "")
        text = ":".join(part for part in (word, target, value) if part)
        # What has no way back (an injected frame, the restart of what was running) ends as it begins.
        at_once = word in PLANNED - {"stop"} or word in ("inject", "kill_child")
        self.faults.append(OpenFault(word, target, text, time, hits, value, time if at_once else None))
        if at_once:
            self.last_end = time

    def blame(self, machine: str, old: str, new: str, since: Time, time: Time) -> OpenFault | None:
        """Return the fault that explains why `new` took over from `old` at `time`; None: nothing does.

        `since` is when `old` last became MASTER of `machine`, in ns. See rules 3 to 5 of the module.
        """
        facts, unsure = self._facts, None
        if facts.strangers(machine, new, old):
            return None  # it never heard that master, so no fault could have made a difference
        out = self.put_out(machine, old, new, since, time)
        if out is not None:
            return out
        for fault in self.faults:
            if not self._matters(fault, time):
                continue
            what = (fault.word, fault.target, fault.value, machine, new)
            if fault.ended is None and facts.deafens(*what):
                return fault
            if fault.is_hitting(old) or facts.may_mislead(*what):
                unsure = fault
        return unsure

    def put_out(self, machine: str, old: str, new: str, since: Time, time: Time) -> OpenFault | None:
        """Return the fault that surely put `old` out of action before `time` (rule 4), if there is one."""
        for fault in self.faults:
            if not (fault.is_hitting(old) and self._matters(fault, time)):
                continue
            still = fault.ended is None or (fault.word in ENDS_PROCESS and fault.at >= since)
            if still and self._facts.puts_out(fault.word, fault.target, fault.value, machine, old, new):
                return fault
        return None

    def lowered(self, machine: str, old: str, new: str) -> OpenFault | None:
        """Return the latest open fault by which a check of `old` may have let `new` preempt it."""
        for fault in reversed(self.faults):
            if fault.ended is None and self._facts.lowers(fault.word, fault.target, machine, old, new):
                return fault
        return None

    def _matters(self, fault: OpenFault, time: Time) -> bool:
        return fault.ended is None or time - fault.ended <= self._facts.grace

    def _end(self, time: Time, words: frozenset[str], target: str, hits: frozenset[str] | None) -> bool:
        found = False
        for fault in self.faults:
            inside = hits is None or (fault.hits is not None and fault.hits <= hits)
            if fault.ended is None and fault.word in words and (fault.target == target or inside):
                fault.ended = self.last_end = time
                found = True
        return found
