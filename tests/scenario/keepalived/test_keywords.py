"""The keyword table against the real program, and against itself."""

from pathlib import Path

import pytest

from tests.scenario.keepalived.daemon import judge
from vipsim.scenario.keepalived import Standing, read_keepalived, report_text
from vipsim.scenario.keepalived.forms import read
from vipsim.scenario.keepalived.keywords import LATER, TABLE, Keyword, find

AROUND = {
    "": "",
    "authentication": "vrrp_instance V{n} {{|authentication {{",
    "real_server": "virtual_server 10.0.0.1 {n} {{|real_server 10.0.0.2 80 {{",
    "url": "virtual_server 10.0.0.1 {n} {{|real_server 10.0.0.2 80 {{|HTTP_GET {{|url {{",
    "host": "virtual_server 10.0.0.1 {n} {{|real_server 10.0.0.2 80 {{|SMTP_CHECK {{|host {{",
    "virtual_server": "virtual_server 10.0.0.1 {n} {{",
    "global_defs": "global_defs {{",
    "garp_group": "garp_group {{",
    "SSL": "SSL {{",
}
"""What stands around a keyword of a block; all others are named blocks, or checkers of a real server."""
OPTIONAL = {"vrrp_ipsets"}
"""Debian builds keepalived without ipsets."""


def _around(block: str, number: int) -> list[str]:
    checker = f"virtual_server 10.0.0.1 {number} {{{{|real_server 10.0.0.2 80 {{{{|{block} {{{{"
    default = checker if block.isupper() and block != "SSL" else f"{block} X{number} {{{{"
    text = AROUND.get(block, default)
    return [line.format(n=number) for line in text.split("|")] if text else []


def _asked(block: str) -> tuple[str, dict[int, str]]:
    """A file with every keyword of a block, each in a block of its own, and the line of each."""
    lines: list[str] = []
    where: dict[int, str] = {}
    for number, row in enumerate(TABLE[block].values(), 1):
        head = _around(block, number)
        lines += [*head, f"{row.name} a {{" if row.opens or row.lists else f"{row.name} 1"]
        where[len(lines)] = row.name
        lines += ["}"] * (len(head) + (row.opens or row.lists))
    return "\n".join(lines) + "\n", where


@pytest.mark.parametrize("block", TABLE)
def test_the_program_knows_every_keyword(block: str, tmp_path: Path) -> None:
    text, where = _asked(block)
    path = tmp_path / "k.conf"
    path.write_text(text)
    unknown = {where[line] for line, _ in judge(path).unknown if line in where}
    assert unknown - OPTIONAL == set()


def test_the_program_refuses_words_that_are_none(tmp_path: Path) -> None:
    path = tmp_path / "k.conf"
    names = [*LATER, "no_such_word"]
    lines = ["vrrp_instance V {", *names, "}", "global_defs {", *names, "}"]
    path.write_text("\n".join(lines) + "\n")
    assert len(judge(path).unknown) == 2 * len(names)


@pytest.mark.parametrize("row", [row for rows in TABLE.values() for row in rows.values()], ids=str)
def test_every_row_is_whole(row: Keyword) -> None:
    assert row.standing is not Standing.UNKNOWN
    assert row.note or row.standing is Standing.MODELLED, "what is not modelled says how or why"
    assert find(row.block, row.name) is row
    if row.opens:
        assert row.name in TABLE or row.standing is Standing.IGNORED
    elif not row.lists:
        read(row.form, ("1",))


def test_the_tables_of_the_issue_are_modelled() -> None:
    """Sections 2.2 to 2.5 of what must be modelled, for VRRP over IPv4."""
    names = """
        state priority advert_int down_timer_adverts preempt nopreempt preempt_delay higher_prio_send_advert
        lower_prio_no_advert version virtual_router_id garp_master_repeat garp_master_delay
        garp_master_refresh garp_master_refresh_repeat garp_lower_prio_repeat garp_lower_prio_delay
        skip_check_adv_addr interface dont_track_primary track_interface
        track_script track_file track_process virtual_ipaddress virtual_ipaddress_excluded
        unicast_peer unicast_src_ip unicast_ttl check_unicast_src mcast_src_ip
        use_vmac vmac_xmit_base accept no_accept strict_mode authentication
    """
    for name in names.split():
        row = find("vrrp_instance", name)
        assert row is not None and row.standing is Standing.MODELLED, name


def test_the_report_lists_every_statement() -> None:
    path = Path(__file__).parents[2] / "data/keepalived/balancer.conf"
    config = read_keepalived(path)
    text = report_text(config)
    assert "25 statements" in text.split("\n")[0]
    for standing in Standing:
        assert f"{sum(one.standing is standing for one in config.report)} {standing.value}" in text
    assert "did you mean virtual_ipaddress?" in text
    assert "it came with 2.2.8" in text
    assert "IPVS (LVS) is not simulated" in text
