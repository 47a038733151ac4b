"""The keyword table of keepalived 2.2.7: what may stand where, in which form, and what vipsim makes of it.

The rows are in `keywords_vrrp`, `keywords_global` and `keywords_lvs`; a test asks the real program.

>>> find("vrrp_instance", "advert_int").form
'sec 0.01 255'
>>> nearest("vrrp_instance", "virtual_ipadress")
'virtual_ipaddress'
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum
from functools import lru_cache

from vipsim.scenario.keepalived import keywords_global, keywords_lvs, keywords_vrrp


class Standing(Enum):
    """What becomes of a statement."""

    MODELLED = "modelled"
    APPROXIMATED = "approximated"
    IGNORED = "ignored"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Keyword:
    """A row of the table."""

    name: str
    block: str
    """The kind of block it stands in; empty: outside of all."""
    form: str
    """What follows it, see `forms`."""
    standing: Standing
    note: str = ""
    """How it is approximated, or why it is ignored."""

    @property
    def opens(self) -> bool:
        """True if a block of further keywords follows."""
        return self.form.endswith("block")

    @property
    def lists(self) -> bool:
        """True if a block of lines follows that are no keywords."""
        return self.form.endswith("lines")


LATER = {
    "timer_expired_backup": "2.2.8",
    "no_virtual_ipaddress": "2.2.8",
    "v3_checksum_as_v2": "2.2.8",
    "vrrp_delay_after_boot": "2.4.0",
    "auth_hmac": "2.4.0",
    "owner_ignore_adverts": "a later version",
    "vrrp_owner_ignore_adverts": "a later version",
}
"""Keywords that 2.2.7 does not know yet, and what brought them."""

_STANDINGS = {"M": Standing.MODELLED, "A": Standing.APPROXIMATED, "I": Standing.IGNORED}
_LVS = "IPVS (LVS) is not simulated"


def _rows(block: str, text: str) -> dict[str, Keyword]:
    found: dict[str, Keyword] = {}
    for line in text.strip().split("\n"):
        name, form, standing, note = (part.strip() for part in line.split("|"))
        found[name] = Keyword(name, block, form, _STANDINGS[standing], note)
    return found


def _lvs(block: str, text: str) -> dict[str, Keyword]:
    found: dict[str, Keyword] = {}
    for word in text.split():
        name = word.rstrip("{")
        form = "words? block" if word.endswith("{") else "words?"
        found[name] = Keyword(name, block, form, Standing.IGNORED, _LVS)
    return found


TABLE: dict[str, dict[str, Keyword]] = {
    "": _rows("", keywords_vrrp.TOP),
    "global_defs": _rows("global_defs", keywords_global.GLOBAL),
    "vrrp_instance": _rows("vrrp_instance", keywords_vrrp.INSTANCE),
    "authentication": _rows("authentication", keywords_vrrp.AUTHENTICATION),
    "vrrp_sync_group": _rows("vrrp_sync_group", keywords_vrrp.SYNC_GROUP),
    "vrrp_script": _rows("vrrp_script", keywords_vrrp.SCRIPT),
    "track_file": _rows("track_file", keywords_vrrp.TRACK_FILE),
    "vrrp_track_file": _rows("vrrp_track_file", keywords_vrrp.TRACK_FILE),
    "vrrp_track_process": _rows("vrrp_track_process", keywords_vrrp.TRACK_PROCESS),
    "bfd_instance": _rows("bfd_instance", keywords_vrrp.BFD),
    "garp_group": _rows("garp_group", keywords_vrrp.GARP_GROUP),
    "track_group": _rows("track_group", keywords_vrrp.TRACK_GROUP),
    "virtual_server": _lvs("virtual_server", keywords_lvs.VIRTUAL_SERVER),
    "real_server": _lvs("real_server", keywords_lvs.REAL_SERVER),
    **{name: _lvs(name, text) for name, text in keywords_lvs.CHECKERS.items()},
    "url": _lvs("url", keywords_lvs.URL),
    "host": _lvs("host", keywords_lvs.HOST),
    "SSL": _lvs("SSL", keywords_lvs.SSL),
}
"""Kind of block, then keyword."""

PLACES: dict[str, tuple[str, ...]] = {}
"""The kinds of block that know a keyword."""
for _block, _found in TABLE.items():
    for _name in _found:
        PLACES[_name] = (*PLACES.get(_name, ()), _block)


def find(block: str, name: str) -> Keyword | None:
    """The row of a keyword in a kind of block."""
    return TABLE.get(block, {}).get(name)


@lru_cache(maxsize=1024)
def nearest(block: str, name: str) -> str:
    """The keyword of a block that was probably meant; empty if none is near."""
    close = get_close_matches(name[:60], TABLE.get(block, {}), n=1, cutoff=0.7)
    return close[0] if close else ""


def unknown(block: str, name: str, *, has_block: bool, guess: bool = True) -> str:
    """What to say of a keyword that 2.2.7 does not know there; with `guess`, which one is near."""
    if name in LATER:
        note = f"keepalived 2.2.7 does not know it yet: it came with {LATER[name]}"
    elif guess and (close := nearest(block, name)):
        note = f"did you mean {close}? keepalived logs it and goes on"
    elif name in PLACES:
        others = " or ".join(
            f"in {other}" if other else "outside of all blocks" for other in PLACES[name][:3]
        )
        note = f"keepalived knows it only {others}"
    else:
        note = "keepalived logs it and goes on"
    if has_block:
        note += "; it takes the keywords in its braces, and their end, as those of what is around it"
    return note
