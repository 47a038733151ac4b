"""The command line: one module per command, each with ``add_parser(subparsers)`` and ``run(args)``.

Exit codes: 0 fine, 1 the check failed, 2 bad input (or an output that could not be written), 70 a bug of
vipsim, 130 stopped by Ctrl-C, 141 the reader of the output went away (``vipsim run x | head``), 143
stopped by SIGTERM. No traceback reaches a user unless VIPSIM_DEBUG=1 asks for it.

Starting up must stay quick: only the module of the command that was given is imported, and what is heavy
is imported inside its functions.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from vipsim.cli import failures
from vipsim.cli.parser import Parser

COMMANDS = {
    "demo": "a first look: a failover with numbers, pictures and a capture",
    "run": "run a scenario once: what happens for this seed?",
    "compare": "which of these settings is better, and at what price?",
    "predict": "what will my keepalived.conf pair do when something breaks?",
    "explain": "why did that happen, in the daemon's own words?",
    "plot": "draw a trace or a scenario",
    "lint": "what in these keepalived.conf files will bite?",
    "conf": "write a scenario's nodes as keepalived.conf files",
    "course": "the labs: list them, copy them for students, marks of a class",
    "vip": "configure and delete a virtual IP on this host",
    "doctor": "what is installed here; with a file: what is weak in that scenario",
    "validate": "hold the model against recordings of real kernels and daemons",
    "schema": "print the scenario format as JSON Schema",
}
"""The commands, each a module of this room, and their lines in the help."""


def main(argv: Sequence[str] | None = None) -> int:
    """Carry out a command line and return its exit code.

    Parameters
    ----------
    argv : sequence of str, optional
        The words after the program's name; default: those of this process.
    """
    _make_streams_tolerant()
    with failures.terminable() as ending:
        try:
            code = _carry_out(list(sys.argv[1:] if argv is None else argv))
        except SystemExit as leave:  # argparse, after --help, --version or a complaint
            code = leave.code if isinstance(leave.code, int) else 0
        except (Exception, KeyboardInterrupt) as error:
            code = failures.complain(error)
        return failures.settle_output(ending.code(code))


def parser(command: str | None = None) -> Parser:
    """Return the parser of the command line; only the `command` given knows its own words."""
    from vipsim import __version__

    top = Parser(
        prog="vipsim",
        description="Virtual-IP failover: simulated, measured and taught.",
        epilog="vipsim COMMAND --help tells more. A first look: vipsim demo",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"vipsim {__version__}")
    subparsers = top.add_subparsers(dest="command", metavar="COMMAND", title="commands", parser_class=Parser)
    for name, says in COMMANDS.items():
        if name == command:
            import_module(f"vipsim.cli.{name}").add_parser(subparsers)
        else:
            subparsers.add_parser(name, help=says)
    return top


def _carry_out(words: list[str]) -> int:
    top = parser(words[0] if words else None)
    args = top.parse(words)
    if args.command is None:
        top.print_help(sys.stderr)
        return failures.BAD_INPUT
    done: int = args.run(args)
    return done


def _make_streams_tolerant() -> None:
    """A terminal that lacks a letter shows its number instead of ending the program."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by whoever started this process
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError, OSError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
