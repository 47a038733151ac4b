"""A time course as a small simulated network: client, A and B at one switch, and what the harness did.

The hosts are simulated kernels and the switch is a simulated switch; only the client's timers are led by
the recording (`vipsim.validate.course_guide`). What the client sends, hears and believes is noted in the
oracle's words.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from vipsim.machines.vocabulary import Drawn, SysctlSet
from vipsim.units import MS, Time
from vipsim.validate.course_events import Happened
from vipsim.validate.course_guide import WITHIN, Guide, shows
from vipsim.validate.course_hosts import Hosts
from vipsim.validate.course_model import CLIENT, NEW, OLD, Announcement, Setup
from vipsim.validate.course_notes import Notes
from vipsim.validate.course_traffic import Traffic
from vipsim.wire.frames import Udp

SETTLING: Time = 100 * MS
"""From the start of the simulated time to the first thing in a course."""


class CourseWorld:
    """One course, ready to run."""

    def __init__(self, setup: Setup, measured: list[Happened]) -> None:
        self.setup = setup
        due = setup.sending.due() if setup.sending is not None else ()
        self.guide = Guide(measured, due, hasty=not setup.neigh.get("delay_first_probe_time", 1))
        self.origin = SETTLING - setup.begin
        """Simulated time of t_zero."""
        self.hosts = Hosts(setup, self.guide, self.origin)
        self.env = self.hosts.env
        self._over = self.env.event()
        self.done: Time | None = None
        """When what was waited for had come (from t_zero)."""
        self.notes = Notes(setup, self.hosts, self.origin, self._happened)
        self.traffic = Traffic(setup, self.hosts, self.notes)
        self._commands: list[tuple[Time, Time]] = []
        """When the harness was to do something, and when it did."""
        self._prepare()

    @property
    def end(self) -> Time:
        """When the course ends (from t_zero)."""
        limit = self.setup.limit
        return limit if self.done is None else min(limit, self.done + self.setup.hold)

    def run(self) -> list[Happened]:
        """Let the course happen and return what was noted."""
        self.hosts.at(self.origin + self.setup.limit, self._finish)
        self.env.run(until=self._over)
        return [event for event in self.notes.events if event.at <= self.end]

    def _happened(self, what: str) -> None:
        """Note that one of the things came that a course waits for."""
        if what in self.setup.done_when and self.done is None and self.env._now >= self.origin:
            self.done = self.env._now - self.origin
            at = self.origin + self.end
            self.hosts.at(max(at, self.env._now), self._finish)

    def _finish(self) -> None:
        if not self._over.triggered:
            self._over.succeed()

    def got(self, host: str) -> int:
        """How many datagrams a server got until the end."""
        return sum(at <= self.end for at in self.notes.got.get(host, ()))

    @property
    def sent(self) -> int:
        """How many datagrams the client sent until the end."""
        return sum(at <= self.end for at in self.traffic.sent)

    @property
    def replies(self) -> int:
        """How many answers to them the client got until the end."""
        return sum(at <= self.end for at in self.traffic.replies)

    # --- what the harness does -----------------------------------------------------------------

    def _prepare(self) -> None:
        setup, hosts = self.setup, self.hosts
        for name, value in {**setup.neigh, **setup.conf}.items():
            hosts.tell(CLIENT, SysctlSet(name, value))
        hosts.tell(CLIENT, Drawn((setup.nodes[CLIENT].dev, "reachable_time"), setup.reachable_time))
        hosts.tell(NEW, SysctlSet("arp_notify", setup.arp_notify))
        for name in setup.owners:
            hosts.own(name)
        if setup.failure:
            self._at(setup.failure_at, self._fail, shows("failover"))
        if setup.takeover is not None:
            late = shows("B_takes_address") if setup.takeover else shows("failover")
            self._at(setup.takeover, self._take_over, late)
        for announcement in setup.announcements:
            self._at(announcement.at, partial(self._announce, announcement), shows("announce"))
        self._begin_traffic()

    def _at(self, nominal: Time, call: Callable[[], object], wanted: Callable[[Happened], bool]) -> None:
        """Let the harness act at `nominal` (from t_zero), as late as the recording shows."""
        # what it did shows in the recording a moment later than it did it
        at = max(nominal, self.guide.command(nominal, wanted) - MS)
        self._commands.append((nominal, at))
        self.hosts.at(self.origin + at, call)

    def _fail(self) -> None:
        if self.setup.failure == "link_down":
            self.hosts.cut(OLD)
        else:
            self.hosts.disown(OLD)

    def _take_over(self) -> None:
        self.hosts.own(NEW)
        if self.setup.takeover:
            self.notes.note("B_takes_address")

    def _announce(self, said: Announcement) -> None:
        self.notes.note("announce")
        for _ in range(said.count):
            if said.frame is not None:
                self.hosts.inject(NEW, said.frame)
            elif said.dst is not None:
                source = said.source or self.setup.vip
                self.hosts.send(NEW, Udp(source, said.dst, 64, said.dport, said.dport, b"xx"))

    # --- traffic -----------------------------------------------------------------------------

    def _begin_traffic(self) -> None:
        setup, traffic = self.setup, self.traffic
        if setup.priming is not None:
            self._datagram(setup.priming[0], True, traffic.prime)
        if setup.connection is not None:
            self._at(setup.connection, traffic.connect, shows("connect_started", "accept"))
        if setup.sending is None:
            return
        for number, due in enumerate(setup.sending.due()):
            self._datagram(due, not number, partial(traffic.send, number))

    def _datagram(self, due: Time, is_first: bool, send: Callable[[], object]) -> None:
        # what is due at the same instant comes before the datagram (send.at_the_same_instant), and takes time
        before = [at + WITHIN for nominal, at in self._commands if nominal <= due]
        is_busy = is_first or any(nominal == due for nominal, _ in self._commands)
        late = self.guide.datagram(due, is_busy)
        self.hosts.at(self.origin + max([late, *before]), send)
