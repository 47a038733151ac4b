"""When a new master's kernel has its address: `vipsim.sim.daemon.pace.HAS_ADDRESS`, measured on keepalived.

``python -m tests.truth.address`` lets the installed keepalived take over in namespaces of its own (as root).
It prints where between the first advert and the first announcement the kernel tells that it has the address.
"""

from __future__ import annotations

import socket
import struct
import tempfile
import time
from pathlib import Path
from statistics import quantiles

from tests.live.namespaces import Lab
from tests.truth.rtnetlink import NEWADDR, listen, news
from vipsim.sim.daemon.pace import HAS_ADDRESS

TRIALS = 40
PATIENCE = 5.0
"""Seconds that a takeover may take."""
_ALL, _IP, _ARP, _VRRP = 0x0003, 0x0800, 0x0806, 112
_TIMESTAMPNS = 35
"""SO_TIMESTAMPNS: the kernel says when each frame passed."""
CONFIG = """
vrrp_instance VI {{
    state BACKUP
    interface {iface}
    virtual_router_id 51
    priority 100
    version 3
    advert_int 0.1
    virtual_ipaddress {{
        192.168.1.219/24
    }}
}}
"""


def takeovers(trials: int = TRIALS) -> list[tuple[float, float]]:
    """Return of each takeover the times from advert to address, and from advert to announcement, in us."""
    found = []
    hosts = {
        "db1": ("02:00:00:00:00:01", "192.168.1.217/24"),
        "db2": ("02:00:00:00:00:02", "192.168.1.218/24"),
    }
    with tempfile.TemporaryDirectory() as folder, Lab(hosts) as lab:
        config = Path(folder) / "keepalived.conf"
        config.write_text(CONFIG.format(iface=lab.iface), encoding="ascii")
        with lab.inside("db2"):
            netlink = listen()
            cable = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ALL))
            cable.bind((lab.iface, _ALL))
        cable.setsockopt(socket.SOL_SOCKET, _TIMESTAMPNS, 1)
        cable.setblocking(False)
        for trial in range(trials):
            if times := _takeover(lab, folder, trial, netlink, cable):
                found.append(times)
        netlink.close()
        cable.close()
    return found


def _takeover(
    lab: Lab, folder: str, trial: int, netlink: socket.socket, cable: socket.socket
) -> tuple[float, float] | None:
    """Start the daemon, wait until it has announced itself, and end it again."""
    files = ["-f", f"{folder}/keepalived.conf", "-p", f"{folder}/{trial}.pid", "-r", f"{folder}/{trial}v.pid"]
    daemon = lab.start("db2", "keepalived", "-n", "-P", *files)
    address = next(
        (one.time for one in news(netlink, time.monotonic() + PATIENCE) if one.kind == NEWADDR), None
    )
    time.sleep(0.2)
    daemon.terminate()
    daemon.wait(10)
    time.sleep(0.1)
    for _ in news(netlink, time.monotonic() + 0.05):
        pass
    advert, announcement = _first_frames(cable)
    if address is None or advert is None or announcement is None:
        return None
    return (address - advert) / 1000, (announcement - advert) / 1000


def _first_frames(cable: socket.socket) -> tuple[int | None, int | None]:
    """When the first advert and the first announcement left, in ns since the epoch; takes all that waits."""
    first: dict[int, int] = {}
    while True:
        try:
            frame, control, _, _ = cable.recvmsg(2048, 64)
        except BlockingIOError:
            return first.get(_IP), first.get(_ARP)
        (kind,) = struct.unpack_from("!H", frame, 12)
        if kind == _ARP or (kind == _IP and frame[23] == _VRRP):
            seconds, fraction = struct.unpack("=qq", control[0][2])
            first.setdefault(kind, seconds * 10**9 + fraction)


def main() -> None:
    """Print the distribution beside the constant."""
    times = takeovers()
    shares = quantiles([address / announcement for address, announcement in times], n=20)
    whole = quantiles([announcement for _, announcement in times], n=20)
    print(
        f"{len(times)} takeovers: from advert to announcement p50 {whole[9]:.0f} us, p95 {whole[18]:.0f} us; "
        f"the kernel has the address after p5 {shares[0]:.2f}, p50 {shares[9]:.2f}, p95 {shares[18]:.2f} "
        f"of it; HAS_ADDRESS is {HAS_ADDRESS}"
    )


if __name__ == "__main__":
    main()
