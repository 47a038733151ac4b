"""The scapy layers that vipsim uses, imported quietly, with IP protocol 112 bound to VRRP for good.

VRRP and CARP share protocol 112. Whoever imports ``scapy.contrib.carp`` takes the protocol away from
VRRP, for reading and for building, and what a class sees then depends on the order of imports. So
this module imports CARP itself (a later import by somebody else does nothing any more), gives
VRRP its number back for building, and puts in front of scapy's own guesses one that looks at the message.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from vipsim._extras import require


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep scapy from reporting what this machine lacks (libpcap, an address): nothing here needs it."""
    loggers = [logging.getLogger(name) for name in ("scapy.loading", "scapy.runtime")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


with _quiet():
    require("packets", "scapy.layers.inet")
    from scapy.contrib.carp import CARP
    from scapy.layers.inet import IP
    from scapy.layers.l2 import ARP, Dot3, Ether
    from scapy.layers.vrrp import VRRP, VRRPv3
    from scapy.packet import Packet, bind_top_down
    from scapy.plist import PacketList
    from scapy.utils import EDecimal

__all__ = ["ARP", "CARP", "IP", "VRRP", "Dot3", "EDecimal", "Ether", "Packet", "PacketList", "VRRPv3"]

VRRP_PROTO = 112


class Protocol112(Packet):
    """Chooses by the message: CARP has 36 octets and 7 words of authentication, VRRP names its version."""

    @classmethod
    def dispatch_hook(cls, _pkt: bytes | None = None, *_args: Any, **_kwargs: Any) -> type[Packet]:
        """Class that dissects the message (scapy calls this hook by its name)."""
        message = _pkt or b""
        if len(message) == 36 and message[0] == 0x21 and message[3] == 7:
            return CARP
        return VRRPv3 if message[:1] >= b"\x30" else VRRP


def _bind() -> None:
    bind_top_down(IP, VRRP, proto=VRRP_PROTO)
    bind_top_down(IP, VRRPv3, proto=VRRP_PROTO)
    # scapy appends its bindings and the first match wins: in front, nobody can push this one aside.
    others = [guess for guess in IP.payload_guess if guess[1] is not Protocol112]
    IP.payload_guess = [({"proto": VRRP_PROTO}, Protocol112), *others]


_bind()
