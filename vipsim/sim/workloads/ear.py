"""The listening half of a client: it notes the silences, and who answers.

A silence is the time between two successive answers when a probe between them was lost, or the
second came at least one probe spacing late. Its resolution is the spacing of the probes.
"""

from __future__ import annotations

from dataclasses import dataclass

from vipsim.sim.kernel import Kernel
from vipsim.units import Time


@dataclass(frozen=True, slots=True)
class Owner:
    """A run of answers by one and the same: times in ns."""

    by: str
    """Name of the node, or its MAC if no node is known by it."""
    first: Time
    last: Time
    count: int


@dataclass(frozen=True, slots=True)
class Silence:
    """A time without an answer, as records of kind ``gap`` have it."""

    last: Time
    """The answer before it; the first probe if there was none."""
    first: Time | None
    """The answer after it; None: the run ended first."""
    lost: int
    """Probes sent and not answered."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a client has heard, for whoever lays it beside the list of a real one."""

    sent: int
    owners: tuple[Owner, ...]
    silences: tuple[Silence, ...]
    """Of a client that is measured; one that is open at the end of the run is among them."""


class Ear:
    """What one client has heard."""

    __slots__ = (
        "_closed", "_first", "_silences", "answered_by", "count", "env", "host", "interval", "last",
        "last_seq", "measured", "name", "names", "patience", "sent", "world",
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
        self.count = 0
        """Answers of `answered_by` since it became that."""
        self._silences: list[Silence] = []
        self._closed: list[Owner] = []
        self._first: Time = 0

    @property
    def so_far(self) -> Heard:
        """What has been heard so far."""
        owners = [*self._closed, self._owner()] if self.count else self._closed
        return Heard(self.sent, tuple(owners), tuple(self._silences))

    def _owner(self) -> Owner:
        return Owner(self._named(self.answered_by), self._first, self.last, self.count)

    def _named(self, by: object) -> str:
        return self.names.get(by, str(by)) if isinstance(by, int) else str(by)

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
        self.count += 1
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
        if by != self.answered_by:
            if self.measured:
                self.world.note("answered", self.host, {"client": self.name, "by": self._named(by)}, cause)
            if self.count:
                self._closed.append(self._owner())
            self._first, self.count = self.env._now, 0
        self.answered_by = by

    def finish(self) -> None:
        """At the end of the run: a silence that is still open is noted without an end."""
        if self.measured and self.sent and self.env._now - self.last >= self.patience:
            self._note_gap(None, self.sent - self.last_seq)

    def credit(self, number: int, last: Time | None) -> None:
        """Count `number` probes more; each was answered by `answered_by`, the last one at `last`, or none."""
        self.sent += number
        if last is not None:
            self.last, self.last_seq = last, self.sent
            self.count += number

    def _note_gap(self, first: Time | None, lost: int) -> None:
        self._silences.append(Silence(self.last, first, lost))
        data = {"client": self.name, "last": self.last, "first": first, "lost": lost}
        self.world.note("gap", self.host, data)
