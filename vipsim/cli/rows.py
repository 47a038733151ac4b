"""The failovers of one run as a table, for ``--csv``."""

from __future__ import annotations

from vipsim.stats import Censored, Table
from vipsim.stats.table import Row
from vipsim.trace.outcome import PARTS, Failover
from vipsim.trace.trace import Trace

_TIMES = ("fault_at", *PARTS[1:], "convergence", "blackout")
_COLUMNS = ("scenario", "seed", "kind", "machine", "fault", "old", "new", "false", "client", *_TIMES)


def failover_table(trace: Trace) -> Table:
    """Return a row per failover and client (``client`` is empty where nobody was measured).

    Times are in s; a blackout that the run did not see the end of is ``> 15 s``.
    """
    rows = [row for failover in trace.failovers for row in _rows(trace, failover)]
    return Table.from_rows(rows, units=dict.fromkeys(_TIMES, "s"), columns=_COLUMNS)


def _rows(trace: Trace, failover: Failover) -> list[Row]:
    common: Row = {
        "scenario": trace.name,
        "seed": trace.seed,
        **{name: getattr(failover, name) for name in ("kind", "machine", "fault", "old", "new", "false")},
        **{name: getattr(failover, name) for name in _TIMES[:-1]},
    }
    return [
        {
            **common,
            "client": client,
            "blackout": Censored(outage.blackout) if outage.censored else outage.blackout,
        }
        for client, outage in failover.clients.items()
    ] or [{**common, "client": "", "blackout": None}]
