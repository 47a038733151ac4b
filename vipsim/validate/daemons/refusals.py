"""What the log of a watched daemon tells: adverts that it refused, and its entries into states."""

from __future__ import annotations

from vipsim.machines.vocabulary import Action, Event, Received, State
from vipsim.machines.vrrp import VrrpMachine
from vipsim.machines.vrrp.advert import refusal
from vipsim.sim.network import Network
from vipsim.units import Time
from vipsim.wire.frames import Vrrp

WORDS = {"interval": "interval", "another password": "auth", "another address list": "addresses"}
"""Reasons of a refusal, and what a row calls their lines (`advertisement interval mismatch`,
`invalid passwd`, `not present in MASTER advert`)."""
ENTRIES = {State.MASTER.value: "to_master", State.BACKUP.value: "to_backup"}


class Refusals:
    """Counts by node; it is the tap of a simulation (`vipsim.sim.simulation.Simulation`)."""

    def __init__(self) -> None:
        self.network: Network | None = None
        """Of the simulation, once it is made."""
        self.counts: dict[str, dict[str, int]] = {}

    def __call__(self, node: str, part: str, now: Time, event: Event, actions: list[Action]) -> None:
        """Look at an advert that a machine has been given."""
        if self.network is None or not isinstance(event, Received):
            return
        packet, machine = event.frame.packet, self.network.daemons[node].machines.get(part)
        if isinstance(packet, Vrrp) and isinstance(machine, VrrpMachine):
            why = refusal(packet, machine.settings, machine.keywords, machine.priority)
            for reason, word in WORDS.items():
                if why.startswith(reason):
                    counts = self.of(node)
                    counts[word] += 1

    def of(self, node: str) -> dict[str, int]:
        """The counts of a node."""
        words = [*WORDS.values(), *ENTRIES.values()]
        return self.counts.setdefault(node, dict.fromkeys(words, 0))

    def told(
        self, states: list[tuple[Time, str, str, str]], nodes: tuple[str, ...]
    ) -> dict[str, dict[str, int]]:
        """Return the lines of each node, with its entries into the states that it went through."""
        found = {node: dict(self.of(node)) for node in sorted(nodes)}
        for _, node, _, new in states:
            if new in ENTRIES:
                found[node][ENTRIES[new]] += 1
        return found
