"""A run whose every name, label and description was written to hurt the page that shows it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import vipsim as vs
from vipsim.resources import scenario_path
from vipsim.view.replay import replay_document
from vipsim.view.replay.html import page_html

RAN = "__ran"
"""Whatever runs leaves this in the page's global object."""
NAMES = {
    # Of all names only this one stands where signs such as > mean something, so it has other alphabets.
    "db1": "قاعدة\u202eexe gnp\u202c数据库",
    "db2": f"</script><script>globalThis.{RAN}=1</script>",
    "app1": f'"\'><img src=x onerror="globalThis.{RAN}=2">',
    "sw1": "Ŵ" * 300,
    "app1-db1": f"<svg onload=globalThis.{RAN}=3>",
    "bond0": "\u2028\u0000<b>&lt;",
    "pair": "--></style><style>*{display:none!important}</style>",
}
"""What each name of the crash's run becomes."""
TITLE = f"<title>&amp;</title>{{{{data}}}}${{globalThis.{RAN}=4}}\\u003c$&$1]]>"
LESSON = (
    f"<a href=\"javascript:globalThis.{RAN}=5\" onmouseover='globalThis.{RAN}=6'>Ünïcödé 🎓 שלום עולם</a> "
    + "Donaudampfschifffahrt" * 40
)


def scenario() -> vs.Scenario:
    """A scenario as hostile as its reader lets one be: its description is free text."""
    return vs.read_scenario(scenario_path("database-pair-heartbeat")).with_(description=LESSON)


def write_trace(path: Path) -> None:
    """Write the trace of the crash with every name replaced, as a file that anybody may have edited."""
    vs.write_trace(vs.run(scenario(), seed=1), path)
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    lines[0]["header"]["name"] = lines[0]["header"]["scenario"]["name"] = TITLE
    path.write_text("".join(json.dumps(_renamed(line)) + "\n" for line in lines), "utf-8")


def write_page(path: Path) -> None:
    """Write the page of the crash with every name replaced in what the page is made of.

    No scenario that its reader lets pass is that bad: the page must not depend on it.
    """
    document = _renamed(replay_document(vs.run(scenario(), seed=1)))
    document["name"] = document["title"] = TITLE
    path.write_text(page_html(document, TITLE), "utf-8")


_KNOWN = re.compile(r"(?<![\w-])(" + "|".join(sorted(NAMES, key=len, reverse=True)) + r")(?![\w-])")


def _renamed(value: Any) -> Any:
    if isinstance(value, str):
        return _KNOWN.sub(lambda match: NAMES[match[1]], value)
    if isinstance(value, list):
        return [_renamed(one) for one in value]
    if isinstance(value, dict):
        return {_renamed(key): _renamed(one) for key, one in value.items()}
    return value
