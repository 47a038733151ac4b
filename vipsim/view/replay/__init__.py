"""The replay page: a run as one self-contained HTML file, in which a browser shows it at any time and speed.

`vipsim.view.replay.document` is the data of the page, and the reference of its keys; the folder ``page``
holds what shows it. Needs no extra.
"""

from vipsim.view.replay.document import replay_document
from vipsim.view.replay.write import write_replay

__all__ = ["replay_document", "write_replay"]
