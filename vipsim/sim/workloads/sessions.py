"""What a client tells of its connections and look-ups: records of kind ``session``.

Not every message is told of, only what a program's own log would say: that a connection opened, that it
failed and with which error, that an answer needed more than one attempt.
"""

from __future__ import annotations

from vipsim.sim.kernel import Kernel
from vipsim.units import Time


class Sessions:
    """Writes the records of one client."""

    __slots__ = ("_env", "_host", "_name", "_note")

    def __init__(self, kernel: Kernel, name: str) -> None:
        self._env = kernel.world.env
        self._note = kernel.world.note
        self._host = kernel.name
        self._name = name

    def opened(self, number: int, since: Time) -> None:
        """Connection `number`, begun at `since` (ns), is established."""
        self._tell(number, "open", "", since)

    def failed(self, number: int, error: str, since: Time) -> None:
        """Connection or look-up `number`, begun at `since` (ns), failed with `error`."""
        self._tell(number, "failed", error, since)

    def retried(self, number: int, attempts: int, since: Time) -> None:
        """Look-up `number` was answered after so many attempts."""
        self._tell(number, "retried", f"{attempts} attempts", since)

    def _tell(self, number: int, event: str, error: str, since: Time) -> None:
        data = {
            "client": self._name,
            "number": number,
            "event": event,
            "error": error,
            "took": self._env._now - since,
        }
        self._note("session", self._host, data)
