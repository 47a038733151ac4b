"""``vipsim schema``: the file format as JSON Schema, for editors that complete and check while one types."""

from __future__ import annotations

import argparse
import sys

from vipsim.cli.output import Outputs, write_text


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command ``schema``."""
    parser = subparsers.add_parser(
        "schema",
        help="print the scenario format as JSON Schema",
        description="Print the scenario format as JSON Schema. An editor with a YAML language server reads "
        "it where the first line of a scenario says: # yaml-language-server: $schema=./scenario.schema.json",
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="write it there")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Carry out ``vipsim schema``."""
    from vipsim.scenario.schema import schema_text

    outputs = Outputs()
    path = outputs.claim("-o", args.output)
    text = schema_text()
    outputs.write(path, lambda target: write_text(target, text))
    outputs.tell(sys.stdout)
    if path is None:
        print(text, end="")
    return outputs.code
