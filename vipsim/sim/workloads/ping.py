"""A client that pings: the hot path of every run with many clients.

While it holds a neighbor entry that may be used as it is, a ping and its answer touch nothing else.
"""

from __future__ import annotations

from vipsim.machines.neighbor import Entry
from vipsim.sim.foresight import Course
from vipsim.sim.kernel import Kernel
from vipsim.sim.workloads.ear import Ear
from vipsim.sim.workloads.way import way_to
from vipsim.wire.addresses import IPv4
from vipsim.wire.frames import Echo, Frame


class Ping:
    """Echo requests from `kernel` to `dst`, each with the next sequence number."""

    __slots__ = (
        "confirm", "dst", "ear", "entry", "env", "hop", "ident", "kernel", "key", "mac", "nic",
        "put", "size", "src",
    )  # fmt: skip

    def __init__(self, kernel: Kernel, number: int, key: int, dst: IPv4, ear: Ear, confirm: bool) -> None:
        self.kernel = kernel
        self.env = kernel.world.env
        self.key = key
        self.dst = dst
        self.ident = number
        self.ear = ear
        self.confirm = confirm
        """An answer tells the kernel that the neighbor is alive (MSG_CONFIRM, as iputils' ping does)."""
        self.src, self.nic = way_to(kernel, dst)
        self.mac = self.nic.mac
        self.put = self.nic.out.send
        self.hop = kernel.next_hop(dst)
        self.entry = Entry(self.hop)
        self.size = Echo(self.src, dst, 64, False, number, 0).size
        kernel.flows[number] = self.answer

    def probe(self) -> None:
        """Send one probe now."""
        ear = self.ear
        ear.sent = seq = ear.sent + 1
        kernel = self.kernel
        if kernel.state is not None:
            return  # its host is down or frozen: nothing is sent
        packet = Echo(self.src, self.dst, 64, False, self.ident, seq)
        entry = self.entry
        target = entry.target
        if target is None and entry.relay is not None:
            target, entry.used = entry.relay, self.env._now
        if target is not None:
            self.put(Frame(target, self.mac, packet, self.size))
        else:
            kernel.send_packet(packet)
            self.entry = self.nic.entries.get(self.hop, entry)

    def packet(self, seq: int) -> Echo:
        """Return ping number `seq`."""
        return Echo(self.src, self.dst, 64, False, self.ident, seq)

    def foresee(self, course: Course) -> None:
        """What `probe` would do now, if it holds an entry that may be used."""
        if self.kernel.state is None:
            entry = self.entry
            if entry.target is None and entry.relay is None:
                course.wait(self.nic, self.nic.entries.get(self.hop))
            else:
                course.onward(self.nic, entry, self.packet(0), course.end)
            if self.confirm and course.answer is not None:
                course.confirmed.append((self.entry, course.answer[0]))

    def answer(self, frame: Frame, iface: str) -> None:
        """Take an answer: what `Ear.heard` does, without a call."""
        ear = self.ear
        seq = frame.packet.seq  # type: ignore[union-attr]
        now = self.env._now
        if seq != ear.last_seq + 1 or now - ear.last >= ear.patience:
            ear.silence(now, seq)
        if frame.src is not ear.answered_by:
            ear.answered(frame.src, frame.cause)
        ear.last = now
        ear.last_seq = seq
        ear.count += 1
        if self.confirm:
            self.entry.confirmed = now

    def restart(self) -> None:
        """Nothing is open between two pings."""

    def finish(self) -> None:
        """Note a silence that is still open."""
        self.ear.finish()
