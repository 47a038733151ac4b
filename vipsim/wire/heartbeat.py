"""What two heartbeat daemons say to each other, in 16 octets of a UDP datagram.

::

     0        4         5      6      8        12       16
    +--------+---------+------+------+--------+--------+
    | "VIPH" | version | kind |  0   |  pair  |  term  |
    +--------+---------+------+------+--------+--------+

`pair` keeps two pairs on the same hosts apart. `term` counts how often the address changed hands, as
far as the sender knows: of two claims the one with the higher term is the later one.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

from vipsim.errors import DecodeError

PORT = 694
"""UDP port of heartbeat daemons (IANA: ha-cluster)."""
VERSION = 1

_MAGIC = b"VIPH"
_MESSAGE = struct.Struct("!4sBBxxII")


class Kind(IntEnum):
    """What a message says."""

    ALIVE = 1
    """I am MASTER."""
    CLAIM = 2
    """I take (or keep) the address: if you have it, release it."""
    ASK = 3
    """Give me the address."""
    RELEASED = 4
    """I do not have the address: take it."""
    BYE = 5
    """I end and have released the address: take it."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a heartbeat daemon."""

    kind: Kind
    pair: int
    term: int


def encode(message: Message) -> bytes:
    """Octets of a message: the payload of a datagram to `PORT`.

    >>> encode(Message(Kind.ALIVE, 7, 1)).hex(" ", 4)
    '56495048 01010000 00000007 00000001'
    """
    return _MESSAGE.pack(_MAGIC, VERSION, message.kind, message.pair, message.term)


def decode(payload: bytes) -> Message:
    """Read a message; octets after it are left to later versions.

    Raises
    ------
    DecodeError
        If it is none, or of a kind or version that we do not know.
    """
    if len(payload) < _MESSAGE.size:
        raise DecodeError(f"a heartbeat message has {_MESSAGE.size} octets, not {len(payload)}")
    magic, version, kind, pair, term = _MESSAGE.unpack_from(payload)
    if magic != _MAGIC or version != VERSION:
        raise DecodeError(f"no heartbeat message of version {VERSION}: it begins with {payload[:5].hex()}")
    try:
        return Message(Kind(kind), pair, term)
    except ValueError:
        raise DecodeError(f"octet 5: no heartbeat message has kind {kind}") from None
