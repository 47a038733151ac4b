"""The reasons of `vipsim explain` for a page: what woke whom in a short sentence, the rest behind it."""

from __future__ import annotations

import re

from vipsim.trace import Record
from vipsim.view.replay.headlines import headlines

_TIMER = re.compile(
    r"(?P<timer>[^;]+) of (?P<length>[0-9]+\.[0-9]{6}) s ran out"
    r"(?:; set (?P<at>at [0-9.]+ s) by (?P<setter>.*?))?(?:; behind it: fault (?P<fault>\S+))?\Z"
)
_LONG_NUMBER = re.compile(r"\b([0-9]+\.[0-9]{4,9}) s\b")


def readable(why: str) -> str:
    """Return a reason in sentences that are understood at first reading, times to the millisecond.

    Parameters
    ----------
    why : str
        As `vipsim.trace.journal.Causes.why` says it.

    Examples
    --------
    >>> readable("its advert timer of 1.000000 s ran out; set at 0.112751 s by the tick before")
    'its advert timer ran out after 1 s. It was set at 0.113 s by the tick before.'
    """
    found = _TIMER.match(why)
    if found is None:
        return _in_ms(why)
    length = f"{float(found['length']):.3f}".rstrip("0").rstrip(".")
    sentences = [f"{found['timer']} ran out after {length} s"]
    if found["fault"]:
        sentences.append(f"Behind it: {_fault(found['fault'])}")
    if found["setter"]:
        sentences.append(f"It was set {_in_ms(found['at'])} by {_in_ms(found['setter'])}")
    return f"{'. '.join(sentences)}." if len(sentences) > 1 else sentences[0]


def _fault(name: str) -> str:
    word, _, target = name.partition(":")
    return headlines([Record(0, 0, "fault", target, {"word": word, "target": target})])[0]


def _in_ms(text: str) -> str:
    return _LONG_NUMBER.sub(lambda found: f"{float(found[1]):.3f} s", text)
