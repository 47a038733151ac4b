"""``vipsim vip``: configure and delete a virtual IP by hand, as the document does with ``ifconfig``."""

from __future__ import annotations

import argparse
import ipaddress
import shlex

from vipsim.errors import AddressError, VipsimError
from vipsim.wire.addresses import IPv4

_IFNAMSIZ = 15
"""Longest name of an interface, and longest label."""

_WHY_THE_PREFIX = """\
# The prefix belongs to the address. Without it ip reads /32, finds no such address and, "to stay
# compatible with old scripts", deletes it whatever its prefix is, with a warning that this will end.
# ifconfig finds the address by its label alone: what was added without one it cannot delete."""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command ``vip`` with its ``add``, ``del`` and ``show``."""
    parser = subparsers.add_parser(
        "vip",
        help="configure and delete a virtual IP on this host",
        description="Configure and delete a virtual IP on this host, or print the commands that would.",
    )
    acts = parser.add_subparsers(dest="act", metavar="{add,del,show}", required=True)
    for act, says in (("add", "give an interface the address"), ("del", "take it away")):
        one = acts.add_parser(act, help=says, description=f"{says.capitalize()}.")
        one.add_argument("address", metavar="ADDRESS/PREFIX", help="for example 192.168.1.219/24")
        one.add_argument("word", metavar="dev", help="this word, as for ip")
        one.add_argument("iface", metavar="IFACE", help="for example eth1")
        one.add_argument("--label", help="the alias that ifconfig shows, for example eth1:1")
        one.add_argument("--dry-run", action="store_true", help="change nothing, print the commands")
        if act == "add":
            one.add_argument(
                "--announce", action="store_true", help="tell the network by one gratuitous ARP afterwards"
            )
        one.set_defaults(run=run)
    show = acts.add_parser("show", help="list the addresses", description="List the IPv4 addresses.")
    show.add_argument("words", nargs="*", metavar="dev IFACE", help="of this interface only")
    show.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Carry out ``vipsim vip``.

    Raises
    ------
    VipsimError
        For bad input, and for what the kernel refuses.
    """
    if args.act == "show":
        return _show(_iface(args.words) if args.words else None)
    address, prefix = _read_address(args.address)
    iface = _iface([args.word, args.iface])
    label = _checked_label(args.label, iface)
    if args.dry_run:
        print("\n".join(commands(args.act, address, prefix, iface, label)))
        return 0
    from vipsim.live.addresses import Netlink

    with Netlink() as kernel:
        if args.act == "del":
            kernel.remove(address, prefix, iface, label)
            return 0
        kernel.add(address, prefix, iface, label)
    if args.announce:
        from vipsim.live.sockets import announce

        print(f"announced: {address} is at {announce(iface, address)} on {iface}")
    return 0


def commands(act: str, address: IPv4, prefix: int, iface: str, label: str | None) -> list[str]:
    """Give the shell lines that do what `run` does: the document's classic one, then the modern one.

    The two do the same to the address, either is enough; ifconfig's ``up`` also brings the interface
    up, ip leaves that to ``ip link set``. Lines that begin with ``#`` explain.
    """
    alias = shlex.quote(label) if label else None
    iface = shlex.quote(iface)
    netmask = ipaddress.ip_network((0, prefix)).netmask
    if act == "add":
        classic = f"ifconfig {alias} {address} netmask {netmask} up"
        modern = f"ip addr add {address}/{prefix} dev {iface}" + (f" label {alias}" if alias else "")
        why = ""
    else:
        classic = f"ifconfig {alias} down"
        modern = f"ip addr del {address}/{prefix} dev {iface}" + (f" label {alias}" if alias else "")
        why = _WHY_THE_PREFIX
    if alias is None:
        classic = f"# ifconfig needs an alias to name the address by: --label {iface}:1 shows its line"
    return [line for line in (classic, modern, why) if line]


def _show(iface: str | None) -> int:
    from vipsim.live.addresses import Netlink

    with Netlink() as kernel:
        rows = [
            (one.iface, str(one), one.label, "secondary" if one.is_secondary else "")
            for one in kernel.addresses(iface)
        ]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(4)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    return 0


def _read_address(text: str) -> tuple[IPv4, int]:
    """Address and prefix length; a host's own address, not its subnet's first or last."""
    host, slash, length = text.partition("/")
    address = IPv4.parse(host)
    if not slash:
        raise AddressError(
            f"{text} has no prefix length: write {text}/24 as its subnet has it, or {text}/32 for it alone"
        )
    if not (length.isascii() and length.isdigit() and len(length) <= 2 and int(length) <= 32):
        raise AddressError(
            f"/{length[:20]} is not a prefix length: write a number from 0 to 32, such as {host}/24"
        )
    prefix = int(length)
    subnet = ipaddress.ip_network((int(address), prefix), strict=False)
    plain = ipaddress.ip_address(int(address))
    if plain.is_multicast or plain.is_unspecified or plain.is_reserved:
        raise AddressError(f"{address} cannot be a host's address")
    if prefix < 31 and plain in (subnet.network_address, subnet.broadcast_address):
        which = "network" if plain == subnet.network_address else "broadcast"
        raise AddressError(f"{address} is the {which} address of {subnet}: no host can have it")
    return address, prefix


def _iface(words: list[str]) -> str:
    if len(words) != 2 or words[0] != "dev":
        raise VipsimError(f"{' '.join(words)!r}: name the interface as ip does, for example: dev eth1")
    return _checked_name(words[1], "the name of an interface")


def _checked_label(label: str | None, iface: str) -> str | None:
    if label is None:
        return None
    if label != iface and not label.startswith(f"{iface}:"):
        raise VipsimError(f"label {label!r} must begin with the interface and a colon: {iface}:1")
    return _checked_name(label, "a label")


def _checked_name(name: str, what: str) -> str:
    if not 0 < len(name) <= _IFNAMSIZ or not name.isprintable() or set(name) & set(" /"):
        raise VipsimError(f"{name[:40]!r} cannot be {what}: 1 to {_IFNAMSIZ} characters, no space, no slash")
    return name
