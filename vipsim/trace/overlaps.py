"""Time during which something that should have one holder has two."""

from __future__ import annotations

from typing import Any

from vipsim.units import Time


class Overlap:
    """Adds up the time during which at least one key has two or more members."""

    __slots__ = ("_crowded", "_members", "_since", "_total")

    def __init__(self) -> None:
        self._members: dict[str, dict[str, None]] = {}
        self._crowded = 0
        self._since: Time = 0
        self._total: Time = 0

    def members(self, key: str) -> list[str]:
        """Who holds `key` now, in the order of arrival."""
        return list(self._members.get(key, ()))

    def held_by(self, member: str) -> list[str]:
        """Which keys `member` holds now."""
        return [key for key, members in self._members.items() if member in members]

    def add(self, time: Time, key: str, member: str) -> None:
        """`member` holds `key` from `time` on (again: it counts as the latest)."""
        members = self._members.setdefault(key, {})
        known = members.pop(member, self) is None
        members[member] = None
        if len(members) == 2 and not known:
            if not self._crowded:
                self._since = time
            self._crowded += 1

    def remove(self, time: Time, key: str, member: str) -> None:
        """`member` holds `key` no more."""
        members = self._members.get(key)
        if members is None or member not in members:
            return
        del members[member]
        if len(members) == 1:
            self._crowded -= 1
            if not self._crowded:
                self._total += time - self._since

    def total(self, end: Time) -> Time:
        """Time with two or more holders until `end`, in ns."""
        return self._total + (end - self._since if self._crowded else 0)


class DualOwner:
    """`dual_owner`: two or more kernels answer for one VIP.

    A kernel answers from ``acquire`` to ``release``, whatever its daemon does. A kernel that was
    crashed, powered off or frozen answers no more: the world says ``lost``, and ``regained`` when a
    frozen one thaws. A kernel that is only cut off (isolated, its link down) keeps the address.
    """

    def __init__(self) -> None:
        self.owners = Overlap()

    def on_vip(self, time: Time, node: str, data: dict[str, Any]) -> None:
        """Take a record of kind ``vip``."""
        change = self.owners.add if owns_after(data["act"]) else self.owners.remove
        change(time, str(data["vip"]), node)


def owns_after(act: str) -> bool:
    """Whether the kernel answers for the VIP after this `act` of a ``vip`` record."""
    return act in ("acquire", "regained")
