"""A resolver: a query by UDP, asked again if no answer comes in time, as resolv.conf says.

Each turn is a new name to look up, whatever became of those before. A name that was not answered after
`attempts` times `timeout` fails, as a stub resolver's does (EAI_AGAIN): nobody asks for it again.
"""

from __future__ import annotations

from vipsim.scenario.model import DnsOptions
from vipsim.sim.kernel import Kernel
from vipsim.sim.workloads.alarms import Alarms
from vipsim.sim.workloads.ear import Ear
from vipsim.sim.workloads.query import FIRST_PORT
from vipsim.sim.workloads.sessions import Sessions
from vipsim.sim.workloads.way import way_to
from vipsim.units import Time
from vipsim.wire.addresses import IPv4
from vipsim.wire.frames import Frame, Udp

NO_ANSWER = "EAI_AGAIN"
"""What a look-up fails with when every attempt timed out."""


class Resolver:
    """Look-ups by `kernel` at `dst`:`port`."""

    __slots__ = (
        "_pending", "alarms", "confirm", "dst", "ear", "kernel", "key", "options", "port", "sessions",
        "sport", "src",
    )  # fmt: skip

    def __init__(
        self,
        kernel: Kernel,
        number: int,
        key: int,
        dst: IPv4,
        port: int,
        ear: Ear,
        confirm: bool,
        options: DnsOptions,
    ) -> None:
        self.kernel = kernel
        self.key = key
        self.dst = dst
        self.port = port
        self.ear = ear
        self.confirm = confirm
        self.options = options
        self.sport = FIRST_PORT + number
        self.src = way_to(kernel, dst)[0]
        self.sessions = Sessions(kernel, ear.name)
        self.alarms = Alarms(kernel, key + 1, self._timed_out)
        self._pending: dict[int, tuple[int, Time]] = {}
        """Look-ups without an answer: (attempts made, time of the first)."""
        kernel.ports[self.sport] = self.answer

    def probe(self) -> None:
        """Look the next name up."""
        self.ear.sent = seq = self.ear.sent + 1
        if self.kernel.state is None:
            self.alarms.catch_up()
            self._pending[seq] = 0, self.kernel.world.env._now
            self._ask(seq)

    def _ask(self, seq: int) -> None:
        attempts, since = self._pending[seq]
        self._pending[seq] = attempts + 1, since
        packet = Udp(self.src, self.dst, 64, self.sport, self.port, seq.to_bytes(8, "big"))
        self.alarms.set(str(seq), self.options.timeout)
        self.kernel.send_packet(packet, 0, self.confirm and self.ear.last_seq == seq - 1)

    def _timed_out(self, name: str) -> None:
        seq = int(name)
        if seq not in self._pending:
            return  # it has been answered
        attempts, since = self._pending[seq]
        if attempts < self.options.attempts:
            self._ask(seq)
        else:
            del self._pending[seq]
            self.sessions.failed(seq, NO_ANSWER, since)

    def answer(self, frame: Frame, iface: str) -> None:
        """Take an answer, to whichever attempt; one that comes too late is not waited for."""
        packet = frame.packet
        assert isinstance(packet, Udp)
        seq = int.from_bytes(packet.payload, "big")
        if seq in self._pending:
            attempts, since = self._pending.pop(seq)
            if attempts > 1:
                self.sessions.retried(seq, attempts, since)
            self.ear.heard(seq, frame.src, frame.cause)

    def restart(self) -> None:
        """Forget what was asked before the host was rebooted."""
        self._pending.clear()
        self.alarms.clear()

    def finish(self) -> None:
        """Note a silence that is still open."""
        self.ear.finish()
