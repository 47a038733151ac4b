"""Clients of a scenario file, as pydantic models."""

from __future__ import annotations

from typing import Annotated

from vipsim.scenario import kinds
from vipsim.scenario.format.values import Duration, Flag, Name, Part, Positive, Times, absent
from vipsim.scenario.model.clients import WAYS


class TcpFile(Part):
    """How a client's connections are set up."""

    user_timeout: Duration = absent("0s", "TCP_USER_TIMEOUT; 0s: off")
    keepalive: Duration = absent("0s", "silence after which an idle connection is probed; 0s: off")
    keepalive_interval: Positive = absent("75s")
    keepalive_probes: Annotated[int, kinds.whole(1, 127)] = absent(9)
    syn: Annotated[str, kinds.choice("linux-6.5", "linux-old")] = absent("linux-6.5")
    reads_only: Flag = absent(False, "it sends nothing once it is connected")


class DnsFile(Part):
    """How a resolver asks again."""

    timeout: Positive = absent("5s")
    attempts: Annotated[int, kinds.whole(1, 100)] = absent(2)


class PoolFile(Part):
    """A pool of database connections."""

    connections: Annotated[int, kinds.whole(1, 1000)] = absent(10)
    statement_timeout: Duration = absent("0s", "0s: for ever")
    backoff: Positive = absent("100ms", "first pause before a new attempt; it doubles")
    backoff_limit: Positive = absent("10s")
    thundering: Flag = absent(False, "the first failure closes the whole pool")


class ClientFile(Part):
    """A workload: probes sent regularly."""

    node: Name = absent(text="default: the host that the client is called as")
    target: Name
    probe: Name = absent("ping", "ping, or the name of a service")
    over: Annotated[str, kinds.choice(*WAYS)] = absent("udp", "how a service is asked")
    interval: Positive = absent("10ms")
    start: Times = absent(
        text="time of the first probe, or the range it is drawn from; default: 0s to one interval"
    )
    measured: Flag = absent(True)
    confirm: Flag = absent(text="MSG_CONFIRM on answers; default: true of ping, false of others")
    lazy: Flag = absent(False, "count probes that nothing can disturb instead of sending them")
    tcp: TcpFile = absent()
    dns: DnsFile = absent()
    pool: PoolFile = absent()
