"""What was measured in a time course: its events in order, checked, and what they are called here."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from vipsim.units import SECOND, Time
from vipsim.validate.fields import Fields, shown
from vipsim.validate.frames import mac_text
from vipsim.validate.host_compare import read_state

MOST_EVENTS = 10_000
ARP = ("eth_dst", "op", "sha", "spa", "tha", "tpa")
"""Fields of an ARP event that are compared."""

EVENTS = (
    "state", "arp_out", "arp_in", "data_dst", "tcp_out", "tcp_in", "announce", "first_datagram_at_B",
    "client_error", "icmp_in", "accept", "connected", "connect_started", "failover", "B_takes_address",
    "first_reply_from_B", "nd_out", "nd_in",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that happened at `at` (ns from t_zero), in the oracle's words."""

    at: Time
    what: str
    """Name of the event."""
    detail: tuple[object, ...] = ()
    """What is compared of it."""

    def __str__(self) -> str:
        said = " ".join(str(part) for part in self.detail)
        return f"{self.what} {said}".strip() + f" at {self.at / SECOND:.3f} s"


def read_events(row: Fields) -> list[Happened]:
    """Return the measured events, in order of time.

    Raises
    ------
    RowError
        If one of them is not an event of the oracle.
    """
    found = []
    for event in row.objects("events"):
        at = event.seconds("t")
        what = event.text("ev")
        if what not in EVENTS:
            event.wrong("ev", f"there is no event {shown(what)}", f"use one of {', '.join(EVENTS)}")
        found.append(Happened(at, what, _detail(event, what)))
        if len(found) > MOST_EVENTS:
            row.wrong("events", "there are too many of them", f"write at most {MOST_EVENTS}")
    for before, after in pairwise(found):
        if after.at < before.at - SECOND // 10:
            row.wrong("events", f"{after} comes after {before}", "write them in order of time")
    return sorted(found, key=lambda event: event.at)


def _detail(event: Fields, what: str) -> tuple[object, ...]:
    match what:
        case "state":
            lladdr = event.mac("lladdr") if event.has("lladdr") else None
            return read_state(event, "state"), mac_text(lladdr)
        case "arp_out" | "arp_in":
            values: list[object] = []
            for name in ARP:
                if name == "op":
                    values.append(event.count("op", 0, 65_535))
                else:
                    is_ip = name.endswith("pa")
                    values.append(str(event.ip(name)) if is_ip else mac_text(event.mac(name)))
            return tuple(values)
        case "data_dst":
            return (mac_text(event.mac("mac")),)
        case "tcp_out":
            seq = event.count("relseq", 0, 2**32 - 1, default=0)
            return event.text("flags"), event.count("len"), seq, mac_text(event.mac("dst_mac"))
        case "tcp_in":
            return event.text("flags"), event.count("len"), mac_text(event.mac("src_mac"))
        case "icmp_in":
            return event.count("type", 0, 255), event.count("code", 0, 255), str(event.ip("src"))
        case "client_error":
            return (event.text("error"),)
        case "accept":
            return (event.text("by"),)
        case "announce":
            event.text("kind")
            return ()  # what it is stands in the setup, and is what is done
        case _:
            return ()
