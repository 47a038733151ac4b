"""argparse with two additions: the nearest known word, and no guessing at shortened options."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from typing import Any, NoReturn

from vipsim.cli.failures import BAD_INPUT, printable


class Parser(argparse.ArgumentParser):
    """A parser that complains as the rest of vipsim does: ``vipsim: ...`` on stderr, exit code 2."""

    def __init__(self, **settings: Any) -> None:
        # With abbreviations "--seed 5" would quietly mean "--seeds 5" where only that exists.
        super().__init__(**{"allow_abbrev": False, **settings})

    def parse(self, words: list[str]) -> argparse.Namespace:
        """Read a whole command line, with a hint at the nearest command or option."""
        commands = self.commands()
        first = next((word for word in words if not word.startswith("-")), None)
        if first is not None and first == words[0] and first not in commands:
            self.error(f"there is no command {first!r}{did_you_mean(first, commands)}")
        args, left = self.parse_known_args(words)
        if left:
            command = commands.get(first or "", self)
            name = left[0].partition("=")[0]
            if not name.startswith("-"):
                command.error(f"one word too many: {left[0]!r}")
            command.error(f"there is no option {name!r}{did_you_mean(name, command.options())}")
        return args

    def commands(self) -> dict[str, Parser]:
        """Sub-parsers by name."""
        return {
            name: choice
            for action in self._actions
            if isinstance(action, argparse._SubParsersAction)
            for name, choice in action.choices.items()
        }

    def options(self) -> Iterator[str]:
        """Every option of this parser and of those below it."""
        yield from self._option_string_actions
        for command in self.commands().values():
            yield from command.options()

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and where help is, and leave."""
        print(f"vipsim: {printable(message)}\n    {self.prog} --help tells what there is", file=sys.stderr)
        raise SystemExit(BAD_INPUT)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`` (did you mean run?)``, or nothing when no known word is near."""
    from difflib import get_close_matches

    near = get_close_matches(word[:60], dict.fromkeys(known), n=1, cutoff=0.6)
    return f" (did you mean {near[0]}?)" if near else ""
