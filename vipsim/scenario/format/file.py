"""The file format of a scenario, as pydantic models: shape, keys, units and ranges.

Only the reader imports this module. A key that is absent keeps the default of
`vipsim.scenario.model`; what the values mean together is judged by `vipsim.scenario.check`.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Discriminator, Field, Tag, create_model, model_validator

from vipsim.scenario import kinds
from vipsim.scenario.fields import Refusal
from vipsim.scenario.format.carp import CarpFile
from vipsim.scenario.format.clients import ClientFile
from vipsim.scenario.format.keepalived import KeepalivedFile
from vipsim.scenario.format.nodes import LinkFile, NodeFile
from vipsim.scenario.format.values import (
    Duration,
    Flag,
    Name,
    Part,
    PortName,
    Positive,
    Prefixed,
    Short,
    Text,
    Times,
    Title,
    Value,
    absent,
)
from vipsim.scenario.model import FaultWord

GroupName = Annotated[
    Annotated[Name, Tag("name")] | Annotated[int, kinds.whole(1, 255), Tag("vrid")],
    Discriminator(lambda v: "name" if isinstance(v, str) else "vrid"),
]
"""A virtual router by its vrid, or by its name where it has one."""


class MemberFile(Part):
    """A node's part in a VRRP group."""

    iface: PortName = absent(text="default: the node's only interface")
    priority: Annotated[int, kinds.whole(1, 255)]
    preempt: Flag = absent(True)
    profile: Annotated[str, kinds.text(60)] = absent(text="default: the group's")
    keepalived: KeepalivedFile = absent(text="keywords of this member, with profile: keepalived")
    vips: Annotated[list[Name], Field(min_length=1, max_length=255)] = absent(
        text="this member's list; default: all of the group's"
    )
    version: Annotated[int, kinds.whole(2, 3)] = absent(text="default: the group's")
    virtual_mac: Flag = absent(text="default: the group's; always true with profile: frr")


class VrrpFile(Part):
    """One virtual router (RFC 3768, RFC 9568)."""

    name: Name = absent(text="how records call it; default: vrrp VRID")
    vrid: Annotated[int, kinds.whole(1, 255)]
    vips: Annotated[list[Name], Field(min_length=1, max_length=255)]
    version: Annotated[int, kinds.whole(2, 3)] = absent(2)
    advert_interval: Positive = absent("1s", "whole seconds in version 2, hundredths in version 3")
    profile: Annotated[str, kinds.text(60)] = absent("rfc3768", "rules of the daemon")
    virtual_mac: Flag = absent(False, "the VIPs live at 00:00:5e:00:01:VRID")
    keepalived: KeepalivedFile = absent(text="keywords of all members, with profile: keepalived")
    members: Annotated[dict[Name, MemberFile], Field(min_length=1, max_length=255)]


class HeartbeatFile(Part):
    """The document's own mechanism: a pair that asks (pull) or tells (push) whether it lives."""

    name: Name
    vips: Annotated[list[Name], Field(min_length=1, max_length=255)]
    primary: Short
    standby: Short
    mode: Annotated[str, kinds.choice("pull", "push")] = absent("pull")
    interval: Positive = absent("1s")
    dead_count: Annotated[int, kinds.whole(1, 1000)] = absent(3)
    timeout: Positive = absent(text="pull: how long an answer may take; push: silence that means dead")
    probe: Name = absent("host", "pull: host, or the name of a service that must answer")
    takeover: Annotated[str, kinds.choice("automatic", "manual")] = absent("automatic")
    failback: Annotated[str, kinds.choice("automatic", "manual")] = absent("manual")


class GroupFile(Part):
    """A failover group: ``vrrp``, ``carp`` or ``heartbeat``."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    vrrp: VrrpFile = absent()
    carp: CarpFile = absent()
    heartbeat: HeartbeatFile = absent()

    @model_validator(mode="after")
    def _one(self) -> GroupFile:
        if len(self.model_fields_set) != 1:
            raise Refusal("a group is one mechanism", "write either vrrp:, carp: or heartbeat:")
        return self


class SyncGroupFile(Part):
    """Virtual routers that are masters together or not at all (keepalived's vrrp_sync_group)."""

    groups: Annotated[list[GroupName], Field(min_length=2, max_length=255)]
    nodes: Annotated[list[Name], Field(min_length=1, max_length=255)] = absent(
        text="default: every node that is a member of all groups"
    )
    sync_group_tracking_weight: Flag = absent(False, "weights of what a member tracks count")


EVENTS = ("advert", "announce", "master", "backup", "fault")


class AfterFile(Part):
    """When a fault acts: `plus` after the first event of a node at or after `since`."""

    advert: Name = absent()
    announce: Name = absent()
    master: Name = absent()
    backup: Name = absent()
    fault: Name = absent()
    plus: Duration = absent("0s")
    since: Duration = absent("0s")

    @model_validator(mode="after")
    def _one(self) -> AfterFile:
        if len(self.model_fields_set & set(EVENTS)) != 1:
            raise Refusal("one event of one node is meant", f"write one of {', '.join(EVENTS)}")
        return self


class _FaultBase(Part):
    at: Times = absent(text="a time (5s) or the range it is drawn from (5s..6s)")
    after: AfterFile = absent()
    value: Value = absent("", "what the word needs: a kind of frame, a duration, bytes in hexadecimal")
    lasting: Positive = absent(text="the way back follows by itself after this time", alias="for")
    every: Positive = absent(text="repeat with this period until the run ends")

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
_WORDS: dict[str, Any] = {word.value: (Short, absent()) for word in FaultWord}
FaultFile: Any = create_model("FaultFile", __base__=_FaultBase, **_WORDS)


class ScenarioFile(Part):
    """A scenario of vipsim: what is connected, who fails over, who watches, what breaks."""

    name: Title
    description: Text = absent("")
    duration: Positive
    start: Annotated[str, kinds.choice("settled", "cold")] = absent("settled")
    phase: Annotated[float, kinds.phase()] = absent(text="fixed phase of the master; left out: drawn per run")
    nodes: dict[Name, NodeFile]
    links: list[LinkFile] = absent([])
    vips: dict[Name, Prefixed] = absent({})
    groups: list[GroupFile] = absent([])
    sync_groups: dict[Name, SyncGroupFile] = absent({})
    clients: dict[Name, ClientFile] = absent({})
    faults: list[FaultFile] = absent([])
