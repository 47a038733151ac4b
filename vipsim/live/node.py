"""One host of a scenario, for real: ``ip netns exec NS python -m vipsim.live.node SCENARIO NODE``.

The namespace must be there, its own name beginning with ``vipsim-``, with the host's interfaces by
the scenario's names and MACs: this starts only the failover daemon in it, and refuses to run anywhere
else. It prints one JSON line per change of state and ends in order on SIGTERM. (``vipsim live`` on
real interfaces is another command, with consent and a safety net of its own.)
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from vipsim.errors import ScenarioError, VipsimError
from vipsim.live.addresses import HeldAddresses, Netlink
from vipsim.live.driver import Driver, Monotonic
from vipsim.live.links import LinkWatch
from vipsim.live.loop import run_until_stopped
from vipsim.live.safety import require_made_namespace
from vipsim.live.sockets import PacketPort
from vipsim.machines.vocabulary import Action, Changed, Event
from vipsim.scenario.assemble import daemons
from vipsim.scenario.model import Host, Scenario
from vipsim.scenario.reader import read_scenario
from vipsim.units import Time


def main(argv: Sequence[str] | None = None) -> int:
    """Run one node until a signal ends it; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m vipsim.live.node", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("scenario", type=Path)
    parser.add_argument("node")
    args = parser.parse_args(argv)
    try:
        require_made_namespace()
        run_node(read_scenario(args.scenario), args.node)
    except VipsimError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def run_node(scenario: Scenario, name: str) -> None:
    """Run the failover daemon of host `name` in this network namespace until SIGTERM or SIGINT.

    Raises
    ------
    VipsimError
        If the scenario has no daemon there, or the namespace does not look as the scenario says.
    """
    host = next((one for one in scenario.hosts if one.name == name), None)
    makers = dict(daemons(scenario))
    if host is None or name not in makers:
        raise ScenarioError(
            f"no failover daemon on {name!r}: there is one on {', '.join(makers) or 'no node'}"
        )
    ifaces = [iface.name for iface in host.ifaces]
    clock = Monotonic()
    with (
        Netlink() as netlink,
        HeldAddresses(netlink, ifaces) as addresses,
        LinkWatch(ifaces, netlink.carriers) as links,
        PacketPort(ifaces) as port,
    ):
        _check_macs(host, port)
        driver = Driver(makers[name](), clock, port, addresses, tap=_tell)
        run_until_stopped(driver, clock, port, links)


def _check_macs(host: Host, port: PacketPort) -> None:
    for iface in host.ifaces:
        if port.mac(iface.name) != iface.mac:
            raise ScenarioError(
                f"{host.name}.{iface.name} has the MAC {port.mac(iface.name)}, the scenario says {iface.mac}"
            )


def _tell(part: str, now: Time, event: Event, actions: list[Action]) -> None:
    for action in actions:
        if isinstance(action, Changed):
            line = {"time": now, "machine": part, "old": action.old.value, "new": action.new.value}
            print(json.dumps(line | {"why": action.why}), flush=True)


if __name__ == "__main__":
    sys.exit(main())
