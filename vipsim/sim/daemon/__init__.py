"""The context of one daemon process: its machines, their timers, its inbox, and whether it runs.

This is the simulator's driver of a pure machine; the live driver has the same shape. `process` is its life,
`ears` are its sockets, `hands` carry out what the machines ask for, `pace` is how late it is and how long its
work takes, and `watching` what keepalived tracks beside the network.
"""

from vipsim.sim.daemon.process import Daemon, Process

__all__ = ["Daemon", "Process"]
