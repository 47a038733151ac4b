"""What is to be run, as frozen data.

A `Scenario` is complete: with it, a seed and the version of vipsim a run can be repeated to the
byte. It is made by the YAML reader, by the builders of `vipsim.scenario.builders` or from a
graph; all three give equal objects and `vipsim.scenario.check` judges them alike. Every time
is an integer number of nanoseconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from vipsim.scenario.model.carp import CarpGroup
from vipsim.scenario.model.clients import Client
from vipsim.scenario.model.nodes import (
    Host,
    Link,
    Node,
    Switch,
    Vip,
)
from vipsim.scenario.model.sync import SyncGroup
from vipsim.units import SECOND, Time


class Start(StrEnum):
    """How the daemons stand at time zero."""

    SETTLED = "settled"
    """They ran before time zero; the master's phase is drawn from the stream ``phase``."""
    COLD = "cold"
    """They all boot at time zero."""


class FaultWord(StrEnum):
    """What can be done to the world; DESIGN's table gives each word its one meaning.

    The second half are the ways back. `docs/architecture.md` shows the table.
    """

    CRASH = "crash"
    POWER = "power"
    KILL = "kill"
    KILL_PARENT = "kill_parent"
    KILL_CHILD = "kill_child"
    STOP = "stop"
    HANG = "hang"
    FREEZE = "freeze"
    LINK_DOWN = "link_down"
    PORT_DOWN = "port_down"
    ISOLATE = "isolate"
    PARTITION = "partition"
    ONEWAY = "oneway"
    DROP = "drop"
    DELAY = "delay"
    JITTER = "jitter"
    SERVICE_STOP = "service_stop"
    SERVICE_HANG = "service_hang"
    SCRIPT_FAIL = "script_fail"
    TRACK_DOWN = "track_down"
    INJECT = "inject"
    RELOAD = "reload"
    # the ways back
    RESTART = "restart"
    REBOOT = "reboot"
    CONT = "cont"
    THAW = "thaw"
    LINK_UP = "link_up"
    PORT_UP = "port_up"
    HEAL = "heal"
    SERVICE_START = "service_start"
    SCRIPT_OK = "script_ok"
    TRACK_UP = "track_up"


Written = tuple[tuple[str, Any], ...]
"""Keywords that somebody wrote, by name in alphabetical order; times in ns, nodes by their names."""


@dataclass(frozen=True, slots=True)
class VrrpMember:
    """A node's part in a VRRP group."""

    node: str
    iface: str
    priority: int
    preempt: bool = True
    keepalived: Written = ()
    """Keywords of this member, which win over the group's."""
    vips: tuple[str, ...] = ()
    """Those of the group's VIPs that are in this member's list; empty: all of them."""
    version: int | None = None
    """Version that this member speaks; None: the group's."""
    virtual_mac: bool | None = None
    """As in `VrrpGroup`, for this member; None: the group's."""
    profile: str = ""
    """Name of this member's rules; empty: the group's."""


@dataclass(frozen=True, slots=True)
class VrrpGroup:
    """One virtual router (RFC 3768, RFC 9568)."""

    vrid: int
    vips: tuple[str, ...]
    members: tuple[VrrpMember, ...]
    version: int = 2
    advert_interval: Time = SECOND
    profile: str = "rfc3768"
    """Name of the daemon's rules (`vipsim.machines.vrrp.PROFILES`)."""
    virtual_mac: bool = False
    """True: the VIPs live at 00:00:5e:00:01:VRID on an interface of its own (RFC 9568 section 7.3); False:
    at the owner's own MAC. Members with the profile ``frr`` have the virtual one in any case."""
    keepalived: Written = ()
    """Keywords of all members (`vipsim.machines.vrrp.keywords.Keywords`), with the profile ``keepalived``."""
    title: str = ""
    """How records and timers call it; empty: ``vrrp VRID``."""

    @property
    def name(self) -> str:
        """How records and timers call it."""
        return self.title or f"vrrp {self.vrid}"

    def vips_of(self, member: VrrpMember) -> tuple[str, ...]:
        """Names of the VIPs that `member` has in its list."""
        return member.vips or self.vips

    def version_of(self, member: VrrpMember) -> int:
        """The version that `member` speaks."""
        return self.version if member.version is None else member.version

    def virtual_mac_of(self, member: VrrpMember) -> bool:
        """Whether `member` has its VIPs at the virtual MAC."""
        return self.virtual_mac if member.virtual_mac is None else member.virtual_mac

    def profile_of(self, member: VrrpMember) -> str:
        """Name of the rules that `member` runs by."""
        return member.profile or self.profile


@dataclass(frozen=True, slots=True)
class HeartbeatMember:
    """A node's part in a heartbeat pair."""

    node: str
    iface: str


@dataclass(frozen=True, slots=True)
class HeartbeatGroup:
    """The document's own mechanism: a pair that asks (pull) or tells (push) whether it lives."""

    name: str
    vips: tuple[str, ...]
    primary: HeartbeatMember
    standby: HeartbeatMember
    mode: str = "pull"
    """``pull``: the standby asks and misses answers; ``push``: the active one tells, the other misses it."""
    interval: Time = SECOND
    dead_count: int = 3
    timeout: Time | None = None
    """Pull: how long an answer may take (default and at most `interval`). Push: silence that means
    dead (default `dead_count` x `interval`). In ns."""
    probe: str = "host"
    """Pull only: ``host`` (the kernel answers a ping) or the name of a service (which must answer)."""
    takeover: str = "automatic"
    """``automatic``, or ``manual``: the standby only records that the peer is dead."""
    failback: str = "manual"
    """``manual``: who took over keeps the address; ``automatic``: the primary gets it back."""

    def __post_init__(self) -> None:
        # A timeout written out that equals the default is the default: equal meaning, equal object.
        if self.timeout == self._default_silence:
            object.__setattr__(self, "timeout", None)

    @property
    def _default_silence(self) -> Time:
        return self.interval if self.mode == "pull" else self.dead_count * self.interval

    @property
    def silence(self) -> Time:
        """The timeout in force, in ns: `timeout`, or its default."""
        return self._default_silence if self.timeout is None else self.timeout


Group = VrrpGroup | CarpGroup | HeartbeatGroup


@dataclass(frozen=True, slots=True)
class At:
    """When a fault acts: uniformly drawn from [earliest, latest] ns (equal: fixed)."""

    earliest: Time
    latest: Time


@dataclass(frozen=True, slots=True)
class After:
    """When a fault acts: `plus` ns after the first `event` of `node` at or after `since` ns.

    `event` is ``advert``, ``announce``, ``master``, ``backup`` or ``fault``.
    """

    event: str
    node: str
    plus: Time = 0
    since: Time = 0


@dataclass(frozen=True, slots=True)
class Fault:
    """One harm, or one way back.

    `target` is what it acts on: a node (``crash``), a ``node.iface`` or node (``link_down``), a
    service as ``node.service``, a link as ``a-b`` (one direction of it: ``a>b``) or two groups of nodes
    as ``a,b|c`` (``partition``; ``oneway`` cuts the direction from the first group to the second);
    ``heal`` takes the target of what it ends, or ``all``. `vipsim.scenario.targets` reads them. `value`
    is what the word needs: a kind and probability for ``drop`` (``garp``, ``advert 30%``, ``all``), a
    duration for ``delay`` and ``jitter``, bytes in hexadecimal for ``inject``.
    """

    word: FaultWord
    target: str
    when: At | After
    value: str = ""
    duration: Time | None = None
    """In ns: the way back follows by itself after it."""
    every: Time | None = None
    """In ns: the fault repeats with this period until the run ends."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """Everything that a world needs to know."""

    name: str
    duration: Time
    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    vips: tuple[Vip, ...] = ()
    groups: tuple[Group, ...] = ()
    clients: tuple[Client, ...] = ()
    faults: tuple[Fault, ...] = ()
    start: Start = Start.SETTLED
    phase: float | None = None
    """Age of the master's last message as a fraction [0, 1) of its interval; None: drawn per run.

    It is the age at the first fault of a fixed time, or at time zero if there is none.
    """
    sync_groups: tuple[SyncGroup, ...] = ()
    description: str = field(default="", compare=False)

    @property
    def hosts(self) -> tuple[Host, ...]:
        """The hosts, in order."""
        return tuple(node for node in self.nodes if isinstance(node, Host))

    @property
    def switches(self) -> tuple[Switch, ...]:
        """The switches, in order."""
        return tuple(node for node in self.nodes if isinstance(node, Switch))

    def with_(self, **changes: Any) -> Scenario:
        """Return a copy with some fields replaced, judged anew: ``scenario.with_(duration=units.s(30))``."""
        from vipsim.scenario.check import checked

        return checked(replace(self, **changes))

    def with_faults(self, *faults: Fault | str) -> Scenario:
        """Return a copy with more faults, as objects or in the command line's form (``"crash:db1@5s"``)."""
        from vipsim.scenario.faults import parse_fault

        more = tuple(parse_fault(fault) if isinstance(fault, str) else fault for fault in faults)
        return self.with_(faults=self.faults + more)

    def without_faults(self) -> Scenario:
        """Return a copy in which nothing breaks."""
        return self.with_(faults=())

    def with_setting(self, path: str, value: object) -> Scenario:
        """Return a copy with one setting changed, as ``--set`` does: ``("vrrp.advert_interval", "2s")``."""
        from vipsim.scenario.paths import set_path

        return set_path(self, path, value)

    @classmethod
    def from_graph(cls, graph: Any, **settings: Any) -> Scenario:
        """Make a scenario from an ``nx.Graph``; see `vipsim.scenario.graph.from_graph`."""
        from vipsim.scenario.graph import from_graph

        return from_graph(graph, **settings)

    def graph(self) -> Any:
        """Return the topology as an ``nx.Graph`` from which `from_graph` makes an equal scenario."""
        from vipsim.scenario.graph import to_graph

        return to_graph(self)
