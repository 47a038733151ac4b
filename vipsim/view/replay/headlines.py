"""Faults as headlines: "db1 loses power", "announcements to app1 and app2 are dropped", "and pass again"."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from vipsim.trace import Record
from vipsim.view.words import fault_text

_MACHINES = {
    "crash": "crashes",
    "power": "loses power",
    "reboot": "boots again",
    "freeze": "freezes",
    "thaw": "goes on",
}
_DAEMONS = {
    "kill": "is killed",
    "kill_parent": "loses its parent process",
    "kill_child": "loses its child process",
    "stop": "is stopped in order",
    "restart": "is started again",
    "hang": "hangs",
    "cont": "goes on",
    "reload": "reads its configuration again",
}
_CABLES = {
    "link_down": "is cut",
    "link_up": "is mended",
    "port_down": "is cut",
    "port_up": "is mended",
    "isolate": "passes nothing",
}
_SERVICES = {"service_stop": "stops", "service_hang": "hangs", "service_start": "starts again"}
_LOSSES = {"drop": "are dropped", "delay": "are late", "jitter": "are late by chance"}
_FRAMES = {"garp": "announcements", "advert": "adverts", "arp": "ARP packets", "": "frames"}

_Parts = tuple[str, str, str]
"""What is before the name, the name, what is behind it: headlines of one moment share all but the name."""


def headlines(records: Iterable[Record], switches: Collection[str] = ()) -> list[str]:
    """Return what faults of one moment do, each a sentence that begins with who or what it is about.

    Parameters
    ----------
    records : iterable of Record
        Of kind ``fault``.
    switches : collection of str
        Nodes that only pass frames on: what is lost behind one is lost on the way to somebody.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for record in records:
        before, name, after = _parts(record, switches)
        found.setdefault((before, after), []).append(name)
    return [f"{before}{_listed(names)}{after}" for (before, after), names in found.items()]


def _listed(names: list[str]) -> str:
    names = list(dict.fromkeys(names))
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _parts(record: Record, switches: Collection[str]) -> _Parts:
    word, target, value = (str(record.data.get(key) or "") for key in ("word", "target", "value"))
    is_over = record.data.get("phase") == "end"
    node, _, part = target.partition(".")
    if word in _MACHINES and not is_over:
        return "", node, f" {_MACHINES[word]}"
    if word in _DAEMONS and not is_over:
        return "", node, f"'s daemon {_DAEMONS[word]}{f': {value}' if value else ''}"
    if word in _CABLES and not _is_pair(target):
        return "the cable of ", target, " is mended" if is_over else f" {_CABLES[word]}"
    if word in _CABLES:
        return "the cable ", target, " is mended" if is_over else f" {_CABLES[word]}"
    if word in _LOSSES:
        return _of_frames(word, target, value, is_over, switches)
    if word in ("partition", "oneway"):
        again = "passes again" if is_over else "is cut one way" if word == "oneway" else "is cut in two"
        return "the network ", f"({target})", f" {again}"
    if word == "heal":
        return "", "the network" if target in ("", "all") else target, " is whole again"
    if word in _SERVICES and not is_over:
        return "", node, f"'s service {part} {_SERVICES[word]}".replace("  ", " ")
    return "", fault_text(record), ""


def _is_pair(target: str) -> bool:
    return any(sign in target for sign in "->|")


def _of_frames(word: str, target: str, value: str, is_over: bool, switches: Collection[str]) -> _Parts:
    """Frames that are lost or late: which, how many of them, and where."""
    words = value.split()
    kind = "" if word != "drop" else next((one for one in words if not one[0].isdigit()), "")
    much = next((one for one in words if one[0].isdigit()), "")
    share = f"{much} of the " if much.endswith("%") and not is_over else ""
    named = share + _FRAMES.get(kind, f"{kind} frames")
    late = f" by {value}" if word != "drop" and value and not is_over else ""
    fate = ("pass again" if word == "drop" else "are in time again") if is_over else _LOSSES[word]
    sender, arrow, receiver = target.partition(">")
    if arrow:
        origin = "" if sender in switches else f"from {sender} "
        return f"{named} {origin}to ", receiver, f" {fate}{late}"
    return (
        f"{named} {'between' if '-' in target else 'from and to'} ",
        target.replace("-", " and "),
        f" {fate}{late}",
    )
