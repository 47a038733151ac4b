"""Write a configuration as text that ``keepalived -t`` accepts.

What was configured is written, not what is in force: the daemon, and `read_keepalived`, make the same of it
again. Statements that vipsim ignores are not in the data and so not in the text.

>>> from vipsim.scenario.keepalived.config import VrrpInstance, given
>>> one = VrrpInstance("VI_1", interface=given("eth0"), virtual_router_id=given(51), preempt=given(False))
>>> print(write_keepalived(KeepalivedConfig(instances=(one,))))
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    nopreempt
}
<BLANKLINE>
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from vipsim.errors import ScenarioError
from vipsim.scenario.keepalived.config import (
    KeepalivedConfig,
    Script,
    Setting,
    SyncGroup,
    TrackFile,
    TrackProcess,
    VrrpInstance,
)
from vipsim.scenario.keepalived.config_parts import Address, BfdInstance, GarpGroup, Peer, Track
from vipsim.scenario.keepalived.definitions import SYSTEM, uses
from vipsim.scenario.keepalived.forms import Interval
from vipsim.scenario.keepalived.keywords import find
from vipsim.scenario.keepalived.lexer import MAX_LINE
from vipsim.scenario.keepalived.places import shown
from vipsim.units import MS, SECOND, Time

_PLAIN = re.compile(r"[A-Za-z0-9_./:,+=%*\-]+")
_KINDS = ("track_interface", "track_script", "track_file", "track_process", "track_bfd")
_OUTSIDE = ("linkbeat_use_polling",)
"""Fields of GlobalDefs that stand outside of global_defs."""

Lines = list[str]


def write_keepalived(config: KeepalivedConfig) -> str:
    """Text of a configuration.

    Raises
    ------
    ScenarioError
        If a name or value has a letter that no keepalived.conf can hold.
    """
    common = config.globals
    outside = [line for name in _OUTSIDE for line in _setting("", name, getattr(common, name))]
    settings = [
        line
        for one in fields(common)
        if one.name not in _OUTSIDE
        for line in _setting("global_defs", one.name, getattr(common, one.name))
    ]
    if config.scripts:
        # Without them keepalived -t reports a security violation (exit code 6).
        settings += ["script_user root", "enable_script_security"]
    parts: list[Lines] = [outside, _block("global_defs", settings)]
    parts.append(_block("static_ipaddress", map(_address, config.static_ipaddress)))
    delays = [
        " ".join([_word(one.interface), *(_seconds(time) for time in one.configured if time is not None)])
        for one in config.interface_up_down_delays
    ]
    parts.append(_block("interface_up_down_delays", delays))
    beats = [f"{_word(one.interface)} {_word(one.kind)}" for one in config.linkbeat_interfaces]
    parts.append(_block("linkbeat_interfaces", beats))
    parts += map(_garp, config.garp_groups)
    parts += map(_script, config.scripts)
    parts += map(_file, config.track_files)
    parts += map(_process, config.track_processes)
    parts += map(_bfd, config.bfd_instances)
    parts += map(_instance, config.instances)
    parts += map(_group, config.groups)
    text = "\n\n".join("\n".join(part) for part in parts if part) + "\n"
    for line in text.split("\n"):
        if len(line.encode("utf-8", "replace")) > MAX_LINE:
            raise ScenarioError(f"a line is longer than {MAX_LINE} bytes, keepalived's most: {shown(line)}")
    return text


# ---- words


def _word(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return text
    system = any(use.name in SYSTEM for use in uses(text, 0))
    bad = '"' in text or text.endswith("\\") or "\\#" in text or "\\!" in text or system
    if bad or not all(letter.isprintable() or letter == "\t" for letter in text):
        raise ScenarioError(f"{shown(text)} cannot be written in keepalived.conf: use plain letters")
    return f'"{text}"'


def _command(words: Iterable[str]) -> str:
    r"""Write a command: single quotes inside of double ones, and as ``\ooo`` what is a sign to the daemon."""
    inner = " ".join(word if _PLAIN.fullmatch(word) else f"'{_octal(word, _QUOTES)}'" for word in words)
    return inner if _PLAIN.fullmatch(inner) else f'"{_octal(inner, _SIGNS)}"'


_QUOTES = "'\"\\"
_SIGNS = '"\\{}#!$'


def _octal(text: str, signs: str) -> str:
    kept = []
    for letter in text:
        if letter in signs or not letter.isprintable():
            if ord(letter) > 0xFF or letter == "\0":
                raise ScenarioError(f"{shown(text)} cannot be written in keepalived.conf: use plain letters")
            kept.append(f"\\{ord(letter):03o}")
        else:
            kept.append(letter)
    return "".join(kept)


def _seconds(value: Time) -> str:
    return _decimal(value, SECOND)


def _decimal(value: Time, unit: Time) -> str:
    whole, part = divmod(value, unit)
    digits = f"{part:0{len(str(unit)) - 1}d}".rstrip("0")
    return f"{whole}.{digits}" if digits else str(whole)


# ---- statements


def _setting(block: str, name: str, setting: Setting[Any], weight_reverse: bool = False) -> Lines:
    """The statement of a field, if it was configured."""
    value = setting.configured
    row = find(block, name)
    if value is None or row is None:
        return []
    kind = row.form.split()[0]
    if isinstance(value, bool):
        return [name] if value else [f"{name} off"] if kind == "bool?" else []
    if isinstance(value, Interval):
        return [f"{name} {'all ' if value.everywhere else ''}{value.value // SECOND}"]
    if kind in ("sec", "wsec"):
        return [f"{name} {_seconds(value)}"]
    if kind == "weight":
        return [f"{name} {value}{' reverse' if weight_reverse else ''}"]
    return [f"{name} {_word(str(value))}"]


def _block(head: str, lines: Iterable[str], *, always: bool = False) -> Lines:
    inside = [f"    {line}" for line in lines]
    return [f"{head} {{", *inside, "}"] if inside or always else []


def _address(one: Address) -> str:
    words = [str(one) if one.prefix_written else str(one.address)]
    words += ["dev", _word(one.dev)] if one.dev else []
    words += [_word(word) for word in one.options]
    words += ["use_vmac"] if one.use_vmac else []
    words += ["no_track"] if one.no_track else []
    return " ".join(words)


def _peer(one: Peer) -> str:
    limits = [("min_ttl", one.min_ttl), ("max_ttl", one.max_ttl)]
    return " ".join([str(one.address), *(f"{name} {value}" for name, value in limits if value is not None)])


def _tracks(owner: VrrpInstance | SyncGroup) -> Lines:
    found: Lines = []
    for kind in _KINDS:
        found += _block(kind, map(_track, getattr(owner, kind)))
    return found


def _track(one: Track) -> str:
    weight = f" weight {one.configured}" if one.configured is not None else ""
    return f"{_word(one.name)}{weight}{' ' * bool(one.reverse_written)}{one.reverse_written}"


_SPECIAL = {"preempt": ("preempt", "nopreempt"), "accept": ("accept", "no_accept")}


def _instance(one: VrrpInstance) -> Lines:
    lines: Lines = []
    for part in fields(one):
        value = getattr(one, part.name)
        if not isinstance(value, Setting) or value.configured is None:
            continue
        if part.name in _SPECIAL:
            lines.append(_SPECIAL[part.name][0 if value.configured else 1])
        elif part.name == "source":
            lines.append(f"{'unicast_src_ip' if one.unicast else 'mcast_src_ip'} {value.configured}")
        elif part.name in ("use_vmac", "use_ipvlan"):
            words = one.vmac if part.name == "use_vmac" else one.ipvlan
            lines.append(" ".join([part.name, *map(_word, words)]))
        else:
            lines += _setting("vrrp_instance", part.name, value)
    secret = [*_setting("authentication", "auth_type", one.auth_type)]
    secret += _setting("authentication", "auth_pass", one.auth_pass)
    lines += _block("authentication", secret)
    lines += _block("unicast_peer", map(_peer, one.unicast_peer))
    lines += _tracks(one)
    lines += _block("virtual_ipaddress", map(_address, one.virtual_ipaddress))
    lines += _block("virtual_ipaddress_excluded", map(_address, one.virtual_ipaddress_excluded))
    lines += _block("virtual_routes", one.virtual_routes)
    lines += _block("virtual_rules", one.virtual_rules)
    return _block(f"vrrp_instance {_word(one.name)}", lines, always=True)


def _group(one: SyncGroup) -> Lines:
    lines = _block("group", map(_word, one.members))
    lines += _setting("vrrp_sync_group", "sync_group_tracking_weight", one.sync_group_tracking_weight)
    return _block(f"vrrp_sync_group {_word(one.name)}", lines + _tracks(one), always=True)


def _script(one: Script) -> Lines:
    lines = [f"script {_command(one.command)}"] if one.command else []
    for name in ("interval", "timeout", "weight", "rise", "fall", "init_fail"):
        lines += _setting("vrrp_script", name, getattr(one, name), one.reverse)
    return _block(f"vrrp_script {_word(one.name)}", lines, always=True)


def _file(one: TrackFile) -> Lines:
    lines = [f"file {_word(one.file)}"] if one.file else []
    lines += _setting("track_file", "weight", one.weight, one.reverse)
    lines += [" ".join(["init_file", *map(_word, one.init_file)])] if one.init_file is not None else []
    return _block(f"track_file {_word(one.name)}", lines, always=True)


def _process(one: TrackProcess) -> Lines:
    lines = ["process " + " ".join(map(_word, one.process))] if one.process else []
    for name in ("weight", "quorum", "quorum_max", "fork_delay", "terminate_delay"):
        lines += _setting("vrrp_track_process", name, getattr(one, name), one.reverse)
    return _block(f"vrrp_track_process {_word(one.name)}", lines, always=True)


def _bfd(one: BfdInstance) -> Lines:
    lines = [f"neighbor_ip {one.neighbor_ip}"] if one.neighbor_ip is not None else []
    lines += [f"source_ip {one.source_ip}"] if one.source_ip is not None else []
    lines += [f"min_rx {_decimal(one.min_rx, MS)}", f"min_tx {_decimal(one.min_tx, MS)}"]
    lines += [f"multiplier {one.multiplier}", f"weight {one.weight}{' reverse' * one.reverse}"]
    return _block(f"bfd_instance {_word(one.name)}", lines, always=True)


def _garp(one: GarpGroup) -> Lines:
    lines = [f"garp_interval {_seconds(one.garp_interval)}"]
    if one.together:
        lines += _block("interfaces", map(_word, one.interfaces))
    else:
        lines += [f"interface {_word(name)}" for name in one.interfaces]
    return _block("garp_group", lines)
