"""What came out of a run, as data: failovers with their parts, clients with their silences.

The words are defined once, here and in DESIGN. A failover runs through four parts that follow
each other without a hole::

    fault        first advert      kernel owns        first            a client's
    (begin)      (or decision)     the VIP            announcement     first answer
      |--detection--|----election-----|--announcement----|-----repair------|

All times are integers in nanoseconds; None means that it did not happen within the run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from vipsim.trace.outcome_services import DatabaseSummary, SessionSummary
from vipsim.units import Time

NO_FAULT = "-"
"""`Failover.fault` of a takeover that no fault explains."""

OPEN_AT_LEAST = 5
"""Probe spacings that a silence at the end of a run must last to count as one that would have gone on. Of
probes lost at 10 % five in a row are lost once in 100,000 runs; shorter ones count with what was seen."""

PARTS = ("before", "detection", "election", "announcement", "repair")
"""Names of the parts of a blackout, in order of time."""


@dataclass(frozen=True, slots=True)
class ClientOutage:
    """The silence of one client that belongs to one failover."""

    blackout: Time = 0
    """Length in ns; 0: the client noticed nothing; of a censored one, what was seen until the run ended."""
    censored: bool = False
    """The client did not recover within the run: print as ``> 15 s``, keep it in every count."""
    last: Time | None = None
    """Time of the last answer before the silence, None if there was no silence."""
    first: Time | None = None
    """Time of the first answer after it, None if there was no silence or it is censored."""
    never: bool = False
    """The client had not been answered once before this silence: `last` is when its first probe was sent."""


@dataclass(frozen=True, slots=True)
class Failover:
    """One change of master, from what caused it to the last client that came back."""

    kind: str
    """``failover`` (unplanned), ``switchover`` (planned) or ``failback`` (return by preemption)."""
    machine: str
    """Name of the group, such as ``vrrp 51``."""
    fault: str
    """``word:target[:value]`` of the fault it belongs to, or `NO_FAULT`."""
    fault_at: Time
    """When it began: time of the fault, without one that of the takeover."""
    old: str
    new: str
    why: str
    """The new master's own reason, from its state record."""
    takeover_at: Time
    """When the new master's state became MASTER."""
    detection: Time | None = None
    election: Time | None = None
    announcement: Time | None = None
    repair: Time | None = None
    """From the announcement to the first answer that any silenced client got (0 if that came earlier)."""
    convergence: Time | None = None
    """From the fault to the last client's restoration; None if no client was silent or one is censored."""
    false: bool = False
    """No fault explains it, and it is neither planned nor a return."""
    needless: bool = False
    """A failover from a master that was well: no fault hit that one, but perhaps the new one or its way."""
    clients: Mapping[str, ClientOutage] = field(default_factory=dict)
    """One entry for every measured client of the group's VIPs."""

    @property
    def detected_at(self) -> Time | None:
        """Time of the first advert (VRRP) or of the decision (heartbeat) of the new master."""
        return None if self.detection is None else self.fault_at + self.detection

    @property
    def owned_at(self) -> Time | None:
        """Time at which the new master's kernel owned the VIP."""
        detected = self.detected_at
        return None if detected is None or self.election is None else detected + self.election

    @property
    def announced_at(self) -> Time | None:
        """Time of the first announcement."""
        owned = self.owned_at
        return None if owned is None or self.announcement is None else owned + self.announcement

    @property
    def censored(self) -> bool:
        """True if at least one client did not recover within the run."""
        return any(outage.censored for outage in self.clients.values())


@dataclass(frozen=True, slots=True)
class ClientSummary:
    """All silences of one measured client over the run, whatever caused them."""

    resolution: Time
    """The probe spacing in ns: nothing shorter can be seen."""
    silences: tuple[tuple[Time, Time | None], ...] = ()
    """(last answer before, first answer after or None) of each silence, in order."""
    blackout: Time = 0
    """Their sum in ns, the one that was open counted to the end of the run."""
    longest: Time = 0
    """The longest in ns, the one that was open counted to the end of the run."""
    censored: bool = False
    """A silence was open when the run ended, and more than a few probes lost just then: `OPEN_AT_LEAST`
    spacings long, or part of a failover. It may yet have become the longest."""
    longest_censored: bool = False
    """The longest silence is that one: print as ``> 62.281 s``."""
    lost: int = 0
    """Probes that were sent during the silences and never answered."""
    never: bool = False
    """It was not answered once in the whole run: its silence is counted from its first probe."""


@dataclass(frozen=True, slots=True)
class Metrics:
    """The numbers of one run: the same at every level of recording."""

    failovers: tuple[Failover, ...] = ()
    clients: Mapping[str, ClientSummary] = field(default_factory=dict)
    dual_master: Time = 0
    """Time during which some group had two or more living daemons in MASTER, in ns."""
    dual_owner: Time = 0
    """Time during which two or more kernels answered for one VIP, in ns."""
    false_failovers: int = 0
    adverts: int = 0
    """Periodic messages of the protocols, probes of a pull heartbeat included."""
    events: int = 0
    frames: int = 0
    """Frames sent, counted once per link and direction."""
    databases: Mapping[str, DatabaseSummary] = field(default_factory=dict)
    """One entry for every replicated database."""
    sessions: Mapping[str, SessionSummary] = field(default_factory=dict)
    """One entry for every client that made connections or looked something up."""


def parts(failover: Failover, client: str) -> dict[str, Time]:
    """How long each part of `failover` kept `client` silent, in ns; the sum is its blackout, exactly.

    ``before`` is silence that began before the fault: the client's last answer came up to one probe
    spacing earlier, or a few if probes were late or lost just then. A part that did
    not end within the run takes the rest.

    >>> outage = ClientOutage(blackout=9, last=4, first=13)
    >>> parts(Failover("failover", "vrrp 51", "crash:a", 5, "a", "b", "", 8, 3, 0, 1, 4, 8,
    ...                clients={"c": outage}), "c")
    {'before': 1, 'detection': 3, 'election': 0, 'announcement': 1, 'repair': 4}
    """
    outage = failover.clients[client]
    if outage.last is None:
        return dict.fromkeys(PARTS, 0)
    end = outage.last + outage.blackout
    result: dict[str, Time] = {}
    start = outage.last
    cuts = (failover.fault_at, failover.detected_at, failover.owned_at, failover.announced_at, end)
    for name, cut in zip(PARTS, cuts, strict=True):
        stop = end if cut is None else max(start, min(cut, end))
        result[name] = stop - start
        start = stop
    return result
