"""The bridge to scapy: frames shown and dissected in class, forged packets injected.

The only room (beside live's own I/O) that imports scapy; it needs the extra ``packets``. scapy is
GPL-2.0-only, which is why it stays in a room of its own.
"""

from vipsim.packets.bridge import from_scapy, packet_list, to_scapy

__all__ = ["from_scapy", "packet_list", "to_scapy"]
