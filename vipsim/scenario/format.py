"""The file format of a scenario, as pydantic models: shape, keys, units and ranges.

Only the reader imports this module. A key that is absent keeps the default of
`vipsim.scenario.model`; what the values mean together is judged by `vipsim.scenario.check`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, create_model, model_validator

from vipsim.scenario import fields, kinds
from vipsim.scenario.fields import Refusal
from vipsim.scenario.model import FaultWord
from vipsim.units import SECOND, US, Time
from vipsim.wire.addresses import IPv4, Mac

Name = Annotated[
    str, kinds.Parsed(fields.parse_name, {"type": "string", "pattern": f"^{fields.NAME.pattern}$"})
]
PortName = Annotated[
    str, kinds.Parsed(fields.parse_port_name, {"type": "string", "pattern": f"^{fields.PORT_NAME.pattern}$"})
]
Title = Annotated[
    str, kinds.Parsed(fields.parse_title, {"type": "string", "pattern": f"^{fields.TITLE.pattern}$"})
]
Text = Annotated[str, kinds.text(10_000)]
Short = Annotated[str, kinds.text(200)]
Value = Annotated[str, kinds.text(20_000)]
MacText = Annotated[
    Mac, kinds.Parsed(Mac.parse, {"type": "string", "pattern": "^([0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}$"})
]
Prefixed = Annotated[
    tuple[IPv4, int],
    kinds.Parsed(
        fields.parse_prefixed, {"type": "string", "pattern": r"^[0-9]{1,3}(\.[0-9]{1,3}){3}/[0-9]{1,2}$"}
    ),
]
Duration = Annotated[Time, kinds.time(0)]
Positive = Annotated[Time, kinds.time(US)]
Times = Annotated[tuple[Time, Time], kinds.times()]
Percent = Annotated[
    float, kinds.Parsed(fields.parse_percent, {"type": "string", "pattern": r"^\s*[0-9.eE-]+\s*%\s*$"})
]
Flag = Annotated[bool, kinds.flag()]


def _absent(default: Any = None, text: str = "", alias: str | None = None) -> Any:
    """A key that may be left out; `default` is told to editors only."""

    def tell(schema: dict[str, Any]) -> None:
        schema.pop("default", None)
        if default is not None:
            schema["default"] = default

    return Field(default=None, alias=alias, description=text or None, json_schema_extra=tell)


class Part(BaseModel):
    """Base of all parts: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, arbitrary_types_allowed=True)


class IfaceFile(Part):
    """An interface of a host."""

    mac: MacText = _absent(text="default: 02:00 and the address's four octets")
    address: Prefixed


class HostFile(Part):
    """A machine with a kernel, perhaps a failover daemon, perhaps services."""

    kind: Annotated[str, kinds.choice("host", "switch")] = _absent("host")
    interfaces: dict[PortName, IfaceFile]
    services: dict[Name, Annotated[int, kinds.whole(1, 65535)]] = _absent({}, "service name: UDP port")
    neighbor: Annotated[str, kinds.text(60)] = _absent("rfc826", "profile of the neighbor cache")


class SwitchFile(Part):
    """A learning switch."""

    kind: Annotated[Literal["switch"], kinds.Parsed(lambda value: value, {"const": "switch"})]
    ageing_time: Positive = _absent("300s")


NodeFile = Annotated[
    Annotated[HostFile, Tag("host")] | Annotated[SwitchFile, Tag("switch")],
    Discriminator(lambda v: "switch" if isinstance(v, dict) and v.get("kind") == "switch" else "host"),
]


class LinkFile(Part):
    """A cable between two ends, each ``node.iface`` (or ``node``)."""

    ends: Annotated[list[Short], Field(min_length=2, max_length=2)]
    rate: Annotated[int, kinds.rate()] = _absent("1Gbps", "bits per second each way")
    delay: Annotated[Time, kinds.time(0, 3600 * SECOND)] = _absent("50us", "propagation time")
    jitter: Annotated[Time, kinds.time(0, 3600 * SECOND)] = _absent(
        "0s", "extra delay, uniform from 0 to this"
    )
    loss: Percent = _absent("0%", "probability that a frame is lost, each direction")


class MemberFile(Part):
    """A node's part in a VRRP group."""

    iface: PortName = _absent(text="default: the node's only interface")
    priority: Annotated[int, kinds.whole(1, 255)]
    preempt: Flag = _absent(True)


class VrrpFile(Part):
    """One virtual router (RFC 3768, RFC 9568)."""

    vrid: Annotated[int, kinds.whole(1, 255)]
    vips: Annotated[list[Name], Field(min_length=1, max_length=255)]
    version: Annotated[int, kinds.whole(2, 3)] = _absent(2)
    advert_interval: Positive = _absent("1s", "whole seconds in version 2, hundredths in version 3")
    profile: Annotated[str, kinds.text(60)] = _absent("rfc3768", "rules of the daemon")
    members: Annotated[dict[Name, MemberFile], Field(min_length=1, max_length=255)]


class HeartbeatFile(Part):
    """The document's own mechanism: a pair that asks (pull) or tells (push) whether it lives."""

    name: Name
    vips: Annotated[list[Name], Field(min_length=1, max_length=255)]
    primary: Short
    standby: Short
    mode: Annotated[str, kinds.choice("pull", "push")] = _absent("pull")
    interval: Positive = _absent("1s")
    dead_count: Annotated[int, kinds.whole(1, 1000)] = _absent(3)
    timeout: Positive = _absent(text="pull: how long an answer may take; push: silence that means dead")
    probe: Name = _absent("host", "pull: host, or the name of a service that must answer")
    takeover: Annotated[str, kinds.choice("automatic", "manual")] = _absent("automatic")
    failback: Annotated[str, kinds.choice("automatic", "manual")] = _absent("manual")


class GroupFile(Part):
    """A failover group: either ``vrrp`` or ``heartbeat``."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    vrrp: VrrpFile = _absent()
    heartbeat: HeartbeatFile = _absent()

    @model_validator(mode="after")
    def _one(self) -> GroupFile:
        if len(self.model_fields_set) != 1:
            raise Refusal("a group is one mechanism", "write either vrrp: or heartbeat:")
        return self


class ClientFile(Part):
    """A workload: probes sent regularly."""

    node: Name = _absent(text="default: the host that the client is called as")
    target: Name
    probe: Name = _absent("ping", "ping, or the name of a service")
    interval: Positive = _absent("10ms")
    start: Times = _absent(
        text="time of the first probe, or the range it is drawn from; default: 0s to one interval"
    )
    measured: Flag = _absent(True)


EVENTS = ("advert", "announce", "master", "backup", "fault")


class AfterFile(Part):
    """When a fault acts: `plus` after the first event of a node at or after `since`."""

    advert: Name = _absent()
    announce: Name = _absent()
    master: Name = _absent()
    backup: Name = _absent()
    fault: Name = _absent()
    plus: Duration = _absent("0s")
    since: Duration = _absent("0s")

    @model_validator(mode="after")
    def _one(self) -> AfterFile:
        if len(self.model_fields_set & set(EVENTS)) != 1:
            raise Refusal("one event of one node is meant", f"write one of {', '.join(EVENTS)}")
        return self


class _FaultBase(Part):
    at: Times = _absent(text="a time (5s) or the range it is drawn from (5s..6s)")
    after: AfterFile = _absent()
    value: Value = _absent("", "what the word needs: a kind of frame, a duration, bytes in hexadecimal")
    lasting: Positive = _absent(text="the way back follows by itself after this time", alias="for")
    every: Positive = _absent(text="repeat with this period until the run ends")

    @model_validator(mode="after")
    def _one(self) -> _FaultBase:
        words = [word.value for word in FaultWord if word.value in self.model_fields_set]
        if len(words) != 1:
            raise Refusal(
                "a fault has one word" if words else "what is to happen?",
                f"one of {', '.join(word.value for word in FaultWord)}",
            )
        if len(self.model_fields_set & {"at", "after"}) != 1:
            raise Refusal(f"when does {words[0]} happen?", "write either at: 5s or after: {advert: node}")
        return self


# One optional key for each fault word; its value is the target.
_WORDS: dict[str, Any] = {word.value: (Short, _absent()) for word in FaultWord}
FaultFile: Any = create_model("FaultFile", __base__=_FaultBase, **_WORDS)


class ScenarioFile(Part):
    """A scenario of vipsim: what is connected, who fails over, who watches, what breaks."""

    name: Title
    description: Text = _absent("")
    duration: Positive
    start: Annotated[str, kinds.choice("settled", "cold")] = _absent("settled")
    phase: Annotated[float, kinds.phase()] = _absent(
        text="fixed phase of the master; left out: drawn per run"
    )
    nodes: dict[Name, NodeFile]
    links: list[LinkFile] = _absent([])
    vips: dict[Name, Prefixed] = _absent({})
    groups: list[GroupFile] = _absent([])
    clients: dict[Name, ClientFile] = _absent({})
    faults: list[FaultFile] = _absent([])
