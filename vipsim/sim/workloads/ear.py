"""The listening half of a client: it notes the silences, and who answers.

A silence is the time between two successive answers when a probe between them was lost, or the
second came at least one probe spacing late. Its resolution is the spacing of the probes.
"""

from __future__ import annotations

from vipsim.sim.kernel import Kernel
from vipsim.units import Time


class Ear:
    """What one client has heard."""

    __slots__ = (
        "answered_by", "env", "host", "interval", "last", "last_seq", "measured", "name", "names",
        "patience", "sent", "world",
    )  # fmt: skip

    def __init__(
        self, kernel: Kernel, name: str, interval: Time, measured: bool, names: dict[int, str]
    ) -> None:
        self.world = kernel.world
        self.env = kernel.world.env
        self.host = kernel.name
        self.name = name
        self.interval = interval
        self.patience = 2 * interval
        self.measured = measured
        self.names = names
        """Names of nodes by MAC, to tell who answered."""
        self.sent = 0
        """Number of the last probe; they are numbered from 1."""
        self.last: Time = 0
        """When an answer was heard last, or the first probe was sent."""
        self.last_seq = 0
        self.answered_by: object = None
        """MAC or name of whoever answered last."""

    def heard(self, seq: int, by: object, cause: int = 0, lost: int | None = None) -> None:
        """Take the answer to probe `seq` from `by` (its MAC, or its name); a ping does the same in place.

        `lost` is the number of probes lost since the last answer, if the client knows better than by their
        numbers: those of a pool are answered out of turn.
        """
        now = self.env._now
        if seq != self.last_seq + 1 or now - self.last >= self.patience:
            self.silence(now, seq, lost)
        if by != self.answered_by:
            self.answered(by, cause)
        self.last = now
        if seq > self.last_seq:  # the answer to a probe that was repeated may come after a later one's
            self.last_seq = seq

    def silence(self, now: Time, seq: int, lost: int | None = None) -> None:
        """Note the silence that the answer to `seq` ends, if it is one."""
        if lost is None:
            lost = seq - self.last_seq - 1
        # answers that waited for one ARP reply come at one instant, with probes lost between them
        if (
            self.measured
            and now - self.last > self.interval
            and (lost > 0 or now - self.last >= self.patience)
        ):
            self._note_gap(now, max(lost, 0))

    def answered(self, by: object, cause: int) -> None:
        """Note who answers from now on."""
        if by != self.answered_by and self.measured:
            name = self.names.get(by, str(by)) if isinstance(by, int) else str(by)
            self.world.note("answered", self.host, {"client": self.name, "by": name}, cause)
        self.answered_by = by

    def finish(self) -> None:
        """At the end of the run: a silence that is still open is noted without an end."""
        if self.measured and self.sent and self.env._now - self.last >= self.patience:
            self._note_gap(None, self.sent - self.last_seq)

    def _note_gap(self, first: Time | None, lost: int) -> None:
        data = {"client": self.name, "last": self.last, "first": first, "lost": lost}
        self.world.note("gap", self.host, data)
