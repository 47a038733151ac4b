"""The report on a configuration, for people: what is modelled, approximated, ignored and unknown."""

from __future__ import annotations

from collections.abc import Iterable

from vipsim.scenario.keepalived.config import KeepalivedConfig
from vipsim.scenario.keepalived.config_parts import Statement
from vipsim.scenario.keepalived.keywords import Standing
from vipsim.scenario.keepalived.places import printable

MAX_LINES = 40
"""Lines of one list; of what is modelled, which surprises nobody, only the keywords are named."""
_WIDTH = 100

_HEADS = {
    Standing.MODELLED: "modelled",
    Standing.APPROXIMATED: "approximated (how)",
    Standing.IGNORED: "ignored (why)",
    Standing.UNKNOWN: "unknown to keepalived 2.2.7",
}


def report_text(config: KeepalivedConfig) -> str:
    """The lists of a configuration's statements, and the daemon's warnings, as text with line ends."""
    name = config.node or (config.files[0] if config.files else "configuration")
    counts = ", ".join(
        f"{sum(one.standing is standing for one in config.report)} {standing.value}" for standing in Standing
    )
    parts = [f"{printable(name)}: {len(config.report)} statements: {counts}"]
    for standing, head in _HEADS.items():
        found = [one for one in config.report if one.standing is standing]
        if found:
            lines = _modelled(found) if standing is Standing.MODELLED else _noted(found)
            parts.append("\n".join([f"{head}:", *lines]))
    if config.warnings:
        said = [str(one) for one in config.warnings]
        parts.append("\n".join(["what keepalived takes otherwise than it is written:", *_limited(said)]))
    return "\n\n".join(parts) + "\n"


def _modelled(found: Iterable[Statement]) -> list[str]:
    """The keywords by block, since there is nothing to say of each line."""
    blocks: dict[str, dict[str, None]] = {}
    for one in found:
        blocks.setdefault(one.block, {})[one.keyword] = None
    return _limited(
        [f"{block or 'outside of blocks'}: {', '.join(names)}" for block, names in blocks.items()]
    )


def _noted(found: Iterable[Statement]) -> list[str]:
    """Statements with the same keyword and note stand on one line, at their places."""
    same: dict[tuple[str, str], list[Statement]] = {}
    for one in found:
        same.setdefault((one.keyword, one.note), []).append(one)
    lines = []
    for (keyword, note), all_of_it in same.items():
        first = all_of_it[0].place
        more = f" and {len(all_of_it) - 1} more" if len(all_of_it) > 1 else ""
        lines.append(f"{first}{more}: {keyword}: {note}" if note else f"{first}{more}: {keyword}")
    return _limited(lines)


def _limited(lines: list[str]) -> list[str]:
    shown = [f"  {_cut(printable(line))}" for line in lines[:MAX_LINES]]
    return shown + ([f"  ... and {len(lines) - MAX_LINES} more"] if len(lines) > MAX_LINES else [])


def _cut(line: str) -> str:
    return line if len(line) <= 3 * _WIDTH else line[: 3 * _WIDTH] + "..."
