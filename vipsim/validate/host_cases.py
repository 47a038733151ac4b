"""Cases of one host: what the recording did to it is done to the model, what was read is compared.

Every case is its `actions`, whatever it is called: an action with ``into`` is a reading, and the field
that it names holds what the real kernel gave.
"""

from __future__ import annotations

from vipsim.machines.vocabulary import AddressAdded, AdminChanged, InterfaceAdded, LinkChanged, RouteSet
from vipsim.validate.bench import Bench
from vipsim.validate.fields import Fields, shown
from vipsim.validate.host_compare import Comparison
from vipsim.validate.host_ops import OPS
from vipsim.validate.host_play import Play
from vipsim.wire.addresses import IPv4, Mac

MOST_ACTIONS = 10_000
MOST_INTERFACES = 100
MOST_ADDRESSES = 1000


def replay_host(row: Fields) -> list[str]:
    """Replay a case of a host and return the differences.

    Raises
    ------
    RowError
        If the row cannot be interpreted.
    SkipRow
        If it asks for what is not modelled.
    """
    play = Play(_host(row), Comparison(row), _watched(row))
    actions = list(row.objects("actions"))
    if len(actions) > MOST_ACTIONS:
        row.wrong("actions", f"there are {len(actions)} of them", f"write at most {MOST_ACTIONS}")
    readings = 0
    for number, action in enumerate(actions):
        op = action.text("op")
        if op not in OPS:
            action.wrong(
                "op", f"there is no op {shown(op)} for a host", f"use one of {', '.join(sorted(OPS))}"
            )
        action.number("t_ms")
        book = play.bench.stack.book
        play.bench.charge(len(book.local) + len(book.routes))  # any change has the routes sorted anew
        play.turn_to(action, _reads_of_the_send(actions, number))
        OPS[op](play, action)
        readings += "into" in action
    if not readings:
        row.wrong("actions", "nothing is read in them", "add a reading (observe, read_entry, read_delivered)")
    return play.comparison.differences


def _reads_of_the_send(actions: list[Fields], number: int) -> str:
    """Where the row says what became of the system call of a send: beside the frames seen after it."""
    if actions[number].data.get("op") != "send_udp" or number + 1 == len(actions):
        return ""
    into = actions[number + 1].data.get("into")
    return into.removesuffix(".sent") if isinstance(into, str) and into.endswith(".sent") else ""


def _watched(row: Fields) -> IPv4 | None:
    return row.ip("watched") if row.has("watched") else None


# --- the host before the first action ----------------------------------------------------------


def _host(row: Fields) -> Bench:
    bench = Bench()
    interfaces = row.obj("interfaces")
    if not interfaces.data:
        row.wrong("interfaces", "there are none", "write at least one")
    addresses = sum(len(interfaces.obj(name).texts("addresses")) for name in interfaces.data)
    if len(interfaces.data) > MOST_INTERFACES or addresses > MOST_ADDRESSES:
        most = f"{MOST_INTERFACES} of them and {MOST_ADDRESSES} addresses"
        row.wrong("interfaces", "there are too many", f"write at most {most}")
    for number, name in enumerate(interfaces.data):
        _add_interface(bench, number, name, interfaces.obj(name))
    bench.watched = _watched_interface(row, bench)
    for route in row.objects("routes") if row.has("routes") else ():
        set_route(bench, route)
    for key in row.obj("host_sysctls").data if row.has("host_sysctls") else ():
        if not key.startswith("net."):
            row.wrong(
                "host_sysctls", f"{shown(key)} is not the whole name of a sysctl", "write net.ipv6.conf..."
            )
    return bench


def _watched_interface(row: Fields, bench: Bench) -> str:
    """The interface with the MAC of the row's `host` (h0): entries of others are not looked at."""
    mac = row.obj("host").mac("mac")
    found = [name for name, own in bench.macs.items() if own == mac]
    if not found:
        row.wrong("host.mac", "no interface has this MAC", "write that of one of the interfaces")
    return found[0]


def _add_interface(bench: Bench, number: int, name: str, interface: Fields) -> None:
    if not (0 < len(name) < 16 and name.isprintable() and " " not in name):
        interface.wrong("", f"{shown(name)} is not a name", "write the name of an interface, such as h0")
    if name != "lo":
        mac = interface.mac("mac") if interface.has("mac") else Mac(0x02FF00000000 + number)
        bench.macs[name] = mac
        bench.do(InterfaceAdded(name, mac))
    for address, prefix in interface.nets("addresses"):
        bench.do(AddressAdded(address, name, prefix))
    if name != "lo" and not interface.flag("carrier", True):
        bench.do(LinkChanged(name, False))
    if not interface.flag("up", True):
        bench.do(AdminChanged(name, False))


def set_route(bench: Bench, route: Fields) -> None:
    """Set a route of a row: ``dst``, ``dev`` and perhaps ``via``."""
    net = route.net("dst")
    dev = route.name("dev")
    if dev not in bench.macs:
        route.wrong("dev", f"there is no interface {shown(dev)}", f"use one of {', '.join(bench.macs)}")
    if net is not None:
        bench.do(RouteSet(net[0], net[1], dev, route.ip("via") if route.has("via") else None))
