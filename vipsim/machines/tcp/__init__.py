"""TCP as far as a moving address makes itself felt: timers, retransmission, resets."""

from __future__ import annotations

from vipsim.machines.tcp.connection import (
    TcpConnection,
)

__all__ = [
    "TcpConnection",
]
