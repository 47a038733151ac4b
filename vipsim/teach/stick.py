"""The teacher's stick: a replay page of each demo, and one page that lists them with what to ask.

Nothing on the pages is fetched from anywhere, so a browser is all that a classroom needs. The list has no
script; what a demo comes to is folded away, and printed as it is unfolded it is the teacher's sheet.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from html import escape
from pathlib import Path

from vipsim.files import written_whole
from vipsim.teach.demo import SEED, Demo, Moment
from vipsim.teach.demos import DEMOS
from vipsim.teach.performing import Say, Write, page_writer, shipped
from vipsim.units import MS, parse_duration, seconds

INDEX = "index.html"

STYLE = """
:root { color-scheme: light dark; }
body { font: 1.1rem/1.45 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h2 { margin: 2.2rem 0 .2rem; }
h2 a { font-weight: 600; }
p { margin: .4rem 0; }
.ask { border-left: .3rem solid #0072B2; padding-left: .8rem; }
summary { cursor: pointer; }
table { border-collapse: collapse; margin: .5rem 0; }
td { padding: .1rem .8rem .1rem 0; vertical-align: top; }
td:first-child { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
@media print { body { font-size: 10pt; } section { break-inside: avoid; } }
"""


def write_stick(folder: Path, say: Say, write: Write) -> None:
    """Write the replay page of every demo and the list of them into `folder`, which exists.

    Parameters
    ----------
    folder : Path
        Where the pages go.
    say, write : callable
        See `vipsim.teach.performing.Say` and `Write`.
    """
    from vipsim.worlds import run

    for demo in DEMOS.values():
        say(f"{demo.name}: {demo.line}")
        trace = run(shipped(demo), SEED)
        write(folder / page_name(demo), page_writer(demo, trace))
    write(folder / INDEX, _write_index)


def _write_index(path: Path) -> None:
    with written_whole(path) as file:
        file.write(index_html(DEMOS.values()).encode("utf-8"))


def page_name(demo: Demo) -> str:
    """Return the name of a demo's page."""
    return f"{demo.name}.html"


def index_html(demos: Iterable[Demo]) -> str:
    """Return the page that lists demos: links to their pages, minutes, question, what to watch, outcome."""
    chosen = list(demos)
    digest = base64.b64encode(hashlib.sha256(STYLE.encode("utf-8")).digest()).decode("ascii")
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    minutes = sum(demo.minutes for demo in chosen)
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            "<title>vipsim: the demos</title>",
            f"<style>{STYLE}</style>",
            "</head>",
            "<body>",
            "<h1>Two machines, one address</h1>",
            f"<p>{len(chosen)} demos, {minutes} minutes. Ask the question and let everybody write an answer "
            "down; then open the page and press Space. What is to come is hidden until H shows it; P makes "
            "all larger for a projector, ? tells the other keys. Nothing here needs a network.</p>",
            *(_section(demo) for demo in chosen),
            "</body>",
            "</html>",
            "",
        ]
    )


def _section(demo: Demo) -> str:
    moments = "".join(
        f"<tr><td>{_link(demo, f't={_reached(one)}ms', seconds(parse_duration(one.at)))}</td>"
        f"<td>{escape(one.text)}</td></tr>"
        for one in demo.watch
    )
    silent = ", ".join(f"{client} {length}" for client, length in demo.silent.items())
    return (
        f"<section><h2>{_link(demo, 'cover', demo.name)}</h2>"
        f"<p>{escape(demo.line)} ({demo.minutes} min; {_link(demo, 'cover&projector', 'for a projector')}; "
        f"the run of {escape(demo.scenario)})</p>"
        f'<p class="ask">Ask first: {escape(demo.predict)}</p>'
        f"<details><summary>What to watch for, and what it comes to</summary><table>{moments}</table>"
        f"<p>{escape(demo.outcome)}</p>"
        f"<p>Without an answer, in all: {escape(silent)}. To try: <code>{escape(demo.vary)}</code></p>"
        "</details></section>"
    )


def _link(demo: Demo, opened: str, text: str) -> str:
    """A link to a demo's page, opened at a time or with a look (the page's ``readAddress``)."""
    return f'<a href="{escape(f"{page_name(demo)}#{opened}")}">{escape(text)}</a>'


def _reached(moment: Moment) -> int:
    """When a moment is surely over, in ms: its own time is rounded."""
    return parse_duration(moment.at) // MS + 1
