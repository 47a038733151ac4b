"""From a scenario's options of TCP to the settings of a socket."""

from __future__ import annotations

from vipsim.machines.tcp.words import TcpSettings
from vipsim.scenario.model import TcpOptions


def settings_of(options: TcpOptions) -> TcpSettings:
    """Return the settings of a client's sockets."""
    keepalive = None
    if options.keepalive:
        keepalive = (options.keepalive, options.keepalive_interval, options.keepalive_probes)
    return TcpSettings(syn_profile=options.syn, user_timeout=options.user_timeout, keepalive=keepalive)
