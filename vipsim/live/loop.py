"""One selectors loop: sockets first, then the timers that are due, until SIGTERM or SIGINT.

The sockets come first so that an advert which waited while this process was stopped is heard before
the timer that it should have pushed back.
"""

from __future__ import annotations

import selectors
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from vipsim.live.driver import Clock, Driver
from vipsim.live.links import LinkWatch
from vipsim.live.sockets import PacketPort
from vipsim.units import NEVER, SECOND


def run_until_stopped(driver: Driver, clock: Clock, port: PacketPort, links: LinkWatch) -> None:
    """Start the daemon, run it, and end it in order when a signal asks for it.

    Parameters
    ----------
    driver : Driver
        Not started yet.
    clock, port : Clock, PacketPort
        Those of the driver.
    links : LinkWatch
        Tells the driver about carriers.
    """
    with _bell() as bell, selectors.DefaultSelector() as selector:
        selector.register(bell, selectors.EVENT_READ)
        selector.register(links.waitable, selectors.EVENT_READ)
        for one in port.waitable:
            selector.register(one, selectors.EVENT_READ)
        driver.start(links.down)
        while True:
            deadline = driver.deadline
            timeout = None if deadline == NEVER else max(0, deadline - clock.now()) / SECOND
            ready = {key.fileobj for key, _ in selector.select(timeout)}
            if bell in ready:
                break
            if links.waitable in ready:
                for iface, up in links.changes():
                    driver.link_changed(iface, up)
            driver.receive()
            driver.fire_due()
        driver.stop()


@contextmanager
def _bell() -> Iterator[socket.socket]:
    """Give a socket that becomes readable when SIGTERM or SIGINT comes; both are as before afterwards."""
    heard, rung = socket.socketpair()
    with heard, rung:
        for end in (heard, rung):
            end.setblocking(False)
        before = {number: signal.signal(number, _noted) for number in (signal.SIGTERM, signal.SIGINT)}
        descriptor = signal.set_wakeup_fd(rung.fileno())
        try:
            yield heard
        finally:
            signal.set_wakeup_fd(descriptor)
            for number, handler in before.items():
                signal.signal(number, handler)


def _noted(number: int, frame: object) -> None:
    """Do nothing here: the wake-up descriptor tells the loop."""
