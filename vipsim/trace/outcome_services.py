"""What became of a replicated database and of the clients' connections, as data (part of `Metrics`).

All times are integers in nanoseconds; None means that it did not happen within the run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from vipsim.units import Time


@dataclass(frozen=True, slots=True)
class Promotion:
    """A standby that was told to be primary."""

    server: str
    """The host."""
    fault: str
    """``word:target[:value]`` of the fault behind the failover that asked for it, or ``-``."""
    fault_at: Time
    """When that failover began; without one the time of the notify."""
    asked_at: Time
    """When the daemon's notify asked for it."""
    timeline: int | None = None
    primary_at: Time | None = None
    """When it began to accept writes."""
    first_commit_at: Time | None = None
    """When a client first heard that a row of its own is committed there."""

    @property
    def first_commit(self) -> Time | None:
        """Time to the first committed write, from the fault."""
        return None if self.first_commit_at is None else self.first_commit_at - self.fault_at


@dataclass(frozen=True, slots=True)
class DatabaseSummary:
    """One replicated database over the run."""

    acknowledged: int = 0
    """Rows that a client was told to be committed."""
    lost: int = 0
    """Those of them that the primary of the latest timeline does not have at the end of the run."""
    two_writers: Time = 0
    """Time during which two servers acknowledged writes, each without the other. A synchronous primary is
    none of them: it acknowledges only what its standby has."""
    promotions: tuple[Promotion, ...] = ()


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """The connections, or look-ups, of one client over the run."""

    opened: int = 0
    slowest: Time = 0
    """The longest time that a connection took to open."""
    retried: int = 0
    """Look-ups that needed more than one attempt and were answered."""
    errors: Mapping[str, int] = field(default_factory=dict)
    """How many connections, attempts or look-ups failed with each error, by name."""
    failures: tuple[tuple[Time, str], ...] = ()
    """When each of them failed (ns), and its error."""
