"""``vipsim vip``: the commands it prints, the input it refuses, and what it does to a real kernel."""

import argparse
import socket
import subprocess
import sys

import pytest

from tests.conftest import require_root_and_namespaces, require_tool
from tests.live.namespaces import ROOT, Lab
from vipsim.cli import vip
from vipsim.errors import MissingExtra, VipsimError

MAC = "00:21:5A:DB:68:E8"


def command(line: str) -> int:
    parser = argparse.ArgumentParser(prog="vipsim")
    vip.add_parser(parser.add_subparsers(dest="command", required=True))
    args = parser.parse_args(["vip", *line.split()])
    return args.run(args)


def printed(line: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    assert command(line) == 0
    return capsys.readouterr().out.splitlines()


def test_adding_prints_the_documents_line_and_the_modern_one(capsys):
    assert printed("add 192.168.1.219/24 dev eth1 --label eth1:1 --dry-run", capsys) == [
        "ifconfig eth1:1 192.168.1.219 netmask 255.255.255.0 up",
        "ip addr add 192.168.1.219/24 dev eth1 label eth1:1",
    ]


def test_deleting_prints_both_and_why_the_prefix_is_better(capsys):
    lines = printed("del 192.168.1.219/24 dev eth1 --label eth1:1 --dry-run", capsys)
    assert lines[:2] == ["ifconfig eth1:1 down", "ip addr del 192.168.1.219/24 dev eth1 label eth1:1"]
    assert "/32" in " ".join(lines[2:])
    assert all(line.startswith("#") for line in lines[2:])


def test_without_a_label_the_classic_form_has_no_name_for_the_address(capsys):
    lines = printed("add 192.168.1.219/32 dev eth1 --dry-run", capsys)
    assert [line for line in lines if not line.startswith("#")] == ["ip addr add 192.168.1.219/32 dev eth1"]
    assert "--label eth1:1" in lines[0]


@pytest.mark.parametrize(
    ("prefix", "netmask"), [(0, "0.0.0.0"), (23, "255.255.254.0"), (32, "255.255.255.255")]
)
def test_netmask_of_a_prefix(prefix, netmask, capsys):
    assert f"netmask {netmask} " in printed(f"add 10.1.2.3/{prefix} dev e --label e:1 --dry-run", capsys)[0]


def test_a_name_that_a_shell_would_read_is_quoted(capsys):
    assert printed("add 10.1.2.3/8 dev a;b --dry-run", capsys)[-1] == "ip addr add 10.1.2.3/8 dev 'a;b'"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("add 192.168.1.219 dev eth1", "192.168.1.219/24"),
        ("del 192.168.1.219 dev eth1", "/32"),
        ("add 192.168.1.300/24 dev eth1", "not an IPv4 address"),
        ("add fe80::1/64 dev eth1", "not an IPv4 address"),
        ("add 192.168.1.219/33 dev eth1", "0 to 32"),
        ("add 192.168.1.219/-1 dev eth1", "0 to 32"),
        ("add 192.168.1.219/٢٤ dev eth1", "0 to 32"),
        ("add 192.168.1.255/24 dev eth1", "broadcast address of 192.168.1.0/24"),
        ("add 192.168.1.0/24 dev eth1", "network address"),
        ("add 224.0.0.18/24 dev eth1", "cannot be a host's"),
        ("add 192.168.1.219/24 on eth1", "dev eth1"),
        ("add 192.168.1.219/24 dev a-name-that-is-too-long", "15"),
        ("add 192.168.1.219/24 dev eth1 --label eth2:1", "eth1:1"),
        ("add 192.168.1.219/24 dev eth1 --label eth1:0123456789ab", "15"),
        ("show eth1", "dev eth1"),
        ("show dev", "dev eth1"),
    ],
)
@pytest.mark.parametrize("dry", [" --dry-run", ""])
def test_bad_input_is_refused_before_anything_is_done(line, says, dry):
    with pytest.raises(VipsimError) as refused:
        command(line + ("" if line.startswith("show") else dry))
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


def test_without_the_extra_one_line_names_it(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setitem(sys.modules, "pyroute2", None)
    for line in ("add 192.168.1.219/24 dev eth1", "del 192.168.1.219/24 dev eth1", "show"):
        with pytest.raises(MissingExtra, match=r'^pyroute2 is not installed: pip install "vipsim\[live\]"$'):
            command(line)


def test_elsewhere_than_on_linux_only_the_dry_run_works(monkeypatch, capsys):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert len(printed("add 192.168.1.219/24 dev en0 --label en0:1 --dry-run", capsys)) == 2
    with pytest.raises(VipsimError, match=r"Linux.*--dry-run"):
        command("add 192.168.1.219/24 dev en0")


def test_a_dry_run_loads_nothing_of_live():
    code = (
        "import argparse, sys; from vipsim.cli import vip; p = argparse.ArgumentParser();"
        "vip.add_parser(p.add_subparsers()); a = p.parse_args(sys.argv[1:]); a.run(a);"
        "sys.exit(any(m.startswith(('pyroute2', 'vipsim.live')) for m in sys.modules))"
    )
    line = "vip add 192.168.1.219/24 dev eth1 --dry-run"
    done = subprocess.run([sys.executable, "-c", code, *line.split()], timeout=60, check=False, cwd=ROOT)
    assert done.returncode == 0


@pytest.mark.parametrize("line", ["", "add", "del", "show"])
def test_the_help_names_what_may_be_said(line, capsys):
    with pytest.raises(SystemExit) as left:
        command(f"{line} --help")
    assert left.value.code == 0
    wanted = {"": "{add,del,show}", "show": "[dev IFACE ...]"}.get(line, "ADDRESS/PREFIX dev IFACE")
    assert wanted in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("line", ["", "add", "del 192.168.1.219/24", "add 192.168.1.219/24 dev", "fly"])
def test_a_line_that_is_not_complete_is_refused_by_the_parser(line, capsys):
    with pytest.raises(SystemExit) as left:
        command(line)
    assert left.value.code == 2
    assert capsys.readouterr().err


# --- on a real kernel ---------------------------------------------------------------------------


@pytest.fixture
def lab():
    require_root_and_namespaces()
    with Lab({"db1": (MAC, "192.168.1.217/24"), "app1": ("02:00:00:00:00:01", "192.168.1.1/24")}) as built:
        yield built


def inside(lab: Lab, line: str) -> int:
    with lab.inside("db1"):
        return command(line)


@pytest.mark.network
def test_adding_showing_and_deleting(lab, capsys):
    assert inside(lab, "add 192.168.1.219/24 dev bond0 --label bond0:1") == 0
    assert lab.addresses("db1") == ["192.168.1.217/24", "192.168.1.219/24"]
    capsys.readouterr()
    assert inside(lab, "show dev bond0") == 0
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        ["bond0", "192.168.1.217/24", "bond0"],
        ["bond0", "192.168.1.219/24", "bond0:1", "secondary"],
    ]
    assert inside(lab, "del 192.168.1.219/24 dev bond0 --label bond0:1") == 0
    assert lab.addresses("db1") == ["192.168.1.217/24"]
    assert inside(lab, "show") == 0
    assert "127.0.0.1/8" in capsys.readouterr().out


@pytest.mark.network
@pytest.mark.parametrize(("given", "has"), [(" --label bond0:1", "bond0:1"), ("", "bond0")])
def test_under_another_label_nothing_is_deleted(lab, given, has):
    inside(lab, f"add 192.168.1.219/24 dev bond0{given}")
    with pytest.raises(VipsimError) as refused:
        inside(lab, "del 192.168.1.219/24 dev bond0 --label bond0:2")
    assert str(refused.value) == (
        f"cannot remove 192.168.1.219/24 from bond0: its label is {has}, not bond0:2"
    )
    assert lab.addresses("db1") == ["192.168.1.217/24", "192.168.1.219/24"]
    assert inside(lab, "del 192.168.1.219/24 dev bond0") == 0  # who names no label means any
    assert lab.addresses("db1") == ["192.168.1.217/24"]


@pytest.mark.network
def test_a_dry_run_changes_nothing(lab):
    assert inside(lab, "add 192.168.1.219/24 dev bond0 --dry-run") == 0
    assert inside(lab, "del 192.168.1.217/24 dev bond0 --dry-run") == 0
    assert lab.addresses("db1") == ["192.168.1.217/24"]


@pytest.mark.network
def test_the_printed_lines_do_what_the_command_does(lab, capsys):
    """What a dry run prints, pasted into a shell, has the same effect: both forms, there and back."""
    for form in (0, 1):
        for act, expected in (
            ("add", ["192.168.1.217/24", "192.168.1.219/24"]),
            ("del", ["192.168.1.217/24"]),
        ):
            lines = printed(f"{act} 192.168.1.219/24 dev bond0 --label bond0:1 --dry-run", capsys)
            shell = lab.start("db1", "sh", "-c", lines[form])
            assert shell.wait(10) == 0, shell.stdout.read()
            assert lab.addresses("db1") == expected


@pytest.mark.network
def test_the_reason_for_the_prefix_is_what_ip_does(lab):
    lab.ip("db1", "addr", "add", "192.168.1.219/24", "dev", "bond0")
    shell = lab.start("db1", "ip", "addr", "del", "192.168.1.219/32", "dev", "bond0")
    assert shell.wait(10) != 0
    shell = lab.start("db1", "ip", "addr", "del", "192.168.1.219", "dev", "bond0")
    said = shell.communicate(timeout=10)[0]
    assert "to stay compatible with old scripts" in said
    assert lab.addresses("db1") == ["192.168.1.217/24"]


@pytest.mark.network
@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("add 192.168.1.219/24 dev bond1", "no such device: bond1; did you mean bond0?"),
        ("show dev zzz", "no such device: zzz; there is lo, bond0"),
        ("add 192.168.1.217/24 dev bond0", "bond0 has it already"),
        ("del 192.168.1.219/24 dev bond0", "bond0 has 192.168.1.217/24"),
        ("del 192.168.1.217/32 dev bond0", "bond0 has 192.168.1.217/24"),
    ],
)
def test_what_the_kernel_refuses_is_said_in_words(lab, line, says):
    with pytest.raises(VipsimError) as refused:
        inside(lab, line)
    assert says in str(refused.value)


@pytest.mark.network
def test_without_the_right_the_message_says_which(lab):
    code = (
        "import argparse, sys\nfrom vipsim.cli import vip\nfrom vipsim.errors import VipsimError\n"
        "p = argparse.ArgumentParser(); vip.add_parser(p.add_subparsers()); a = p.parse_args(sys.argv[1:])\n"
        "try: a.run(a)\nexcept VipsimError as e: print(e)"
    )
    powerless = (require_tool("setpriv"), "--inh-caps=-all", "--bounding-set=-all")
    words = ("vip", "add", "192.168.1.219/24", "dev", "bond0")
    process = lab.start("db1", *powerless, sys.executable, "-c", code, *words)
    said = process.communicate(timeout=30)[0]
    assert said.strip() == (
        "cannot add 192.168.1.219/24 to bond0: not permitted: this needs root, or CAP_NET_ADMIN"
    )


@pytest.mark.network
def test_announcing_sends_one_gratuitous_request(lab, capsys):
    """And a neighbor that knew another owner believes it."""
    entry = ("192.168.1.219", "lladdr", "02:00:00:00:00:99", "dev", "bond0", "nud", "stale")
    lab.ip("app1", "neigh", "replace", *entry)
    with lab.inside("app1"):
        ears = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0806))
    with ears:
        ears.settimeout(5)
        assert inside(lab, "add 192.168.1.219/24 dev bond0 --announce") == 0
        heard = ears.recv(100)
        ears.settimeout(0.2)
        with pytest.raises(TimeoutError):
            ears.recv(100)
    mac, address = bytes.fromhex(MAC.replace(":", "")), bytes([192, 168, 1, 219])
    assert heard[:42] == (
        b"\xff" * 6 + mac + bytes.fromhex("0806 0001 0800 06 04 0001") + mac + address + bytes(6) + address
    )
    assert lab.neighbor("app1", "192.168.1.219") == MAC
    assert "announced: 192.168.1.219 is at 00:21:5A:DB:68:E8 on bond0" in capsys.readouterr().out


@pytest.mark.network
def test_announcing_on_a_link_that_is_down_says_so(lab):
    lab.ip("db1", "link", "set", "bond0", "down")
    with pytest.raises(VipsimError, match="announce 192.168.1.219 on bond0: .*down"):
        inside(lab, "add 192.168.1.219/24 dev bond0 --announce")
