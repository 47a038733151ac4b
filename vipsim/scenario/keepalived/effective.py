"""What keepalived 2.2.7 makes of the values together, in its own order, with its reasons in words.

Settled by dumps (SIGUSR1) of the running program: each rule here is a line of its log or of its dump.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from vipsim.scenario.keepalived.config import GlobalDefs, KeepalivedConfig, Setting, VrrpInstance
from vipsim.scenario.keepalived.config_parts import InterfaceDelay
from vipsim.scenario.keepalived.effective_tracks import followed
from vipsim.scenario.keepalived.places import Findings, Place
from vipsim.scenario.keepalived.refusals import refuse
from vipsim.units import MS, SECOND, US, format_duration
from vipsim.wire.addresses import IPv4

OWNER = 255
MAX_ADDRESSES = 255
"""The count in an advert is one octet."""
MAX_V2 = 255 * SECOND
MAX_V3 = 40_950 * MS


def settle(config: KeepalivedConfig, findings: Findings) -> KeepalivedConfig:
    """Put the values in force into a configuration as it is written."""
    common = _common(config.globals)
    instances = [_settled(one, common, findings) for one in config.instances]
    config = replace(config, globals=common, instances=tuple(instances))
    refuse(config, findings)
    config = followed(config, findings)
    return replace(
        config,
        interface_up_down_delays=tuple(
            _debounced(one, config, findings) for one in config.interface_up_down_delays
        ),
    )


def _common(given: GlobalDefs) -> GlobalDefs:
    changes: dict[str, Any] = {}
    if given.vrrp_min_garp.value:
        why = "vrrp_min_garp"
        for name, value in (("delay", 0), ("repeat", 1), ("refresh_repeat", 0)):
            setting = getattr(given, f"vrrp_garp_master_{name}")
            if setting.is_default:
                changes[f"vrrp_garp_master_{name}"] = setting.now(value, why)
    given = replace(given, **changes)
    for name in ("delay", "repeat"):
        setting = getattr(given, f"vrrp_garp_lower_prio_{name}")
        if setting.is_default:
            master = getattr(given, f"vrrp_garp_master_{name}").value
            filled: dict[str, Any] = {f"vrrp_garp_lower_prio_{name}": Setting(master)}
            given = replace(given, **filled)
    return given


_INHERITED = {
    "strict_mode": "vrrp_strict",
    "down_timer_adverts": "vrrp_down_timer_adverts",
    "mcast_dst_ip": "vrrp_mcast_group4",
    "check_unicast_src": "vrrp_check_unicast_src",
    "skip_check_adv_addr": "vrrp_skip_check_adv_addr",
    "lower_prio_no_advert": "vrrp_lower_prio_no_advert",
    "higher_prio_send_advert": "vrrp_higher_prio_send_advert",
    "garp_master_delay": "vrrp_garp_master_delay",
    "garp_master_repeat": "vrrp_garp_master_repeat",
    "garp_master_refresh": "vrrp_garp_master_refresh",
    "garp_master_refresh_repeat": "vrrp_garp_master_refresh_repeat",
    "garp_lower_prio_delay": "vrrp_garp_lower_prio_delay",
    "garp_lower_prio_repeat": "vrrp_garp_lower_prio_repeat",
    "garp_extra_if": "vrrp_garp_extra_if",
    "linkbeat_use_polling": "linkbeat_use_polling",
}
"""What an instance takes from global_defs where it says nothing itself."""


class _Work:
    """An instance while its values are worked out."""

    def __init__(self, instance: VrrpInstance, findings: Findings) -> None:
        self.now = instance
        self.findings = findings

    def set(self, name: str, value: Any, why: str, *, warn: bool = True, harmless: bool = False) -> None:
        """Change the value in force of a field."""
        setting: Setting[Any] = getattr(self.now, name)
        change: dict[str, Any] = {name: setting.now(value, why)}
        self.now = replace(self.now, **change)
        if warn:
            place = setting.place or self.place
            self.findings.warn(place, f"({self.now.name}) {why}", harmless=harmless)

    def warn(self, message: str, place: Place | None = None, *, harmless: bool = False) -> None:
        """Note what the daemon says."""
        self.findings.warn(place or self.place, f"({self.now.name}) {message}", harmless=harmless)

    @property
    def place(self) -> Place:
        """Where the instance stands."""
        return self.now.place or Place(self.now.name, 1)


def _settled(instance: VrrpInstance, common: GlobalDefs, findings: Findings) -> VrrpInstance:
    work = _Work(instance, findings)
    inherited: dict[str, Any] = {}
    for name, source in _INHERITED.items():
        setting, general = getattr(instance, name), getattr(common, source)
        if setting.is_default and not general.is_default:
            inherited[name] = Setting(general.value, None, general.place, source)
        elif setting.is_default and general.value != setting.value:
            inherited[name] = Setting(general.value, None, None, general.why or source)
    work.now = replace(work.now, **inherited)
    _version(work, common)
    for step in (_election, _authentication, _transport, _addresses, _preemption, _accepting, _strict):
        step(work)
    _interval(work)
    return work.now


def _version(work: _Work, common: GlobalDefs) -> None:
    now = work.now
    if now.ipv6 and now.version.value == 2 and now.version.configured is not None:
        if now.strict_mode.value:
            work.set("version", 3, "strict mode: IPv6 has VRRP version 3")
    elif now.ipv6 and now.version.configured is None:
        work.set("version", 3, "IPv6 has VRRP version 3", warn=False)
    elif now.version.is_default and not common.vrrp_version.is_default:
        general = common.vrrp_version
        work.now = replace(now, version=Setting(general.value, None, general.place, "vrrp_version"))


def _election(work: _Work) -> None:
    now = work.now
    master = now.state.value == "MASTER" and not now.state.is_default
    if now.priority.is_default and master:
        work.set("priority", OWNER, "state MASTER and no priority: address owner (255)")
    owner = work.now.priority.value == OWNER
    if now.state.is_default and owner:
        work.set("state", "MASTER", "priority 255 and no state: MASTER", warn=False)
    elif now.strict_mode.value and master != owner and not now.state.is_default:
        why = "strict mode: state is MASTER if, and only if, the priority is 255"
        work.set("state", "MASTER" if owner else "BACKUP", why)


def _authentication(work: _Work) -> None:
    now = work.now
    secret = now.auth_pass.value.encode("utf-8", "replace")
    if len(secret) > 8:
        cut = secret[:8].decode("utf-8", "ignore")
        work.set("auth_pass", cut, "only the first 8 letters of auth_pass count", harmless=True)
    if not now.auth_type.value:
        return
    if now.strict_mode.value:
        work.set("auth_type", "", "strict mode has no authentication: it is ignored", harmless=True)
    elif now.version.value == 3:
        work.set("auth_type", "", "VRRP version 3 has no authentication: it is ignored", harmless=True)
    elif not now.auth_pass.value:
        work.set("auth_type", "", "authentication without auth_pass is ignored")
    elif now.auth_type.value == "AH" and now.ipv6:
        work.set("auth_type", "", "IPv6 has no authentication by AH: it is ignored", harmless=True)
    elif now.auth_type.value == "AH" and now.state.value == "MASTER" and now.priority.value != OWNER:
        work.set("state", "BACKUP", "with AH an instance does not start as MASTER: BACKUP")


def _transport(work: _Work) -> None:
    now = work.now
    if not now.unicast_peer:
        if not now.unicast_ttl.is_default:
            work.set("unicast_ttl", 255, "unicast_ttl without unicast peers is ignored", harmless=True)
        if now.unicast and not now.unicast_fault_no_peer.value:
            work.warn("unicast without a peer: the adverts go to the multicast group")
            work.now = replace(work.now, unicast=False)
        elif now.unicast_fault_no_peer.value:
            work.warn("unicast without a peer: the instance is in FAULT")
            work.now = replace(work.now, unicast=True)
        return
    work.now = replace(work.now, unicast=True)
    if not now.mcast_dst_ip.is_default and now.mcast_dst_ip.configured is not None:
        work.warn("mcast_dst_ip is ignored with unicast peers", now.mcast_dst_ip.place, harmless=True)
    if any(peer.min_ttl is not None or peer.max_ttl is not None for peer in now.unicast_peer):
        work.set("check_unicast_src", True, "a peer's min_ttl or max_ttl turns it on", warn=False)
    if now.use_vmac.value and not now.vmac_xmit_base.value:
        work.set(
            "vmac_xmit_base", True, "unicast with use_vmac needs vmac_xmit_base: it is set", harmless=True
        )


def _addresses(work: _Work) -> None:
    now = work.now
    kept, other = [], []
    for one in now.virtual_ipaddress:
        if isinstance(one.address, IPv4) != isinstance(now.virtual_ipaddress[0].address, IPv4):
            work.warn(f"{one.address} is of another family than the first address: ignored", one.place)
            other.append(one)
        else:
            kept.append(one)
    excluded = now.virtual_ipaddress_excluded
    if len(kept) > MAX_ADDRESSES:
        work.warn(
            f"{len(kept)} addresses do not fit an advert: those after {MAX_ADDRESSES} are excluded from it"
        )
        excluded = (*excluded, *kept[MAX_ADDRESSES:])
    work.now = replace(
        now,
        virtual_ipaddress=tuple(kept[:MAX_ADDRESSES]),
        virtual_ipaddress_excluded=excluded,
        other_family=tuple(other),
    )


def _preemption(work: _Work) -> None:
    if work.now.priority.value == OWNER and not work.now.preempt.value:
        work.set("preempt", True, "nopreempt does not go with priority 255: ignored")
    if work.now.state.value == "MASTER":
        if not work.now.preempt.value:
            work.set("preempt", True, "nopreempt does not work with initial state MASTER: ignored")
        if work.now.preempt_delay.value:
            work.set("preempt_delay", 0, "preempt_delay does not work with initial state MASTER: ignored")
    if work.now.preempt_delay.value and work.now.strict_mode.value:
        work.set("preempt_delay", 0, "strict mode has no preempt_delay: ignored")
    if work.now.preempt_delay.value and not work.now.preempt.value:
        work.set("preempt_delay", 0, "preempt_delay does not go with nopreempt: ignored")


def _accepting(work: _Work) -> None:
    now = work.now
    owner = now.priority.value == OWNER
    if now.accept.is_default and now.strict_mode.value and not owner:
        work.set("accept", False, "strict mode: the addresses are not answered for", warn=False)
    elif now.accept.value and now.strict_mode.value and now.version.value == 2 and not owner:
        work.set("accept", False, "strict mode and VRRP version 2: accept is reset")


def _strict(work: _Work) -> None:
    if not work.now.strict_mode.value:
        return
    if work.now.vmac_xmit_base.configured:
        work.set("vmac_xmit_base", False, "strict mode has no vmac_xmit_base: ignored")
    for name, value in (
        ("garp_lower_prio_repeat", 0),
        ("garp_lower_prio_delay", 0),
        ("lower_prio_no_advert", True),
        ("higher_prio_send_advert", False),
        ("down_timer_adverts", 3),
    ):
        setting = getattr(work.now, name)
        if setting.value != value:
            shown = {True: "on", False: "off"}.get(value) if isinstance(value, bool) else value
            work.set(name, value, f"strict mode: {name} is {shown}", warn=setting.configured is not None)


def _interval(work: _Work) -> None:
    now = work.now
    interval = now.advert_int.value
    grain, most = (SECOND, MAX_V2) if now.version.value == 2 else (10 * MS, MAX_V3)
    if interval >= most + grain:
        work.set(
            "advert_int", most, f"VRRP version {now.version.value}: the interval is cut to {most / SECOND:g}s"
        )
    elif interval % grain:
        rounded = max((interval + grain // 2) // grain * grain, grain)
        unit = "whole seconds" if grain == SECOND else "steps of 10 ms"
        why = f"VRRP version {now.version.value} counts in {unit}: {format_duration(interval)} is rounded to"
        work.set("advert_int", rounded, f"{why} {format_duration(rounded)}")


def _debounced(delay: InterfaceDelay, config: KeepalivedConfig, findings: Findings) -> InterfaceDelay:
    """Delays that outlast the patience of the peers are cut, since a peer would take over meanwhile."""
    down, up, why = delay.down, delay.up, ""
    for one in config.instances:
        watched = [one.interface.value, *(track.name for track in one.track_interface if not track.ignored)]
        if delay.interface not in watched or not (down or up):
            continue
        adverts, interval = one.down_timer_adverts.value, one.advert_int.value
        if adverts == 1:
            down = up = 0
            why = f"({one.name}) with down_timer_adverts 1 there are no up and down delays"
            continue
        most = (adverts - 1) * interval
        if max(down, up) >= most:
            cut = (most - interval // 256) // US * US
            down, up = (cut if down >= most else down), (cut if up >= most else up)
            why = f"({one.name}) the delays of {delay.interface} are cut below {adverts - 1} advert intervals"
    if why:
        findings.warn(delay.place or Place(delay.interface, 1), why)
    return replace(delay, down=down, up=up, why=why)
