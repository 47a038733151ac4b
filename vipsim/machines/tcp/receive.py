"""The receiving half of a connection: octets put in order, and when they are acknowledged."""

from __future__ import annotations

from vipsim.machines.tcp.words import MODULUS, TcpSettings, before, plus
from vipsim.units import Time


class ReceiveQueue:
    """What arrived: in order for the owner, out of order until the hole before it is filled."""

    __slots__ = ("_early", "_fin", "nxt", "window")

    def __init__(self, window: int) -> None:
        self.nxt = 0
        """Next sequence number that is expected (RCV.NXT)."""
        self.window = window
        self._early: dict[int, bytes] = {}
        self._fin: int | None = None

    def accepts(self, seq: int, length: int) -> bool:
        """Whether a part of the segment lies in the window (RFC 9293 section 3.10.7.4, table 6)."""
        first = (seq - self.nxt) % MODULUS
        if not length:
            return first < self.window
        return first < self.window or (plus(seq, length - 1) - self.nxt) % MODULUS < self.window

    def take(self, seq: int, data: bytes) -> bytes:
        """Keep `data`, which begins at `seq`; returns what can be delivered now, oldest first."""
        if data and before(self.nxt, plus(seq, len(data))):
            held = self._early.get(seq, b"")
            self._early[seq] = max(held, data, key=len)
        ready = bytearray()
        while True:
            usable = [seq for seq in self._early if not before(self.nxt, seq)]
            if not usable:
                return bytes(ready)
            for seq in usable:
                piece = self._early.pop(seq)[(self.nxt - seq) % MODULUS :]
                ready += piece
                self.nxt = plus(self.nxt, len(piece))

    def end_at(self, seq: int) -> None:
        """The peer's FIN has the sequence number `seq`."""
        self._fin = seq

    def reached_end(self) -> bool:
        """Whether everything before the FIN is here; takes the FIN, once."""
        if self._fin is None or self._fin != self.nxt:
            return False
        self._fin = None
        self.nxt = plus(self.nxt, 1)
        return True


class AckPolicy:
    """At once, or after `TcpSettings.delayed_ack` in the hope of an answer to ride on.

    Linux delays only in an interactive session ("pingpong"): the owner has answered data within the
    delay. One that only reads has its segments acknowledged as soon as it has read them.
    """

    __slots__ = ("_delay", "_heard", "is_interactive")

    def __init__(self, settings: TcpSettings) -> None:
        self._delay = settings.delayed_ack
        self._heard: Time | None = None
        self.is_interactive = False

    def received(self, now: Time) -> bool:
        """Note data; returns whether the acknowledgement may wait."""
        self._heard = now
        return self.is_interactive and self._delay > 0

    def sent(self, now: Time) -> None:
        """Note data of our own."""
        if self._heard is not None and now - self._heard < self._delay:
            self.is_interactive = True

    def missed(self) -> None:
        """The delay ran out: no answer came."""
        self.is_interactive = False
