"""CARP in a scenario file: the words are those of ucarp(8)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from vipsim.scenario import kinds
from vipsim.scenario.format.values import Duration, Flag, Name, Part, PortName, absent

Octet = Annotated[int, kinds.whole(0, 255)]
Password = Annotated[str, kinds.text(19)]


class CarpMemberFile(Part):
    """A node's part in a CARP group."""

    iface: PortName = absent(text="default: the node's only interface")
    advbase: Octet = absent(1, "whole seconds between two adverts")
    advskew: Octet = absent(0, "256ths of a second more; the shortest period is master")
    ratio: Annotated[int, kinds.whole(1, 1000)] = absent(3, "ucarp: silent intervals that mean dead")
    preempt: Flag = absent(False, "take the address at the first slower advert")
    shutdown: Flag = absent(False, "ucarp: SIGTERM removes the address")
    neutral: Flag = absent(False, "ucarp: an address that was left stays at the start")
    ignore_carrier: Flag = absent(False, "ucarp: the carrier is not looked at")
    demotion: Octet = absent(0, "the kernels: how far this node is demoted")
    password: Password = absent(text="default: the group's")
    started: Duration = absent(text="when its daemon was launched, after the first one; settled: else drawn")


class CarpFile(Part):
    """One virtual host, as ucarp or a BSD kernel has it."""

    vhid: Annotated[int, kinds.whole(1, 255)]
    vips: Annotated[list[Name], Field(min_length=1, max_length=255)]
    profile: Annotated[str, kinds.text(60)] = absent("ucarp", "ucarp, freebsd or openbsd")
    password: Password = absent("vipsim")
    members: Annotated[dict[Name, CarpMemberFile], Field(min_length=1, max_length=255)]
