"""What became of the statements of the configuration files, and which numbers hang on what was left out.

The reader says of each statement whether it is modelled, approximated or ignored. Most of what is ignored
changes no number (mail, SNMP); what does is listed here, with the numbers that it bears on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from vipsim.scenario.keepalived import KeepalivedConfig, Standing

MEASURED = "2.2.7"
"""The version of keepalived that was measured, as Debian 12 ships it."""

DIFFERENCES = (
    (
        "before 2.2.4",
        "an empty list of unicast peers quietly means multicast; since then unicast_fault_no_peer "
        "makes it a FAULT",
    ),
    (
        "2.2.8 and later",
        "v3_checksum_as_v2 decides the checksum of version 3: a peer that differs from 2.2.7 in it "
        "is not heard",
    ),
    (
        "2.2.8 and later",
        "timer_expired_backup: with nopreempt, a master that finds itself late (hang) steps back",
    ),
    (
        "2.3.4 and later",
        "the first refresh comes garp_master_delay + garp_master_refresh after a takeover, in 2.2.7 at "
        "garp_master_refresh",
    ),
    ("2.4.0 and later", "vrrp_delay_after_boot delays the start after a boot; auth_hmac signs adverts"),
)
"""What other versions are known to do differently: (which, what). Read in their source or manual."""

NOTIFIES = ("notify", "notify_master", "notify_backup", "notify_fault", "notify_stop")
EVERYTHING = ("blackout", "return", "masters", "silent", "false failovers")
CLIENTS = ("blackout", "return")
SERVICES = "services"
"""Only clients that ask a service, not those that ping."""


@dataclass(frozen=True, slots=True)
class Bearing:
    """Which numbers an ignored keyword bears on."""

    numbers: tuple[str, ...]
    why: str
    faults: tuple[str, ...] = ()
    """Only of these faults; empty: of all."""
    clients: str = ""
    """`SERVICES`: only of clients that ask a service."""


_IPVS = Bearing(CLIENTS, "real servers behind IPVS answer or fail on their own", clients=SERVICES)
_NOTIFY = Bearing(CLIENTS, "a service that a notify script starts answers only then", clients=SERVICES)
_MOVES = Bearing(
    CLIENTS, "it may be what moves the address where adverts are unicast (a cloud), and start a service"
)
_HELD_UP = ("hang", "freeze")
_BUFFERS = Bearing(EVERYTHING, "adverts that wait for a hung process may overflow its buffer", _HELD_UP)
_ROUTES = Bearing(CLIENTS, "clients may depend on these routes")
BEARS: Mapping[str, Bearing] = {
    **dict.fromkeys(("virtual_server", "virtual_server_group", "lvs_sync_daemon_interface"), _IPVS),
    **dict.fromkeys(NOTIFIES, _NOTIFY),
    **dict.fromkeys(
        ("kernel_rx_buf_size", "vrrp_rx_bufs_policy", "vrrp_rx_bufs_multiplier"), _BUFFERS
    ),
    **dict.fromkeys(("static_routes", "static_rules", "virtual_rules", "vrf"), _ROUTES),
    "old_unicast_checksum": Bearing(EVERYTHING, "a peer that computes another checksum is not heard"),
    "disable_local_igmp": Bearing(EVERYTHING, "a switch that snoops may keep the adverts from a peer"),
    "child_wait_time": Bearing(("blackout",), "the stop of the process takes this long", ("stop",)),
    "startup_script": Bearing(("return",), "the daemon starts only when the script is done"),
    "native_ipv6": Bearing(EVERYTHING, "IPv6 instances are not simulated"),
    "track_group": Bearing(("masters",), "the loss of a static address would be a FAULT"),
}  # fmt: skip
"""Ignored keywords that bear on numbers. What is not here changes none of them."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A statement that is not modelled as it stands."""

    keyword: str
    place: str
    note: str
    bearing: Bearing | None = None


@dataclass(frozen=True, slots=True)
class Support:
    """The statements of all files of a prediction, by what became of them."""

    files: tuple[str, ...] = ()
    modelled: tuple[str, ...] = ()
    """Keywords, each once, in the files' order."""
    approximated: tuple[Remark, ...] = ()
    ignored: tuple[Remark, ...] = ()
    unknown: tuple[Remark, ...] = ()
    """What keepalived itself does not know, and ignores."""

    def bearing(self, number: str, fault: str, asks_service: bool = False) -> tuple[Remark, ...]:
        """Return the ignored statements that bear on a number of a fault.

        Parameters
        ----------
        number : str
            One of `EVERYTHING`.
        fault : str
            Word of the fault.
        asks_service : bool
            The number is of a client that asks a service.
        """
        return tuple(
            remark
            for remark in self.ignored
            if (one := remark.bearing) is not None
            and number in one.numbers
            and (not one.faults or fault in one.faults)
            and (one.clients != SERVICES or asks_service)
        )

    def to_data(self) -> dict[str, Any]:
        """Return JSON-able data."""
        return {
            "files": list(self.files),
            "modelled": list(self.modelled),
            "approximated": [_remark_data(one) for one in self.approximated],
            "ignored": [_remark_data(one) for one in self.ignored],
            "unknown": [_remark_data(one) for one in self.unknown],
        }


def _remark_data(remark: Remark) -> dict[str, Any]:
    data: dict[str, Any] = {"keyword": remark.keyword, "place": remark.place, "note": remark.note}
    if remark.bearing is not None:
        data["bears_on"] = list(remark.bearing.numbers)
        data["why"] = remark.bearing.why
    return data


def support_of(configs: Iterable[KeepalivedConfig]) -> Support:
    """Return what became of the statements of some configurations."""
    files: list[str] = []
    found: dict[Standing, dict[tuple[str, str], Remark]] = {standing: {} for standing in Standing}
    for config in configs:
        files += config.files
        clouds = any(one.unicast_peer for one in config.instances)
        for one in config.report:
            bearing = BEARS.get(one.keyword) if one.standing is Standing.IGNORED else None
            if bearing is _NOTIFY and clouds:
                bearing = _MOVES
            remark = Remark(one.keyword, str(one.place), one.note, bearing)
            found[one.standing].setdefault((one.keyword, one.note), remark)
    return Support(
        files=tuple(files),
        modelled=tuple(dict.fromkeys(keyword for keyword, _ in found[Standing.MODELLED])),
        approximated=tuple(found[Standing.APPROXIMATED].values()),
        ignored=tuple(found[Standing.IGNORED].values()),
        unknown=tuple(found[Standing.UNKNOWN].values()),
    )
