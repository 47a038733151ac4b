"""keepalived's keywords in a scenario file: the names are those of keepalived.conf(5)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from vipsim.scenario import kinds
from vipsim.scenario.format.values import Duration, Flag, Name, Part, PortName, Positive, absent
from vipsim.units import SECOND, Time

Repeat = Annotated[int, kinds.whole(0, 1000)]
Delay = Annotated[Time, kinds.time(0, 1000 * SECOND)]


class TrackInterfaceFile(Part):
    """What the carrier of an interface does to the router."""

    weight: Annotated[int, kinds.whole(-253, 253)] = absent(0, "0: its loss is a FAULT")
    reverse: Flag = absent(False)


class TrackScriptFile(Part):
    """What the result of a check does to the router, and how often it is made."""

    weight: Annotated[int, kinds.whole(-253, 253)] = absent(0, "0: its failure is a FAULT")
    reverse: Flag = absent(False)
    rise: Annotated[int, kinds.whole(1, 1_000_000)] = absent(1, "successes in a row that make it good")
    fall: Annotated[int, kinds.whole(1, 1_000_000)] = absent(1, "failures in a row that make it bad")
    init_fail: Flag = absent(False, "it counts as bad until it has succeeded")
    interval: Positive = absent("1s")
    timeout: Duration = absent("0s", "a check that runs longer has failed; 0s: as interval")


class TrackFileFile(Part):
    """What the number in a file does to the router: times the weight it is added to the priority."""

    weight: Annotated[int, kinds.whole(-254, 254)] = absent(1, "0: a number other than 0 is a FAULT")
    reverse: Flag = absent(False)
    value: Annotated[int, kinds.whole(-(2**31), 2**31 - 1)] = absent(0, "what it says at the start")


class TrackProcessFile(Part):
    """What the number of processes of a kind does to the router."""

    weight: Annotated[int, kinds.whole(-253, 253)] = absent(1, "0: too few are a FAULT")
    reverse: Flag = absent(False)
    quorum: Annotated[int, kinds.whole(1, 65535)] = absent(1, "so many make it good")
    quorum_max: Annotated[int, kinds.whole(0, 65535)] = absent(0, "more make it bad; 0: no bound")
    delay: Duration = absent("0s", "how long a change must last before it counts")


class KeepalivedFile(Part):
    """Keywords of a group, or of one member of it, which win over the group's."""

    state: Annotated[str, kinds.choice("MASTER", "BACKUP")] = absent(text="only priority 255 heeds it")
    advert_int: Positive = absent(text="default: the group's advert_interval")
    down_timer_adverts: Annotated[int, kinds.whole(1, 100)] = absent(3)
    preempt_delay: Delay = absent("0s")
    higher_prio_send_advert: Flag = absent(False)
    lower_prio_no_advert: Flag = absent(False)
    garp_master_repeat: Repeat = absent(5)
    garp_master_delay: Duration = absent("5s", "to the second burst; 0s: there is none")
    garp_master_refresh: Duration = absent("0s", "period of the bursts of a standing master; 0s: none")
    garp_master_refresh_repeat: Repeat = absent(1)
    garp_lower_prio_repeat: Repeat = absent(text="default: garp_master_repeat")
    garp_lower_prio_delay: Duration = absent(text="default: garp_master_delay")
    vrrp_garp_interval: Duration = absent("0s", "between two announcements on an interface")
    vrrp_min_garp: Flag = absent(False, "one announcement, no second burst")
    vrrp_startup_delay: Duration = absent("0s")
    vrrp_strict: Flag = absent(False)
    auth_type: Annotated[str, kinds.choice("PASS", "AH")] = absent()
    auth_pass: Annotated[str, kinds.text(100)] = absent()
    unicast_peer: Annotated[list[Name], Field(min_length=1, max_length=255)] = absent(
        text="nodes; a member leaves itself out"
    )
    virtual_ipaddress_excluded: Annotated[list[Name], Field(max_length=255)] = absent(
        [], "VIPs of the group that are in no advert"
    )
    skip_check_adv_addr: Flag = absent(False)
    check_unicast_src: Flag = absent(False)
    accept: Flag = absent(text="default: true; with vrrp_strict false, but for priority 255")
    min_ttl: Annotated[int, kinds.whole(0, 255)] = absent(0, "with check_unicast_src")
    max_ttl: Annotated[int, kinds.whole(0, 255)] = absent(255, "with check_unicast_src")
    unicast_ttl: Annotated[int, kinds.whole(0, 255)] = absent(255)
    vmac_xmit_base: Flag = absent(False)
    dont_track_primary: Flag = absent(False)
    track_interface: dict[PortName, TrackInterfaceFile] = absent({})
    track_script: dict[Name, TrackScriptFile] = absent({})
    track_file: dict[Name, TrackFileFile] = absent({})
    track_process: dict[Name, TrackProcessFile] = absent({})
