"""How long a kernel keeps the route to an address that it has taken away: `vipsim.sim.vips.REMOVAL`.

``python -m tests.truth.removal`` adds and deletes an address in a namespace of its own (as root). First the
kernel forgets that the address is its own (``RTM_DELADDR``), then the route to it (``RTM_DELROUTE`` of table
local); in between it answers announcements of the address.
"""

from __future__ import annotations

import subprocess
import time
from statistics import quantiles

from tests.live.namespaces import Lab
from tests.truth.rtnetlink import DELADDR, DELROUTE, LOCAL_TABLE, listen, news
from vipsim.sim.vips import REMOVAL
from vipsim.units import US

TRIALS = 200


def removals(trials: int = TRIALS) -> list[float]:
    """Return how long each removal took, in us."""
    found = []
    with Lab({"db1": ("02:00:00:00:00:01", "192.168.1.217/24")}) as lab:
        with lab.inside("db1"):
            netlink = listen()
        for _ in range(trials):
            lab.ip("db1", "addr", "add", "192.168.1.219/32", "dev", lab.iface)
            command = ["ip", "-n", lab.name("db1"), "addr", "del", "192.168.1.219/32", "dev", lab.iface]
            with subprocess.Popen(command):
                at: dict[int, int] = {}
                for one in news(netlink, time.monotonic() + 0.1):
                    if one.kind == DELADDR or (one.kind == DELROUTE and one.table == LOCAL_TABLE):
                        at[one.kind] = one.time
                    if len(at) == 2:
                        break
            if len(at) == 2:
                found.append((at[DELROUTE] - at[DELADDR]) / 1000)
        netlink.close()
    return found


def main() -> None:
    """Print the distribution beside the constant."""
    times = removals()
    cuts = quantiles(times, n=20)
    print(
        f"{len(times)} removals: p5 {cuts[0]:.0f} us, p50 {cuts[9]:.0f} us, p95 {cuts[18]:.0f} us; "
        f"REMOVAL is {REMOVAL / US:.0f} us"
    )


if __name__ == "__main__":
    main()
