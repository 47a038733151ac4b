"""keepalived.conf, as keepalived 2.2.7 reads it: to data, to a report, and back to text.

`lexer`, `definitions`, `substitution`, `sources` and `preprocess` turn files into plain statements, `parser`
nests them, `keywords` says what each one is, `collect` and `build` make `config`'s objects of them, and
`effective` (with `effective_tracks` and `refusals`) puts in what the daemon makes of the values together.
Nothing here knows the rest of vipsim but its errors, units and addresses.
"""

from vipsim.scenario.keepalived.config import (
    GlobalDefs,
    KeepalivedConfig,
    Script,
    Setting,
    SyncGroup,
    TrackFile,
    TrackProcess,
    VrrpInstance,
    given,
)
from vipsim.scenario.keepalived.config_parts import (
    Address,
    BfdInstance,
    GarpGroup,
    InterfaceDelay,
    Linkbeat,
    Peer,
    Statement,
    Track,
)
from vipsim.scenario.keepalived.keywords import Standing
from vipsim.scenario.keepalived.places import Place, Warned
from vipsim.scenario.keepalived.reader import read_keepalived
from vipsim.scenario.keepalived.report import report_text
from vipsim.scenario.keepalived.writer import write_keepalived

__all__ = [
    "read_keepalived",
    "write_keepalived",
    "report_text",
    "KeepalivedConfig",
    "GlobalDefs",
    "VrrpInstance",
    "SyncGroup",
    "Script",
    "TrackFile",
    "TrackProcess",
    "BfdInstance",
    "GarpGroup",
    "InterfaceDelay",
    "Linkbeat",
    "Address",
    "Peer",
    "Track",
    "Setting",
    "given",
    "Statement",
    "Standing",
    "Place",
    "Warned",
]
