"""The nodes of a scenario as keepalived.conf files.

What is written is read again and compared: a setting that keepalived cannot be told (it counts some times in
whole seconds) is refused, and not rounded in silence.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from vipsim.errors import Problem, ScenarioError
from vipsim.machines.vrrp.keywords import Keywords, TrackFile, TrackInterface, TrackProcess, TrackScript
from vipsim.machines.vrrp.keywords import Track as MachineTrack
from vipsim.machines.vrrp.rules import VrrpSettings
from vipsim.scenario.assemble import vrrp_settings
from vipsim.scenario.keepalived import config
from vipsim.scenario.keepalived.config import (
    GlobalDefs,
    KeepalivedConfig,
    Script,
    Setting,
    VrrpInstance,
    given,
)
from vipsim.scenario.keepalived.config_parts import Address, GarpGroup, Peer, Track
from vipsim.scenario.keepalived.reader import read_keepalived
from vipsim.scenario.keepalived.scenario import members
from vipsim.scenario.keepalived.syncing import blocks_of
from vipsim.scenario.keepalived.writer import write_keepalived
from vipsim.scenario.model import Scenario, VrrpGroup
from vipsim.units import SECOND, Time, format_duration
from vipsim.wire.addresses import IPv4

CHECK = ("/bin/true",)
"""A scenario does not say what a script does: this one succeeds, and is there on every Linux."""
FOLDER = "/run/keepalived/"
"""Where tracked files are said to be."""


def node_names_of(scenario: Scenario) -> list[str]:
    """The nodes that have a part in a VRRP group, in the scenario's order."""
    found = {member.node for group in _groups(scenario) for member in group.members}
    return [host.name for host in scenario.hosts if host.name in found]


def write_node(scenario: Scenario, node: str) -> str:
    """Return the keepalived.conf of a node.

    Raises
    ------
    ScenarioError
        If the node has no part in a VRRP group, or keepalived cannot be told a setting.
    """
    parts = [
        (group, vrrp_settings(scenario, group, node)) for group in _groups(scenario) if _has(group, node)
    ]
    if not parts:
        known = ", ".join(node_names_of(scenario)) or "there is none"
        raise ScenarioError(f"{node} has no part in a VRRP group: nodes that have one: {known}")
    names = {group.name: instance_name(group) for group, _ in parts}
    whole = replace(_Writing(node).whole(parts), groups=blocks_of(scenario, node, names))
    text = write_keepalived(whole)
    _compare(text, node, parts)
    return text


def _groups(scenario: Scenario) -> Iterator[VrrpGroup]:
    return (group for group in scenario.groups if isinstance(group, VrrpGroup))


def _has(group: VrrpGroup, node: str) -> bool:
    return any(member.node == node for member in group.members)


@dataclass(slots=True)
class _Writing:
    """The configuration of a node while it is made."""

    node: str
    scripts: dict[str, Script] = field(default_factory=dict)
    files: dict[str, config.TrackFile] = field(default_factory=dict)
    processes: dict[str, config.TrackProcess] = field(default_factory=dict)
    gaps: dict[str, Time] = field(default_factory=dict)
    """Gap between announcements, by interface."""

    def whole(self, parts: list[tuple[VrrpGroup, VrrpSettings]]) -> KeepalivedConfig:
        """Return the whole configuration."""
        delays = {_keywords(settings).vrrp_startup_delay for _, settings in parts}
        if len(delays) > 1:
            raise ScenarioError(
                f"{self.node}: vrrp_startup_delay is one for all instances of a node: write one value in "
                "its groups"
            )
        delay = delays.pop()
        instances = tuple(self._instance(group, settings) for group, settings in parts)
        common = GlobalDefs(router_id=given(self.node))
        if delay:
            common = replace(common, vrrp_startup_delay=given(delay))
        return KeepalivedConfig(
            globals=common,
            instances=instances,
            scripts=tuple(self.scripts.values()),
            track_files=tuple(self.files.values()),
            track_processes=tuple(self.processes.values()),
            garp_groups=tuple(GarpGroup(gap, (iface,)) for iface, gap in self.gaps.items()),
        )

    def _instance(self, group: VrrpGroup, settings: VrrpSettings) -> VrrpInstance:
        keywords = _keywords(settings)
        self._gap(settings, keywords)
        words: dict[str, Any] = dict(_words(keywords))
        if keywords.state:
            words["state"] = given(keywords.state)
        if not settings.preempt:  # with state MASTER keepalived clears it, and says so: the mistake is kept
            words["preempt"] = given(False)
        if keywords.accept is not None:
            words["accept"] = given(keywords.accept)
        if settings.virtual_mac is not None:
            words["use_vmac"] = given(True)
        addresses = [self._address(settings, address, prefix) for address, prefix in settings.vips]
        excluded = keywords.virtual_ipaddress_excluded
        return VrrpInstance(
            instance_name(group),
            interface=given(settings.iface),
            virtual_router_id=given(settings.vrid),
            priority=given(settings.priority),
            version=given(settings.version),
            advert_int=given(settings.advert_interval),
            source=given(settings.address),
            unicast=bool(keywords.unicast_peer),
            unicast_peer=tuple(_peer(peer, keywords) for peer in keywords.unicast_peer),
            virtual_ipaddress=tuple(one for one in addresses if one.address not in excluded),
            virtual_ipaddress_excluded=tuple(one for one in addresses if one.address in excluded),
            track_interface=tuple(_track(track) for track in keywords.track_interface),
            track_script=tuple(_track(self._script(track)) for track in keywords.track_script),
            track_file=tuple(_track(self._file(track)) for track in keywords.track_file),
            track_process=tuple(_track(self._process(track)) for track in keywords.track_process),
            **words,
        )

    def _address(self, settings: VrrpSettings, address: IPv4, prefix: int) -> Address:
        home, _ = settings.home(address)
        return Address(address, prefix, home if home != settings.iface else "")

    def _gap(self, settings: VrrpSettings, keywords: Keywords) -> None:
        gap = keywords.vrrp_garp_interval
        if self.gaps.setdefault(settings.iface, gap) != gap:
            raise ScenarioError(
                f"{self.node}: vrrp_garp_interval is one for all instances on {settings.iface}: write one "
                "value"
            )
        if not gap:
            del self.gaps[settings.iface]

    def _script(self, track: TrackScript) -> TrackScript:
        """Define the script of a track; one of another group with the same name and times is the same."""
        made = Script(
            track.name,
            command=CHECK,
            interval=given(track.interval),
            timeout=_unless(track.timeout, 0),
            rise=_unless(track.rise, 1),
            fall=_unless(track.fall, 1),
            init_fail=_unless(track.init_fail, False),
        )
        self._define(self.scripts, made)
        return track

    def _file(self, track: TrackFile) -> TrackFile:
        words = (str(track.value),) if track.value else None
        self._define(self.files, config.TrackFile(track.name, file=FOLDER + track.name, init_file=words))
        return track

    def _process(self, track: TrackProcess) -> TrackProcess:
        made = config.TrackProcess(
            track.name,
            process=(track.name,),
            quorum=_unless(track.quorum, 1),
            quorum_max=given(track.quorum_max) if track.quorum_max else Setting(None),
            fork_delay=_unless(track.delay, 0),
            terminate_delay=_unless(track.delay, 0),
        )
        self._define(self.processes, made)
        return track

    def _define(self, known: dict[str, Any], made: Any) -> None:
        if known.setdefault(made.name, made) != made:
            raise ScenarioError(f"{self.node}: {made.name} has two meanings: give one of them another name")


def instance_name(group: VrrpGroup) -> str:
    """What a group's instances are called: its name, or ``VI_`` and the vrid."""
    return group.title or f"VI_{group.vrid}"


def _keywords(settings: VrrpSettings) -> Keywords:
    """The keywords as written; those of another profile are keepalived's defaults."""
    return settings.keywords or Keywords()


def _unless(value: Any, default: Any) -> Setting[Any]:
    return given(value) if value != default else Setting(value)


_PLAIN = (
    "down_timer_adverts",
    "preempt_delay",
    "higher_prio_send_advert",
    "lower_prio_no_advert",
    "garp_master_refresh",
    "garp_master_refresh_repeat",
    "dont_track_primary",
    "skip_check_adv_addr",
    "check_unicast_src",
    "unicast_ttl",
    "vmac_xmit_base",
    "auth_type",
    "auth_pass",
)
"""Keywords that an instance calls by the same name."""


def _words(keywords: Keywords) -> Iterator[tuple[str, Setting[Any]]]:
    default = Keywords()
    for name in _PLAIN:
        value = getattr(keywords, name)
        if value != getattr(default, name):
            yield name, given(value)
    if keywords.vrrp_strict:
        yield "strict_mode", given(True)
    # vrrp_min_garp is a word of global_defs: what it amounts to is said here.
    amount = replace(keywords, vrrp_strict=False).in_force()
    # What follows a lower advert has its default from global_defs, not from the instance.
    for name, value, usual in (
        ("garp_master_repeat", amount.garp_master_repeat, default.garp_master_repeat),
        ("garp_master_delay", amount.garp_master_delay, default.garp_master_delay),
        ("garp_lower_prio_repeat", amount.lower_prio_repeat, default.garp_master_repeat),
        ("garp_lower_prio_delay", amount.lower_prio_delay, default.garp_master_delay),
    ):
        if value != usual and not (keywords.vrrp_strict and "lower" in name):
            yield name, given(value)


def _peer(address: IPv4, keywords: Keywords) -> Peer:
    """A peer; its limits count only with ``check_unicast_src``, which they turn on."""
    if not keywords.check_unicast_src:
        return Peer(address)
    low, high = keywords.min_ttl, keywords.max_ttl
    return Peer(address, low or None, high if high < 255 else None)


def _track(track: MachineTrack) -> Track:
    usual = 0 if isinstance(track, TrackInterface | TrackScript) else None
    return Track(
        track.name,
        configured=track.weight if track.weight != usual else None,
        reverse_written="reverse" if track.reverse else "",
    )


def _compare(text: str, node: str, parts: list[tuple[VrrpGroup, VrrpSettings]]) -> None:
    """Refuse what keepalived would make otherwise of what is written."""
    read = {
        part.instance: part for part in members(read_keepalived(text, node=node, name=f"{node}.conf"), node)
    }
    problems = []
    for group, settings in parts:
        part = read[instance_name(group)]
        wanted = replace(_keywords(settings), unicast_peer=(), virtual_ipaddress_excluded=()).in_force()
        words = dict(part.keepalived)
        interval = words.pop("advert_int")
        made = Keywords(**words).in_force()
        found = [
            (name, _meant(wanted, name), _meant(made, name))
            for name in Keywords.__dataclass_fields__
            if name not in _TOLD_OTHERWISE
            and getattr(wanted, name) is not None
            and _meant(wanted, name) != _meant(made, name)
        ]
        said, taken = (words.accepts(settings.version, settings.priority) for words in (wanted, made))
        if said != taken:
            found.append(("accept", said, taken))
        if interval != settings.interval:
            found.append(("advert_int", settings.interval, interval))
        for name, value, taken in found:
            problems.append(
                Problem(
                    f"{node}: {name} {_shown(value)} of {group.name}: keepalived makes {_shown(taken)} of it",
                    "write what keepalived can count in: whole seconds, and see docs/keepalived.md",
                )
            )
    if problems:
        raise ScenarioError(problems)


_TOLD_OTHERWISE = ("vrrp_min_garp", "state", "auth_pass", "accept")
"""Keywords that are compared by what they do: `vrrp_min_garp` by the bursts, `state` by who starts at "
"once."""


def _meant(keywords: Keywords, name: str) -> Any:
    if name in ("min_ttl", "max_ttl") and not keywords.check_unicast_src:
        return None
    if name in ("garp_lower_prio_repeat", "garp_lower_prio_delay"):
        return getattr(keywords, name.removeprefix("garp_"))
    return getattr(keywords, name)


def _shown(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and value >= SECOND // 1000:
        return format_duration(value)
    return str(value)
