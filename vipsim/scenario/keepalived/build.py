"""Configuration objects from collected blocks, with the values as they are written.

What keepalived makes of them together (defaults from global_defs, values that exclude each other) is the
business of `effective`.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from vipsim.scenario.keepalived.collect import Block, Line
from vipsim.scenario.keepalived.config import (
    GlobalDefs,
    KeepalivedConfig,
    Script,
    Setting,
    SyncGroup,
    TrackFile,
    TrackProcess,
    VrrpInstance,
)
from vipsim.scenario.keepalived.config_parts import (
    Address,
    BfdInstance,
    GarpGroup,
    InterfaceDelay,
    Linkbeat,
    Peer,
)
from vipsim.scenario.keepalived.forms import Weight, read
from vipsim.scenario.keepalived.places import Findings
from vipsim.scenario.keepalived.tracks import LIMITS, address, peer, tracks

MAX_NAME = 15
"""Letters of an interface name."""


def build(top: Block, findings: Findings) -> KeepalivedConfig:
    """Everything in a file, as written."""
    groups = tuple(_group(block, findings) for block in _once(top.all("vrrp_sync_group"), findings))
    lines = top.lines.get
    return KeepalivedConfig(
        globals=_globals(top),
        instances=tuple(_instance(block, findings) for block in _once(top.all("vrrp_instance"), findings)),
        groups=groups,
        scripts=tuple(_script(block, findings) for block in _once(top.all("vrrp_script"), findings)),
        track_files=tuple(
            _file(block) for block in _once(top.all("track_file", "vrrp_track_file"), findings)
        ),
        track_processes=tuple(_process(block) for block in _once(top.all("vrrp_track_process"), findings)),
        bfd_instances=tuple(_bfd(block) for block in _once(top.all("bfd_instance"), findings)),
        garp_groups=tuple(_garp(block) for block in top.all("garp_group")),
        interface_up_down_delays=_delays(lines("interface_up_down_delays", []), findings),
        linkbeat_interfaces=tuple(
            Linkbeat(line.words[0], "".join(line.words[1:2]) or "MII", line.place)
            for line in lines("linkbeat_interfaces", [])
        ),
        static_ipaddress=_addresses(lines("static_ipaddress", []), findings),
    )


def _once(blocks: list[Block], findings: Findings) -> list[Block]:
    found: dict[str, Block] = {}
    for block in blocks:
        if block.name in found:
            findings.warn(
                block.place,
                f"{block.title} is defined already: keepalived skips this block",
                fix="give the block a name of its own: nothing of it counts now",
            )
        else:
            found[block.name] = block
    return list(found.values())


def _known(block: Block, kind: type[Any]) -> dict[str, Setting[Any]]:
    """Settings of a block that are fields of the same name."""
    names = {one.name for one in fields(kind)}
    return {name: setting for name, setting in block.settings.items() if name in names}


def _globals(top: Block) -> GlobalDefs:
    found: dict[str, Setting[Any]] = _known(top, GlobalDefs)
    for block in top.all("global_defs"):
        found |= _known(block, GlobalDefs)
        for old, new in (("vrrp_vmac_garp_intvl", "vrrp_garp_extra_if"),):
            if old in block.settings:
                found[new] = block.settings[old]
    if "dynamic_interfaces" in found:
        words = found["dynamic_interfaces"]
        found["dynamic_interfaces"] = Setting(True, True, words.place)
    return GlobalDefs(**found)


_SWITCHES = {"preempt": ("preempt", "nopreempt"), "accept": ("accept", "no_accept")}
"""Fields that two keywords set, the last one wins."""
_NAMES = {
    "source": ("mcast_src_ip", "unicast_src_ip"),
    "garp_extra_if": ("garp_extra_if", "vmac_garp_intvl"),
}
"""Fields that two keywords give a value."""


def _last(block: Block, names: tuple[str, ...]) -> str:
    written = [name for name in block.order if name in names and name in block.settings]
    return written[-1] if written else ""


def _instance(block: Block, findings: Findings) -> VrrpInstance:
    found: dict[str, Any] = _known(block, VrrpInstance)
    for name, pair in _SWITCHES.items():
        found.pop(name, None)
        if last := _last(block, pair):
            on = last == pair[0]
            found[name] = Setting(on, on, block.settings[last].place)
    for name, keywords in _NAMES.items():
        if last := _last(block, keywords):
            found[name] = block.settings[last]
    for name, words in (("use_vmac", "vmac"), ("use_ipvlan", "ipvlan")):
        if name in found:
            setting = found[name]
            found |= {words: setting.value, name: Setting(True, True, setting.place)}
    for inner in block.all("authentication"):
        found |= inner.settings
    _check_interface(found, block, findings)
    lines = block.lines.get
    return VrrpInstance(
        name=block.name,
        place=block.place,
        virtual_ipaddress=_addresses(lines("virtual_ipaddress", []), findings),
        virtual_ipaddress_excluded=_addresses(lines("virtual_ipaddress_excluded", []), findings),
        virtual_routes=tuple(line.text for line in lines("virtual_routes", [])),
        virtual_rules=tuple(line.text for line in lines("virtual_rules", [])),
        unicast_peer=_peers(lines("unicast_peer", []), findings),
        unicast="unicast_peer" in block.order or "unicast_src_ip" in block.order,
        **_tracks(block, findings),
        **found,
    )


def _check_interface(found: dict[str, Any], block: Block, findings: Findings) -> None:
    interface = found.get("interface")
    if interface is not None and len(interface.value.encode("utf-8", "replace")) > MAX_NAME:
        findings.warn(
            interface.place or block.place,
            f"({block.name}) an interface name has at most {MAX_NAME} letters: keepalived ignores this one",
        )
        del found["interface"]


def _tracks(block: Block, findings: Findings) -> dict[str, Any]:
    return {kind: tracks(kind, block.lines.get(kind, []), findings, block.name) for kind in LIMITS}


def _addresses(lines: list[Line], findings: Findings) -> tuple[Address, ...]:
    found = (address(line, findings) for line in lines)
    return tuple(one for one in found if one is not None)


def _peers(lines: list[Line], findings: Findings) -> tuple[Peer, ...]:
    found = (peer(line, findings) for line in lines)
    return tuple(one for one in found if one is not None)


def _group(block: Block, findings: Findings) -> SyncGroup:
    members = [word for line in block.lines.get("group", []) for word in line.words]
    last = _last(block, ("sync_group_tracking_weight", "global_tracking"))
    if last == "global_tracking":
        findings.warn(
            block.settings[last].place or block.place,
            f"({block.name}) global_tracking is deprecated: track on the sync group itself",
            harmless=True,
        )
    weights: dict[str, Any] = {"sync_group_tracking_weight": block.settings[last]} if last else {}
    return SyncGroup(
        block.name,
        block.place,
        tuple(dict.fromkeys(members)),
        **weights,
        **_tracks(block, findings),
    )


def _weighted(block: Block) -> tuple[dict[str, Any], bool]:
    setting: Setting[Weight] | None = block.settings.get("weight")
    if setting is None:
        return {}, False
    number = setting.value.value
    return {"weight": Setting(number, number, setting.place, setting.why)}, setting.value.reverse


def _script(block: Block, findings: Findings) -> Script:
    weight, reverse = _weighted(block)
    found: dict[str, Any] = {name: one for name, one in _known(block, Script).items() if name != "weight"}
    command = block.settings.get("script")
    if command is None or not "".join(command.value[:1]):
        findings.warn(block.place, f"vrrp_script {block.name} has no script: keepalived removes it")
    words = command.value if command is not None else ()
    return Script(block.name, block.place, words, reverse=reverse, **weight, **found)


def _file(block: Block) -> TrackFile:
    weight, reverse = _weighted(block)
    file, words = block.settings.get("file"), block.settings.get("init_file")
    return TrackFile(
        block.name,
        block.place,
        file.value if file is not None else "",
        reverse=reverse,
        init_file=words.value if words is not None else None,
        **weight,
    )


def _process(block: Block) -> TrackProcess:
    weight, reverse = _weighted(block)
    found: dict[str, Any] = {
        name: one for name, one in _known(block, TrackProcess).items() if name != "weight"
    }
    for name in block.order:
        if name == "delay" and name in block.settings:
            found |= {"fork_delay": block.settings[name], "terminate_delay": block.settings[name]}
    process = found.pop("process", None)
    words = process.value if process is not None else ()
    return TrackProcess(block.name, block.place, words, reverse=reverse, **weight, **found)


def _bfd(block: Block) -> BfdInstance:
    weight, reverse = _weighted(block)
    known = ("min_rx", "min_tx", "multiplier", "source_ip")
    found: dict[str, Any] = {name: block.settings[name].value for name in known if name in block.settings}
    if last := _last(block, ("neighbor_ip", "neighbour_ip")):
        found["neighbor_ip"] = block.settings[last].value
    if weight:
        found["weight"] = weight["weight"].value
    return BfdInstance(block.name, block.place, reverse=reverse, **found)


def _garp(block: Block) -> GarpGroup:
    gap = block.settings.get("garp_interval")
    listed = [word for line in block.lines.get("interfaces", []) for word in line.words]
    single = block.settings.get("interface")
    names = listed + ([single.value] if single is not None else [])
    return GarpGroup(gap.value if gap is not None else 0, tuple(names), bool(listed), block.place)


def _delays(lines: list[Line], findings: Findings) -> tuple[InterfaceDelay, ...]:
    found: dict[str, InterfaceDelay] = {}
    for line in lines:
        readings = [read("sec 0 255", (word,)) for word in line.words[1:3]]
        said = next(
            (one.said for one in readings if one.value is None), "" if readings else "there is no time"
        )
        if said:
            findings.warn(line.place, f"delays of {line.words[0]}: {said}; keepalived ignores the line")
            continue
        down, up = readings[0].value, readings[1].value if len(readings) > 1 else None
        name = line.words[0]
        found[name] = InterfaceDelay(name, down, up or 0, line.place, (down, up))
    return tuple(found.values())
