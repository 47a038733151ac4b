"""Settings of a bridge as the oracle writes them: `bridge` of a row, ``sysctl`` actions, `defaults`.

Two spellings are known: the kernel's (``ageing_time``, in 1/100 s) and that of `bridge` (``ageing_s``).
"""

from __future__ import annotations

from collections.abc import Iterable

from vipsim.machines.bridge.words import BridgeRules
from vipsim.units import MS, Time
from vipsim.validate.fields import Fields, SkipRow, shown

CENTISECOND = 10 * MS
NETFILTER = "bridge-nf-call-iptables"
NEW = {
    "ageing_time": 30000, "forward_delay": 1500, "hello_time": 200, "max_age": 2000, "stp_state": 0,
    "mcast_snooping": 1, "mcast_querier": 0, "vlan_filtering": 0, "group_fwd_mask": 0,
    "no_linklocal_learn": 0, NETFILTER: 1,
}  # fmt: skip
"""Settings of a new bridge, times in 1/100 s."""
_SHORTEST, _LONGEST = 200, 3000
"""Limits of the forward delay of spanning tree, in 1/100 s."""
UNMODELED = {"mcast_querier": 0, "vlan_filtering": 0}
"""Settings of which only this value is modelled."""
KERNEL_NAMES = {
    "ageing_s": "ageing_time",
    "forward_delay_s": "forward_delay",
    "hello_s": "hello_time",
    "max_age_s": "max_age",
    "stp": "stp_state",
    "bridge_nf_call_iptables": NETFILTER,
}
"""The kernel's names of settings that `bridge` calls otherwise; the ones in ``_s`` are in seconds."""


class Settings:
    """Present settings of one bridge, by the kernel's names."""

    def __init__(self) -> None:
        self.values = dict(NEW)

    def __getitem__(self, key: str) -> int:
        return self.values[key]

    @property
    def forward_delay(self) -> Time:
        """How long a port listens, and then learns (ns)."""
        return self.values["forward_delay"] * CENTISECOND

    def take(self, bridge: Fields, besides: Iterable[str] = ()) -> None:
        """Take over all that `bridge` says, save the settings in `besides`."""
        left = set(besides)
        for name in bridge.data:
            value = self.read(bridge, name)
            if kernel_name(name) not in left:
                self.values[kernel_name(name)] = value
        self._limit()

    def put(self, action: Fields) -> None:
        """Set what a ``sysctl`` action sets."""
        key = kernel_name(action.text("key"))
        if key not in NEW:
            action.wrong("key", f"{shown(key)} is no setting of a bridge", f"use {', '.join(NEW)}")
        value = self.read(Fields({key: action.data.get("value")}, action.place), key)
        if key == "forward_delay" and self["stp_state"] and not _SHORTEST <= value <= _LONGEST:
            return  # the kernel refuses it (``br_set_forward_delay``: ERANGE)
        self.values[key] = value
        self._limit()

    def _limit(self) -> None:
        """Spanning tree, when it starts, brings the forward delay to its limits (``br_stp_start``)."""
        if self["stp_state"]:
            self.values["forward_delay"] = min(max(self["forward_delay"], _SHORTEST), _LONGEST)

    def read(self, fields: Fields, name: str) -> int:
        """Return the value of field `name`, a time in 1/100 s."""
        value = fields.data[name]
        if kernel_name(name) not in NEW:
            fields.wrong(name, "there is no such setting", f"use {', '.join(NEW)}")
        if name.endswith("_s"):
            seconds = fields.seconds(name)
            if seconds < 0:
                fields.wrong(name, f"{shown(value)} is no value of it", "write a time from 0 s on")
            return seconds // CENTISECOND
        if isinstance(value, bool) or (isinstance(value, str) and value.isascii() and value.isdigit()):
            value = int(value)
        if not isinstance(value, int) or not 0 <= value <= 1 << 31:
            fields.wrong(name, f"{shown(value)} is no value of it", "write a whole number, true or false")
        if name in UNMODELED and value != UNMODELED[name]:
            raise SkipRow(f"a bridge with {name} is not modelled")
        return value

    def rules(self) -> BridgeRules:
        """Rules of the model for these settings."""
        return BridgeRules(
            ageing_time=self["ageing_time"] * CENTISECOND,
            stp=bool(self["stp_state"]),
            forward_delay=self.forward_delay,
            max_age=self["max_age"] * CENTISECOND,
            forward_mask=self["group_fwd_mask"],
            link_local_learning=not self["no_linklocal_learn"],
        )


def kernel_name(name: str) -> str:
    """Return the kernel's name of ``ageing_s`` or ``net.bridge.bridge-nf-call-iptables`` (no path)."""
    last = name.replace("/", ".").rpartition(".")[2]
    return KERNEL_NAMES.get(last, last)
