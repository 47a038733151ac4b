"""The sending half of a connection: what waits, what is in flight, and how much may be.

The congestion window counts segments, as Linux does: ten at first, slow start, one after a time-out
(RFC 5681, RFC 6928). It is what keeps new data back while a lost segment is repeated with back-off.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from vipsim.machines.tcp.words import MODULUS, TcpSettings, before, plus
from vipsim.units import Time
from vipsim.wire.frames import TcpFlag

INITIAL_WINDOW = 10
"""Segments in the first flight (RFC 6928)."""
DUPLICATES = 3
"""Duplicate acknowledgements that prove a loss whatever the clock says (RFC 5681 section 3.2)."""


@dataclass(slots=True)
class Segment:
    """A segment in flight: its place, what it carries, and when it was sent last."""

    seq: int
    data: bytes
    flags: TcpFlag
    sent: Time
    repeats: int = 0
    """How often it was sent again."""
    is_lost: bool = False
    """Taken for lost and not sent again since."""

    @property
    def end(self) -> int:
        """The sequence number after it."""
        control = bool(self.flags & TcpFlag.SYN) + bool(self.flags & TcpFlag.FIN)
        return plus(self.seq, len(self.data) + control)


class SendQueue:
    """Octets from the owner's write to the peer's acknowledgement."""

    __slots__ = (
        "_waiting", "cwnd", "duplicates", "fin_waits", "flight", "grown", "in_loss", "nxt", "recover",
        "settings", "ssthresh", "una", "window",
    )  # fmt: skip

    def __init__(self, iss: int, settings: TcpSettings) -> None:
        self.settings = settings
        self.una = iss
        """Oldest sequence number that is not acknowledged (SND.UNA)."""
        self.nxt = iss
        """Next one to be used (SND.NXT)."""
        self.window = settings.mss
        """Octets beyond `una` that the peer takes."""
        self.flight: deque[Segment] = deque()
        self.fin_waits = False
        """A FIN follows the last octet."""
        self._waiting = bytearray()
        self.cwnd = INITIAL_WINDOW
        self.ssthresh = 1 << 30
        self.grown = 0
        """Segments acknowledged towards the next step of congestion avoidance."""
        self.recover: int | None = None
        """While losses are repaired: `nxt` when the repair began; it ends when that is acknowledged."""
        self.in_loss = False
        """The repair began with a time-out."""
        self.duplicates = 0

    # --- what waits ------------------------------------------------------------------------

    def write(self, data: bytes) -> None:
        """Append the owner's `data`."""
        self._waiting += data

    @property
    def is_drained(self) -> bool:
        """Nothing waits and nothing is in flight."""
        return not (self.flight or self._waiting or self.fin_waits)

    def _room(self) -> int:
        return self.window - (self.nxt - self.una) % MODULUS

    def next_segment(self, now: Time, *, probe: bool = False) -> Segment | None:
        """The next new segment that may be sent now; None: nothing waits, or the windows are full.

        A loss `probe` does not ask for the congestion window (RFC 8985 section 7.3).
        """
        settings = self.settings
        if not probe and self.pipe >= self.cwnd:
            return None
        size = min(len(self._waiting), settings.mss, max(self._room(), 0))
        is_last = size == len(self._waiting)
        if not size and not (self.fin_waits and is_last):
            return None
        if size < settings.mss and self.flight and not (settings.nodelay or self.fin_waits):
            return None  # Nagle: small segments wait for the acknowledgement of what is in flight
        flags = TcpFlag.ACK
        if is_last and size:
            flags |= TcpFlag.PSH
        if is_last and self.fin_waits:
            flags |= TcpFlag.FIN
            self.fin_waits = False
        data = bytes(self._waiting[:size])
        del self._waiting[:size]
        return self.launch(data, flags, now)

    def launch(self, data: bytes, flags: TcpFlag, now: Time) -> Segment:
        """Put a segment in flight: the next sequence numbers are used up."""
        segment = Segment(self.nxt, data, flags, now)
        self.flight.append(segment)
        self.nxt = segment.end
        return segment

    # --- what is in flight -----------------------------------------------------------------

    @property
    def pipe(self) -> int:
        """Segments believed to be in the network."""
        return sum(not segment.is_lost for segment in self.flight)

    def repeat(self, segment: Segment, now: Time) -> Segment:
        """Note that a segment in flight is sent again."""
        segment.sent = now
        segment.repeats += 1
        segment.is_lost = False
        return segment

    def lost_segments(self, now: Time) -> Iterator[Segment]:
        """Repeat what is taken for lost, as far as the congestion window allows.

        A hole that an acknowledgement has shown is repaired in any case (RFC 6582 section 3.2).
        """
        for segment in self.flight:
            if self.pipe >= self.cwnd and (self.in_loss or segment is not self.flight[0]):
                return
            if segment.is_lost:
                yield self.repeat(segment, now)

    def acknowledge(self, ack: int) -> list[Segment]:
        """Take what `ack` covers out of flight; returns it, oldest first."""
        self.una = ack
        self.duplicates = 0
        done: list[Segment] = []
        while self.flight and not before(ack, self.flight[0].end):
            done.append(self.flight.popleft())
        if self.flight and before(self.flight[0].seq, ack):  # a part of it: what is left stays
            head = self.flight[0]
            head.data = head.data[(ack - head.seq) % MODULUS :]
            head.seq = ack
        if self.recover is not None and not before(ack, self.recover):
            self.recover, self.in_loss = None, False
        elif self.recover is not None and not self.in_loss and self.flight:
            self.flight[0].is_lost = True  # a partial acknowledgement shows the next hole (RFC 6582)
        if self.recover is None or self.in_loss:
            self._grow(len(done))
        return done

    def _grow(self, count: int) -> None:
        if self.cwnd < self.ssthresh:
            self.cwnd += count
            return
        self.grown += count
        if self.grown >= self.cwnd:
            self.grown = 0
            self.cwnd += 1

    # --- losses ----------------------------------------------------------------------------

    def time_out(self) -> None:
        """Everything in flight is lost; one segment at a time from now on."""
        if not self.in_loss:
            self.ssthresh = max(len(self.flight) // 2, 2)
        self.recover, self.in_loss = self.nxt, True
        self.cwnd = 1
        for segment in self.flight:
            segment.is_lost = True

    def duplicate(self, now: Time, srtt: Time) -> bool:
        """Count an acknowledgement that acknowledges nothing new; True: the head is lost, repeat it.

        Linux would read from the selective acknowledgement what arrived and take the head for lost a
        quarter of a round trip after its own answer was due (RFC 8985 section 6). Segments have no
        options here, so a duplicate counts as the news that something sent after the head arrived.
        """
        self.duplicates += 1
        if self.recover is not None or len(self.flight) < 2:
            return False
        if now - self.flight[0].sent < srtt + srtt // 4 and self.duplicates < DUPLICATES:
            return False
        self.ssthresh = self.cwnd = max(len(self.flight) // 2, 2)
        self.recover, self.in_loss = self.nxt, False
        self.flight[0].is_lost = True
        return True
