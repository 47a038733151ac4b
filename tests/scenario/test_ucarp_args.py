"""ucarp's command line, read as getopt_long reads it."""

import json

import pytest

from tests.conftest import shared_folder
from vipsim.errors import ScenarioError
from vipsim.scenario.ucarp import read_ucarp
from vipsim.wire.addresses import IPv4

NEEDED = "-i eth0 -s 192.168.1.217 -v 51 -p secret -a 192.168.1.219"


def test_the_recorded_form():
    told = read_ucarp(f"/usr/sbin/ucarp {NEEDED} -b 1 -k 100 -r 3 -u up.sh -d down.sh".split())
    assert (told.iface, told.vhid, told.password) == ("eth0", 51, "secret")
    assert (told.address, told.vip) == (IPv4.parse("192.168.1.217"), IPv4.parse("192.168.1.219"))
    assert (told.advbase, told.advskew, told.ratio) == (1, 100, 3)
    assert (told.up_script, told.down_script) == ("up.sh", "down.sh")
    assert told.member() == {"iface": "eth0", "advbase": 1, "advskew": 100, "ratio": 3, "preempt": False}


@pytest.mark.parametrize(
    "more",
    ["-Pzn -k7", "--preempt --shutdown --neutral --advskew=7", "-P -z --neu --advs 7", "-k 9 -k 7 -BDzPn"],
)
def test_every_way_to_write_an_option(more):
    told = read_ucarp([*NEEDED.split(), *more.split()])
    assert (told.preempt, told.shutdown, told.neutral, told.advskew) == (True, True, True, 7)


def test_defaults_are_ucarps():
    told = read_ucarp([*NEEDED.split(), "-m", "224.0.0.18", "-f", "daemon", "-x", "anything"])
    assert (told.advbase, told.advskew, told.ratio) == (1, 0, 3)
    assert not (told.preempt or told.shutdown or told.neutral or told.ignore_carrier)


def test_a_password_from_a_file():
    argv = NEEDED.replace("-p secret", "-o /etc/pass").split()
    assert read_ucarp(argv, {"/etc/pass": "from a file\nand more"}).password == "from a file"
    with pytest.raises(ScenarioError, match=r"-o \(passfile\).*not given"):
        read_ucarp(argv)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("-Q", "there is no option '-Q': it has -B -D"),
        ("--advbas 1 --frob", "there is no option '--frob'"),
        ("--adv 3", "it may be advbase, advskew"),
        ("-k", r"-k \(advskew\) has no value"),
        ("-k 256", r"-k \(advskew\) cannot be '256': allowed: 0 to 255"),
        ("-b x", r"-b \(advbase\) cannot be 'x'"),
        ("-v 0", "allowed: 1 to 255"),
        ("-r 0", "allowed: 1 to 1000"),
        ("-a 1.2.3", "write an address such as"),
        ("-M", r"-M \(nomcast\) is not modelled"),
        ("-m 224.0.0.19", r"-m \(mcast\) is not modelled"),
        ("--preempt=yes", "preempt takes no value"),
        ("stray", "'stray' is no option"),
        ("-b 0", "both 0"),
    ],
)
def test_what_it_cannot_mean_is_named(more, message):
    with pytest.raises(ScenarioError, match=message):
        read_ucarp([*NEEDED.split(), *more.split()])


def test_what_is_missing_is_named():
    with pytest.raises(ScenarioError, match=r"-s \(srcip\), -a \(addr\) is missing"):
        read_ucarp(["-i", "eth0", "-v", "51", "-p", "secret"])
    with pytest.raises(ScenarioError, match="missing"):
        read_ucarp([])


def test_every_recorded_command_line_is_read():
    path = shared_folder() / "truth" / "experiments.json"
    if not path.exists():
        path = shared_folder() / "truth" / "ucarp" / "experiments.json"
    seen = 0
    for experiment in json.loads(path.read_text("utf-8"))["experiments"].values():
        for node in experiment["nodes"].values():
            for run in node["run"]:
                if run["daemon"] == "ucarp":
                    assert read_ucarp(run["argv"]).vhid == 51
                    seen += 1
    assert seen >= 14
