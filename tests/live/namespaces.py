"""Network namespaces that a test makes and that are gone afterwards, whatever happens.

One namespace is the switch (a bridge), one per host hangs on it by a veth pair. Nothing touches the
namespace in which the test runs: the pairs are made inside the new ones. Names begin with the
number of this process; what a killed test run left behind is swept by the next.
"""

import atexit
import ctypes
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self, TextIO

ROOT = Path(__file__).parents[2]
PREFIX = "vipsim-test"
_NETNS = Path("/run/netns")
_CLONE_NEWNET = 0x40000000
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform.startswith("linux") else None


def _ip(*words: str, check: bool = True) -> str:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, timeout=20, check=False)
    if check and done.returncode:
        raise AssertionError(f"ip {' '.join(words)}: {done.stderr.strip()}")
    return done.stdout


def _sweep() -> None:
    """Delete what test runs that are no more have left."""
    for path in _NETNS.glob(f"{PREFIX}-*") if _NETNS.is_dir() else ():
        number = path.name.split("-")[2]
        if not Path(f"/proc/{number}").exists():
            _ip("netns", "del", path.name, check=False)


def _enter(namespace: TextIO) -> None:
    if _LIBC.setns(namespace.fileno(), _CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


class Lab:
    """A switch and the hosts on it: ``with Lab({"db1": (mac, "192.168.1.217/24")}) as lab``.

    Every host has one interface, `iface`. IPv6 is off.
    """

    def __init__(self, hosts: dict[str, tuple[str, str]], iface: str = "bond0") -> None:
        self.hosts = hosts
        self.iface = iface
        self._tag = f"{PREFIX}-{os.getpid()}-{secrets.token_hex(2)}"
        self._processes: list[subprocess.Popen[str]] = []

    def name(self, host: str) -> str:
        """Name of a host's namespace (``switch``: the bridge's)."""
        return f"{self._tag}-{host}"

    def __enter__(self) -> Self:
        atexit.register(self.close)
        try:
            _sweep()
            self._build()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _build(self) -> None:
        for host in ("switch", *self.hosts):
            _ip("netns", "add", self.name(host))
            for scope in ("all", "default"):
                switch = f"/proc/sys/net/ipv6/conf/{scope}/disable_ipv6"
                _ip("netns", "exec", self.name(host), "sh", "-c", f"[ ! -e {switch} ] || echo 1 >{switch}")
            self.ip(host, "link", "set", "lo", "up")
        self.ip("switch", "link", "add", "br0", "type", "bridge", "stp_state", "0", "mcast_snooping", "0")
        self.ip("switch", "link", "set", "br0", "up")
        for host, (mac, address) in self.hosts.items():
            peer = ("peer", "name", self.iface, "address", mac, "netns", self.name(host))
            self.ip("switch", "link", "add", f"p-{host}", "type", "veth", *peer)
            self.ip("switch", "link", "set", f"p-{host}", "master", "br0", "up")
            self.ip(host, "link", "set", self.iface, "up")
            self.ip(host, "addr", "add", address, "dev", self.iface)
        for host in self.hosts:
            eventually(lambda host=host: self._is_forwarding(host), 5, f"the switch forwards to {host}")

    def _is_forwarding(self, host: str) -> bool:
        nic = json.loads(self.ip(host, "-j", "link", "show", self.iface))[0]
        return self._port_state(host) == "forwarding" and nic["operstate"] == "UP"

    def _port_state(self, host: str) -> str:
        port = json.loads(self.ip("switch", "-j", "-d", "link", "show", f"p-{host}"))[0]
        state: str = port["linkinfo"]["info_slave_data"]["state"]
        return state

    def close(self) -> None:
        """End every process and delete every namespace; a second time does nothing."""
        for process in self._processes:
            if process.poll() is None:
                process.kill()
            process.wait(10)
            for stream in (process.stdout, process.stderr):
                if stream is not None:
                    stream.close()
        self._processes.clear()
        for host in ("switch", *self.hosts):
            if (_NETNS / self.name(host)).exists():
                _ip("netns", "del", self.name(host), check=False)
        atexit.unregister(self.close)

    # --- doing something in a namespace -----------------------------------------------------

    def ip(self, host: str, *words: str) -> str:
        """Run ``ip`` in the namespace of `host`."""
        return _ip("-n", self.name(host), *words)

    def start(self, host: str, *command: str) -> subprocess.Popen[str]:
        """Start a process in the namespace of `host`; it dies with this one, or when the lab closes."""

        def die_with_parent() -> None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)

        process = subprocess.Popen(
            ["ip", "netns", "exec", self.name(host), *command],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=die_with_parent,
            cwd=ROOT,
        )
        self._processes.append(process)
        return process

    @contextmanager
    def inside(self, host: str) -> Iterator[None]:
        """Let this thread be in the namespace; sockets opened in ``with`` stay there afterwards."""
        with open("/proc/thread-self/ns/net") as home, open(_NETNS / self.name(host)) as there:
            _enter(there)
            try:
                yield
            finally:
                _enter(home)

    # --- looking from outside ---------------------------------------------------------------

    def addresses(self, host: str) -> list[str]:
        """IPv4 addresses with prefix of the host's interface."""
        found = json.loads(self.ip(host, "-j", "-4", "addr", "show", "dev", self.iface) or "[]")
        return [f"{one['local']}/{one['prefixlen']}" for link in found for one in link.get("addr_info", ())]

    def neighbor(self, host: str, address: str) -> str | None:
        """MAC, in capitals, that the kernel of `host` has for `address` (None: no usable entry)."""
        found = json.loads(self.ip(host, "-j", "neigh", "show", address, "dev", self.iface) or "[]")
        return found[0]["lladdr"].upper() if found and "lladdr" in found[0] else None

    def isolate(self, host: str) -> None:
        """Cut the host off without taking its carrier: its switch port drops every frame."""
        command = ["bridge", "-n", self.name("switch"), "link", "set", "dev", f"p-{host}", "state", "0"]
        subprocess.run(command, check=True, timeout=20)
        assert self._port_state(host) == "disabled"


def eventually(true: Callable[[], bool], seconds: float, what: str) -> None:
    """Wait until `true` holds; fail, naming `what`, after `seconds`."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.01)
