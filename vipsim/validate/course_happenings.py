"""Reading what happens to A and B in a time course, and the settings of the client's TCP."""

from __future__ import annotations

from vipsim.units import MS, SECOND, Time
from vipsim.validate.course_keepalive import read_keepalive
from vipsim.validate.course_model import Announcement, Tcp
from vipsim.validate.fields import Fields, SkipRow, shown
from vipsim.validate.frames import read_frame

MOST_ANNOUNCEMENTS = 1000
LONGEST: Time = 1000 * SECOND
"""Nothing in a course lasts longer; the oracle's longest is 240 s."""


def read_span(fields: Fields, name: str, default: float | None = None) -> Time:
    """Return a duration."""
    time = fields.seconds(name, default)
    if not 0 <= time <= LONGEST:
        fields.wrong(name, "it is no duration of a course", f"write 0 to {LONGEST // SECOND} s")
    return time


def read_moment(fields: Fields, name: str) -> Time:
    """Return a time from t_zero."""
    time = fields.seconds(name)
    if abs(time) > LONGEST:
        fields.wrong(name, "it is too far away", f"write at most {LONGEST // SECOND} s")
    return time


def read_failure(setup: Fields) -> tuple[str, Time]:
    """Return what happens to A, and when."""
    if "failure" not in setup:
        setup.wrong("failure", "the field is missing", "write an object, or null for none")
    if not setup.has("failure"):
        return "", 0
    failure = setup.obj("failure")
    said = failure.text("A")
    at = read_moment(failure, "t_s")
    if said == "link_down":
        return "link_down", at
    if said.startswith("address removed"):
        return ("forwards" if failure.flag("A_forwards") else "removed"), at
    if said.startswith("nothing"):
        return "", at
    failure.wrong("A", f"{shown(said)} is not known", "write link_down, address removed or nothing")


def read_takeover(setup: Fields) -> tuple[Time | None, tuple[Announcement, ...], int]:
    """Return when B takes the address, what it says, and its arp_notify."""
    if "takeover" not in setup:
        setup.wrong("takeover", "the field is missing", "write an object, or null for none")
    if not setup.has("takeover"):
        return None, (), 0
    takeover = setup.obj("takeover")
    at = read_moment(takeover, "t_s")
    if takeover.flag("dad", False):
        raise SkipRow("duplicate address detection is not modelled")
    announcements = tuple(_announcement(said) for said in takeover.objects("announces"))
    if sum(said.count for said in announcements) > MOST_ANNOUNCEMENTS:
        takeover.wrong("announces", "there are too many", f"write at most {MOST_ANNOUNCEMENTS}")
    kernel = takeover.obj("kernel_announces")
    return at, announcements, kernel.count("arp_notify", 0, 1, default=0)


def _announcement(said: Fields) -> Announcement:
    at, count = read_moment(said, "t_s"), said.count("count", 1, 100, default=1)
    if said.has("frame"):
        return Announcement(at, read_frame(said.obj("frame")), count=count)
    if not said.has("datagram"):
        said.wrong("frame", "the announcement has no frame", "write frame, or datagram")
    datagram = said.obj("datagram")
    dport = datagram.count("dport", 1, 65_535)
    return Announcement(at, None, datagram.ip("dst"), dport, count, datagram.ip("src"))


def read_tcp(tcp: Fields) -> Tcp:
    """Return the settings of the client's TCP."""
    return Tcp(
        syn_retries=tcp.count("tcp_syn_retries", 1, 127, default=6),
        syn_linear=tcp.count("tcp_syn_linear_timeouts", 0, 127, default=4),
        retries2=tcp.count("tcp_retries2", 1, 255, default=15),
        rto_min=tcp.count("rto_min_ms", 1, 120_000, default=200) * MS,
        rto_max=tcp.count("tcp_rto_max_ms", 1000, 120_000, default=120_000) * MS,
        initial_rto=tcp.count("initial_rto_ms", 1, 120_000, default=1000) * MS,
        tlp=tcp.flag("tlp", True),
        user_timeout=tcp.count("user_timeout_ms", 0, 10**7, default=0) * MS,
        keepalive=read_keepalive(tcp),
    )
