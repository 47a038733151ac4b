"""Makes a workload of the kind that its client asks for (`vipsim.scenario.model.Client.over`)."""

from __future__ import annotations

from vipsim.sim.engine import Tie, tie_key
from vipsim.sim.kernel import Kernel
from vipsim.sim.services import ServiceProcess
from vipsim.sim.workloads.connect import Connector
from vipsim.sim.workloads.dns import Resolver
from vipsim.sim.workloads.ear import Ear
from vipsim.sim.workloads.oneway import Oneway
from vipsim.sim.workloads.ping import Ping
from vipsim.sim.workloads.plan import ClientPlan
from vipsim.sim.workloads.pool import Pool
from vipsim.sim.workloads.query import Query
from vipsim.sim.workloads.rota import Workload
from vipsim.sim.workloads.stream import Stream


def make_workload(
    kernel: Kernel, number: int, plan: ClientPlan, names: dict[int, str], services: list[ServiceProcess]
) -> Workload:
    """Return client `number` (from 1) of a run, on its host.

    Parameters
    ----------
    kernel : Kernel
        The host.
    number : int
        Its number among the clients: it tells ports, flows and rows of clients apart.
    plan : ClientPlan
        What it does.
    names : dict
        Names of nodes by MAC.
    services : list of ServiceProcess
        Every service of the network, which a client that is not answered has to ask who heard it.
    """
    client, dst, port = plan.client, plan.dst, plan.port
    # The silence of who only waits is not that of the service: nothing is measured by it.
    measured = client.measured and not (client.over == "tcp" and client.tcp.reads_only)
    ear = Ear(kernel, client.name, client.interval, measured, names)
    key = tie_key(Tie.CLIENT, number)
    confirm = bool(client.confirm)
    if client.probe == "ping":
        return Ping(kernel, number, key, dst, ear, confirm)
    match client.over:
        case "udp":
            return Query(kernel, number, key, dst, port, ear, confirm)
        case "oneway":
            sender = Oneway(kernel, number, key, dst, port, ear)
            for service in services:
                if service.port == port:
                    service.counts[sender.sport] = sender.arrived
            return sender
        case "dns":
            return Resolver(kernel, number, key, dst, port, ear, confirm, client.dns)
        case "tcp":
            return Stream(kernel, key, dst, port, ear, client.tcp)
        case "connect":
            return Connector(kernel, key, dst, port, ear, client.tcp)
        case "database":
            servers = dict(enumerate(plan.servers, 1))
            return Pool(kernel, number, key, dst, port, ear, client.pool, client.tcp, client.probe, servers)
    raise AssertionError(f"{client.over} is no way to ask: the scenario's check saw to it")
