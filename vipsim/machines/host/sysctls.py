"""The sysctls of one host that concern neighbors: who obeys what after somebody wrote some.

``net.ipv4.conf.all`` is no interface: an interface obeys its own value and that of ``all`` joined, mostly
the larger (`Sysctl.joins`). ``conf.default`` counts for interfaces to come. ``neigh.default`` has no such
join; here it sets every interface.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from vipsim.errors import ScenarioError
from vipsim.machines.neighbor.profile import SYSCTLS, NeighborProfile, sysctl_named

JOINS = {"max": max, "min": min}
FAMILY = "net.ipv4."


def place_of(key: str, iface: str) -> str:
    """Return whom a write to `key` concerns: empty for every interface, ``all``, ``default`` or a name.

    `iface` counts if `key` is a last part only.

    Raises
    ------
    ScenarioError
        If the name is none that Linux has.
    """
    joins = sysctl_named(key).joins
    if "." not in key:
        return iface
    group, _, rest = key.removeprefix(FAMILY).partition(".")
    if group != ("conf" if joins else "neigh"):
        right = f"{FAMILY}{'conf' if joins else 'neigh'}"
        raise ScenarioError(f"no sysctl is called {key!r}: write {right}.INTERFACE.{key.rpartition('.')[2]}")
    name = rest.rpartition(".")[0]
    return "" if group == "neigh" and name == "default" else name


class Sysctls:
    """What each interface of a host obeys."""

    __slots__ = ("_all", "_own", "default")

    def __init__(self, default: NeighborProfile, ifaces: Iterable[str]) -> None:
        self.default = default
        """What interfaces to come begin with."""
        self._own: dict[str, NeighborProfile] = dict.fromkeys(ifaces, default)
        self._all: dict[str, int] = {}

    def add(self, iface: str) -> None:
        """An interface has come."""
        self._own.setdefault(iface, self.default)

    def write(self, key: str, value: int, iface: str) -> list[str]:
        """Write `value` to `key`; returns the interfaces that it concerns."""
        place = place_of(key, iface)
        change = {key: value}
        if place == "all":
            changed = self.default.with_sysctls(change)
            known = sysctl_named(key)
            self._all[key.rpartition(".")[2]] = getattr(changed, known.field)
            return list(self._own)
        if place in ("", "default"):
            self.default = self.default.with_sysctls(change)
        if place == "default":
            return []
        concerned = list(self._own) if place == "" else [place] if place in self._own else []
        for name in concerned:
            self._own[name] = self._own[name].with_sysctls(change)
        return concerned

    def of(self, iface: str) -> NeighborProfile:
        """What `iface` obeys: its own values, joined with those of ``conf.all``."""
        own = self._own[iface]
        joined: dict[str, int] = {}
        for key, value in self._all.items():
            known = SYSCTLS[key]
            joined[known.field] = JOINS[known.joins](getattr(own, known.field), value)
        return replace(own, **joined) if joined else own  # type: ignore[arg-type]
