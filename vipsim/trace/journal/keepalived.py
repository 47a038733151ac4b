"""keepalived 2.2.7's log of one daemon: a record of the trace in, the program's own lines out.

Recorded from the real program, in network namespaces, with ``--log-detail`` and without: cold start,
takeover, goodbye, FAULT and back, step-down, tracked scripts, preempt delay, mismatches, a daemon that was
stopped for a while. ``tests/live/test_journal.py`` lays runs beside real journals again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from vipsim.trace.journal.causes import Causes
from vipsim.trace.journal.heard import Reading
from vipsim.trace.journal.instances import Instance, reloaded
from vipsim.trace.journal.lines import PARENT, PROGRAM, Line
from vipsim.trace.journal.priorities import Coming
from vipsim.trace.journal.router import Router
from vipsim.trace.journal.scripts import PART, Scripts
from vipsim.trace.records import Record
from vipsim.units import MS, SECOND, Time

_GOODBYE = "sent 0 priority"
_TIMEOUT = "Receive advertisement timeout"
SYNCED = "sync group"
"""How the reason of a state begins that a router has for its sync group's sake."""
_LATE: Time = SECOND
"""A timer that is read later than this is logged (``min_auto_priority_delay``, 1 s by default)."""


class Keepalived:
    """The log of one node's daemon."""

    def __init__(
        self,
        node: str,
        instances: Sequence[Instance],
        coming: Mapping[str, Coming],
        vips: Mapping[str, str],
    ) -> None:
        self.node = node
        self._vips = vips
        self.routers = {one.machine: Router(one) for one in instances}
        self._scripts = Scripts(instances)
        self._coming = coming
        self._queued: set[tuple[int, str]] = set()
        """Bursts whose beginning was said: (id of what caused it, address)."""
        self._synced: set[tuple[int, str]] = set()
        """What made a sync group take a state, and which: said once."""
        self._settled: set[int] = set()
        """Ids of the states in which the daemon was before the run began."""

    # --- adverts that are read --------------------------------------------------------------

    def read(self, reading: Reading, causes: Causes) -> Iterator[Line]:
        """An advert is read by one of the instances."""
        router = self.routers.get(reading.instance.machine)
        if router is None:
            return
        cause = causes.heard(reading)
        said = False
        for text, detail in router.says(reading):
            said = True
            yield self._line(reading.time, router, text, cause, detail=detail)
        if not said and router.state == "BACKUP":
            text = f"reads the advert of {reading.packet.src}, priority {reading.packet.priority}: all well"
            yield self._line(reading.time, router, text, cause, logged=False)

    # --- records ----------------------------------------------------------------------------

    def tell(self, record: Record, causes: Causes) -> Iterator[Line]:
        """A record of this node."""
        match record.kind:
            case "state":
                yield from self._state(record, causes)
            case "vip":
                yield from self._vip(record, causes)
            case "announce":
                yield from self._announce(record, causes)
            case "advert":
                yield from self._advert(record, causes)
            case "daemon":
                yield from self._daemon(record, causes)
            case "link":
                text = f"Netlink reports {record.data['iface']} {'up' if record.data['up'] else 'down'}"
                yield self._say(record, text, causes.why(record))
                yield from self._priorities(record, causes.why(record))
            case "timer":
                yield from self._timer(record, causes)

    def fault(self, record: Record) -> Iterator[Line]:
        """A fault hits something that this daemon runs or tracks."""
        word, name = record.data["word"], str(record.data["target"]).partition(".")[2]
        if word in ("script_fail", "script_ok"):
            self._scripts.fault(word, name, str(record.data.get("value") or ""))
        elif word == "reload":
            for router in self.routers.values():
                value = str(record.data.get("value") or "")
                router.instance = reloaded(router.instance, value, self._vips)
        elif word in ("track_down", "track_up"):
            yield from self._priorities(record, f"fault {word} of {name}")

    def _timer(self, record: Record, causes: Causes) -> Iterator[Line]:
        part, name = str(record.data["part"]), record.data["name"]
        because = causes.timer(record)
        if part.startswith(PART):
            said = list(self._scripts.fired(part, name))
            for text in said:
                yield self._say(record, text, because)
            if said:
                yield from self._priorities(record, because)
        elif part in self.routers and name == "master_down":
            yield self._of(record, self.routers[part], _TIMEOUT, causes.wake_up(record), detail=True)
        elif part in self.routers and name != "advert":  # an advert's own line tells that one
            yield self._say(record, "wakes up", because, logged=False)

    def _priorities(self, record: Record, because: str) -> Iterator[Line]:
        """Something tracked has changed: its effect, as the next advert will show it."""
        for machine, router in self.routers.items():
            coming = self._coming.get(machine)
            priority = None if coming is None else coming.after(record.id)
            if priority is not None and priority != router.priority:
                yield self._of(record, router, _changing(router.priority, priority), because)
                router.priority = priority

    def _state(self, record: Record, causes: Causes) -> Iterator[Line]:
        router = self.routers.get(record.data["machine"])
        if router is None:
            return
        old, new, why = record.data["old"], record.data["new"], str(record.data.get("why", ""))
        router.become(new, record.time)
        because = causes.why(record)
        if why == "settled":
            self._settled.add(record.id)
            yield self._of(record, router, f"is {new} since before the run began", because, logged=False)
            return
        is_synced = why.startswith(SYNCED)
        if is_synced and (record.cause, new) not in self._synced:
            self._synced.add((record.cause, new))
            text = f"VRRP_Group({router.instance.sync_group}) Syncing instances to {new} state"
            yield self._say(record, text, because)
        if new == "MASTER":
            yield from self._master(record, router, because, old == "INIT")
        elif new == "INIT":
            return
        elif old == "INIT":
            yield self._of(record, router, "removing VIPs.", because, detail=True)
            yield self._of(record, router, f"Entering {new} STATE (init)", because)
            self._queued.add((record.id, "release"))  # addresses that were left behind: said already
        else:
            yield self._of(record, router, f"Entering {new} STATE", because)
            if new == "FAULT" and old == "MASTER" and not is_synced:
                # Logged once, whether it is sent twice (truth/NOTES 6) or, without a carrier, not at all.
                yield self._of(record, router, _GOODBYE, because, detail=True)

    def _master(self, record: Record, router: Router, because: str, at_once: bool) -> Iterator[Line]:
        if at_once:  # the owner's time is over as it starts, and no timer says so
            yield self._of(record, router, _TIMEOUT, because, detail=True)
        yield self._of(record, router, "Entering MASTER STATE", because)
        own = router.instance.interval
        if router.heard_interval != own:
            text = (
                f"changing advert interval from {router.heard_interval // MS}ms "
                f"to locally configured {own // MS}ms"
            )
            yield self._of(record, router, text, because, detail=True)
            router.heard_interval = own

    def _vip(self, record: Record, causes: Causes) -> Iterator[Line]:
        router = self._router_of(str(record.data["vip"]))
        act = record.data["act"]
        if router is None or act not in ("acquire", "release"):
            return
        if (record.cause, act) in self._queued:
            return
        self._queued.add((record.cause, act))
        text = "setting VIPs." if act == "acquire" else "removing VIPs."
        logged = record.cause not in self._settled
        yield self._of(record, router, text, causes.why(record), detail=True, logged=logged)

    def _announce(self, record: Record, causes: Causes) -> Iterator[Line]:
        vip, iface = str(record.data["vip"]), record.data.get("iface", "")
        router = self._router_of(vip)
        because = causes.why(record)
        is_paced = "vrrp_garp_interval" in because
        if router is not None and not is_paced and (record.cause, vip) not in self._queued:
            self._queued.add((record.cause, vip))
            text = f"Sending/queueing gratuitous ARPs on {iface} for {vip}"
            yield self._of(record, router, text, because, detail=True)
        yield self._say(record, f"Sending gratuitous ARP on {iface} for {vip}", because, detail=True)

    def _advert(self, record: Record, causes: Causes) -> Iterator[Line]:
        router = self.routers.get(record.data["machine"])
        priority = record.data.get("priority")
        if router is None or priority is None:
            return
        because = causes.why(record)
        router.sent(record.time)
        if priority == 0:
            yield self._of(record, router, _GOODBYE, because, detail=True, logged=router.state != "FAULT")
            return
        if priority != router.priority:
            yield self._of(record, router, _changing(router.priority, priority), because)
            router.priority = priority
        yield self._of(record, router, f"sends an advert, priority {priority}", because, logged=False)

    def _daemon(self, record: Record, causes: Causes) -> Iterator[Line]:
        because, act = causes.why(record), record.data["act"]
        if act == "stop":
            yield self._say(record, "Stopping", because)
        elif act == "kill_child":
            yield self._parent(record, "VRRP child process(..) died: Respawning", because)
        elif act == "reload":
            yield self._parent(record, "Reloading ...", because)
            yield self._say(record, "Reloading", because)
            for machine, router in self.routers.items():
                # It takes the new priority without a word.
                coming = self._coming.get(machine)
                router.priority = (coming and coming.after(record.id)) or router.priority
                if router.state == "MASTER":
                    yield self._of(record, router, "setting VIPs.", because, detail=True)
            yield self._say(record, "Reload complete", because)
        elif act in _SILENT:
            yield self._say(record, _SILENT[act], because, logged=False)
        if act == "start" and record.time:
            for text in self._scripts.begin():
                yield self._say(record, text, because)
        if act == "thaw":
            dues = [router.due for router in self.routers.values() if router.due is not None]
            late = record.time - min(dues, default=record.time)
            if late >= _LATE:
                yield self._say(record, f"A thread timer expired {late / SECOND:.6f} seconds ago", because)

    # --- lines ------------------------------------------------------------------------------

    def _router_of(self, vip: str) -> Router | None:
        owners = [router for router in self.routers.values() if vip in router.instance.vips]
        return owners[0] if owners else None

    def _line(
        self, time: Time, router: Router, text: str, cause: str, *, detail: bool = False, logged: bool = True
    ) -> Line:
        shown = f"({router.instance.title}) {text}"
        return Line(time, self.node, PROGRAM, shown, cause, detail, logged)

    def _of(self, record: Record, router: Router, text: str, cause: str, **how: bool) -> Line:
        """A line of one instance."""
        return self._say(record, f"({router.instance.title}) {text}", cause, **how)

    def _parent(self, record: Record, text: str, cause: str) -> Line:
        """A line of the parent process."""
        return Line(record.time, self.node, PARENT, text, cause, record=record.id)

    def _say(
        self, record: Record, text: str, cause: str, *, detail: bool = False, logged: bool = True
    ) -> Line:
        """A line of the process."""
        return Line(record.time, self.node, PROGRAM, text, cause, detail, logged, record.id)


def _changing(old: int, new: int) -> str:
    return f"Changing effective priority from {old} to {new}"


_SILENT = {
    "start": "the process starts",
    "kill": "the process is killed and cannot log it",
    "kill_parent": "the parent is killed and cannot log it",
    "freeze": "the process is stopped and cannot log it",
    "thaw": "the process goes on",
}
"""What happens to a process without a word of its own."""
