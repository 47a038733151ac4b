"""What an instance of a file becomes in a scenario: every keyword that the machines have a word for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from vipsim.machines.vrrp.keywords import Keywords, TrackFile, TrackInterface, TrackProcess, TrackScript
from vipsim.scenario.keepalived import read_keepalived
from vipsim.scenario.keepalived.scenario import Part, members
from vipsim.units import MS, SECOND
from vipsim.wire.addresses import IPv4

VIP = "virtual_ipaddress {\n192.168.1.219/24\n}\n"
STRICT = {
    "vrrp_strict": True,
    "lower_prio_no_advert": True,
    "garp_lower_prio_delay": 0,
    "garp_lower_prio_repeat": 0,
}
BASE = f"interface eth0\nvirtual_router_id 51\n{VIP}"


def part(instance: str, common: str = "") -> Part:
    """The part of an instance with these lines."""
    [found] = members(read_keepalived(f"{common}\nvrrp_instance VI_1 {{\n{BASE}{instance}\n}}\n"), "n1")
    return found


def written(instance: str, common: str = "") -> dict[str, object]:
    """Its keywords but for the interval."""
    found = dict(part(instance, common).keepalived)
    del found["advert_int"]
    return found


def in_force(instance: str, common: str = "") -> Keywords:
    """What a machine makes of them."""
    return Keywords(**written(instance, common)).in_force()  # type: ignore[arg-type]


def test_an_instance_that_says_nothing_has_every_default() -> None:
    assert written("") == {}
    assert part("").keepalived == (("advert_int", SECOND),)
    assert (part("").priority, part("").preempt, part("").version, part("").virtual_mac) == (
        100,
        True,
        2,
        False,
    )
    assert part("").vips == ((IPv4.parse("192.168.1.219"), 24),)


@pytest.mark.parametrize(
    ("instance", "common", "keywords"),
    [
        ("down_timer_adverts 5", "", {"down_timer_adverts": 5}),
        ("", "global_defs {\nvrrp_down_timer_adverts 4\n}", {"down_timer_adverts": 4}),
        ("preempt_delay 7", "", {"preempt_delay": 7 * SECOND}),
        ("state MASTER\npreempt_delay 7", "", {"state": "MASTER"}),
        ("state BACKUP", "", {"state": "BACKUP"}),
        ("higher_prio_send_advert", "", {"higher_prio_send_advert": True}),
        ("lower_prio_no_advert", "", {"lower_prio_no_advert": True}),
        # What follows a lower advert comes from global_defs, not from the instance's own burst.
        ("garp_master_repeat 2", "", {"garp_master_repeat": 2, "garp_lower_prio_repeat": 5}),
        ("", "global_defs {\nvrrp_garp_master_repeat 2\n}", {"garp_master_repeat": 2}),
        ("garp_master_delay 0", "", {"garp_master_delay": 0, "garp_lower_prio_delay": 5 * SECOND}),
        ("garp_master_refresh 60", "", {"garp_master_refresh": 60 * SECOND}),
        ("garp_lower_prio_repeat 0", "", {"garp_lower_prio_repeat": 0}),
        ("dont_track_primary", "", {"dont_track_primary": True}),
        ("no_accept", "", {"accept": False}),
        ("strict_mode", "", STRICT),
        (
            "strict_mode\naccept\nversion 3",
            "",
            {**STRICT, "accept": True},
        ),
        ("", "global_defs {\nvrrp_garp_interval 0.1\n}", {"vrrp_garp_interval": 100 * MS}),
        ("", "garp_group {\ngarp_interval 0.2\ninterface eth0\n}", {"vrrp_garp_interval": 200 * MS}),
        ("", "global_defs {\nvrrp_startup_delay 3\n}", {"vrrp_startup_delay": 3 * SECOND}),
        (
            "authentication {\nauth_type PASS\nauth_pass secret\n}",
            "",
            {"auth_type": "PASS", "auth_pass": "secret"},
        ),
        (
            "track_interface {\neth1 weight -20\n}",
            "",
            {"track_interface": (TrackInterface("eth1", -20),)},
        ),
        (
            "track_script {\nchk weight 5 reverse\n}",
            "vrrp_script chk {\nscript /bin/true\nrise 2\nfall 3\ninit_fail\n}",
            {"track_script": (TrackScript("chk", 5, True, 2, 3, True),)},
        ),
        (
            "track_file {\nload\n}",
            "track_file load {\nfile /tmp/x\nweight 500 reverse\ninit_file 7 overwrite\n}",
            {"track_file": (TrackFile("load", 254, True, 7),)},
        ),
        (
            "track_process {\ndb weight -9\n}",
            "vrrp_track_process db {\nprocess db\nquorum 2\nquorum_max 5\ndelay 3\n}",
            {"track_process": (TrackProcess("db", -9, False, 2, 5, 3 * SECOND),)},
        ),
    ],
)
def test_keywords_in_force(instance: str, common: str, keywords: dict[str, object]) -> None:
    assert written(instance, common) == keywords


def test_one_announcement_as_the_machine_has_it() -> None:
    found = in_force("", "global_defs {\nvrrp_min_garp\n}")
    assert (found.garp_master_repeat, found.garp_master_delay) == (1, 0)
    assert (found.lower_prio_repeat, found.lower_prio_delay) == (1, 0)


def test_strict_mode_as_the_machine_has_it() -> None:
    found = in_force("strict_mode\ndown_timer_adverts 5\nhigher_prio_send_advert")
    assert found == replace(Keywords(), vrrp_strict=True).in_force()


def test_the_interval_in_force_is_the_rounded_one() -> None:
    assert dict(part("advert_int 0.3").keepalived)["advert_int"] == SECOND
    assert dict(part("version 3\nadvert_int 0.3").keepalived)["advert_int"] == 300 * MS


def test_transport_is_told_apart_from_the_keywords() -> None:
    found = part("unicast_src_ip 10.0.0.1\nunicast_peer {\n10.0.0.2\n10.0.0.3\n}\nuse_vmac")
    assert found.source == IPv4.parse("10.0.0.1")
    assert [str(peer) for peer in found.peers] == ["10.0.0.2", "10.0.0.3"]
    assert found.virtual_mac


def test_ipv6_instances_are_not_parts() -> None:
    text = "vrrp_instance V6 {\ninterface eth0\nvirtual_router_id 51\nvirtual_ipaddress {\nfe80::1/64\n}\n}\n"
    assert members(read_keepalived(text), "n1") == ()


def test_what_a_sync_group_watches_counts_for_its_members() -> None:
    group = "vrrp_sync_group G {\ngroup {\nVI_1\n}\ntrack_script {\nchk\n}\n}"
    assert written("", f"vrrp_script chk {{\nscript /bin/true\n}}\n{group}") == {
        "track_script": (TrackScript("chk"),)
    }
