"""A trace as the document of the replay page: plain data, every time an integer of ns since the run's start.

Keys
----
``format``, ``name``, ``seed``, ``world``, ``version``, ``digest``, ``heading``, ``title``, ``lesson``
    What run this is; `format` is `FORMAT`. The heading is what the page is called, the title the heading with
    the seed, the lesson the scenario's description.
``question``
    What a class predicts: on the page while what is to come is hidden; empty for none.
``start``, ``end``, ``duration``
    The window that is told, and how long the run was.
``nodes``
    ``{"name", "kind": "host"|"router"|"switch", "x", "y", "w", "h", "side", "lines", "ifaces"}``: x and y
    are the left upper corner in units of the layout (hundredths of an inch, y downward), side is 1 above
    the switches, -1 below them, 0 a switch. ``ifaces`` is a list of ``{"name", "mac", "address"}``.
    Everything below calls a node by its index here; -1 is nobody.
``plan``, ``links``, ``vips``
    Size of the layout and the cable that most links have; ``{"a", "b": nodes, "a_end": "db1.bond0",
    "b_end", "text": "1Gbps, 50us"}``; the virtual addresses.
``frames``
    Columns of one length, a frame from the node that sent it to all that it reached: ``time``, ``src``,
    ``to`` (node of its destination's MAC), ``kind`` (index in ``kinds``), ``text`` and ``why`` (in
    ``texts``), ``bytes`` (in ``bytes``), ``route`` (in ``routes``), ``cause`` (id of a record, 0: none),
    ``of`` (index of the frame that ``why`` speaks of, -1: none) and ``probe`` (1: a client's own work, or
    an answer to it). A ``why`` may hold ``{of}``, the time of that frame, and ``{since}``, how long ago
    that was.
``routes``, ``outcomes``
    A route is a list of hops ``[link, direction (0: from a to b), first bit sent, last bit arrived, index
    in outcomes]`` with times after the frame's.
``texts``, ``bytes``
    Texts, and octets in hexadecimal, padded as on the wire, without the frame check sequence.
``layouts``, ``stacks``, ``layout_of``
    Fields of each header (`vipsim.view.replay.layouts`), lists of ``[key, octet offset]``, and for each
    of the ``bytes`` the index of its stack.
``records``
    Columns ``id``, ``time``, ``kind``, ``node``, ``text``, ``why`` (in ``texts``), ``cause``: what
    happened apart from frames.
``lanes``
    ``{"kind": "daemon"|"owner"|"database"|"client", "label", "node", "spans": [[from, to, state]]}``.
    They cover the window, but those of owners only the time in which they own.
``owners``
    ``{"vip", "spans": [[from, to, node]]}``: whose kernel answers; several may overlap.
``tables``
    ``neighbors``: ``{"node", "iface", "ip", "changes": [[time, state, mac or null]]}``; ``fdb``:
    ``{"node", "mac", "changes": [[time, port or null]]}``. What was before the window is the first
    change, at its start.
``breaks``
    ``{"from", "to", "word", "text", "nodes", "links": [[link, direction (-1: both)]]}``: machines that are
    dark and cables that are cut while a fault lasts; whole, where they reach into the window.
``outages``
    ``{"client", "node", "from", "to" (null: not within the run), "lost", "failover" (index or null),
    "parts": [[name, from, to]]}``: silences that reach into the window, whole; parts follow each other
    without a hole.
``failovers``
    As ``vipsim run --json`` has them.
``chapters``
    ``{"time", "text"}`` of the moments of the story.

"""

from __future__ import annotations

from typing import Any

from vipsim.errors import TraceError, VipsimError
from vipsim.trace import Level, Trace
from vipsim.trace.document import failover_document
from vipsim.trace.journal import causes_of
from vipsim.units import Time
from vipsim.view.exchange import KINDS, messages
from vipsim.view.lanes import Window
from vipsim.view.lanes import window as window_of
from vipsim.view.replay.breaks import broken
from vipsim.view.replay.chapters import chapters
from vipsim.view.replay.events import events
from vipsim.view.replay.flights import Flights
from vipsim.view.replay.layouts import LAYOUTS, Stack, stack_of
from vipsim.view.replay.places import node_part, read_places
from vipsim.view.replay.reasons import Reasons
from vipsim.view.replay.shared import Shared
from vipsim.view.replay.tracks import lanes, outages, owners, tables

FORMAT = 1


def replay_document(
    trace: Trace,
    window: tuple[Time | str, Time | str] | None = None,
    *,
    heading: str = "",
    question: str = "",
) -> dict[str, Any]:
    """Return the document of a run, or of a part of it; see the module for its keys.

    Parameters
    ----------
    trace : Trace
        Of level ``frames``.
    window : (start, end), optional
        Part of the run, in ns or as text such as ``("4s", "10s")``; default: all of it.
    heading : str
        What the page is called; default: the run's name.
    question : str
        What a class predicts.

    Raises
    ------
    TraceError
        If the trace has no frames, or its header and its records do not belong together.
    VipsimError
        If nothing of the run lies in the window.
    """
    if trace.level < Level.FRAMES:
        raise TraceError(
            f"this trace was recorded at level {trace.level.name.lower()} and has no frames to replay: "
            "run it again at level frames"
        )
    part = chosen_part(trace, window)
    places = read_places(trace)
    texts: Shared[str] = Shared()
    told = messages(trace, Window(0, trace.duration))
    causes = causes_of(trace)
    whys = Reasons(trace, places, causes).all(told)
    flights = Flights(places, texts)
    inside = [number for number, message in enumerate(told) if message.time in part]
    frames = flights.columns(trace, told, whys, inside)
    stacks: Shared[Stack] = Shared()
    return {
        "format": FORMAT,
        "name": trace.name,
        "seed": trace.seed,
        "world": trace.world,
        "version": str(trace.header.get("version", "")),
        "digest": trace.digest,
        "heading": heading or trace.name,
        "title": f"{heading or trace.name}, seed {trace.seed}",
        "question": question,
        "lesson": places.scenario.description,
        "start": part.start,
        "end": part.end,
        "duration": trace.duration,
        **node_part(places),
        "kinds": list(KINDS),
        "frames": frames,
        "routes": flights.routes.things,
        "outcomes": flights.outcomes.things,
        "records": events(trace, part, places, texts, causes),
        "texts": texts.things,
        "layout_of": [stacks.number(stack_of(data)) for data in flights.octets.things],
        "stacks": stacks.things,
        "bytes": [data.hex() for data in flights.octets.things],
        "layouts": LAYOUTS,
        "lanes": lanes(trace, part, places),
        "owners": owners(trace, part, places),
        "tables": tables(trace, part, places),
        "breaks": broken(trace, part, places),
        "outages": outages(trace, part, places),
        "failovers": [failover_document(failover) for failover in trace.failovers],
        "chapters": chapters(trace, part, places),
    }


def chosen_part(trace: Trace, window: tuple[Time | str, Time | str] | None) -> Window:
    """Return the part of the run that a window names.

    Raises
    ------
    VipsimError
        If it is no pair of times, or nothing of the run lies in it.
    """
    if window is None:
        return window_of(trace, None, None)
    if not isinstance(window, tuple | list) or len(window) != 2:
        raise VipsimError(f'a window is a pair of times such as ("4s", "10s"), not {str(window)[:40]!r}')
    return window_of(trace, *window)
