"""The forms of a gratuitous ARP request: what stands where the request has nobody to ask for.

Receivers do not care (RFC 5227 section 3), captures show it: zeros by the RFCs, all ones by keepalived and
FRR, the sender's own address by ucarp (truth/NOTES 5, 19, 21).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from vipsim.wire.addresses import BROADCAST, NO_MAC, IPv4, Mac
from vipsim.wire.frames import Frame, gratuitous_request

_TARGETS: Mapping[str, Callable[[Mac], Mac]] = {
    "garp-request": lambda lladdr: NO_MAC,
    "garp-request-ff": lambda lladdr: BROADCAST,
    "garp-request-own": lambda lladdr: lladdr,
}
FORMS = tuple(_TARGETS)
"""Every form, as `vipsim.machines.vocabulary.Announce` names it."""


def target_of(form: str, lladdr: Mac) -> Mac:
    """Return the target hardware address of a form that tells of `lladdr`."""
    return _TARGETS[form](lladdr)


def announcement(vip: IPv4, lladdr: Mac, form: str) -> Frame:
    """Return the frame that tells everybody that `vip` is at `lladdr`; `form` is one of `FORMS`."""
    return gratuitous_request(vip, lladdr, target_of(form, lladdr))
