"""How much memory a waiting datagram takes: Linux bounds the queue of a neighbor by bytes.

A datagram waits in a socket buffer. Its `truesize` is the descriptor (struct sk_buff, 256 octets on
x86-64) and the head: headroom for Ethernet and alignment (31), the IP packet, rounded up to 64, and
struct skb_shared_info (320). A head of at most 576 octets comes from one pool whose pieces are 576
(small heads, 512 + 64); a larger one is rounded up to a power of two (kmalloc). So 212992 octets hold 256
datagrams of 4 bytes (832 each) or 92 of 1000 bytes (2304 each), as measured (BEHAVIOUR 1.1, family
`v4.queue`). A TCP segment has an empty small head, its data lie in pages (source: tcp_stream_alloc_skb).
"""

from __future__ import annotations

from vipsim.wire.frames import HEADER_AND_FCS, IpPacket, Tcp

DESCRIPTOR = 256
SHARED_INFO = 320
HEADROOM = 16 + 15
CACHE_LINE = 64
SMALL_HEAD = 576


def head_size(octets: int) -> int:
    """Return the memory of the head (octets) that an IP packet of `octets` needs.

    >>> head_size(32), head_size(1028)
    (576, 2048)
    """
    need = -(-(octets + HEADROOM) // CACHE_LINE) * CACHE_LINE + SHARED_INFO
    return SMALL_HEAD if need <= SMALL_HEAD else 1 << (need - 1).bit_length()


def truesize(packet: IpPacket) -> int:
    """Return the memory (octets) that `packet` takes while it waits.

    A sending socket's buffer counts the same octets: Linux lets it send while they are fewer than its
    limit (sock_alloc_send_pskb).
    """
    if type(packet) is Tcp:
        return DESCRIPTOR + SMALL_HEAD + len(packet.payload)
    return DESCRIPTOR + head_size(packet.size - HEADER_AND_FCS)
