"""The connections and look-ups of the clients, reduced while the run goes on."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from vipsim.trace.outcome_services import SessionSummary
from vipsim.units import Time


@dataclass(slots=True)
class _Client:
    opened: int = 0
    slowest: Time = 0
    retried: int = 0
    failures: list[tuple[Time, str]] = field(default_factory=list)


def _counted(failures: list[tuple[Time, str]]) -> dict[str, int]:
    return dict(sorted(Counter(error for _, error in failures).items()))


class SessionCounts:
    """Counts what each client tells of its connections."""

    def __init__(self) -> None:
        self._clients: dict[str, _Client] = {}

    def on_session(self, time: Time, node: str, data: dict[str, Any]) -> None:
        """Take a record of kind ``session``."""
        client = self._clients.setdefault(data["client"], _Client())
        event = data["event"]
        if event == "open":
            client.opened += 1
            client.slowest = max(client.slowest, data["took"])
        elif event == "retried":
            client.retried += 1
        else:
            client.failures.append((time, str(data["error"])))

    def summaries(self) -> dict[str, SessionSummary]:
        """Sum up each client, by name."""
        return {
            name: SessionSummary(
                found.opened, found.slowest, found.retried, _counted(found.failures), tuple(found.failures)
            )
            for name, found in sorted(self._clients.items())
        }
