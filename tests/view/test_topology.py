"""The topology shows every node and link once, without overlaps, the same way every time."""

import pytest
from matplotlib.axes import Axes
from matplotlib.text import Text

from tests.view import drawn, runs
from vipsim.resources import scenario_path
from vipsim.scenario.model import (
    End,
    HeartbeatGroup,
    HeartbeatMember,
    Link,
    Scenario,
    Vip,
    VrrpGroup,
    VrrpMember,
)
from vipsim.scenario.reader import read_scenario
from vipsim.units import SECOND
from vipsim.view import plot_topology, save
from vipsim.wire.addresses import IPv4

SHAPES = [(1, 1), (2, 1), (5, 1), (9, 1), (3, 2), (7, 3), (16, 1)]


def boxes(ax: Axes, prefix: str) -> dict[str, tuple[float, float, float, float]]:
    """(x0, y0, x1, y1) of every patch whose gid begins so."""
    found = {}
    for patch in ax.patches:
        gid = str(patch.get_gid())
        if gid.startswith(prefix):
            box = patch.get_path().get_extents(patch.get_patch_transform())  # type: ignore[attr-defined]
            found[gid.removeprefix(prefix)] = (box.x0, box.y0, box.x1, box.y1)
    return found


def overlap(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


@pytest.mark.parametrize(("clients", "switches"), SHAPES)
def test_every_node_and_link_once_and_nothing_overlaps(clients: int, switches: int) -> None:
    scenario = runs.lan(clients, switches)
    ax = plot_topology(scenario)
    nodes = boxes(ax, "node:")
    assert set(nodes) == {node.name for node in scenario.nodes}
    everything = [*nodes.values(), *boxes(ax, "vip:").values()]
    for index, one in enumerate(everything):
        assert not any(overlap(one, other) for other in everything[:index])
    links = {
        str(artist.get_gid()) for artist in ax.get_children() if str(artist.get_gid()).startswith("link:")
    }
    assert links == {f"link:{link.a}-{link.b}" for link in scenario.links}
    drawn.assert_readable(ax)


def test_members_of_carp_show_their_period() -> None:
    ax = plot_topology(read_scenario(scenario_path("ucarp-pair")))
    shown = [artist.get_text() for artist in ax.findobj(Text)]
    assert sum("every 1 s + 100/256" in text for text in shown) == 1
    assert set(boxes(ax, "vip:")) == {"carp 51"}


@pytest.mark.parametrize(("clients", "switches"), SHAPES)
def test_cables_run_past_other_hosts(clients: int, switches: int) -> None:
    scenario = runs.lan(clients, switches)
    ax = plot_topology(scenario)
    nodes = boxes(ax, "node:")
    for link in scenario.links:
        for line in drawn.by_gid(ax, f"link:{link.a}-{link.b}"):
            if not hasattr(line, "get_xdata"):
                continue
            (x0, x1), (y0, y1) = line.get_xdata(), line.get_ydata()
            thin = (min(x0, x1), min(y0, y1) + 0.01, max(x0, x1) + 0.001, max(y0, y1) - 0.01)
            others = [box for name, box in nodes.items() if name not in (link.a.node, link.b.node)]
            assert not any(overlap(thin, box) for box in others)


def test_switches_stand_in_the_middle_and_candidates_above() -> None:
    nodes = boxes(plot_topology(runs.lan(3)), "node:")
    assert nodes["db1"][1] > nodes["sw1"][3] > nodes["app1"][3]
    assert nodes["db2"][1] > nodes["sw1"][3]


def test_words_name_addresses_roles_and_cables() -> None:
    ax = plot_topology(runs.lan(2))
    words = drawn.words(ax)
    for word in ("db1", "192.168.1.217/24", "00:21:5A:DB:00:D9", "database :5432", "priority 150"):
        assert word in words
    assert "VIP service 192.168.1.219/24 (vrrp 51)" in words
    assert words.count("client of service") == 2
    assert ax.get_title(loc="left") == "database-pair (links 1Gbps, 50us unless written)"
    assert "1Gbps, 50us, loss 1%" in words


def test_lines_lead_from_each_group_to_its_candidates() -> None:
    pair = HeartbeatGroup(
        "pair", ("spare",), HeartbeatMember("db2", "bond0"), HeartbeatMember("app1", "bond0")
    )
    ax = plot_topology(runs.lan(3, groups=(pair,)))
    lines = [str(line.get_gid()) for line in ax.lines if str(line.get_gid()).startswith("candidate:")]
    assert sorted(lines) == [
        "candidate:pair:app1",
        "candidate:pair:db2",
        "candidate:vrrp 51:db1",
        "candidate:vrrp 51:db2",
    ]
    assert {"primary", "standby"} <= set(drawn.words(ax))
    drawn.assert_readable(ax)


def test_many_addresses_of_one_group_are_counted() -> None:
    vips = tuple(Vip(f"v{number}", IPv4.parse(f"192.168.1.{number + 50}")) for number in range(12))
    members = (VrrpMember("db1", "bond0", 150), VrrpMember("db2", "bond0", 100))
    many = VrrpGroup(9, tuple(vip.name for vip in vips), members)
    lan = runs.lan()
    scenario = Scenario(lan.name, lan.duration, lan.nodes, lan.links, vips, (many,))
    ax = plot_topology(scenario)
    assert "VIP v0 192.168.1.50/24 and 11 more (vrrp 9)" in drawn.words(ax)
    drawn.assert_readable(ax)


def test_two_hosts_and_a_cable() -> None:
    hosts = (runs.host("a", 1), runs.host("b", 2))
    cable = Link(End("a", "bond0"), End("b", "bond0"))
    ax = plot_topology(Scenario("two", SECOND, hosts, (cable,)))
    (line,) = drawn.by_gid(ax, "link:a.bond0-b.bond0")
    nodes = boxes(ax, "node:")
    assert list(line.get_xdata()) == pytest.approx([nodes["a"][2], nodes["b"][0]])
    assert ax.get_title(loc="left") == "two (every link 1Gbps, 50us)"
    drawn.assert_readable(ax)


def test_hostile_names_are_drawn_as_they_are() -> None:
    hosts = (runs.host("$a_{", 1), runs.host("_b\x00\n<b>", 2))
    ax = plot_topology(Scenario("$\\frac{", SECOND, hosts, (), ()))
    assert "$a_{" in drawn.words(ax)
    assert " _b??<b>" in drawn.words(ax)
    drawn.assert_readable(ax)
    assert not any(text.get_parse_math() for text in ax.texts if isinstance(text, Text))


def test_the_same_scenario_gives_the_same_bytes(tmp_path: object) -> None:
    paths = [save(plot_topology(runs.lan(4, 2)), f"{tmp_path}/{name}.svg") for name in ("one", "two")]
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_it_shrinks_into_given_axes() -> None:
    from matplotlib.figure import Figure

    small = Figure(figsize=(8, 5)).add_subplot()
    assert plot_topology(runs.lan(2), small) is small
    assert max(text.get_fontsize() for text in small.texts) < 14
