"""The timers of a connection; the one for transmissions waits for a time-out or, sooner, a loss probe.

Linux has one slot for both (``icsk_pending`` in net/ipv4/tcp_output.c), and the recorded grid hangs on
how they replace each other: new data turn the timer into a probe, the probe turns it back into a
time-out that counts from the oldest segment in flight.
"""

from __future__ import annotations

from vipsim.machines.contract import TimerTable
from vipsim.machines.tcp.rto import Retries
from vipsim.machines.tcp.send import SendQueue
from vipsim.machines.vocabulary import CancelTimer, SetTimer
from vipsim.units import Time

RETRANSMIT = "retransmit"
PROBE = "loss probe"
DELAYED_ACK = "delayed ack"
KEEPALIVE = "keepalive"
LINGER = "linger"
"""The other timers of a connection."""

TimerActions = list[SetTimer | CancelTimer]


class TransmissionTimer:
    """Which of the two is waited for, and until when."""

    __slots__ = ("_out", "_retries", "_timers", "pending", "probed")

    def __init__(self, timers: TimerTable, out: SendQueue, retries: Retries) -> None:
        self._timers = timers
        self._out = out
        self._retries = retries
        self.pending = ""
        """`RETRANSMIT`, `PROBE` or nothing."""
        self.probed: int | None = None
        """SND.NXT when a probe went out that is not answered yet: only one per episode."""

    def set(self, what: str, at: Time, now: Time) -> TimerActions:
        """Wait for `what` until `at`, and for nothing else."""
        other = PROBE if what == RETRANSMIT else RETRANSMIT
        self.pending = what
        return [*self._timers.cancel(other), self._timers.set(what, max(at, now), now)]

    def stop(self) -> TimerActions:
        """Wait for nothing: all is acknowledged."""
        self.pending = ""
        return [*self._timers.cancel(PROBE), *self._timers.cancel(RETRANSMIT)]

    def rearm(self, now: Time) -> TimerActions:
        """Wait for the time-out: in full, but from the oldest segment if a probe was waited for."""
        if not self._out.flight:
            return self.stop()
        if self.pending == PROBE:
            return self.set(RETRANSMIT, now + self._left(now), now)
        return self.set(RETRANSMIT, now + self._retries.rto, now)

    def schedule_probe(self, now: Time, *, advancing: bool) -> TimerActions | None:
        """Wait for a loss probe instead of the time-out; None: there is none to be sent.

        `advancing`: an acknowledgement came, so the time-out would begin afresh. A probe is
        never later than the time-out.
        """
        out, retries = self._out, self._retries
        if not (retries.settings.tlp and out.flight) or out.recover is not None:
            return None
        limit = retries.rto if advancing else self._left(now)
        return self.set(PROBE, now + min(retries.trip.probe_timeout(len(out.flight)), limit), now)

    def sent(self) -> None:
        """A probe went out: the time-out counts from here."""
        self.probed = self._out.nxt
        self.pending = ""

    def _left(self, now: Time) -> Time:
        retries = self._retries
        return retries.settings.ticks(max(self._out.flight[0].sent + retries.rto - now, 1))
