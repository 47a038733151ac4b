"""The context of one daemon process: its machines, their timers, its inbox, and whether it runs.

This is the simulator's driver of a pure machine; the live driver has the same shape. `process` is its life
and what it hears, `hands` carries out what the machines ask for.
"""

from vipsim.sim.daemon.process import Daemon, Process

__all__ = ["Daemon", "Process"]
