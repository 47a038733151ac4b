"""Why a process woke up, in words: from the causes that every record carries."""

from __future__ import annotations

from vipsim.trace.formatting import fault_words
from vipsim.trace.journal.heard import Reading
from vipsim.trace.records import Record
from vipsim.trace.trace import Trace
from vipsim.units import MS, SECOND, Time

_OWN_DOING = frozenset({"state", "vip", "announce", "advert", "note", "daemon"})
"""Records of a daemon's own doing: what made it act is behind them."""
_BEGINNINGS = {
    "start": "the daemon starts",
    "thaw": "the daemon goes on",
    "reload": "the daemon reads its configuration again",
}
_WAITED: Time = 100 * MS
"""A frame that is read so much later than it came has waited for a process that did not run."""
TIMERS = {
    "advert": "its advert timer",
    "master_down": "its master-down timer",
    "announce": "its timer of the next burst",
    "announce next": "vrrp_garp_interval",
    "beat": "its heartbeat interval",
    "probe": "the interval of its questions",
    "answer": "its wait for an answer",
    "silence": "its dead time",
}
"""The timers of daemons, for people."""


def _rank(advert: Record) -> str:
    """Its sender's rank as its protocol has it; nothing where there is none."""
    priority = advert.data.get("priority")
    if priority is None:
        return ""
    return f" (advskew {-priority})" if advert.data["form"] == "carp" else f" (priority {priority})"


def timer_words(fired: Record) -> str:
    """The timer of a record of kind ``timer``, for people."""
    part, name = str(fired.data["part"]), str(fired.data["name"])
    kind, _, which = part.partition(" ")
    if kind == "script":
        return f"the {'interval' if name == 'run' else name} of script {which}"
    return TIMERS.get(name, f"its timer {name}")


def at(time: Time) -> str:
    """A moment: ``at 4.112750 s``."""
    return f"at {time / SECOND:.6f} s"


class Causes:
    """Answers why, for the records of one trace."""

    def __init__(self, trace: Trace, readings: list[Reading]) -> None:
        self._records = {record.id: record for record in trace.select()}
        self._read = {(one.instance.node, one.advert): one for one in readings}
        self._faults = {
            (failover.new, failover.machine, failover.takeover_at): failover.fault
            for failover in trace.failovers
            if failover.fault != "-"
        }
        self._made = {
            record.cause: record
            for record in reversed(trace.select("state"))
            if record.cause in self._records and self._records[record.cause].kind == "timer"
        }
        """By timer the state that it led to."""

    def why(self, record: Record) -> str:
        """What woke the process that made `record`."""
        found = self._records.get(record.cause)
        blame = self._blame(record)
        while found is not None and found.node == record.node and found.kind in _OWN_DOING:
            if found.kind == "daemon" and found.data["act"] in _BEGINNINGS:
                break
            blame = blame or self._blame(found)
            found = self._records.get(found.cause)
        return "" if found is None else self._told(found, record) + blame

    def _told(self, found: Record, of: Record) -> str:
        data = found.data
        match found.kind:
            case "timer":
                return self.timer(found)
            case "advert":
                return self.frame(found, of.node)
            case "fault":
                return f"fault {fault_words(data)}"
            case "daemon":
                return _BEGINNINGS[data["act"]]
            case "link":
                return f"carrier of {data['iface']} {'came' if data['up'] else 'was lost'} {at(found.time)}"
            case "run":
                return "the run begins"
        return f"{found.kind} of {found.node or 'the network'} {at(found.time)}"

    def frame(self, advert: Record, node: str) -> str:
        """An advert that `node` heard, and why it was sent."""
        words = f"the advert of {advert.node}{_rank(advert)}{self._sent(advert)}"
        read = self._read.get((node, advert.id))
        if read is not None and read.time - read.arrival > _WAITED:
            return f"{words}, which came {at(read.arrival)} and waited"
        return words

    def heard(self, reading: Reading) -> str:
        """The advert of a reading, as `frame` says it."""
        advert = self._records.get(reading.advert)
        if advert is None:
            return f"a forged advert in the name of {reading.packet.src}"
        return self.frame(advert, reading.instance.node)

    def _sent(self, advert: Record) -> str:
        """Why an advert was sent when it was."""
        if advert.data.get("priority") == 0 and advert.data["form"] != "carp":
            return ", its goodbye"
        found = self._records.get(advert.cause)
        if found is None:
            return ""
        if found.kind == "timer":
            return ", sent when it was due"
        if found.kind == "state":
            return f", sent on becoming {found.data['new']}"
        return f", sent in answer to that of {found.node}" if found.kind == "advert" else ""

    def timer(self, fired: Record) -> str:
        """A wake-up: which timer ran out, since when it ran, and who set it."""
        words = timer_words(fired)
        armed = self._records.get(fired.cause)
        if armed is None:
            return f"{words} ran out"
        since, setter = armed.time, self._setter(armed, fired)
        read = self._read.get((fired.node, armed.id))
        if read is not None:
            since = read.time
        return f"{words} of {(fired.time - since) / SECOND:.6f} s ran out; set {at(since)} by {setter}"

    def wake_up(self, fired: Record) -> str:
        """A wake-up, and the fault behind what it led to."""
        made = self._made.get(fired.id)
        return self.timer(fired) + ("" if made is None else self._blame(made))

    def _setter(self, armed: Record, fired: Record) -> str:
        data = armed.data
        match armed.kind:
            case "state":
                return f"becoming {data['new']}"
            case "advert" if armed.node == fired.node:
                return "its own advert"
            case "advert":
                return self.frame(armed, fired.node)
            case "timer" if (data["part"], data["name"]) == (fired.data["part"], fired.data["name"]):
                return "the tick before"
            case "timer":
                return f"the end of {timer_words(armed)}"
            case "daemon":
                return f"the {'reload' if data['act'] == 'reload' else 'start'} of the daemon"
            case "fault":
                return f"fault {fault_words(data)}"
        return armed.kind

    def _blame(self, record: Record) -> str:
        """The fault behind a takeover, as the metrics see it."""
        if record.kind != "state":
            return ""
        fault = self._faults.get((record.node, str(record.data["machine"]), record.time), "")
        return f"; behind it: fault {fault}" if fault else ""
