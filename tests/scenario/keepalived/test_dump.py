"""Values in force against those of the running program, which dumps them on SIGUSR1.

Forty instances with random settings at a time, in a network namespace of their own.
"""

import random
import re
import subprocess
from pathlib import Path

import pytest

from tests.conftest import require_root_and_namespaces, require_tool
from vipsim.scenario.keepalived import VrrpInstance, read_keepalived
from vipsim.units import MS, SECOND

RUN = r"""
for n in 0 1; do
  ip link add eth$n type veth peer name p$n && ip link set eth$n up && ip link set p$n up
  ip addr add 192.168.$n.217/24 dev eth$n
done
"$1" -n -l -D -P -p pid -r vpid -f k.conf >log 2>&1 &
daemon=$!
for try in $(seq 100); do grep -q 'BACKUP STATE (init)' log && break; sleep 0.1; done
kill -USR1 $daemon
for try in $(seq 100); do grep -q 'Sockpool' keepalived.data 2>/dev/null && break; sleep 0.1; done
kill -TERM $daemon
wait $daemon
"""

GENERAL = """vrrp_strict|vrrp_min_garp|vrrp_version 3|vrrp_garp_master_delay 7|vrrp_garp_master_repeat 3
vrrp_garp_lower_prio_delay 2|vrrp_garp_lower_prio_repeat 9|vrrp_down_timer_adverts 4|vrrp_lower_prio_no_advert
vrrp_higher_prio_send_advert|vrrp_garp_master_refresh 30"""
OWN = """state MASTER|state BACKUP
priority 100|priority 255|priority 7|priority 254|priority 0
version 3|version 2
advert_int 1.5|advert_int 0.4|advert_int 0.505|advert_int 2|advert_int 60|advert_int 254.9|advert_int 300
nopreempt|preempt
preempt_delay 2.5
strict_mode|strict_mode off
accept|no_accept
garp_master_delay 0|garp_master_delay 9
garp_master_repeat 0|garp_master_repeat 2
garp_master_refresh 60
garp_master_refresh_repeat 2
garp_lower_prio_delay 3
garp_lower_prio_repeat 0|garp_lower_prio_repeat 4
down_timer_adverts 5|down_timer_adverts 1
lower_prio_no_advert|lower_prio_no_advert off
higher_prio_send_advert|higher_prio_send_advert off
authentication {;auth_type PASS;auth_pass abc;}"""


def configuration(seed: int) -> str:
    draw = random.Random(f"vipsim keepalived dump {seed}")
    general = [line for line in re.split(r"[|\n]", GENERAL) if draw.random() < 0.3]
    parts = ["\n".join(["global_defs {", "script_user root", *general, "}"])]
    for number in range(40):
        own = [draw.choice(line.split("|")) for line in OWN.split("\n") if draw.random() < 0.4]
        own = [line.replace(";", "\n") for line in own]
        own += [f"interface eth{number % 2}", f"virtual_router_id {number // 2 + 1}"]
        own += [f"virtual_ipaddress {{\n10.{number}.0.1/24\n}}"]
        draw.shuffle(own)
        parts.append("\n".join([f"vrrp_instance I{number} {{", *own, "}"]))
    return "\n".join(parts) + "\n"


def ours(one: VrrpInstance) -> dict[str, object]:
    return {
        "VRRP Version": one.version.value,
        "Priority": one.priority.value,
        "Advert interval": one.advert_int.value,
        "Preempt": one.preempt.value,
        "Accept": one.accept.value,
        "Gratuitous ARP delay": one.garp_master_delay.value // SECOND,
        "Gratuitous ARP repeat": one.garp_master_repeat.value,
        "Gratuitous ARP refresh": one.garp_master_refresh.value // SECOND,
        "Gratuitous ARP refresh repeat": one.garp_master_refresh_repeat.value,
        "Gratuitous ARP lower priority delay": one.garp_lower_prio_delay.value // SECOND,
        "Gratuitous ARP lower priority repeat": one.garp_lower_prio_repeat.value,
        "Down timer adverts": one.down_timer_adverts.value,
        "Send advert after receive lower priority advert": not one.lower_prio_no_advert.value,
        "Send advert after receive higher priority advert": one.higher_prio_send_advert.value,
        "Authentication type": bool(one.auth_type.value),
    }


def theirs(dump: str) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {}
    for part in re.split(r"\n VRRP Instance = ", dump)[1:]:
        lines = dict(re.findall(r"^   ([A-Z][^=\n]*?) = (.*?)\s*$", part, re.MULTILINE))
        amount, unit = lines["Advert interval"].split()
        words = {"enabled": True, "disabled": False, "true": True, "false": False}
        values: dict[str, object] = {
            name: words[value] if value in words else int(value) if value.isdecimal() else value
            for name, value in lines.items()
        }
        values["Advert interval"] = int(amount) * (SECOND if unit == "sec" else MS)
        # Version 3 has no line of it.
        values["Authentication type"] = lines.get("Authentication type", "none") != "none"
        found[part.split("\n")[0].strip()] = values
    return found


@pytest.mark.network
@pytest.mark.parametrize("seed", range(4))
def test_values_in_force_are_those_of_the_program(seed: int, tmp_path: Path) -> None:
    require_root_and_namespaces()
    tool = require_tool("keepalived")
    text = configuration(seed)
    (tmp_path / "k.conf").write_text(text)
    command = ["env", f"TMPDIR={tmp_path}", "unshare", "--net", "bash", "-c", RUN, "run", tool]
    subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=60, check=False)
    dumped = theirs((tmp_path / "keepalived.data").read_text())
    config = read_keepalived(text)
    assert len(dumped) == len(config.instances) == 40
    for one in config.instances:
        expected = ours(one)
        assert {name: dumped[one.name][name] for name in expected} == expected, one.name
