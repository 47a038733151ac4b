"""The commands of a host's case: addresses, links, entries, routes and sysctls set by hand."""

from __future__ import annotations

from collections.abc import Callable

from vipsim.errors import ScenarioError
from vipsim.machines.neighbor.entry import NeighborState
from vipsim.machines.vocabulary import (
    AddressAdded,
    AddressRemoved,
    AdminChanged,
    EntriesFlushed,
    EntrySet,
    MacChanged,
    RouteSet,
    SysctlSet,
)
from vipsim.validate.fields import Fields, RowError, shown
from vipsim.validate.host_compare import read_state
from vipsim.validate.host_play import Play
from vipsim.validate.sysctls import check_sysctl
from vipsim.wire.addresses import Mac


def _sysctl(play: Play, action: Fields) -> None:
    key, value = action.text("key"), action.count("value", -(2**31), 2**31 - 1)
    if action.has("ns") and action.text("ns") != "host":
        action.wrong("ns", f"{shown(action.data['ns'])} is no namespace of a case", "write host")
    if not check_sysctl(action, key, value, [*play.bench.macs, "lo"]):
        return
    try:
        play.bench.do(SysctlSet(key, value))
    except ScenarioError as error:
        raise RowError(action.at("key"), *_split(str(error))) from None


def _split(text: str) -> tuple[str, str]:
    reason, _, fix = text.rpartition(": ")
    return (reason, fix) if reason else (text, "check the row")


def _addr_add(play: Play, action: Fields) -> None:
    dev, net = play.device(action), action.net("address")
    action.flag("nodad", False)
    if net is not None:
        play.bench.do(AddressAdded(net[0], dev, net[1]))


def _addr_replace(play: Play, action: Fields) -> None:
    dev, net = play.device(action), action.net("address")
    if net is None:
        return
    local = play.bench.stack.book.local.get(net[0])
    if local is None or (local.iface, local.prefix) != (dev, net[1]):
        play.bench.do(AddressAdded(net[0], dev, net[1]))


def _addr_del(play: Play, action: Fields) -> None:
    dev, net = play.device(action), action.net("address")
    if net is not None:
        play.bench.do(AddressRemoved(net[0], dev))


def _link_up(play: Play, action: Fields) -> None:
    play.bench.do(AdminChanged(play.device(action), True))


def _link_down(play: Play, action: Fields) -> None:
    play.bench.do(AdminChanged(play.device(action), False))


def _carrier_up(play: Play, action: Fields) -> None:
    play.bench.carrier(play.link(action), True)


def _carrier_down(play: Play, action: Fields) -> None:
    play.bench.carrier(play.link(action), False)


def _mac_change(play: Play, action: Fields) -> None:
    dev, mac = play.link(action), action.mac("mac")
    play.bench.macs[dev] = mac
    play.bench.do(MacChanged(dev, mac))


def _neigh_flush(play: Play, action: Fields) -> None:
    if action.text("keep", "none") != "none":
        action.wrong("keep", f"{shown(action.data['keep'])} is not known", 'write "none": all entries go')
    play.bench.do(EntriesFlushed(play.link(action)))


def _neigh_set(play: Play, action: Fields) -> None:
    state = read_state(action, "state")
    if state == "none":
        action.wrong("state", "an entry without a state is none", "use neigh_flush")
    lladdr: Mac | None = action.mac("lladdr") if action.has("lladdr") else None
    play.bench.do(EntrySet(play.link(action), action.ip("dst"), lladdr, NeighborState(state)))


def _route_replace(play: Play, action: Fields) -> None:
    dev, net = play.link(action), action.net("dst")
    via = action.ip("via") if action.has("via") else None
    if net is not None:
        play.bench.do(RouteSet(net[0], net[1], dev, via))


COMMANDS: dict[str, Callable[[Play, Fields], None]] = {
    "addr_add": _addr_add,
    "addr_del": _addr_del,
    "addr_replace": _addr_replace,
    "carrier_down": _carrier_down,
    "carrier_up": _carrier_up,
    "link_down": _link_down,
    "link_up": _link_up,
    "mac_change": _mac_change,
    "neigh_flush": _neigh_flush,
    "neigh_set": _neigh_set,
    "route_replace": _route_replace,
    "sysctl": _sysctl,
}
"""Commands by the oracle's name."""
