"""Real keepalived and `vipsim explain` side by side: the same story, line by line, in network namespaces.

Only order and wording are judged; how late a real host is, is another test's question.
"""

import re
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest

from tests.conftest import require_root_and_namespaces, require_tool
from tests.live.namespaces import Lab
from tests.trace.test_journal import keepalived, lines
from vipsim.scenario.model import Scenario

pytestmark = pytest.mark.network

HOSTS = {
    "n1": ("02:00:00:00:00:01", "192.168.1.217/24"),
    "n2": ("02:00:00:00:00:02", "192.168.1.218/24"),
}
CONF = """\
vrrp_instance VI_51 {
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority PRIORITY
    advert_int INTERVAL
    virtual_ipaddress {
        192.168.1.219/24
    }
}
"""
TOLD = re.compile(r"\(VI_51\) .*|Sending gratuitous ARP .*|Netlink reports .*|Stopping")


class Journal:
    """One keepalived and what it writes."""

    def __init__(self, lab: Lab, node: str, folder: Path, conf: str) -> None:
        self.lines: list[str] = []
        path = folder / f"{node}.conf"
        path.write_text(conf)
        pids = ("-p", f"{folder}/{node}.pid", "-r", f"{folder}/{node}.vrrp.pid")
        self.process = lab.start(node, "keepalived", "-n", "-l", "-D", "-P", "-f", str(path), *pids)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            found = TOLD.search(line)
            if found:
                self.lines.append(found[0].strip())

    def end(self) -> list[str]:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)
        self._reader.join(10)
        return self.lines


def real(folder: Path, intervals: tuple[str, str], stop_n1: float, end: float) -> dict[str, list[str]]:
    """Start the pair on a cold network, stop n1 after `stop_n1` s and n2 after `end` s."""
    with Lab(HOSTS, iface="eth0") as lab:
        begun = time.monotonic()
        pair = {
            node: Journal(lab, node, folder, CONF.replace("PRIORITY", priority).replace("INTERVAL", interval))
            for node, priority, interval in zip(HOSTS, ("150", "100"), intervals, strict=True)
        }
        time.sleep(max(0, stop_n1 - (time.monotonic() - begun)))
        said = {"n1": pair["n1"].end()}
        time.sleep(max(0, end - (time.monotonic() - begun)))
        # What n2 writes because it is ended is not part of the story.
        told = len(pair["n2"].lines)
        return said | {"n2": pair["n2"].end()[:told]}


def simulated(scenario: Scenario) -> dict[str, list[str]]:
    told = [line for line in lines(scenario) if line.logged and TOLD.fullmatch(line.text)]
    return {node: [line.text for line in told if line.node == node] for node in HOSTS}


@pytest.fixture(autouse=True)
def _rights() -> None:
    require_root_and_namespaces()
    found = subprocess.run([require_tool("keepalived"), "-v"], capture_output=True, text=True, check=True)
    if "v2.2.7" not in found.stderr + found.stdout:
        pytest.skip("another version of keepalived than 2.2.7")


def test_a_start_and_a_stop_read_alike(tmp_path: Path) -> None:
    pair = keepalived("stop:n1@6s", duration="7.8s")
    assert real(tmp_path, ("1", "1"), 6.0, 7.8) == simulated(pair)


def test_two_that_do_not_hear_each_other_complain_alike(tmp_path: Path) -> None:
    pair = keepalived("stop:n1@7.2s", duration="7.4s", n2={"keepalived": {"advert_int": "2s"}})
    assert real(tmp_path, ("1", "2"), 7.2, 7.4) == simulated(pair)
