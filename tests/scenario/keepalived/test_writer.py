"""What is written is what the real program takes, and what is read again."""

from pathlib import Path

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from tests.fuzz.fuzz_keepalived import bare
from tests.scenario.keepalived.daemon import judge
from vipsim.errors import ScenarioError
from vipsim.scenario.keepalived import (
    Address,
    GlobalDefs,
    KeepalivedConfig,
    Peer,
    Script,
    SyncGroup,
    Track,
    TrackFile,
    TrackProcess,
    VrrpInstance,
    given,
    read_keepalived,
    write_keepalived,
)
from vipsim.units import ms, s
from vipsim.wire.addresses import IPv4

VIP = Address(IPv4.parse("192.168.1.219"), 24)


def pair(command: tuple[str, ...] = ("/bin/true", "a b")) -> KeepalivedConfig:
    """Two instances with most of what can be written; no interface has to be there."""
    one = VrrpInstance(
        "VI_1",
        interface=given("vipsim0"),
        virtual_router_id=given(51),
        priority=given(150),
        version=given(3),
        advert_int=given(ms(100)),
        preempt=given(False),
        garp_master_refresh=given(s(60)),
        lower_prio_no_advert=given(True),
        higher_prio_send_advert=given(False),
        track_interface=(Track("vipsim1", configured=-20),),
        track_script=(Track("chk"),),
        track_file=(Track("file", configured=2),),
        track_process=(Track("db", configured=5, reverse_written="reverse"),),
        virtual_ipaddress=(VIP, Address(IPv4.parse("192.168.1.220"), 32, prefix_written=False)),
        virtual_ipaddress_excluded=(Address(IPv4.parse("10.0.0.1"), 8, "vipsim1", no_track=True),),
    )
    two = VrrpInstance(
        "VI 2",
        interface=given("vipsim1"),
        virtual_router_id=given(52),
        auth_type=given("PASS"),
        auth_pass=given("a{ #b"),
        preempt_delay=given(ms(2500)),
        source=given(IPv4.parse("192.168.1.217")),
        unicast=True,
        unicast_peer=(Peer(IPv4.parse("192.168.1.218"), min_ttl=254),),
        virtual_ipaddress=(Address(IPv4.parse("192.168.1.221"), 24),),
    )
    return KeepalivedConfig(
        globals=GlobalDefs(dynamic_interfaces=given(True), vrrp_garp_interval=given(ms(2))),
        instances=(one, two),
        groups=(SyncGroup("G", members=("VI_1", "VI 2"), sync_group_tracking_weight=given(True)),),
        scripts=(Script("chk", command=command, interval=given(s(2)), weight=given(-60), fall=given(3)),),
        track_files=(TrackFile("file", file="/etc/x y", weight=given(-1), init_file=("0",)),),
        track_processes=(TrackProcess("db", process=("postgres", "-D"), quorum=given(1)),),
    )


def test_the_program_accepts_what_is_written(tmp_path: Path) -> None:
    path = tmp_path / "k.conf"
    path.write_text(write_keepalived(pair()))
    verdict = judge(path)
    allowed = [line for line in verdict.said.split("\n") if line and "no kernel support" not in line]
    assert (verdict.unknown, allowed) == (set(), [])
    # A kernel without process events is no fault of the file.
    assert verdict.code == 0 or "no kernel support" in verdict.said


def test_the_program_refuses_a_planted_error(tmp_path: Path) -> None:
    path = tmp_path / "k.conf"
    path.write_text(write_keepalived(pair()).replace("virtual_router_id", "virtual_router"))
    assert judge(path).code != 0


def test_written_and_read_again() -> None:
    config = read_keepalived(write_keepalived(pair()))
    assert config.warnings == ()
    one, two = config.instances
    assert one.advert_int.value == ms(100) and not one.preempt.value and one.lower_prio_no_advert.value
    assert one.higher_prio_send_advert.configured is False
    assert [str(vip) for vip in one.virtual_ipaddress] == ["192.168.1.219/24", "192.168.1.220/32"]
    assert two.auth_pass.value == "a{ #b" and two.unicast and two.check_unicast_src.value
    assert config.scripts[0].command == ("/bin/true", "a b")
    assert config.groups[0].members == ("VI_1", "VI 2")
    assert bare(read_keepalived(write_keepalived(config))) == bare(config)


@settings(max_examples=150, deadline=None)
@drawn(st.lists(st.text(st.characters(max_codepoint=0xFF, exclude_characters="\0"), max_size=12), min_size=1))
def test_any_command_can_be_written(command: list[str]) -> None:
    config = KeepalivedConfig(scripts=(Script("s", command=(f"/bin/{'x'}", *command[:8])),))
    try:
        text = write_keepalived(config)
    except ScenarioError as refusal:
        assert "longer than" in str(refusal)
    else:
        assert read_keepalived(text).scripts[0].command == config.scripts[0].command


@pytest.mark.parametrize("name", ['a"b', "a\nb", "a\\", "\0", "x ${_PWD} y", "a\\#b"])
def test_names_that_no_file_can_hold(name: str) -> None:
    with pytest.raises(ScenarioError, match="cannot be written"):
        write_keepalived(KeepalivedConfig(instances=(VrrpInstance(name),)))


def test_a_line_that_is_too_long() -> None:
    with pytest.raises(ScenarioError, match="longer than 1023 bytes"):
        write_keepalived(KeepalivedConfig(scripts=(Script("s", command=("x" * 1020,)),)))
